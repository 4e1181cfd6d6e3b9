"""Why a number is what it is: parts that multiply to it, add up to it, and name who asked for what."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesyear.engine.targets import Distance, Kind, Params, Rule, Rules, solve
from salesyear.engine.targets.why import NO_HISTORY, ROUNDING, NothingToExplain, Why, explain, log_mean
from target_plans import exactly, one_region, random_plan, two_regions

pytestmark = pytest.mark.once
REAL = Params(whole=False)


def product(why: Why) -> float:
    return why.prior * math.prod(part.factor or 1.0 for part in why.parts)


def total(why: Why) -> float:
    return why.prior + sum(part.amount for part in why.parts)


def test_one_rule_is_one_factor() -> None:
    rule = exactly("Company growth", 66, owner="Li", reason="market grows", made_at="2026-10-01")
    why = explain(solve(one_region({"a": 10, "b": 20, "c": 30}), Rules((rule,)), REAL), {"rep": ("b",)})
    assert (why.prior, why.cells) == (20, 1)
    assert why.target == pytest.approx(22)
    (part,) = why.parts
    assert (part.name, part.owner, part.reason) == ("Company growth", "Li", "market grows")
    assert part.factor == pytest.approx(1.1)
    assert part.amount == pytest.approx(2)


def test_growth_times_mix_is_the_number() -> None:
    """Two cells of 100, one of them line A. Year + 10 % and 60 % of it A: A is 132, and the two factors that make
    it 1.32 are both there."""
    cells = one_region({"Ann": 100, "Bo": 100})
    frame = cells.frame.with_columns(line=cells.frame["rep"].replace({"Ann": "A", "Bo": "B"}))
    mix = Rule(name="Mix", kind=Kind.SHARE, where={"line": ("A",)}, at_least=0.6)
    plan = solve(type(cells)(frame, cells.levels), Rules((exactly("Growth", 220), mix)), REAL)
    why = explain(plan, {"line": ("A",)})
    assert why.target == pytest.approx(132)
    assert {part.name for part in why.parts} == {"Growth", "Mix"}
    assert product(why) == pytest.approx(132)
    mixed = next(part for part in why.parts if part.name == "Mix")
    assert mixed.factor is not None
    assert mixed.factor > 1


def test_a_lock_explains_its_cell_and_what_it_did_to_a_sum() -> None:
    lock = exactly("Hold a", 20, kind=Kind.LOCK, where={"rep": ("a",)}, owner="Wang", made_at="2026-10-02")
    plan = solve(one_region({"a": 10, "b": 20, "c": 30}), Rules((exactly("Total", 60), lock)), REAL)
    own = explain(plan, {"rep": ("a",)})
    assert [(part.name, part.owner) for part in own.parts] == [("Hold a", "Wang")]
    assert own.parts[0].factor == pytest.approx(2)
    other = explain(plan, {"rep": ("b",)})
    assert [part.name for part in other.parts] == ["Total"]
    assert other.parts[0].factor == pytest.approx(0.8)
    everything = explain(plan)
    assert {part.name: part.amount for part in everything.parts} == {
        "Hold a": pytest.approx(10),
        "Total": pytest.approx(-10),
    }


def test_an_even_start_and_rounding_are_parts_too() -> None:
    plan = solve(one_region({"a": 0, "b": 0, "c": 0}), Rules((exactly("Total", 100),)))
    why = explain(plan, {"rep": ("a",)})
    assert why.target in (33, 34)
    assert {part.name for part in why.parts} == {NO_HISTORY, ROUNDING}
    assert total(why) == pytest.approx(why.target)


def test_least_squares_is_explained_by_amounts() -> None:
    params = Params(distance=Distance.LEAST_SQUARES, whole=False)
    why = explain(solve(one_region({"a": 100, "b": -20}), Rules((exactly("Total", 92),)), params), {"rep": ("b",)})
    assert [part.name for part in why.parts] == ["Total"]
    assert why.parts[0].amount == pytest.approx(2)


def test_a_part_of_the_plan_without_cells_is_refused() -> None:
    with pytest.raises(NothingToExplain):
        explain(solve(two_regions(), Rules(), REAL), {"rep": ("Nobody",)})


def test_the_logarithmic_mean() -> None:
    assert log_mean(np.array([math.e]), np.array([1.0]))[0] == pytest.approx(math.e - 1)
    near = log_mean(np.array([1 + 1e-9, 5.0]), np.array([1.0, 5.0]))
    assert near == pytest.approx([1 + 5e-10, 5.0], rel=1e-14)


@settings(max_examples=30, derandomize=True, deadline=None)
@given(st.integers(0, 10_000))
def test_parts_multiply_and_add_to_every_number(seed: int) -> None:
    cells, rules = random_plan(seed)
    plan = solve(cells, rules, Params(seed=seed))
    for where in ({}, {"region": ("R0",)}, {"line": ("A",), "month": ("2",)}, {"rep": ("R0T0P0",), "month": ("1",)}):
        why = explain(plan, where)
        assert total(why) == pytest.approx(why.target, rel=1e-9)
        assert product(why) == pytest.approx(why.target, rel=1e-9)
