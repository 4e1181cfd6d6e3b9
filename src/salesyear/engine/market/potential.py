"""How large the market is, cell by cell, what is ours of it, and which cells are only estimated."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from salesyear.engine.messages import EngineError, noop

CELL = ("region", "line", "year")
ESTIMATED = noop("Estimated from the index: %(rate)s a unit of it in this line, %(units)s units here.")
GIVEN = noop("From %(source)s, %(as_of)s.")


class NoMarket(EngineError):
    """Neither a market size nor an index to estimate one from."""


@dataclass(frozen=True)
class PotentialParams:
    """doubt: how many known lines of a region it takes until its own level counts as much as the index."""

    doubt: float = 1.0


def market_sizes(known: pl.DataFrame, index: pl.DataFrame, own: pl.DataFrame, params: PotentialParams) -> pl.DataFrame:
    """The market of every region × line × year, known or estimated, and our share of it.

    known: `region`, `line`, `year`, `size`, `source`, `as_of` (empty where nobody knows). index: `region`, `units`
    (population, GDP, customers of the industry …). own: `region`, `line`, `year`, `amount`. A missing cell is the
    line's size per unit of index in that year (or in all years) × the region's units × the region's level in the lines
    it is known for (geometric mean of size ÷ index estimate, drawn to 1 by `doubt`; the ratio estimator, Cochran 1977,
    Sampling Techniques, ch. 6). Returns `size`, `estimated`, `source`, `as_of`, `reason`, `values`, `amount`, `share`
    (empty where the size is 0). Raises NoMarket when no size is known at all.
    """
    if known.filter(pl.col("size") > 0).is_empty():
        raise NoMarket(noop("No market size is known for any region: enter at least one with its source."))
    years = pl.concat([known.select("year"), own.select("year")]).unique()
    lines = pl.concat([known.select("line"), own.select("line")]).unique()
    cells = index.select("region", "units").join(lines, how="cross").join(years, how="cross")
    seen = known.drop_nulls("size").select(*CELL, "size", "source", "as_of")
    guessed = cells.join(_rates(seen, index), on=["line", "year"], how="left").join(
        _line_rates(seen, index), on="line", how="left"
    )
    overall = float(seen["size"].sum()) / max(_units_of(seen, index), 1e-12)
    guessed = guessed.with_columns(rate=pl.coalesce("rate", "line_rate", pl.lit(overall)))
    full = guessed.join(seen, on=CELL, how="left").join(_levels(guessed, seen, params), on="region", how="left")
    estimate = pl.col("rate") * pl.col("units") * pl.col("level").fill_null(1.0)
    sized = full.with_columns(estimated=pl.col("size").is_null(), size=pl.coalesce("size", estimate))
    return _with_share(sized.with_columns(reason=_reason(), values=_values()), own)


def _rates(seen: pl.DataFrame, index: pl.DataFrame) -> pl.DataFrame:
    joined = seen.join(index.select("region", "units"), on="region")
    return joined.group_by("line", "year").agg(rate=pl.col("size").sum() / pl.col("units").sum())


def _line_rates(seen: pl.DataFrame, index: pl.DataFrame) -> pl.DataFrame:
    joined = seen.join(index.select("region", "units"), on="region")
    return joined.group_by("line").agg(line_rate=pl.col("size").sum() / pl.col("units").sum())


def _units_of(seen: pl.DataFrame, index: pl.DataFrame) -> float:
    return float(seen.join(index.select("region", "units"), on="region")["units"].sum())


def _levels(guessed: pl.DataFrame, seen: pl.DataFrame, params: PotentialParams) -> pl.DataFrame:
    """How much more or less than the index says a region buys, where it is known."""
    both = guessed.join(seen, on=CELL).filter((pl.col("size") > 0) & (pl.col("rate") * pl.col("units") > 0))
    ratio = (pl.col("size") / (pl.col("rate") * pl.col("units"))).log()
    return both.group_by("region").agg(level=(ratio.sum() / (pl.len() + params.doubt)).exp())


def _reason() -> pl.Expr:
    return pl.when("estimated").then(pl.lit(ESTIMATED)).otherwise(pl.lit(GIVEN))


def _values() -> pl.Expr:
    return pl.struct("source", "as_of", rate=pl.col("rate").round(4), units="units")


def _with_share(sized: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
    sums = own.group_by(CELL).agg(pl.col("amount").sum())
    joined = sized.join(sums, on=CELL, how="left").with_columns(pl.col("amount").fill_null(0))
    share = pl.when(pl.col("size") > 0).then(pl.col("amount") / pl.col("size"))
    columns = [*CELL, "size", "estimated", "source", "as_of", "reason", "values", "amount"]
    return joined.select(*columns, share=share).sort(CELL)


def attainable(sizes: pl.DataFrame, year: int) -> pl.DataFrame:
    """What each region × line would sell at the line's mean share (`potential`): the prior's second leg."""
    one = sizes.filter(pl.col("year") == year)
    share = pl.col("amount").sum().over("line") / pl.col("size").sum().over("line")
    return one.select("region", "line", potential=(pl.col("size") * share).fill_nan(0.0).fill_null(0.0))


def development_index(sales: pl.DataFrame, population: pl.DataFrame) -> pl.DataFrame:
    """Brand or category development index: % of sales in the region ÷ % of population there × 100.

    sales: `region`, `amount` of the brand (BDI) or of the category (CDI). population: `region`, `units`.
    """
    joined = population.join(sales.group_by("region").agg(pl.col("amount").sum()), on="region", how="left")
    sold = pl.col("amount").fill_null(0)
    share_sold, share_there = sold / sold.sum(), pl.col("units") / pl.col("units").sum()
    return joined.select("region", index=pl.when(pl.col("units") > 0).then(100 * share_sold / share_there))


def coverage_by_tier(universe: pl.DataFrame, buyers: pl.DataFrame) -> pl.DataFrame:
    """Coverage per city tier: customers with a purchase in the period ÷ customers in the target universe.

    universe: `customer`, `tier`. buyers: `customer`, one row or more each. Returns `tier`, `customers`, `covered`,
    `coverage`; a buyer outside the universe is not counted.
    """
    bought = universe.unique("customer").with_columns(
        hit=pl.col("customer").is_in(buyers["customer"].unique().implode())
    )
    counts = bought.group_by("tier").agg(customers=pl.len(), covered=pl.col("hit").sum())
    return counts.with_columns(coverage=pl.col("covered") / pl.col("customers")).sort("tier")
