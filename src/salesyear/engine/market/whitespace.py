"""Where nobody buys from us yet: white space by segment, district and category, and coverage by city tier."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from salesyear.engine.market.rates import shrunk
from salesyear.engine.market.tables import need

CELL = ("segment", "district", "category")


@dataclass(frozen=True)
class WhiteSpaceParams:
    """strength: firms of the segment as a whole that a district's rate is drawn by. best: the mark a district is held
    against, as a share of its segment's districts below it. reach: part of the gap that can be won in the year.
    """

    strength: float = 10.0
    best: float = 0.75
    reach: float = 0.2


def white_space(
    firms: pl.DataFrame, customers: pl.DataFrame, sold: pl.DataFrame, params: WhiteSpaceParams | None = None
) -> pl.DataFrame:
    """Every segment × district × category: who is there, who buys, and what the gap is worth, most first.

    firms: `segment`, `district`, `firms` (number in the target universe). customers: `customer`, `segment`, `district`.
    sold: `customer`, `category`, `amount` of the last twelve months. `mark`: share of firms that buy the category in
    the `best` of the segment's districts, after each was drawn to its segment; `gap`: firms missing to it;
    `per_buyer`: mean amount of a buyer in the segment; `worth` = gap × per_buyer; `expected` = worth × reach;
    `blank`: nobody there buys it. More buyers than firms means the universe is too small: `firms` is then the buyers.
    """
    params = params or WhiteSpaceParams()
    need(firms, "segment", "district", "firms")
    cells = _counted(firms, customers, sold)
    usual = pl.col("buyers").sum().over("segment", "category") / pl.col("firms").sum().over("segment", "category")
    rate = shrunk(pl.col("buyers"), pl.col("firms"), usual.fill_nan(0.0), params.strength)
    mark = pl.col("rate").quantile(params.best, "linear").over("segment", "category")
    return (
        cells.with_columns(rate=rate)
        .with_columns(mark=mark)
        .with_columns(gap=(pl.col("mark") * pl.col("firms") - pl.col("buyers")).clip(lower_bound=0.0))
        .with_columns(worth=pl.col("gap") * pl.col("per_buyer"))
        .with_columns(expected=pl.col("worth") * params.reach, blank=pl.col("buyers") == 0)
        .drop("rate")
        .sort("expected", *CELL, descending=[True, False, False, False])
    )


def coverage(
    universe: pl.DataFrame, buyers: pl.DataFrame, before: pl.DataFrame | None = None, *, by: tuple[str, ...] = ("tier",)
) -> pl.DataFrame:
    """Coverage by city tier, or by other columns: customers with a purchase in the period ÷ customers in the universe.

    universe: `customer` (or outlet) and the columns of `by`. buyers, before: `customer`, a row or more for each who
    bought (or was validly visited) in the period and in the one before. Gives `customers`, `covered`, `coverage` and,
    with `before`, `coverage_before` and `points`, the change. A buyer outside the universe is not counted.
    """
    need(universe, "customer", *by)
    listed = universe.unique("customer", maintain_order=True)
    columns = {"covered": buyers} | ({"covered_before": before} if before is not None else {})
    flags = [
        pl.col("customer").is_in(rows["customer"].unique().implode()).alias(name) for name, rows in columns.items()
    ]
    counts = (
        listed.with_columns(flags)
        .group_by(*by)
        .agg(pl.len().cast(pl.Int64).alias("customers"), *(pl.col(name).cast(pl.Int64).sum() for name in columns))
        .with_columns(coverage=pl.col("covered") / pl.col("customers"))
        .sort(*by)
    )
    if before is None:
        return counts
    told = counts.with_columns(coverage_before=pl.col("covered_before") / pl.col("customers"))
    return told.with_columns(points=100.0 * (pl.col("coverage") - pl.col("coverage_before")))


def _counted(firms: pl.DataFrame, customers: pl.DataFrame, sold: pl.DataFrame) -> pl.DataFrame:
    """Cells with `firms`, `customers`, `buyers`, `per_buyer`."""
    spent = sold.group_by("customer", "category").agg(pl.col("amount").sum()).filter(pl.col("amount") > 0)
    held = spent.join(customers.unique("customer"), on="customer")
    buyers = held.group_by(CELL).agg(buyers=pl.len().cast(pl.Int64))
    per_buyer = held.group_by("segment", "category").agg(per_buyer=pl.col("amount").mean())
    known = customers.unique("customer").group_by("segment", "district").agg(customers=pl.len().cast(pl.Int64))
    return (
        firms.group_by("segment", "district")
        .agg(pl.col("firms").sum())
        .join(spent.select(pl.col("category").unique()), how="cross")
        .join(known, on=["segment", "district"], how="left")
        .join(buyers, on=CELL, how="left")
        .join(per_buyer, on=["segment", "category"], how="left")
        .with_columns(pl.col("customers", "buyers").fill_null(0), pl.col("per_buyer").fill_null(0.0))
        .with_columns(firms=pl.max_horizontal("firms", "buyers"))
    )
