"""What a customer may buy next: for each category he has not bought, the chance that he starts and what it brings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from salesyear.engine.market.tables import Bools, Floats, Sentence, need
from salesyear.engine.messages import noop


@dataclass(frozen=True)
class NextBuyParams:
    """days: how far ahead, and how far back is learned from. least: customers who started with a category (and as many
    who did not) it takes to learn from what they owned; below, its overall rate stands. weight: first years that the
    mean of all categories counts as.
    """

    days: int = 365
    least: int = 10
    weight: float = 5.0


def next_categories(purchases: pl.DataFrame, until: date, params: NextBuyParams | None = None) -> pl.DataFrame:
    """Chance and value of each customer's first purchase in each category he has not bought yet.

    purchases: `customer`, `category`, `date`, `amount`. Learned from what those who were customers `days` ago have
    started with since: for every category a ridge logistic regression on the categories owned then and on how often
    and how much was bought. `value`: sales of the first year if he starts: the category's mean, drawn to that of all,
    times the customer's size to the power that first years were seen to follow size by. Gives `customer`, `category`,
    `chance`, `value`, `expected` = chance × value, `because` (the owned category that speaks most for it, empty when
    none does), best first within each customer.
    """
    params = params or NextBuyParams()
    need(purchases, "customer", "category", "date", "amount")
    rows = purchases.select("customer", "category", "amount", "date").filter(pl.col("date") <= until)
    year = timedelta(days=params.days)
    split = until - year
    before, after = rows.filter(pl.col("date") <= split), rows.filter(pl.col("date") > split)
    categories = sorted(rows["category"].unique().to_list())
    then, now = _owned(before, categories, split - year), _owned(rows, categories, split)
    taken = _owned(after, categories, split).select("customer", *categories)
    later = then.select("customer").join(taken, on="customer", how="left", maintain_order="left").fill_null(0)
    parts = [_for_category(one, categories, then, later, now, params) for one in categories]
    sized = pl.concat(parts).join(_values(after, then, now, params), on=["customer", "category"], how="left")
    return sized.with_columns(expected=pl.col("chance") * pl.col("value")).sort(
        "customer", "expected", "category", descending=[False, True, False]
    )


def penetration(purchases: pl.DataFrame, *, by: tuple[str, ...] = ()) -> pl.DataFrame:
    """By year: active `customers` and `categories`, the mean number of distinct ones each bought (plan: from 2 to 4).

    purchases: `customer`, `category`, `date`, `amount` and the columns of `by`.
    """
    need(purchases, "customer", "category", "date", "amount", *by)
    bought = (
        purchases.group_by(*by, "customer", "category", year=pl.col("date").dt.year())
        .agg(pl.col("amount").sum())
        .filter(pl.col("amount") > 0)
    )
    each = bought.group_by(*by, "year", "customer").agg(categories=pl.len())
    groups = each.group_by(*by, "year").agg(customers=pl.len().cast(pl.Int64), categories=pl.col("categories").mean())
    return groups.sort(*by, "year")


def why_next(row: Mapping[str, Any]) -> Sentence:
    """Why a category is suggested."""
    if row["because"] is None:
        text = noop("Customers start buying %(category)s with a chance of %(chance)s %% a year.")
    else:
        text = noop("Of customers who buy %(because)s, more go on to buy %(category)s; chance here %(chance)s %%.")
    values = {"category": row["category"], "because": row["because"], "chance": round(100 * row["chance"])}
    return Sentence(text, values)


def _owned(rows: pl.DataFrame, categories: list[str], since: date) -> pl.DataFrame:
    """`customer`, a 0/1 column per category ever bought, and the logarithms of days and amount bought since a day."""
    lately = pl.col("date") > since
    flags = [(pl.col("category") == one).any().cast(pl.Float64).alias(one) for one in categories]
    often = pl.col("date").filter(lately).n_unique().cast(pl.Float64).log1p().alias(" often")
    spent = pl.col("amount").filter(lately).sum().cast(pl.Float64).clip(lower_bound=0.0).log1p().alias(" spent")
    return rows.group_by("customer").agg(*flags, often, spent).sort("customer")


def _for_category(
    category: str,
    categories: list[str],
    then: pl.DataFrame,
    later: pl.DataFrame,
    now: pl.DataFrame,
    params: NextBuyParams,
) -> pl.DataFrame:
    """Customers who do not own it today, with their chance and the reason for it."""
    others = [one for one in categories if one != category]
    asked = now.filter(pl.col(category) == 0)
    had_not = (then[category] == 0).to_numpy()
    took = later[category].to_numpy()[had_not] > 0
    inputs = [*others, " often", " spent"]
    chance, pulls = _chances(
        then.select(inputs).to_numpy()[had_not], took, asked.select(inputs).to_numpy(), params.least
    )
    because = _because(pulls[:, : len(others)], others)
    return asked.select("customer").with_columns(
        category=pl.lit(category),
        chance=pl.Series(chance, dtype=pl.Float64),
        because=pl.Series(because, dtype=pl.String),
    )


def _chances(owned: Floats, took: Bools, today: Floats, least: int) -> tuple[Floats, Floats]:
    """Chances of those asked today, and how far each input pulls them (log odds against the mean customer then)."""
    rate = (took.sum() + 0.5) / (len(took) + 1)
    if min(took.sum(), (~took).sum()) < least or not len(today):
        return np.full(len(today), rate), np.zeros(today.shape)
    from sklearn.linear_model import LogisticRegression

    centre, spread = owned.mean(axis=0), owned.std(axis=0)
    spread[spread < 1e-9] = 1.0
    model = LogisticRegression(C=1.0, max_iter=500).fit((owned - centre) / spread, took)
    scaled = (today - centre) / spread
    return np.asarray(model.predict_proba(scaled)[:, 1]), np.asarray(scaled * model.coef_[0])


def _because(pulls: Floats, others: list[str]) -> list[str | None]:
    """The owned category that speaks most for it, if one does. Owning none of them speaks for nothing."""
    if not others:
        return [None] * len(pulls)
    best = pulls.argmax(axis=1)
    return [others[at] if pulls[row, at] > 1e-9 else None for row, at in enumerate(best)]


def _values(after: pl.DataFrame, then: pl.DataFrame, now: pl.DataFrame, params: NextBuyParams) -> pl.DataFrame:
    """`customer`, `category`, `value`: what the first year in the category would bring from this customer."""
    owned = (
        then.drop(" often", " spent").unpivot(index="customer", variable_name="category").filter(pl.col("value") > 0)
    )
    fresh = after.join(owned, on=["customer", "category"], how="anti")
    spent = fresh.group_by("customer", "category").agg(pl.col("amount").cast(pl.Float64).sum())
    spent = spent.filter(pl.col("amount") > 0)
    overall = spent["amount"].mean() if spent.height else 0.0
    drawn = (pl.col("amount").sum() + params.weight * pl.lit(overall)) / (pl.len() + params.weight)
    usual = spent.group_by("category").agg(usual=drawn)
    size = then.select("customer", size=pl.col(" spent").exp() - 1.0).filter(pl.col("size") > 0)
    power, middle = _by_size(spent.join(size, on="customer"))
    today = now.select("customer", size=(pl.col(" spent").exp() - 1.0).round(6))
    scale = (pl.col("size").clip(lower_bound=1.0) / middle) ** power
    categories = pl.DataFrame({"category": now.columns[1:-2]})
    return (
        today.join(categories, how="cross")
        .join(usual, on="category", how="left")
        .select("customer", "category", value=pl.col("usual").fill_null(overall) * scale)
    )


def _by_size(started: pl.DataFrame) -> tuple[float, float]:
    """Power of customer size that first years follow within categories (0 to 1), and the size that stands for 1."""
    if started.height < 3:
        return 0.0, 1.0
    logs = started.select("category", size=pl.col("size").log(), amount=pl.col("amount").log()).with_columns(
        pl.col("size", "amount") - pl.col("size", "amount").mean().over("category")
    )
    x, y = logs["size"].to_numpy(), logs["amount"].to_numpy()
    slope = float((x * y).sum() / (x * x).sum()) if (x * x).sum() > 0 else 0.0
    power = min(max(slope, 0.0), 1.0)
    if power == 0.0:
        return 0.0, 1.0
    # The size at which the mean of the scales is 1, so that values keep the mean that was seen.
    return power, float(np.mean(started["size"].to_numpy() ** power) ** (1.0 / power))
