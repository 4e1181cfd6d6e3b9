"""New customers: who counts as new, what each cohort brings, and how many to expect."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from salesyear.engine.market.histories import purchase_days
from salesyear.engine.market.tables import need
from salesyear.engine.messages import EngineError, noop


class TooShortHistory(EngineError):
    """An inflow was asked of less than a year of purchases."""


@dataclass(frozen=True)
class InflowParams:
    """look_back: months without a purchase after which somebody is new (again). counts_for: months his sales count as
    new. pull: cases by which the season's shape is pulled towards twelve equal months.
    """

    look_back: int = 24
    counts_for: int = 12
    pull: float = 12.0


@dataclass(frozen=True)
class Inflow:
    """curve: `age` (calendar months since the first purchase), `per_customer` (mean sales), `cohorts` behind it.

    months: `month`, `customers` (expected, or counted where the month is past), `new_sales` (of all who count as new).
    """

    curve: pl.DataFrame
    months: pl.DataFrame


def new_customers(purchases: pl.DataFrame, as_of: date, *, look_back: int = 24) -> pl.DataFrame:
    """One row per time a customer became new: `customer`, `start`, `sure`.

    A purchase makes him new when the `look_back` months before it hold none. `sure` is false where the table does not
    reach back that far, so that an older purchase may be missing.
    """
    days = purchase_days(purchases, as_of)
    before = pl.col("date").shift(1).over("customer")
    reach = pl.col("date").dt.offset_by(f"-{look_back}mo")
    return (
        days.with_columns(before=before, sure=reach >= days["date"].min())
        .filter(pl.col("before").is_null() | (pl.col("before") < reach))
        .select("customer", start="date", sure="sure")
    )


def new_customer_sales(purchases: pl.DataFrame, as_of: date, params: InflowParams | None = None) -> pl.DataFrame:
    """Sales of customers while they count as new: `cohort` (month of the start), `month`, `age`, `amount`.

    Returns lower the month they are booked in.
    """
    params = params or InflowParams()
    starts = new_customers(purchases, as_of, look_back=params.look_back)
    sold = purchases.filter(pl.col("date") <= as_of).sort("date")
    held = sold.join_asof(starts.sort("start"), left_on="date", right_on="start", by="customer", check_sortedness=False)
    within = pl.col("date") < pl.col("start").dt.offset_by(f"{params.counts_for}mo")
    return (
        held.filter(pl.col("start").is_not_null() & within)
        .with_columns(cohort=pl.col("start").dt.truncate("1mo"), month=pl.col("date").dt.truncate("1mo"))
        .group_by("cohort", "month")
        .agg(pl.col("amount").sum())
        .with_columns(age=_months(pl.col("month")) - _months(pl.col("cohort")))
        .sort("cohort", "month")
    )


def new_customer_share(purchases: pl.DataFrame, as_of: date, params: InflowParams | None = None) -> pl.DataFrame:
    """By year: `sales`, `new_sales`, `share` of customers who count as new (the plan's floor is 15 %)."""
    need(purchases, "customer", "date", "amount")
    new = new_customer_sales(purchases, as_of, params)
    by_year = new.group_by(year=pl.col("month").dt.year()).agg(new_sales=pl.col("amount").sum())
    return (
        purchases.filter(pl.col("date") <= as_of)
        .group_by(year=pl.col("date").dt.year())
        .agg(sales=pl.col("amount").sum())
        .join(by_year, on="year", how="left")
        .with_columns(pl.col("new_sales").fill_null(0))
        .with_columns(share=pl.when(pl.col("sales") != 0).then(pl.col("new_sales") / pl.col("sales")))
        .sort("year")
    )


def expected_inflow(
    purchases: pl.DataFrame, as_of: date, plan_start: date, params: InflowParams | None = None
) -> Inflow:
    """New customers and their sales in the twelve months from `plan_start` (first of a month, after `as_of`).

    `as_of` is the last day of the last whole month. Number: as many as in the last twelve months, in the shape of all
    whole years. Sales: what cohorts brought per head at each age (only cohorts old enough to have lived that month),
    times heads. Raises TooShortHistory with less than twelve months.
    """
    params = params or InflowParams()
    counts = _counts_by_month(purchases, as_of, params)
    if counts.height < 12:
        text = noop("An expected inflow of customers needs twelve whole months of purchases; here are %(months)s.")
        raise TooShortHistory(text, months=counts.height)
    last = counts["month"].to_list()[-1]
    ahead = _index(plan_start) - _index(last) + 11
    heads = np.concatenate([counts["customers"].to_numpy().astype(float), _heads_ahead(counts, ahead, params.pull)])
    curve = _curve(purchases, as_of, counts, params)
    sales = np.convolve(heads, curve["per_customer"].to_numpy())[: len(heads)]
    months = pl.date_range(counts["month"].to_list()[0], _shift(plan_start, 11), "1mo", eager=True)
    table = pl.DataFrame({"month": months, "customers": heads, "new_sales": sales})
    return Inflow(curve, table.filter(pl.col("month") >= plan_start))


def _counts_by_month(purchases: pl.DataFrame, as_of: date, params: InflowParams) -> pl.DataFrame:
    """`month`, `customers` new in it, for every month of the table, none left out."""
    starts = new_customers(purchases, as_of, look_back=params.look_back).with_columns(
        month=pl.col("start").dt.truncate("1mo")
    )
    first = purchases.select(pl.col("date").min().dt.truncate("1mo")).item()
    months = pl.DataFrame({"month": pl.date_range(first, as_of.replace(day=1), "1mo", eager=True)})
    counts = starts.group_by("month").agg(customers=pl.len().cast(pl.Int64), sure=pl.col("sure").all())
    joined = months.join(counts, on="month", how="left").with_columns(pl.col("customers").fill_null(0)).sort("month")
    begun = pl.col("month") >= pl.lit(_shift(first, params.look_back))
    # Where the table cannot tell new from old, everybody looks new: such months are left out while a year remains.
    kept = joined.filter(begun)
    return (kept if kept.height >= 12 else joined).select("month", "customers")


def _heads_ahead(counts: pl.DataFrame, ahead: int, pull: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Expected new customers of the `ahead` months after the last counted one."""
    level = float(counts["customers"].tail(12).sum())
    whole = counts.tail(counts.height // 12 * 12)
    by_month = whole.group_by(at=pl.col("month").dt.month()).agg(pl.col("customers").sum()).sort("at")
    seen = by_month["customers"].to_numpy().astype(float) + pull / 12.0
    shape = seen / seen.sum()
    first = counts["month"].to_list()[-1].month  # the month after it, counted from 0
    return np.array([level * shape[(first + step) % 12] for step in range(ahead)])


def _curve(purchases: pl.DataFrame, as_of: date, counts: pl.DataFrame, params: InflowParams) -> pl.DataFrame:
    """Mean sales per head at each age, of the cohorts that have lived the whole of that month."""
    sold = new_customer_sales(purchases, as_of, params)
    end = _index(as_of)
    rows = []
    for age in range(params.counts_for + 1):
        old = counts.filter(_months(pl.col("month")) + age <= end)
        heads = int(old["customers"].sum())
        amount = sold.filter((pl.col("age") == age) & pl.col("cohort").is_in(old["month"].implode()))["amount"].sum()
        rows.append({"age": age, "per_customer": amount / heads if heads else 0.0, "cohorts": old.height})
    return pl.DataFrame(rows, schema={"age": pl.Int64, "per_customer": pl.Float64, "cohorts": pl.Int64})


def _months(day: pl.Expr) -> pl.Expr:
    return day.dt.year().cast(pl.Int64) * 12 + day.dt.month().cast(pl.Int64)


def _index(day: date) -> int:
    return day.year * 12 + day.month


def _shift(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, 1)
