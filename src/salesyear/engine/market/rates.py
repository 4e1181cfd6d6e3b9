"""Rates of few cases, told with their uncertainty and pulled towards what is usual."""

from __future__ import annotations

from datetime import date

import polars as pl

from salesyear.engine.market.histories import purchase_days
from salesyear.engine.market.tables import need

NORMAL_95 = 1.959963984540054


def wilson(hits: str, cases: str) -> list[pl.Expr]:
    """`rate`, `low`, `high`: a share and its 95 % interval, empty without cases (Wilson 1927, JASA 22:209-212)."""
    n, z2 = pl.col(cases), NORMAL_95**2
    p = pl.col(hits) / n
    middle = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = NORMAL_95 / (1 + z2 / n) * (p * (1 - p) / n + z2 / (4 * n * n)).sqrt()
    some = n > 0
    return [
        pl.when(some).then(p).alias("rate"),
        pl.when(some).then((middle - half).clip(0.0, 1.0)).alias("low"),
        pl.when(some).then((middle + half).clip(0.0, 1.0)).alias("high"),
    ]


def shrunk(hits: pl.Expr, cases: pl.Expr, usual: pl.Expr, strength: float) -> pl.Expr:
    """A share pulled towards the usual one as if `strength` further cases had shown that (beta prior)."""
    return (hits + strength * usual) / (cases + strength)


def repurchase_rate(purchases: pl.DataFrame, start: date, end: date, *, by: tuple[str, ...] = ()) -> pl.DataFrame:
    """Customers with two purchase days or more ÷ customers with one or more, from `start` to `end` inclusive.

    purchases: `customer`, `date`, `amount` and the columns named in `by`. Gives per group `customers`, `again`, `rate`,
    `low`, `high`.
    """
    need(purchases, "customer", "date", "amount", *by)
    held = purchases.filter(pl.col("date").is_between(start, end))
    groups = [(key, rows) for key, rows in held.partition_by(*by, as_dict=True).items()] if by else [((), held)]
    rows = [dict(zip(by, key, strict=True)) | _counts(rows, end) for key, rows in groups]
    schema = {name: purchases.schema[name] for name in by} | {"customers": pl.Int64(), "again": pl.Int64()}
    found = pl.DataFrame(rows, schema=schema).with_columns(wilson("again", "customers"))
    return found.sort(*by) if by else found


def _counts(purchases: pl.DataFrame, end: date) -> dict[str, int]:
    days = purchase_days(purchases, end).group_by("customer").len()
    return {"customers": days.height, "again": days.filter(pl.col("len") > 1).height}
