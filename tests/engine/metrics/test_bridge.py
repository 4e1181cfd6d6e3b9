"""The bridge: by hand on four sales, exact on 60,919 lines, and the same in parts as in the whole."""

from __future__ import annotations

from datetime import date
from functools import cache

import polars as pl
import pytest

import metrics_data as data
from salesyear.engine.metrics import Period
from salesyear.engine.metrics.bridge import STEPS, bridge, bridge_to_plan
from salesyear.engine.metrics.facts import Facts

BEFORE, AFTER = Period.of_months(date(2012, 1, 1), 12), Period.of_months(date(2013, 1, 1), 12)


@cache
def adventure() -> Facts:
    return data.facts_of_tables(data.adventureworks())


def sold(*rows: tuple[int, int, int, int, int]) -> Facts:
    """year, customer, product, units, amount."""
    frame = pl.DataFrame(rows, schema=["year", "customer", "product", "units", "amount"], orient="row")
    made = frame.with_columns(
        day=pl.date(pl.col("year"), 3, 1), kind=pl.lit(1), quantity=pl.col("units") * 1_000_000, rep=pl.col("customer")
    )
    return data.facts_of_tables({"sold": data.table("sold", made)})


def test_by_hand() -> None:
    """Customer 1: 10 → 12 units of A at 100 → 110, 10 → 18 of B at 50. Customer 2 leaves with 300, 3 comes with 77.

    Price 12 × 10 = 120; all units 20 → 30, so volume 1,500 × ½ = 750; the rest of 2,220 − 1,500 is mix: −150.
    """
    facts = sold(
        (2012, 1, 1, 10, 1000), (2012, 1, 2, 10, 500), (2013, 1, 1, 12, 1320), (2013, 1, 2, 18, 900),
        (2012, 2, 1, 3, 300), (2013, 3, 1, 1, 77),
    )  # fmt: skip
    made = bridge(facts, BEFORE, AFTER)
    assert dict(made.total) == {
        "before": 1800, "price": 120, "volume": 750, "mix": -150, "new": 77, "lost": -300, "after": 2297,
    }  # fmt: skip


def test_thirds_of_a_unit_are_shared_out() -> None:
    facts = sold((2012, 1, 1, 3, 100), (2012, 1, 2, 4, 100), (2013, 1, 1, 4, 101), (2013, 1, 2, 5, 99))
    total = bridge(facts, BEFORE, AFTER).total
    assert total["before"] + sum(total[step] for step in STEPS) == total["after"] == 200


@pytest.mark.parametrize("by", [(), ("region",), ("region", "line"), ("rep",)])
def test_it_is_exact_in_every_row_and_in_the_total(by: tuple[str, ...]) -> None:
    made = bridge(adventure(), BEFORE, AFTER, by=by)
    whole = made.rows.select(pl.col("before") + pl.sum_horizontal(STEPS) - pl.col("after")).to_series()
    assert whole.to_list() == [0] * made.rows.height
    lines = data.adventureworks()["sold"]
    for name, year in (("before", 2012), ("after", 2013)):
        assert made.total[name] == sum(lines.filter(pl.col("day").dt.year() == year)["amount"].to_list())


def test_lost_and_new_are_customers_of_one_side_alone() -> None:
    lines = data.adventureworks()["sold"]
    sold_to = lines.group_by("customer", year=pl.col("day").dt.year()).agg(pl.col("amount").sum())
    sums: dict[int, dict[int, int]] = {2012: {}, 2013: {}, 2011: {}, 2014: {}}
    for customer, year, amount in sold_to.iter_rows():
        sums[year][customer] = amount
    total = bridge(adventure(), BEFORE, AFTER).total
    assert total["lost"] == -sum(amount for who, amount in sums[2012].items() if who not in sums[2013])
    assert total["new"] == sum(amount for who, amount in sums[2013].items() if who not in sums[2012])


def test_plan_and_actual() -> None:
    tables = {
        "targets": data.table(
            "targets", pl.DataFrame({"month": [2013 * 12 + 2] * 2, "line": [1, 2], "target": [100, 100]})
        ),
        "sold": data.table(
            "sold",
            pl.DataFrame({"kind": [1, 1], "day": [date(2013, 3, 1)] * 2, "product": [1, 2], "amount": [150, 80]}),
        ),
        "products": data.table("products", pl.DataFrame({"product": [1, 2], "line": [1, 2]})),
    }
    made = bridge_to_plan(data.facts_of_tables(tables), Period.of_months(date(2013, 3, 1), 1), by=["line"])
    assert made.rows.select("line", "before", "volume", "mix", "after").rows() == [
        (1, 100, 15, 35, 150),
        (2, 100, 15, -35, 80),
    ]
    assert made.total["mix"] == 0
