"""Whole units: every rule holds in integers, whatever was cut across, and nothing depends on the table's order."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesyear.engine.rounding import BrokenPromise
from salesyear.engine.targets import BadCells, Cells, Kind, Params, Plan, Rule, Rules, solve
from salesyear.engine.targets.lines import Whole
from salesyear.engine.targets.mending import mend
from salesyear.engine.targets.model import build
from salesyear.engine.targets.promises import promises_of
from target_plans import LEVELS, exactly, one_region, random_plan, two_regions

pytestmark = pytest.mark.once


def whole(plan: Plan) -> list[int]:
    assert plan.whole is not None
    return [int(amount) for amount in plan.whole]


def test_three_equal_cells_share_a_hundred() -> None:
    plan = solve(one_region({"a": 1, "b": 1, "c": 1}), Rules((exactly("Total", 100),)))
    assert sorted(whole(plan)) == [33, 33, 34]


def test_amounts_are_multiples_of_the_unit() -> None:
    plan = solve(one_region({"a": 1, "b": 1, "c": 1}), Rules((exactly("Total", 100_000),)), Params(unit=1000))
    assert sorted(whole(plan)) == [33_000, 33_000, 34_000]


def test_a_lock_that_is_no_multiple_of_the_unit_is_refused() -> None:
    lock = exactly("Lock", 1500, kind=Kind.LOCK, where={"rep": ("a",)})
    with pytest.raises(
        BadCells, match=r"The cell in row 1 is locked at 1500, which is not a whole number of the unit 1000"
    ):
        solve(one_region({"a": 1, "b": 1}), Rules((exactly("Total", 10_000), lock)), Params(unit=1000))


def test_a_whole_plan_is_left_alone() -> None:
    cells = two_regions()
    assert whole(solve(cells, Rules((exactly("Year", 22_080),)))) == cells.frame["prior"].cast(int).to_list()


def test_month_and_product_totals_are_exact_although_they_cut_across_each_other() -> None:
    """12 months x 2 lines fixed at the company and line totals at the region: three families at once."""
    months = Rule(name="Months", each=("month", "line"), at_least=977, at_most=977)
    mix = Rule(name="East A", at="region", where={"line": ("A",)}, amounts={"East": (8_765, 8_765)})
    plan = solve(two_regions(), Rules((months, mix)))
    table = plan.table()
    assert set(table.group_by("month", "line").agg(pl.col("target").sum())["target"]) == {977}
    assert table.filter(pl.col("region") == "East", pl.col("line") == "A")["target"].sum() == 8_765


def test_quarters_of_regions_are_exact() -> None:
    quarters = {"East/1": (2_723, 2_723), "East/2": (3_003, 3_003), "West/1": (1_777, 1_777)}
    rules = Rules(
        (exactly("Months", 1_500, each=("month",)), Rule(name="Q", at="region", each=("quarter",), amounts=quarters))
    )
    table = solve(two_regions(), rules).table().with_columns(quarter=(pl.col("month") - 1) // 3 + 1)
    sums = {row[:2]: row[2] for row in table.group_by("region", "quarter").agg(pl.col("target").sum()).rows()}
    assert (sums["East", 1], sums["East", 2], sums["West", 1]) == (2_723, 3_003, 1_777)


def test_shares_hold_in_integers() -> None:
    mix = Rule(name="Mix", kind=Kind.SHARE, at="rep", where={"line": ("A",)}, at_least=0.333)
    new = Rule(name="New", kind=Kind.SHARE, at="region", where={"segment": ("new",)}, at_least=0.617)
    table = solve(two_regions(), Rules((mix, new, exactly("Year", 23_457)))).table()
    for by, column, value, share in (("rep", "line", "A", 333), ("region", "segment", "new", 617)):
        for _, part in table.group_by(by):
            inside = part.filter(pl.col(column) == value)["target"].sum()
            assert 1000 * inside >= share * part["target"].sum()


def test_an_exact_share_is_off_by_less_than_a_unit() -> None:
    third = Rule(name="A third", kind=Kind.SHARE, where={"line": ("A",)}, at_least=1 / 3, at_most=1 / 3)
    table = solve(two_regions(), Rules((third, exactly("Year", 20_000)))).table()
    assert abs(int(table.filter(pl.col("line") == "A")["target"].sum()) - 20_000 / 3) < 1


def test_the_seed_decides_and_the_order_of_rows_does_not() -> None:
    cells, rules = random_plan(3)
    shuffled = Cells(cells.frame.with_row_index("at").sample(fraction=1.0, shuffle=True, seed=2), LEVELS)
    one = solve(cells, rules, Params(seed=4)).table()["target"]
    other = solve(shuffled, rules, Params(seed=4)).table().sort("at")["target"]
    assert one.equals(other)
    assert not one.equals(solve(cells, rules, Params(seed=5)).table()["target"])


def test_a_plan_that_cannot_be_met_is_not_rounded() -> None:
    lock = exactly("Lock", 50, kind=Kind.LOCK, where={"rep": ("a",)})
    plan = solve(one_region({"a": 10, "b": 10}), Rules((exactly("Total", 40), lock)))
    assert not plan.met
    assert plan.whole is None


def test_a_broken_promise_is_never_passed_over() -> None:
    """Cells that may not move leave a share one unit short: that must not come out as a plan."""
    frame = two_regions().frame.with_columns(floor=pl.col("prior"), cap=pl.col("prior"))
    share = Rule(name="Mix", kind=Kind.SHARE, where={"line": ("A",)}, at_least=0.5)
    params = Params()
    model = build(Cells(frame, LEVELS), Rules((share,)), params, whole=Whole(1))
    units = np.array(frame["prior"], dtype=np.int64)
    units[0] -= 1
    promises = promises_of(model, model.ground.layout.of_class)
    with pytest.raises(BrokenPromise, match="Mix"):
        mend(model, promises, units, frame["prior"].to_numpy())


@settings(max_examples=60, derandomize=True, deadline=None)
@given(st.integers(0, 100_000))
def test_random_plans_keep_every_rule_in_integers(seed: int) -> None:
    cells, rules = random_plan(seed)
    plan = solve(cells, rules, Params(seed=seed))
    table = plan.table()
    assert table["target"].dtype == pl.Int64
    by = {rule.name: rule for rule in rules.rules}
    for name, column in (("Months", "month"), ("Regions", "region"), ("Territory caps", "territory")):
        for key, amount in table.group_by(column).agg(pl.col("target").sum()).rows():
            low, high = by[name].amounts[str(key)]
            assert low is None or amount >= low
            assert high is None or amount <= high
    for rep, amount, inside in (
        table.group_by("rep")
        .agg(pl.col("target").sum(), pl.col("target").filter(pl.col("line") == "A").sum().alias("a"))
        .rows()
    ):
        low, high = by["Rep bands"].amounts[rep]
        assert low is not None
        assert high is not None
        assert low <= amount <= high
        share = by["Line A"].amounts[rep][0]
        assert share is not None
        assert inside >= share * amount - 1e-9 * amount
    assert (table["target"] >= 0).all()
    lock = plan.model.bounds.low == plan.model.bounds.high
    assert (np.array(whole(plan))[lock] == plan.model.bounds.low[lock]).all()
    for level in range(4):
        months = np.array([plan.sums(level, np.array(whole(plan), float)).sum(axis=1)])
        assert np.abs(months - plan.sums(level, plan.real).sum(axis=1)).max() < 1.01
