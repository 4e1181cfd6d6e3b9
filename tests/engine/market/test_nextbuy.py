"""A made world in which oil leads to rice: the suggestion, its chance, its value and its reason."""

from __future__ import annotations

from datetime import date
from functools import cache

import polars as pl
import pytest

from salesyear.engine.market.nextbuy import next_categories, penetration, why_next

pytestmark = pytest.mark.once

END = date(2025, 12, 31)


@cache
def purchases() -> pl.DataFrame:
    """Within a year half of those who buy oil take rice, one in ten of those who buy salt; rice sells 100 each."""
    rows = []
    for customer in range(400):
        owned = "oil" if customer % 2 else "salt"
        rows += [(customer, owned, date(2024, 3, 1), 50.0), (customer, owned, date(2025, 9, 1), 50.0)]
        if customer % 4 == 1 or customer % 20 == 2:
            rows.append((customer, "rice", date(2025, 6, 1), 100.0))
    return pl.DataFrame(rows, schema=["customer", "category", "date", "amount"], orient="row")


def test_the_next_category_follows_what_is_owned() -> None:
    rice = next_categories(purchases(), END).filter(pl.col("category") == "rice")
    by_owner = dict(rice.group_by(pl.col("customer") % 2 == 1).agg(pl.col("chance").mean()).iter_rows())
    assert by_owner[True] == pytest.approx(0.5, abs=0.05)
    assert by_owner[False] == pytest.approx(0.1, abs=0.05)


def test_nothing_is_suggested_that_he_buys_already() -> None:
    found = next_categories(purchases(), END)
    bought = purchases().select("customer", "category").unique()
    assert found.join(bought, on=["customer", "category"]).is_empty()


def test_the_value_is_the_first_year_of_those_who_started() -> None:
    found = next_categories(purchases(), END)
    rice = found.filter(pl.col("category") == "rice")
    assert rice["value"].to_list() == pytest.approx([100.0] * rice.height)
    assert (found["expected"] - found["chance"] * found["value"]).abs().max() == 0.0


def test_the_reason_names_what_leads_there() -> None:
    rice = next_categories(purchases(), END).filter(pl.col("category") == "rice").sort("customer")
    oiler = rice.filter(pl.col("customer") % 2 == 1).row(0, named=True)
    assert oiler["because"] == "oil"
    assert str(why_next(oiler)).startswith("Of customers who buy oil, more go on to buy rice; chance here")
    nothing = oiler | {"because": None, "chance": 0.25}
    assert str(why_next(nothing)) == "Customers start buying rice with a chance of 25 % a year."


def test_larger_customers_bring_more() -> None:
    """Everybody's rice is as large as his oil was: the first year follows size one to one."""
    rows = []
    for customer in range(60):
        size = 100.0 * (1 + customer % 3)
        rows += [(customer, "oil", date(2024, 3, 1), size), (customer, "oil", date(2025, 3, 1), size)]
        if customer < 30:
            rows.append((customer, "rice", date(2025, 6, 1), size))
    table = pl.DataFrame(rows, schema=["customer", "category", "date", "amount"], orient="row")
    rice = next_categories(table, END).filter(pl.col("category") == "rice").sort("customer")
    values = rice["value"].head(3).to_list()
    assert values[1] / values[0] == pytest.approx(2.0, rel=0.02)
    assert values[2] / values[0] == pytest.approx(3.0, rel=0.02)
    # Thirty starters of 200 on average: so is the mean suggestion.
    assert rice["value"].mean() == pytest.approx(200.0, rel=0.02)


def test_a_category_few_have_started_with_gets_its_overall_rate() -> None:
    """Two of ten took tea: (2 + 0.5) / (10 + 1) for each of the others."""
    rows = [(customer, "oil", date(2024, 1, 1), 10.0) for customer in range(10)]
    rows += [(customer, "tea", date(2025, 6, 1), 10.0) for customer in range(2)]
    table = pl.DataFrame(rows, schema=["customer", "category", "date", "amount"], orient="row")
    tea = next_categories(table, END)
    assert tea["chance"].to_list() == pytest.approx([2.5 / 11] * 8)
    assert tea["because"].unique().to_list() == [None]


def test_penetration_is_the_mean_of_distinct_categories() -> None:
    """2024: everybody one; 2025: 400 customers, 120 of whom also took rice: 520 / 400."""
    found = penetration(purchases())
    assert found.select("year", "customers").rows() == [(2024, 400), (2025, 400)]
    rice = purchases().filter(pl.col("category") == "rice").height
    assert found["categories"].to_list() == pytest.approx([1.0, (400 + rice) / 400])
