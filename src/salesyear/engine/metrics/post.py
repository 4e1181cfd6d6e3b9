"""Small reckonings on measured parts that are no plain division: the same for every engine."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

import polars as pl

from salesyear.engine.metrics.asking import Asked, day_of_month, month_end, month_number

Reduce = Callable[[pl.DataFrame, str, Asked], pl.DataFrame]


def _grouped(parts: pl.DataFrame, asked: Asked, value: pl.Expr) -> pl.DataFrame:
    return parts.group_by(list(asked.by)).agg(value) if asked.by else parts.select(value)


def _on_target_share(parts: pl.DataFrame, name: str, asked: Asked) -> pl.DataFrame:
    owing = pl.col("target") > 0
    reached = (owing & (pl.col("ordered") >= pl.col("target"))).sum()
    return _grouped(parts, asked, pl.when(owing.sum() > 0).then(reached / owing.sum()).alias(name))


def _volatility(parts: pl.DataFrame, name: str, asked: Asked) -> pl.DataFrame:
    """Months without a row count as 0: the sums of squares are over all months of the period."""
    x = pl.col("ordered").cast(pl.Float64)
    months = pl.lit(_months(parts, asked), dtype=pl.Float64)
    mean = x.sum() / months
    variance = ((x - mean) ** 2).sum() + (months - x.len()) * mean**2
    deviation = (variance / (months - 1)).sqrt()
    return _grouped(parts, asked, pl.when((months > 1) & (mean != 0)).then(deviation / mean).alias(name))


def _months(parts: pl.DataFrame, asked: Asked) -> int:
    if asked.to_date:
        return month_number(asked.to_date.last) - month_number(asked.to_date.first) + 1
    return parts["month"].n_unique()


def _by_group(
    parts: pl.DataFrame, name: str, asked: Asked, make: Callable[[pl.DataFrame], float | None]
) -> pl.DataFrame:
    """One number for each combination of what is asked by."""
    if not asked.by:
        return pl.DataFrame({name: [make(parts)]}, schema={name: pl.Float64})
    rows = [(*key, make(part)) for key, part in parts.group_by(list(asked.by))]
    kinds: dict[str, Any] = {split: parts.schema[split] for split in asked.by}
    return pl.DataFrame(rows, schema=kinds | {name: pl.Float64}, orient="row")


def _survival_median(parts: pl.DataFrame, name: str, asked: Asked) -> pl.DataFrame:
    return _by_group(
        parts, name, asked, lambda part: survival_median(*part.select("followed", "won", "deals_begun").get_columns())
    )


def survival_median(days: Iterable[int], won: Iterable[int], count: Iterable[int]) -> float | None:
    """The first day by which half have been won (Kaplan & Meier 1958); none when it never comes to half.

    days: how long each was followed; won: 1 where it ended with a win, 0 where nobody looked further.
    """
    events: dict[int, list[int]] = {}
    for day, ended, many in zip(days, won, count, strict=True):
        events.setdefault(int(day), [0, 0])[int(ended)] += int(many)
    at_risk, alive = sum(map(sum, events.values())), 1.0
    for day in sorted(events):
        censored, wins = events[day]
        alive *= 1 - wins / at_risk
        if alive <= 0.5:
            return float(day)
        at_risk -= wins + censored
    return None


def _countback(parts: pl.DataFrame, name: str, asked: Asked) -> pl.DataFrame:
    end = asked.end
    return _by_group(parts, name, asked, lambda part: countback(part, end))


def countback(parts: pl.DataFrame, end: date | None) -> float | None:
    """Days of sales, from the last backwards, that make up what is still owed; none when all of them do not."""
    owed = sum(parts["invoiced_by_month"].to_list()) - sum(parts["received_by_month"].to_list())
    if owed <= 0:
        return 0.0
    sold: dict[int, int] = dict(parts.select("month", "invoiced_by_month").iter_rows())
    last = end or month_end(day_of_month(max(sold)))
    days, month = 0.0, month_number(last)
    while month >= min(sold):
        length = last.day if month == month_number(last) else month_end(day_of_month(month)).day
        amount = sold.get(month, 0)
        if amount >= owed > 0:
            return float(days + length * owed / amount)
        owed, days, month = owed - amount, days + length, month - 1
    return None


def days_of(asked: Asked) -> pl.Expr:
    """The days of the period that are over; of each month, quarter or year where it is split by that."""
    period = asked.to_date
    for split, length in (("month", 1), ("quarter", 3), ("year", 12)):
        if split in asked.by:
            first = pl.col(split) * length
            start, after = _first_day(first), _first_day(first + length)
            if period:
                start = pl.max_horizontal(start, pl.lit(period.first))
                after = pl.min_horizontal(after, pl.lit(period.last + timedelta(days=1)))
            return (after - start).dt.total_days()
    return pl.lit(asked.needed().until(asked.as_of).days)


def _first_day(month: pl.Expr) -> pl.Expr:
    return pl.date(month // 12, month % 12 + 1, 1)


REDUCED: dict[str, Reduce] = {
    "on_target_share": _on_target_share,
    "volatility": _volatility,
    "survival_median": _survival_median,
    "countback": _countback,
}
