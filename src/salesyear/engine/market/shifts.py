"""What has changed in how customers buy from one year to the next, and which changes are more than chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import stats


@dataclass(frozen=True)
class ShiftParams:
    """false_share: how many of the marked shifts may be false (false discovery rate). bands: price bands, of equal size
    in the first year. least: customers a region needs in either year.
    """

    false_share: float = 0.05
    bands: int = 3
    least: int = 8


def shifts(lines: pl.DataFrame, before: int, after: int, params: ShiftParams) -> pl.DataFrame:
    """Basket, frequency, price bands and quarters of each region, year against year.

    lines: `region`, `customer`, `order`, `date`, `amount`, `quantity`. Every figure is taken per customer, because a
    customer's orders resemble each other: basket = log of his mean order, frequency = his orders in the year, price
    band and quarter = its share of his spending. Tested by Welch's t between the years' customers; all tests together
    keep the false discovery rate (Benjamini & Hochberg 1995, JRSS B 57:289-300). Returns `region`, `figure`, `before`,
    `after` (basket as geometric mean), `p`, `q`, `marked`, surest first.
    """
    years = lines.with_columns(year=pl.col("date").dt.year()).filter(pl.col("year").is_in([before, after]))
    priced = _with_band(years.filter(pl.col("amount") > 0), before, params)
    rows = _per_customer(priced)
    tests = [
        row
        for (region, figure), part in rows.group_by("region", "figure", maintain_order=True)
        if (row := _compare(str(region), str(figure), part, before, after, params)) is not None
    ]
    table = pl.DataFrame(tests, schema=SCHEMA)
    if table.is_empty():
        return table.with_columns(q=pl.col("p"), marked=pl.col("p") < 0)
    q = stats.false_discovery_control(table["p"].to_numpy())
    marked = pl.Series(q) <= params.false_share
    return table.with_columns(q=pl.Series(q), marked=marked).sort("p", "region", "figure")


SCHEMA = {"region": pl.String, "figure": pl.String, "before": pl.Float64, "after": pl.Float64, "p": pl.Float64}


def _with_band(lines: pl.DataFrame, before: int, params: ShiftParams) -> pl.DataFrame:
    """Add `band`: where the line's price lies among the first year's prices, over all regions."""
    price = pl.col("amount") / pl.when(pl.col("quantity") > 0).then(pl.col("quantity")).otherwise(1)
    priced = lines.with_columns(price=price)
    first = priced.filter(pl.col("year") == before)["price"].to_numpy()
    edges = np.quantile(first, np.arange(1, params.bands) / params.bands) if len(first) else np.zeros(params.bands - 1)
    return priced.with_columns(band=pl.Series(np.searchsorted(edges, priced["price"].to_numpy()) + 1))


def _per_customer(lines: pl.DataFrame) -> pl.DataFrame:
    """`region`, `year`, `customer`, `figure`, `value`."""
    who = ["region", "year", "customer"]
    orders = lines.group_by(*who, "order").agg(pl.col("amount").sum())
    basket = orders.group_by(who).agg(value=pl.col("amount").mean().log()).with_columns(figure=pl.lit("basket"))
    often = orders.group_by(who).agg(value=pl.len().cast(pl.Float64)).with_columns(figure=pl.lit("frequency"))
    quarter = lines.with_columns(place=pl.col("date").dt.quarter().cast(pl.Int64))
    parts = [
        basket,
        often,
        _shares(lines.with_columns(place=pl.col("band").cast(pl.Int64)), who, "price_band_"),
        _shares(quarter, who, "quarter_"),
    ]
    return pl.concat([one.select(*who, "figure", "value") for one in parts]).sort(
        "region", "figure", "year", "customer"
    )


def _shares(lines: pl.DataFrame, who: list[str], name: str) -> pl.DataFrame:
    """Share of each place in the customer's spending, 0 where he spent nothing there."""
    spent = lines.group_by(*who, "place").agg(pl.col("amount").sum())
    every = lines.select(who).unique().join(lines.select("place").unique(), how="cross")
    full = every.join(spent, on=[*who, "place"], how="left").with_columns(pl.col("amount").fill_null(0.0))
    share = pl.col("amount") / pl.col("amount").sum().over(who)
    return full.with_columns(value=share, figure=pl.lit(name) + pl.col("place").cast(pl.String))


def _compare(
    region: str, figure: str, part: pl.DataFrame, before: int, after: int, params: ShiftParams
) -> dict[str, object] | None:
    """One test; None where a year has too few customers or nothing varies."""
    old = part.filter(pl.col("year") == before)["value"].to_numpy()
    new = part.filter(pl.col("year") == after)["value"].to_numpy()
    if min(len(old), len(new)) < params.least or np.ptp(np.concatenate([old, new])) == 0:
        return None
    p = float(stats.ttest_ind(old, new, equal_var=False).pvalue)
    means = [float(old.mean()), float(new.mean())]
    if figure == "basket":
        means = [float(np.exp(one)) for one in means]
    return {"region": region, "figure": figure, "before": means[0], "after": means[1], "p": p}
