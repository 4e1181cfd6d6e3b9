"""How buying has shifted from one year to the next, and which shifts are more than chance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from salesyear.engine.market.discovery import benjamini_hochberg
from salesyear.engine.market.tables import Floats, need

Figure = Callable[[Floats], Floats]
MONTHS = 12
CHUNK = 500


@dataclass(frozen=True)
class ShiftParams:
    """false_share: how many of the marked shifts may be false. bands: price bands, holding equally many lines in the
    first year. least: customers a region needs to be judged. draws, seed: of the swaps.
    """

    false_share: float = 0.05
    bands: int = 4
    least: int = 8
    draws: int = 1999
    seed: int = 0


def shifts(lines: pl.DataFrame, before: int, after: int, params: ShiftParams | None = None) -> pl.DataFrame:
    """Basket, frequency, price bands and seasons of each region, year against year.

    lines: `region`, `customer`, `order`, `date`, `amount`, `quantity`. Basket = amount ÷ orders; frequency = orders ÷
    active customers; price band and month = its share of the lines and of the orders. For the last two, `before` and
    `after` are empty, `moved` is the share that would have to move for the years to agree, and `into` is the place that
    gained most. A customer's orders resemble each other, so customers are what is tested: if nothing has shifted, the
    two years of any customer could be swapped, and `p` is the share of random swaps that differ at least as much
    (Fisher 1935; p = (1 + as large) ÷ (1 + draws), Phipson & Smyth 2010). Marked are those that keep the false
    discovery rate over all regions and figures together. Surest first.
    """
    params = params or ShiftParams()
    need(lines, "region", "customer", "order", "date", "amount", "quantity")
    held = lines.with_columns(year=pl.col("date").dt.year()).filter(pl.col("year").is_in([before, after]))
    banded = _with_band(held.filter(pl.col("amount") > 0), before, params.bands)
    found = []
    for (region,), rows in sorted(banded.partition_by("region", as_dict=True).items()):
        if rows["customer"].n_unique() >= params.least and rows["year"].n_unique() == 2:
            found += [{"region": region} | one for one in _region(rows, before, params)]
    table = pl.DataFrame(found, schema=SCHEMA)
    q = benjamini_hochberg(table["p"].to_numpy())
    marked = pl.col("q") <= params.false_share
    return (
        table.with_columns(q=pl.Series(q, dtype=pl.Float64)).with_columns(marked=marked).sort("p", "region", "figure")
    )


SCHEMA = {
    "region": pl.String,
    "figure": pl.String,
    "before": pl.Float64,
    "after": pl.Float64,
    "moved": pl.Float64,
    "into": pl.Int64,
    "p": pl.Float64,
}


def _with_band(lines: pl.DataFrame, before: int, bands: int) -> pl.DataFrame:
    """Add `band`, 0 for the cheapest: where the line's unit price lies among the first year's."""
    price = pl.col("amount") / pl.when(pl.col("quantity") > 0).then(pl.col("quantity")).otherwise(1)
    priced = lines.with_columns(price=price)
    first = priced.filter(pl.col("year") == before)["price"].to_numpy()
    edges = np.quantile(first, np.arange(1, bands) / bands) if len(first) else np.zeros(bands - 1)
    return priced.with_columns(band=pl.Series(np.searchsorted(edges, priced["price"].to_numpy(), side="right")))


def _region(lines: pl.DataFrame, before: int, params: ShiftParams) -> list[dict[str, object]]:
    """The four figures of one region, each with its test."""
    orders = lines.group_by("customer", "year", "order").agg(
        pl.col("amount").sum(), month=pl.col("date").min().dt.month().cast(pl.Int64) - 1
    )
    totals = orders.group_by("customer", "year").agg(
        pl.col("amount").sum(), orders=pl.len().cast(pl.Float64), active=pl.lit(1.0)
    )
    swaps = np.random.default_rng(params.seed)
    parts: list[tuple[str, Figure, Floats]] = [
        ("basket", _ratio, _paired(totals, ("amount", "orders"), before)),
        ("frequency", _ratio, _paired(totals, ("orders", "active"), before)),
        ("price band", _mix, _paired(*_counted(lines, "band", params.bands), before)),
        ("month", _mix, _paired(*_counted(orders, "month", MONTHS), before)),
    ]
    return [{"figure": name} | _tested(figure, pairs, params.draws, swaps) for name, figure, pairs in parts]


def _counted(rows: pl.DataFrame, place: str, places: int) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """How many rows of each customer and year fall in each place."""
    names = tuple(f"{place}{at}" for at in range(places))
    sums = [(pl.col(place) == at).sum().cast(pl.Float64).alias(name) for at, name in enumerate(names)]
    return rows.group_by("customer", "year").agg(sums), names


def _paired(rows: pl.DataFrame, columns: tuple[str, ...], before: int) -> Floats:
    """Every customer's sums in the first and the second year, (2, customers, columns); nothing bought is 0."""
    customers = rows.select(pl.col("customer").unique().sort())
    years = [rows.filter((pl.col("year") == before) == first).drop("year") for first in (True, False)]
    filled = [
        customers.join(year, on="customer", how="left", maintain_order="left").fill_null(0.0).select(columns)
        for year in years
    ]
    return np.stack([frame.to_numpy() for frame in filled])


def _ratio(years: Floats) -> Floats:
    """First column ÷ second, in logarithms so that doubling and halving weigh alike."""
    return np.asarray(np.log(np.maximum(years[..., 0], 1e-12) / np.maximum(years[..., 1], 1e-12))[..., None])


def _mix(years: Floats) -> Floats:
    """Each column's share of its year."""
    return np.asarray(years / np.maximum(years.sum(axis=-1, keepdims=True), 1e-12))


def _tested(figure: Figure, pairs: Floats, draws: int, swaps: np.random.Generator) -> dict[str, object]:
    """The figure in both years, and the chance of as large a difference when customers' years are swapped."""
    total, gap = pairs.sum(axis=(0, 1)), pairs[1] - pairs[0]
    first, second = figure(pairs[0].sum(axis=0)), figure(pairs[1].sum(axis=0))
    seen = float(np.abs(second - first).sum())
    larger = 0
    for start in range(0, draws, CHUNK):
        signs = swaps.choice((-1.0, 1.0), size=(min(CHUNK, draws - start), len(gap)))
        change = signs @ gap
        drawn = np.abs(figure((total + change) / 2) - figure((total - change) / 2)).sum(axis=-1)
        larger += int((drawn >= seen - 1e-12).sum())
    p = (1 + larger) / (1 + draws)
    if len(first) == 1:
        return {
            "before": float(np.exp(first[0])),
            "after": float(np.exp(second[0])),
            "moved": None,
            "into": None,
            "p": p,
        }
    gained = int(np.argmax(second - first)) + 1
    return {"before": None, "after": None, "moved": seen / 2, "into": gained, "p": p}
