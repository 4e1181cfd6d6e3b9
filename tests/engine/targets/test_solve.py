"""The solve on tables: the exact cases, what it refuses, and what every plan must be."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesyear.engine.targets import BadCells, BadRule, Cells, Distance, Kind, Params, Plan, Rule, Rules, solve
from target_plans import LEVELS, exactly, one_region, random_plan, real, two_regions

pytestmark = pytest.mark.once
REAL = Params(whole=False)


def hold(rep: str, amount: float | None = None) -> Rule:
    return Rule(name=f"Hold {rep}", kind=Kind.LOCK, where={"rep": (rep,)}, at_least=amount, at_most=amount)


def test_a_changed_total_is_spread_around_a_held_cell() -> None:
    plan = solve(one_region({"a": 10, "b": 20, "c": 30}), Rules((exactly("Total", 100), hold("b"))), REAL)
    assert plan.real == pytest.approx([20, 20, 60])


def test_a_changed_cell_is_made_up_for_by_the_others() -> None:
    plan = solve(one_region({"a": 10, "b": 20, "c": 30}), Rules((exactly("Total", 60), hold("a", 20))), REAL)
    assert plan.real == pytest.approx([20, 16, 24])


def test_a_total_keeps_proportions() -> None:
    plan = solve(one_region({"a": 15, "b": 10, "c": 5}), Rules((exactly("Total", 60),)), REAL)
    assert plan.real == pytest.approx([30, 20, 10])


def test_a_total_over_nothing_is_spread_evenly_and_says_so() -> None:
    plan = solve(one_region({"a": 0, "b": 0, "c": 0}), Rules((exactly("Total", 60),)), REAL)
    assert plan.real == pytest.approx([20, 20, 20])
    assert plan.filled.tolist() == [0, 1, 2]


def test_no_history_stays_nothing_beside_history() -> None:
    plan = solve(one_region({"a": 0, "b": 20, "c": 30}), Rules((exactly("Total", 100),)), REAL)
    assert plan.real == pytest.approx([0, 40, 60])
    assert len(plan.filled) == 0


def test_no_rules_change_nothing() -> None:
    cells = two_regions()
    assert solve(cells, Rules(), REAL).real == pytest.approx(cells.amounts("prior"))


def test_one_cell() -> None:
    assert solve(one_region({"a": 7}), Rules((exactly("Total", 9),)), REAL).real == pytest.approx([9])


def test_no_cells_at_all() -> None:
    with pytest.raises(BadCells, match="no cells to plan on"):
        one_region({})


def test_a_share_is_lifted_and_the_rest_makes_room() -> None:
    """Half of everything is line A. At 60 % of 24 cells x 100 = 2400 each month total: 1440 and 960."""
    rules = Rules((exactly("Year", 28_800), Rule(name="Mix", kind=Kind.SHARE, where={"line": ("A",)}, at_least=0.6)))
    plan = solve(two_regions(), rules, REAL)
    assert real(plan, line="A") == pytest.approx(17_280)
    assert real(plan, line="B") == pytest.approx(11_520)


def test_shares_differ_by_node() -> None:
    rule = Rule(
        name="New",
        kind=Kind.SHARE,
        at="rep",
        where={"segment": ("new",)},
        amounts={"Ann": (0.55, None), "Bo": (0.7, None)},
    )
    plan = solve(two_regions(), Rules((rule,)), REAL)
    assert real(plan, rep="Ann", segment="new") / real(plan, rep="Ann") == pytest.approx(0.55)
    assert real(plan, rep="Bo", segment="new") / real(plan, rep="Bo") == pytest.approx(0.7)
    assert real(plan, rep="Cai", segment="new") == pytest.approx(real(plan, rep="Cai", segment="key"))


def test_a_quarter_profile_and_a_floor_relative_to_last_year() -> None:
    profile = {"1": (0.2, 0.2), "2": (0.25, 0.25), "3": (0.25, 0.25), "4": (0.3, 0.3)}
    rules = Rules(
        (
            Rule(name="Quarters", kind=Kind.PROFILE, each=("quarter",), amounts=profile),
            Rule(name="Ann grows", where={"rep": ("Ann",)}, at_least=1.2, relative_to="last_year"),
        )
    )
    plan = solve(two_regions(), rules, REAL)
    year = real(plan)
    first = sum(real(plan, month=str(month)) for month in (1, 2, 3))
    assert first / year == pytest.approx(0.2)
    assert real(plan, rep="Ann") == pytest.approx(1.2 * 4800)


def test_a_month_profile_holds_in_every_region_and_month() -> None:
    """Of every region's year 6 % in January and 10 % in December; the other months share 84 % evenly, as they were."""
    profile: dict[str, tuple[float | None, float | None]] = {"1": (0.06, 0.06), "12": (0.10, 0.10)}
    rule = Rule(name="Season", kind=Kind.PROFILE, at="region", each=("month",), amounts=profile)
    plan = solve(two_regions(), Rules((rule, exactly("Year", 28_800))), REAL)
    for region in plan.model.org.names[1]:
        year = real(plan, region=region)
        months = [real(plan, region=region, month=str(month)) / year for month in range(1, 13)]
        assert months == pytest.approx([0.06, *[0.084] * 10, 0.10])


