"""Sales that look better than they are: spikes that come back, terms that are too long, agents who are loaded.

Each signal takes tables and returns what it found, with the figures it rests on. None proves anything: each says where
to look.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

_DAYS_A_MONTH = 30.4375


@dataclass(frozen=True, slots=True)
class SpikeParams:
    """last: days at the end of a month that count as its end. usual: months before to compare with. times: how often
    the usual share of the month it must be. after: days in which goods come back. returned: least share of the spike
    that did.
    """

    last: int = 5
    usual: int = 6
    times: float = 1.5
    after: int = 45
    returned: float = 0.2


@dataclass(frozen=True, slots=True)
class Spike:
    """A salesperson's month with too much at its end, and what of it came back."""

    rep: int
    month: date
    amount: int
    share: float
    usual: float
    returned: int


@dataclass(frozen=True, slots=True)
class TermParams:
    """times, days: how much longer than usual a term must be, both. usual: least number of orders that say what is."""

    times: float = 1.5
    days: int = 15
    usual: int = 5


@dataclass(frozen=True, slots=True)
class LongTerm:
    """An order with a longer term than its customer (or, for a new one, everybody) usually gets."""

    order: int
    customer: int
    rep: int
    day: date
    amount: int
    days: int
    usual: float


@dataclass(frozen=True, slots=True)
class LoadParams:
    """months: the window looked at. before: months that say what is usual. extra: months' worth of usual buying that
    it must be more than usual.
    """

    months: int = 3
    before: int = 12
    extra: float = 1.5


@dataclass(frozen=True, slots=True)
class Load:
    """An agent who bought more than usual: `months` of usual buying more, in the window up to the day asked for."""

    agency: int
    amount: int
    usual: int
    months: float


def spikes_that_came_back(
    sold: pl.DataFrame, returned: pl.DataFrame, params: SpikeParams = SpikeParams()
) -> list[Spike]:
    """Find months whose last days brought far more than usual and of whose orders much came back.

    sold: `order`, `rep`, `day`, `amount` (minor units, a row an order or line). returned: `order`, `day`, `amount`
    (above 0). A month is compared with the median of the salesperson's months before it.
    """
    import polars as pl

    ends = pl.col("day").dt.month_end()
    at_end = (ends - pl.col("day")).dt.total_days() < params.last
    dated = sold.with_columns(month=pl.col("day").dt.truncate("1mo"), late=at_end)
    months = _shares(dated, params)
    back = _came_back(dated, returned, params)
    found = months.join(back, on=["rep", "month"], how="inner").filter(
        (pl.col("share") >= params.times * pl.col("usual")) & (pl.col("returned") >= params.returned * pl.col("late"))
    )
    rows = found.sort("month", "rep").select("rep", "month", "late", "share", "usual", "returned")
    return [Spike(*row) for row in rows.iter_rows()]


def _shares(dated: pl.DataFrame, params: SpikeParams) -> pl.DataFrame:
    """Each salesperson's months: what came at the end, its share, and the usual share before."""
    import polars as pl

    late = pl.col("amount").filter(pl.col("late")).sum()
    months = dated.group_by("rep", "month").agg(late=late, whole=pl.col("amount").sum()).sort("rep", "month")
    share = months.filter(pl.col("whole") > 0).with_columns(share=pl.col("late") / pl.col("whole"))
    usual = pl.col("share").shift(1).rolling_median(params.usual, min_samples=3).over("rep")
    return share.with_columns(usual=usual).filter((pl.col("late") > 0) & pl.col("usual").is_not_null())


def _came_back(dated: pl.DataFrame, returned: pl.DataFrame, params: SpikeParams) -> pl.DataFrame:
    """What of the late orders of each salesperson's months came back in time."""
    import polars as pl

    orders = dated.filter("late").group_by("rep", "month", "order").agg(bought=pl.col("day").max())
    back = orders.join(returned, on="order", how="inner")
    soon = pl.col("day") <= pl.col("month").dt.month_end() + timedelta(days=params.after)
    return back.filter(soon).group_by("rep", "month").agg(returned=pl.col("amount").sum())


def long_terms(orders: pl.DataFrame, since: date, params: TermParams = TermParams()) -> list[LongTerm]:
    """Find orders of `since` and later that are to be paid much later than their customer usually pays.

    orders: `order`, `customer`, `rep`, `day`, `due`, `amount`; rows without a due day are not looked at. What is usual
    is the median of the customer's earlier orders, of everybody's where the customer has too few.
    """
    import polars as pl

    terms = orders.filter(pl.col("due").is_not_null()).with_columns(
        days=(pl.col("due") - pl.col("day")).dt.total_days()
    )
    before = terms.filter(pl.col("day") < since)
    if before.is_empty():
        return []
    own = before.group_by("customer").agg(own=pl.col("days").median(), orders=pl.len())
    everybody = before["days"].median()
    usual = pl.when(pl.col("orders") >= params.usual).then("own").otherwise(pl.lit(everybody))
    held = terms.filter(pl.col("day") >= since).join(own, on="customer", how="left").with_columns(usual=usual)
    far = (pl.col("days") > params.times * pl.col("usual")) & (pl.col("days") - pl.col("usual") >= params.days)
    rows = held.filter(far).sort("day", "order").select("order", "customer", "rep", "day", "amount", "days", "usual")
    return [LongTerm(*row) for row in rows.iter_rows()]


def loaded_agents(bought: pl.DataFrame, as_of: date, params: LoadParams = LoadParams()) -> list[Load]:
    """Find agents who bought so much of late that it must still stand on their shelves.

    bought: `agency`, `day`, `amount`. The window of `months` up to `as_of` is held against the mean of the `before`
    months ahead of it; an agent without those is not judged.
    """
    import polars as pl

    begin = as_of - timedelta(days=round(params.months * _DAYS_A_MONTH))
    start = begin - timedelta(days=round(params.before * _DAYS_A_MONTH))
    day, amount = pl.col("day"), pl.col("amount")
    sums = bought.group_by("agency").agg(
        now=amount.filter((day > begin) & (day <= as_of)).sum(),
        past=amount.filter((day > start) & (day <= begin)).sum(),
        first=day.min(),
    )
    judged = sums.filter((pl.col("first") <= start + timedelta(days=31)) & (pl.col("past") > 0)).with_columns(
        month=pl.col("past") / params.before
    )
    months = (pl.col("now") - params.months * pl.col("month")) / pl.col("month")
    rows = judged.with_columns(months=months).filter(pl.col("months") >= params.extra).sort("agency")
    return [
        Load(row["agency"], row["now"], round(row["month"] * params.months), row["months"])
        for row in rows.iter_rows(named=True)
    ]
