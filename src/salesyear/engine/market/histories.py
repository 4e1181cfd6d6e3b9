"""Purchases become one line per customer: how often, how recently, how much."""

from __future__ import annotations

from datetime import date

import polars as pl

from salesyear.engine.market.tables import need

# A day that nets to nothing or less (bought and taken back) is no purchase.
LEAST_AMOUNT = 0.005


def purchase_days(purchases: pl.DataFrame, as_of: date, *, least: float = LEAST_AMOUNT) -> pl.DataFrame:
    """One row per customer × day on which purchases net of returns came to `least` or more, up to `as_of`, in order.

    purchases: `customer`, `date`, `amount` (returns negative).
    """
    need(purchases, "customer", "date", "amount")
    return (
        purchases.filter(pl.col("date") <= as_of)
        .group_by("customer", "date")
        .agg(pl.col("amount").sum())
        .filter(pl.col("amount") >= least)
        .sort("customer", "date")
    )


def purchase_histories(purchases: pl.DataFrame, as_of: date, *, least: float = LEAST_AMOUNT) -> pl.DataFrame:
    """One row per customer: `first`, `last`, `repeats` (x), `recency` (t_x) and `age` (T) in days, `repeat_spend`.

    `repeats` counts purchase days after the first; `recency` runs from the first to the last of them, `age` from the
    first to `as_of`; `repeat_spend` is the mean amount of a repeat day, empty without one (Fader, Hardie & Lee 2005).
    `log_gaps` is the sum of the logarithms of the gaps between purchase days, 0 without any.
    """
    days = purchase_days(purchases, as_of, least=least)
    return (
        days.group_by("customer")
        .agg(
            first=pl.col("date").min(),
            last=pl.col("date").max(),
            repeats=pl.len().cast(pl.Int64) - 1,
            bought=pl.col("amount").sum(),
            repeat_spend=pl.col("amount").slice(1).mean(),
            log_gaps=pl.col("date").diff().dt.total_days().cast(pl.Float64).log().sum(),
        )
        .with_columns(
            recency=(pl.col("last") - pl.col("first")).dt.total_days(),
            age=(pl.lit(as_of) - pl.col("first")).dt.total_days(),
        )
        .sort("customer")
    )


def purchase_gaps(purchases: pl.DataFrame, as_of: date, *, least: float = LEAST_AMOUNT) -> pl.DataFrame:
    """One row per customer × repeat purchase: `date` of it and `gap`, days since the purchase before."""
    return (
        purchase_days(purchases, as_of, least=least)
        .with_columns(gap=pl.col("date").diff().over("customer").dt.total_days())
        .drop_nulls("gap")
        .select("customer", "date", "gap")
    )