@pytest.mark.parametrize("level", ["company", "region", "rep"])
@pytest.mark.parametrize(("period", "parts"), [("month", 12), ("quarter", 4)])
def test_a_total_holds_at_any_level_and_period(level: str, period: str, parts: int) -> None:
    """A tenth more at every node in the first period alone, and the year unchanged at the company."""
    before = solve(two_regions(), Rules(()), REAL)
    nodes = before.model.org.names[before.model.org.levels.index(level)]

    def now(plan: Plan, node: str) -> float:
        months = (str(month + 1) for month in range(12 // parts))
        return sum(real(plan, month=month, **({} if level == "company" else {level: node})) for month in months)

    tenth_more = {f"{node}/1" if level != "company" else "1": 1.1 * now(before, node) for node in nodes}
    amounts: dict[str, tuple[float | None, float | None]] = {key: (own, own) for key, own in tenth_more.items()}
    rule = Rule(name="First", at=level, each=(period,), amounts=amounts)
    plan = solve(two_regions(), Rules((rule, exactly("Year", real(before)))), REAL)
    assert [now(plan, node) for node in nodes] == pytest.approx(list(tenth_more.values()))
    assert real(plan) == pytest.approx(real(before))


def test_a_customer_of_several_reps_is_bounded_across_the_tree() -> None:
    frame = two_regions().frame.with_columns(
        customer=pl.when(pl.col("segment") == "key").then(pl.lit("Acme")).otherwise(pl.lit("other"))
    )
    rules = Rules((exactly("Acme", 12_000, where={"customer": ("Acme",)}), exactly("Year", 24_000)))
    plan = solve(Cells(frame, LEVELS), rules, REAL)
    assert real(plan, customer="Acme") == pytest.approx(12_000)
    assert real(plan) == pytest.approx(24_000)


def test_returns_need_least_squares() -> None:
    cells = one_region({"a": 100, "b": -20})
    with pytest.raises(BadCells, match="row 2 is negative"):
        solve(cells, Rules(), REAL)
    plan = solve(cells, Rules((exactly("Total", 92),)), Params(distance=Distance.LEAST_SQUARES, whole=False))
    assert plan.real == pytest.approx([110, -18])


def test_floors_and_caps_of_cells() -> None:
    """30 + 20 + 10 would be double; a may carry 24 only, so b and c share 36 as 2 : 1."""
    cells = one_region({"a": 15, "b": 10, "c": 5})
    capped = Cells(cells.frame.with_columns(pl.Series("cap", [24.0, None, None])), LEVELS)
    assert solve(capped, Rules((exactly("Total", 60),)), REAL).real == pytest.approx([24, 24, 12])
    nan = Cells(cells.frame.with_columns(pl.Series("cap", [24.0, float("nan"), float("nan")])), LEVELS)
    assert solve(nan, Rules((exactly("Total", 60),)), REAL).real == pytest.approx([24, 24, 12])
    rule = Rule(name="At most 1.6", kind=Kind.CELL, where={"rep": ("a",)}, at_most=1.6, relative_to="prior")
    assert solve(cells, Rules((exactly("Total", 60), rule)), REAL).real == pytest.approx([24, 24, 12])


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        (Rule(name="X", at="regoin", at_least=1), "It can be at: company, region"),
        (Rule(name="X", where={"line": ("AA",)}, at_least=1), "Did you mean “A”?"),
        (Rule(name="X", at="rep", nodes=("Anne",), at_least=1), "Did you mean “Ann”?"),
        (Rule(name="X", where={"colour": ("red",)}, at_least=1), "no column “colour”"),
        (Rule(name="X", where={"region": ("North",)}, at_least=1), "speaks of no cell"),
        (
            Rule(name="X", kind=Kind.SHARE, where={"region": ("East",)}, at_least=0.3),
            "share of region = East in itself",
        ),
        (Rule(name="X", at="region", amounts={"Est": (1.0, None)}), "an amount for “Est”, which is not there"),
        (Rule(name="X", at="region", each=("month",), amounts={"East/13": (1.0, None)}), "“East/13”, which is"),
    ],
)
def test_a_rule_that_cannot_fire_is_refused(rule: Rule, says: str) -> None:
    with pytest.raises((BadRule, BadCells), match=says.replace("?", r"\?")):
        solve(two_regions(), Rules((rule,)), REAL)


