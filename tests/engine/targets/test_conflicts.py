"""What cannot be met: the least relaxation, and the smallest set of rules that clash, as a sentence."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import polars as pl
import pytest
import scipy.sparse as sp
from scipy.optimize import linprog

from salesyear.engine.targets import Cells, Kind, Params, Plan, Priority, Rule, Rules, solve
from salesyear.engine.targets.conflicts import Conflict, conflicts
from salesyear.engine.targets.examples import Instance, make_instance
from salesyear.engine.targets.numeric.lumping import lump
from salesyear.engine.targets.numeric.newton import Effort
from salesyear.engine.targets.numeric.rows import Block
from salesyear.engine.targets.numeric.solving import make_task, solve_task
from salesyear.engine.targets.numeric.sparse import sparse_system
from salesyear.engine.targets.numeric.system import TreeSystem
from salesyear.engine.targets.proof import Proof, check
from target_plans import LEVELS, exactly, one_region, random_plan, two_regions

pytestmark = pytest.mark.once
REAL = Params(whole=False)


def the_conflict(cells: Cells, *rules: Rule) -> tuple[Plan, Conflict]:
    plan = solve(cells, Rules(rules), REAL)
    assert not plan.met
    (found,) = conflicts(plan)
    assert found.proof is not None
    assert found.proof.holds
    return plan, found


def test_a_region_above_what_its_reps_can_carry() -> None:
    region = Rule(name="Regions", at="region", amounts={"East": (42.0, 42.0)})
    _, found = the_conflict(one_region({"a": 10, "b": 20}), region, Rule(name="Rep caps", at="rep", at_most=20))
    assert found.sentence() == ("“Regions” asks for 42 at East, but “Rep caps” allow at most 40: 2 missing.")
    assert [(row.rule, row.node) for row in found.rows] == [("Regions", "East"), ("Rep caps", "a"), ("Rep caps", "b")]
    assert found.missing == pytest.approx(2)


def test_a_total_below_its_held_cells_says_which() -> None:
    hold = exactly("Hold b", 20, kind=Kind.LOCK, where={"rep": ("b",)})
    plan, found = the_conflict(one_region({"a": 10, "b": 20, "c": 30}), exactly("Total", 15), hold)
    assert found.sentence() == "“Total” allows 15 at company, but “Hold b” force at least 20: 5 too much."
    assert found.locks == ("Hold b",)
    assert plan.whole is None


def test_a_lock_that_has_nothing_to_do_with_it_is_not_named() -> None:
    cells = two_regions()
    key = {"line": ("A",), "segment": ("key",)}
    big = exactly("Big lock", 9_000, kind=Kind.LOCK, where={"rep": ("Ann",), "month": ("1",), **key})
    small = exactly("Small lock", 90, kind=Kind.LOCK, where={"rep": ("Ann",), "month": ("2",), **key})
    _, found = the_conflict(cells, big, small, Rule(name="Ann", where={"rep": ("Ann",)}, at_most=8_000))
    assert found.locks == ("Big lock",)


def test_caps_of_cells_are_named() -> None:
    frame = one_region({"a": 10, "b": 20}).frame.with_columns(pl.Series("cap", [12.0, 24.0]))
    _, found = the_conflict(Cells(frame, LEVELS), exactly("Total", 40))
    assert "at most 36: 4 missing" in found.sentence()


def test_shares_that_leave_no_room_for_each_other() -> None:
    mix = Rule(name="A", kind=Kind.SHARE, where={"line": ("A",)}, at_least=0.7)
    other = Rule(name="B", kind=Kind.SHARE, where={"line": ("B",)}, at_least=0.4)
    _, found = the_conflict(two_regions(), exactly("Year", 20_000), mix, other)
    assert {row.rule for row in found.rows} == {"A", "B", "Year"}


def test_a_share_that_locks_leave_no_room_for() -> None:
    """A is held at 10 of at least 60 + 10: a share of 30 % needs 21 of 70."""
    frame = one_region({"Ann": 10, "Bo": 60}).frame.with_columns(
        line=pl.Series(["A", "B"]), locked=pl.Series([10.0, 60.0])
    )
    mix = Rule(name="Mix", kind=Kind.SHARE, where={"line": ("A",)}, at_least=0.3)
    _, found = the_conflict(Cells(frame, LEVELS), mix)
    assert found.locks == ("Locked cells",)
    assert (
        found.sentence()
        == "“Mix” asks for a share of 30 % at company; with “Locked cells” it cannot be had: 11 missing."
    )


def test_the_lower_priority_gives_way() -> None:
    """Company 100, caps 40 + 40: the caps give way, not the company; among equals the miss is shared out."""
    caps = Rule(name="Caps", at="rep", at_most=40)
    plan = solve(one_region({"a": 10, "b": 10}), Rules((exactly("Company", 100), caps)), REAL)
    missed = {(row["rule"], row["node"]): row["missed"] for row in plan.rows.to_dicts()}
    assert missed == {("Company", "company"): 0, ("Caps", "a"): pytest.approx(10), ("Caps", "b"): pytest.approx(10)}


def test_two_clashes_are_both_found() -> None:
    rules = Rules(
        (
            Rule(name="East", where={"region": ("East",)}, at_least=30_000),
            Rule(name="East cap", at="territory", nodes=("East 1", "East 2"), at_most=9_000),
            Rule(name="West", where={"region": ("West",)}, at_most=5_000),
            Rule(name="Dee", where={"rep": ("Dee",)}, at_least=5_500),
        )
    )
    found = conflicts(solve(two_regions(), rules, REAL))
    assert sorted(sorted({row.rule for row in own.rows}) for own in found) == [["Dee", "West"], ["East", "East cap"]]


def test_a_proof_in_whole_numbers() -> None:
    """East asks for 42, its two reps may carry 20 each: 42 - 20 - 20 = 2 > 0, which is all that cells can add."""
    region = Rule(name="Regions", at="region", amounts={"East": (42.0, 42.0)})
    plan, found = the_conflict(one_region({"a": 10, "b": 20}), region, Rule(name="Rep caps", at="rep", at_most=20))
    assert found.proof == Proof((1, -1, -1), Fraction(2), Fraction(0))
    rows = np.array([0, 1, 2])
    assert check(plan.model, rows, (), (1, -1, 0)) is None  # b would be free to carry any amount
    wrong = check(plan.model, rows, (), (0, -1, -1))
    assert wrong is not None
    assert not wrong.holds


def test_a_proof_with_shares_and_locks() -> None:
    """A third of the year at least, A is held at 10, the rest at 60 or more: 10 - 70/3 < 0."""
    frame = one_region({"Ann": 10, "Bo": 60, "Cai": 10}).frame.with_columns(
        line=pl.Series(["A", "B", "B"]), locked=pl.Series([10.0, 60.0, None])
    )
    mix = Rule(name="Mix", kind=Kind.SHARE, where={"line": ("A",)}, at_least=1 / 3)
    _, found = the_conflict(Cells(frame, LEVELS), mix)
    assert found.proof is not None
    assert found.proof.asked == 0
    assert found.proof.reach / found.proof.weights[0] == 10 - Fraction(333_334, 1_000_000) * 70


def test_random_clashes_are_proved() -> None:
    for seed in range(12):
        cells, rules = random_plan(seed)
        asked = sum(amount[0] or 0 for amount in rules.rules[1].amounts.values())
        more = Rule(name="Too much", at_least=1.3 * asked, priority=Priority.BAND)
        found = conflicts(solve(cells, rules.with_rule(more), REAL))
        assert found
        assert all(one.proof is not None and one.proof.holds for one in found)


@pytest.mark.parametrize("caps", [0, 1, 2, 4, 8, 13, 20])
def test_planted_conflicts_are_found_whole_and_nothing_else(caps: int) -> None:
    """One total and as many caps as it has reps: 2 to 22 rules, each of which is needed."""
    names = [f"rep {i:02d}" for i in range(caps)]
    cells = one_region(dict.fromkeys([*names, "free"], 10.0))
    rules = [
        Rule(name="Total", at="region", at_least=1_000),
        Rule(name="Free cap", at="rep", nodes=("free",), at_most=10),
        *(Rule(name=f"Cap {name}", at="rep", nodes=(name,), at_most=900 / len(names)) for name in names),
        Rule(name="Idle", at="territory", at_most=100_000),
    ]
    plan = solve(cells, Rules(tuple(rules)), REAL)
    (found,) = conflicts(plan)
    clashing = {row.rule for row in found.rows}
    assert clashing == {rule.name for rule in rules} - {"Idle"}
    missing = 90 if caps else 990
    assert found.missing == pytest.approx(missing)
    assert found.proof is not None
    assert found.proof.holds
    assert float(found.proof.asked - found.proof.reach) == pytest.approx(missing, rel=1e-14)  # 900/13 is no exact float
    for name in clashing:
        assert solve(cells, Rules(tuple(rule for rule in rules if rule.name != name)), REAL).met


def elastic_optimum(instance: Instance, blocks: tuple[Block, ...]) -> float:
    """Least total miss of all rows, by HiGHS."""
    count = instance.tree.leaves * instance.attributes
    rows = sp.csr_matrix(sparse_system(instance.tree, blocks, np.arange(count)).rows)
    response = lump(instance.cells())
    low, high = (np.concatenate([np.ravel(getattr(b, side)) for b in blocks]) for side in ("low", "high"))
    unit = 1e6
    low, high = (low - rows @ response.held) / unit, (high - rows @ response.held) / unit
    eye = sp.identity(len(low), format="csr")
    up, down = np.flatnonzero(np.isfinite(low)), np.flatnonzero(np.isfinite(high))
    matrix = sp.vstack(
        [sp.hstack([-rows[up], -eye[up], 0 * eye[up]]), sp.hstack([rows[down], 0 * eye[down], -eye[down]])]
    )
    price = np.r_[np.zeros(count), np.ones(2 * len(low))]
    result = linprog(price, A_ub=matrix, b_ub=np.r_[-low[up], high[down]], method="highs")
    return float(result.fun) * unit


@pytest.mark.parametrize("what", ["months", "territory cap", "quarters"])
def test_the_least_relaxation_is_that_of_a_linear_program(what: str) -> None:
    instance = make_instance(20, "hard", slots=4)
    company, region, territory, rep = (
        replace(block, give_up=np.full_like(block.give_up, 12.0)) for block in instance.blocks
    )
    if what == "months":
        low = company.low + np.eye(1, 12) * 2_000
        company = replace(company, low=low, high=low)
    elif what == "territory cap":
        territory = replace(territory, high=0.8 * territory.high)
    else:
        low = rep.low.copy()
        low[0, 1:5] *= 1.3 * rep.high[0, 0] / low[0, 1:5].sum()
        rep = replace(rep, low=low)
    blocks = (company, region, territory, rep)
    task = make_task(instance.tree, blocks, lump(instance.cells()), TreeSystem(instance.tree, blocks))
    answer = solve_task(task, Effort())
    assert not answer.met
    assert np.abs(answer.missed).sum() == pytest.approx(elastic_optimum(instance, blocks), rel=1e-6)
