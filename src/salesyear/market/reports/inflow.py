"""New customers month by month, what their cohorts bring, and how many are to be expected in the plan year."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from salesyear.sales.frames import NONE

if TYPE_CHECKING:
    import polars as pl

MICRO = 1_000_000


def cohorts(closed: pl.DataFrame, company: int, as_of: date, look_back: int) -> Iterator[dict[str, Any]]:
    """Every month of the company and of each region: those that were, then those of the coming year as expected.

    A customer is new in a region by the purchases made there. A unit with less than a year of sales expects nothing.
    """
    import polars as pl

    sold = closed.select("region", "customer", "amount", date="day")
    yield from _of_unit(sold, company, as_of, look_back)
    for (region,), rows in sorted(sold.filter(pl.col("region") != NONE).partition_by("region", as_dict=True).items()):
        yield from _of_unit(rows, int(region), as_of, look_back)


def _of_unit(sold: pl.DataFrame, unit: int, as_of: date, look_back: int) -> Iterator[dict[str, Any]]:
    from salesyear.engine.market.cohorts import InflowParams, TooShortHistory, expected_inflow

    params = InflowParams(look_back=look_back)
    yield from ({"unit_id": unit} | row for row in _past(sold, as_of, params))
    start = as_of + timedelta(days=1)
    try:
        ahead = expected_inflow(sold, as_of, start, params).months
    except TooShortHistory:
        return
    for month, customers, new_sales in ahead.select("month", "customers", "new_sales").iter_rows():
        expected = {"customers": round(customers * MICRO), "new_sales": round(new_sales)}
        yield {"unit_id": unit, "month": month, "expected": True, "sure": True, "sales": None, "by_age": []} | expected


def _past(sold: pl.DataFrame, as_of: date, params: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - the engine's params
    """The months that were, none left out, with the sales of each cohort by age."""
    import polars as pl

    from salesyear.engine.market.cohorts import new_customer_sales, new_customers

    month = pl.col("date").dt.truncate("1mo")
    starts = new_customers(sold, as_of, look_back=params.look_back).with_columns(
        month=pl.col("start").dt.truncate("1mo")
    )
    heads = starts.group_by("month").agg(customers=pl.len(), sure=pl.col("sure").all())
    new = new_customer_sales(sold, as_of, params)
    brought = new.group_by("month").agg(new_sales=pl.col("amount").sum())
    all_ = sold.group_by(month=month).agg(sales=pl.col("amount").sum())
    ages = {
        cohort: dict(rows.select("age", "amount").iter_rows())
        for (cohort,), rows in new.partition_by("cohort", as_dict=True).items()
    }
    first = sold.select(month.min()).item()
    months = pl.DataFrame({"month": pl.date_range(first, as_of.replace(day=1), "1mo", eager=True)})
    for table in (heads, brought, all_):
        months = months.join(table, on="month", how="left")
    for row in months.sort("month").iter_rows(named=True):
        lived = min(params.counts_for, 12 * (as_of.year - row["month"].year) + as_of.month - row["month"].month)
        own = ages.get(row["month"], {})
        yield {
            "month": row["month"],
            "expected": False,
            "sure": row["sure"] is not False,
            "customers": (row["customers"] or 0) * MICRO,
            "new_sales": round(row["new_sales"] or 0),
            "sales": round(row["sales"] or 0),
            "by_age": [round(own.get(age, 0)) for age in range(lived + 1)] if row["customers"] else [],
        }