def test_a_rule_without_sense_is_refused_when_made() -> None:
    with pytest.raises(BadRule, match="asks for nothing"):
        Rule(name="X")
    with pytest.raises(BadRule, match="at least 3 and at most 2"):
        Rule(name="X", at_least=3, at_most=2)
    with pytest.raises(BadRule, match="between 0 and 1"):
        Rule(name="X", kind=Kind.SHARE, at_least=30)
    with pytest.raises(BadRule, match="Two rules"):
        Rules((exactly("X", 1), exactly("X", 2)))


def test_a_missing_prior_is_named() -> None:
    frame = one_region({"a": 1, "b": 2}).frame.with_columns(pl.Series("prior", [1.0, None]))
    with pytest.raises(BadCells, match="row 2"):
        Cells(frame, LEVELS)


def test_the_order_of_rows_and_rules_does_not_matter() -> None:
    """Case 23: sorting or filtering a table never changes a number, not even in its last bit."""
    cells, rules = random_plan(5)
    shuffled = Cells(cells.frame.with_row_index("at").sample(fraction=1.0, shuffle=True, seed=1), LEVELS)
    one = solve(cells, rules, REAL).table()["target_real"]
    other = solve(shuffled, Rules(rules.rules[::-1]), REAL).table().sort("at")["target_real"]
    assert one.equals(other)


def test_the_same_question_has_the_same_answer() -> None:
    cells, rules = random_plan(6)
    assert (solve(cells, rules, REAL).real == solve(cells, rules, REAL).real).all()


@settings(max_examples=40, derandomize=True, deadline=None)
@given(st.integers(0, 10_000))
def test_random_plans_keep_their_rules(seed: int) -> None:
    cells, rules = random_plan(seed)
    plan = solve(cells, rules, REAL)
    assert plan.met
    rows = plan.rows
    slack = 1e-7 * (1 + rows["value"].abs())
    assert (rows["value"] >= rows["at_least"] - slack).all()
    assert (rows["value"] <= rows["at_most"] + slack).all()
    locked = plan.model.bounds.low == plan.model.bounds.high
    assert (plan.real[locked] == plan.model.bounds.low[locked]).all()


@settings(max_examples=25, derandomize=True, deadline=None)
@given(st.integers(0, 10_000))
def test_random_plans_are_the_best_ones(seed: int) -> None:
    """Optimality (Kuhn-Tucker): cells are prior x e^multipliers, and only rows at a bound push, to the right side."""
    cells, rules = random_plan(seed)
    plan = solve(cells, rules, REAL)
    model = plan.model
    t = model.task.system.pull(plan.answer.y)[model.classes]
    free = (model.bounds.low < model.bounds.high)[model.order]
    expected = (model.prior[model.order] * np.exp(t))[free]
    assert plan.real[model.order][free] == pytest.approx(expected, rel=1e-9)
    pushed = plan.rows.filter(pl.col("multiplier").abs() > 1e-9)
    bound = pl.when(pl.col("multiplier") > 0).then("at_least").otherwise("at_most")
    gap = pushed.select((pl.col("value") - bound).abs() / (1 + bound.abs()))
    assert gap.to_series().max() is None or float(gap.to_series().max()) < 1e-7  # type: ignore[arg-type]  # a float


def test_least_squares_agrees_with_its_normal_equations() -> None:
    """Two cells 10 and 30, total 60: the same growth t for both, so 15 and 45, as pro rata would."""
    params = Params(distance=Distance.LEAST_SQUARES, whole=False)
    plan = solve(one_region({"a": 10, "b": 30}), Rules((exactly("Total", 60),)), params)
    assert plan.real == pytest.approx([15, 45])
    floor = Rule(name="Floor", at="rep", amounts={"a": (20.0, None)})
    plan = solve(one_region({"a": 10, "b": 30}), Rules((exactly("Total", 60), floor)), params)
    assert plan.real == pytest.approx([20, 40])
