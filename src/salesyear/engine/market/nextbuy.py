"""What a customer may buy next, and what all that nobody buys yet is worth: next category and white space."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class NextBuyParams:
    """days: how far ahead, and how far back is learned from. least: first purchases it takes to learn a category;
    below, its overall rate stands. weight: first purchases that everybody's mean value counts for.
    """

    days: int = 365
    least: int = 10
    weight: float = 5.0


def next_categories(purchases: pl.DataFrame, until: date, params: NextBuyParams) -> pl.DataFrame:
    """Chance and value of each customer's first purchase in each category he has not bought yet.

    purchases: `customer`, `category`, `date`, `amount`. What happened in the last `days` to those who were customers
    before is what is learned: for every category a ridge logistic regression of "bought it for the first time" on the
    categories owned before and on how much was bought. Returns `customer`, `category`, `chance`, `value` (sales of the
    first year if it happens), `expected` = chance × value, best first within each customer.
    """
    rows = purchases.select("customer", "category", "amount", date=pl.col("date").cast(pl.Date))
    split = until - timedelta(days=params.days)
    before = rows.filter(pl.col("date") <= split)
    after = rows.filter((pl.col("date") > split) & (pl.col("date") <= until))
    categories = sorted(rows["category"].unique().to_list())
    then, now = _owned(before, categories), _owned(rows.filter(pl.col("date") <= until), categories)
    taken = _owned(after, categories).select("customer", *categories)
    later = then.select("customer").join(taken, on="customer", how="left").fill_null(0)
    parts = [_for_category(one, categories, then, later, now, params) for one in categories]
    open_cells = pl.concat(parts).join(_first_values(before, after, params), on="category", how="left")
    expected = pl.col("chance") * pl.col("value")
    return (
        open_cells.with_columns(pl.col("value").fill_null(0.0))
        .with_columns(expected=expected)
        .sort(["customer", "expected"], descending=[False, True])
    )


def _owned(rows: pl.DataFrame, categories: list[str]) -> pl.DataFrame:
    """`customer`, a 0/1 column per category, and `volume`: log of days with a purchase."""
    flags = [(pl.col("category") == one).any().cast(pl.Int8).alias(one) for one in categories]
    volume = pl.col("date").n_unique().cast(pl.Float64).log1p().alias("volume")
    return rows.group_by("customer").agg(*flags, volume).sort("customer")


def _for_category(
    category: str,
    categories: list[str],
    then: pl.DataFrame,
    later: pl.DataFrame,
    now: pl.DataFrame,
    params: NextBuyParams,
) -> pl.DataFrame:
    """Customers who do not own it today, with their chance."""
    others = [*(one for one in categories if one != category), "volume"]
    asked = now.filter(pl.col(category) == 0)
    had_not = (then[category] == 0).to_numpy() if then.height else np.zeros(0, dtype=bool)
    took = later[category].to_numpy()[had_not] > 0
    chance = _chances(then.select(others).to_numpy()[had_not], took, asked.select(others).to_numpy(), params.least)
    return asked.select("customer").with_columns(category=pl.lit(category), chance=pl.Series(chance, dtype=pl.Float64))


def _chances(owned: Floats, took: npt.NDArray[np.bool_], today: Floats, least: int) -> Floats:
    rate = (took.sum() + 0.5) / (len(took) + 1)
    if min(took.sum(), (~took).sum()) < least or not len(today):
        return np.full(len(today), rate)
    from sklearn.linear_model import LogisticRegression

    return np.asarray(LogisticRegression(C=1.0, max_iter=500).fit(owned, took).predict_proba(today)[:, 1])


def _first_values(before: pl.DataFrame, after: pl.DataFrame, params: NextBuyParams) -> pl.DataFrame:
    """Mean sales of the year in a category to those who had not bought it before, drawn to that of all categories."""
    fresh = after.join(before.select("customer", "category").unique(), on=["customer", "category"], how="anti")
    spent = fresh.group_by("customer", "category").agg(pl.col("amount").cast(pl.Float64).sum())
    overall = spent["amount"].mean() if spent.height else 0.0
    drawn = (pl.col("amount").sum() + params.weight * pl.lit(overall)) / (pl.len() + params.weight)
    return spent.group_by("category").agg(value=drawn)


def white_space(customers: pl.DataFrame, chances: pl.DataFrame) -> pl.DataFrame:
    """Open customer × category cells added up: where the untouched business lies.

    customers: `customer`, `segment`, `district`. chances: of `next_categories`. Returns per segment × district ×
    category: `customers`, `buyers`, `open`, `penetration`, `expected` sales of the next year, largest first.
    """
    size = customers.group_by("segment", "district").agg(customers=pl.len())
    cells = size.join(chances.select("category").unique(), how="cross")
    open_cells = (
        customers.join(chances, on="customer")
        .group_by("segment", "district", "category")
        .agg(pl.len().alias("open"), pl.col("expected").sum())
    )
    filled = cells.join(open_cells, on=["segment", "district", "category"], how="left").with_columns(
        pl.col("open").fill_null(0), pl.col("expected").fill_null(0.0)
    )
    buyers = pl.col("customers").cast(pl.Int64) - pl.col("open").cast(pl.Int64)
    return filled.with_columns(buyers=buyers, penetration=buyers / pl.col("customers")).sort(
        "expected", descending=True
    )
