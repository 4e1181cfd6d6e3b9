"""How large the market is, cell by cell, what is ours of it, and which cells are only estimated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from salesyear.engine.market.tables import Sentence, need
from salesyear.engine.messages import EngineError, noop

CELL = ("region", "line", "year")
NORMAL_80 = 1.2815515655446004
LEAST_KNOWN = 5


class NoMarket(EngineError):
    """Neither a market size nor a total to estimate one from."""


class NoIndex(EngineError):
    """An index none of whose measures has a weight."""


@dataclass(frozen=True)
class PotentialParams:
    """doubt: how many known lines of a region it takes until its own level counts as much as the index. weights: of the
    index's measures, when it has several; a measure not named weighs nothing. best: which regions set the mark when no
    market size is known, as a share of regions below them.
    """

    doubt: float = 1.0
    weights: Mapping[str, float] = field(default_factory=dict)
    best: float = 0.8


def weighted_index(measures: pl.DataFrame, weights: Mapping[str, float]) -> pl.DataFrame:
    """Several measures as one: `region`, `units`, in per cent of the whole.

    measures: `region`, `measure` (population, gdp, customers in the industry …), `units`. Each becomes the region's
    per cent of all regions and they are averaged with the weights, as a buying-power index does (Kotler &
    Keller, Marketing Management, chapter on forecasting demand). Raises NoIndex, MissingColumns.
    """
    need(measures, "region", "measure", "units")
    held = measures.filter(pl.col("measure").is_in(list(weights))).with_columns(
        weight=pl.col("measure").replace_strict(dict(weights), default=0.0, return_dtype=pl.Float64)
    )
    if held.is_empty() or held["weight"].sum() <= 0:
        known = ", ".join(sorted(measures["measure"].unique().to_list()))
        raise NoIndex(noop("No measure of the index has a weight. There are: %(measures)s."), measures=known)
    whole = sum(weights[name] for name in held["measure"].unique().to_list())
    percent = 100.0 * pl.col("units") / pl.col("units").sum().over("measure")
    weighed = held.with_columns(part=percent * pl.col("weight") / whole)
    return weighed.group_by("region").agg(units=pl.col("part").sum()).sort("region")


def market_sizes(
    known: pl.DataFrame,
    index: pl.DataFrame,
    own: pl.DataFrame,
    params: PotentialParams | None = None,
    *,
    totals: pl.DataFrame | None = None,
    groups: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """The market of every region × line × year, known or estimated, and our share of it.

    known: `region`, `line`, `year`, `size`, `source`, `as_of` (size empty where nobody knows). index: `region`, `units`
    or, with params.weights, also `measure`. own: `region`, `line`, `year`, `amount`. totals: `line`, `year`, `size`,
    `source`, `as_of` of all regions together. groups: `group`, `line`, `year`, `size`, `source`, `as_of` of the regions
    whose index row names the same `group`: known for a province, say, and wanted for its cities.

    A missing cell is the line's size per unit of the index in that year (else of its group, of the total, in all years,
    over all lines) × the region's units × the region's level: how much more the lines known for it are than the index
    says (geometric mean, drawn to 1 by `doubt`; ratio estimator, Cochran 1977, Sampling Techniques, ch. 6). Where a
    total is given, the estimated cells of its line and year share out what the known ones leave, and within a group
    likewise. `low`, `high` hold 80 % of errors like those of the known cells, where there are five. Gives `size`,
    `estimated`, `source`, `as_of`, `low`, `high`, `rate`, `units`, `amount`, `share` (empty where the size is 0).
    Raises NoMarket when no size and no total is known.
    """
    params = params or PotentialParams()
    known, own = _typed(known), _typed(own)
    totals = None if totals is None or totals.is_empty() else _typed(totals)
    groups = None if groups is None or groups.is_empty() else _typed(groups)
    units = weighted_index(index, params.weights) if params.weights else index.select("region", "units")
    seen = known.drop_nulls("size").select(*CELL, "size", "source", "as_of")
    if seen.filter(pl.col("size") > 0).is_empty() and totals is None and groups is None:
        raise NoMarket(noop("No market size is known for any region: enter at least one with its source."))
    cells = units.join(_pairs([known, own, totals, groups]), how="cross")
    if groups is not None:
        cells = cells.join(index.select("region", "group").unique(), on="region", how="left")
    guessed = _guessed(cells, seen, totals, groups, params)
    sized = guessed.join(seen, on=CELL, how="left").with_columns(
        estimated=pl.col("size").is_null(), size=pl.coalesce("size", "guess")
    )
    fitted = _to_wholes(sized, totals, ["line", "year"]) if totals is not None else sized
    fitted = _to_wholes(fitted, groups, ["group", "line", "year"]) if groups is not None else fitted
    return _with_share(_with_range(fitted, seen), own)


def why_sized(row: Mapping[str, Any]) -> Sentence:
    """Where a row's market size comes from."""
    if not row["estimated"]:
        return Sentence(noop("From %(source)s, %(as_of)s."), {"source": row["source"], "as_of": row["as_of"]})
    text = noop("Estimated from the index: %(rate)s a unit of it in this line, %(units)s units here.")
    return Sentence(text, {"rate": round(row["rate"], 4), "units": row["units"]})


def share_changes(sizes: pl.DataFrame) -> pl.DataFrame:
    """Share of each region × line × year and its change on the year before in points (5 % → 8 % is 3 points)."""
    before = sizes.select("region", "line", year=pl.col("year") + 1, before="share")
    joined = sizes.join(before, on=CELL, how="left")
    return joined.select(*CELL, "share", "estimated", points=100.0 * (pl.col("share") - pl.col("before"))).sort(CELL)


def attainable(sizes: pl.DataFrame, year: int) -> pl.DataFrame:
    """What each region × line would sell at the line's own mean share (`potential`): the prior's second leg."""
    one = sizes.filter(pl.col("year") == year)
    share = pl.col("amount").sum().over("line") / pl.col("size").sum().over("line")
    return one.select("region", "line", potential=(pl.col("size") * share).fill_nan(0.0).fill_null(0.0))


def attainable_by_best(own: pl.DataFrame, index: pl.DataFrame, params: PotentialParams | None = None) -> pl.DataFrame:
    """What each region × line would sell (`potential`) if it sold as much per unit of the index as good regions do.

    For those who know no market size at all. own: `region`, `line`, `amount`. The mark is the `best` quantile over
    regions of amount ÷ units, per line; a region above it keeps what it sells.
    """
    params = params or PotentialParams()
    units = weighted_index(index, params.weights) if params.weights else index.select("region", "units")
    sums = own.group_by("region", "line").agg(pl.col("amount").sum())
    cells = units.join(own.select(pl.col("line").unique()), how="cross").join(sums, on=["region", "line"], how="left")
    rate = pl.col("amount").fill_null(0) / pl.col("units")
    mark = pl.when(pl.col("units") > 0).then(rate).quantile(params.best, "linear").over("line")
    return cells.select(
        "region",
        "line",
        amount=pl.col("amount").fill_null(0),
        potential=pl.max_horizontal(mark * pl.col("units"), pl.col("amount").fill_null(0)),
    ).sort("region", "line")


def development_index(sales: pl.DataFrame, population: pl.DataFrame) -> pl.DataFrame:
    """Brand or category development index: % of sales in the region ÷ % of population there × 100.

    sales: `region`, `amount` of the brand (BDI) or of the category (CDI). population: `region`, `units`.
    """
    joined = population.join(sales.group_by("region").agg(pl.col("amount").sum()), on="region", how="left")
    sold = pl.col("amount").fill_null(0)
    part_sold, part_there = sold / sold.sum(), pl.col("units") / pl.col("units").sum()
    return joined.select("region", index=pl.when(pl.col("units") > 0).then(100 * part_sold / part_there))


def _typed(frame: pl.DataFrame) -> pl.DataFrame:
    """Years as long integers and sizes as floats, whatever the table was read from."""
    return frame.with_columns(pl.col("^year$").cast(pl.Int64), pl.col("^size$").cast(pl.Float64))


def _pairs(frames: list[pl.DataFrame | None]) -> pl.DataFrame:
    """Every line in every year."""
    there = [frame for frame in frames if frame is not None]
    lines = pl.concat([frame.select("line") for frame in there]).unique()
    return lines.join(pl.concat([frame.select("year") for frame in there]).unique(), how="cross").sort("line", "year")


def _guessed(
    cells: pl.DataFrame,
    seen: pl.DataFrame,
    totals: pl.DataFrame | None,
    groups: pl.DataFrame | None,
    params: PotentialParams,
) -> pl.DataFrame:
    """Cells with `rate` per unit of the index and `guess`."""
    units = cells.select("region", "units").unique()
    joined = seen.join(units, on="region")
    rate = pl.col("size").sum() / pl.col("units").sum()
    by_year = joined.group_by("line", "year").agg(in_year=rate)
    by_line = joined.group_by("line").agg(in_line=rate)
    overall = joined.select(rate).item() if joined.height else None
    rated = cells.join(by_year, on=["line", "year"], how="left").join(by_line, on="line", how="left")
    for name, wholes, by in (("of_total", totals, ["line", "year"]), ("of_group", groups, ["group", "line", "year"])):
        rated = _with_rate_of(rated, wholes, by, name)
    rated = rated.with_columns(
        rate=pl.coalesce("in_year", "of_group", "of_total", "in_line", pl.lit(overall, dtype=pl.Float64))
    )
    # Only some groups are known: the others get what these have per unit.
    rated = rated.with_columns(rate=pl.coalesce("rate", pl.col("rate").mean().over("line"), pl.col("rate").mean()))
    guess = pl.col("rate") * pl.col("units") * pl.col("level").fill_null(1.0)
    return rated.join(_levels(rated, seen, params), on="region", how="left").with_columns(guess=guess)


def _with_rate_of(cells: pl.DataFrame, wholes: pl.DataFrame | None, by: list[str], name: str) -> pl.DataFrame:
    """Add the size of the whole a cell belongs to per unit of its index; empty where no such whole is known."""
    if wholes is None:
        return cells.with_columns(pl.lit(None, dtype=pl.Float64).alias(name))
    known = wholes.select(*by, whole=pl.col("size").cast(pl.Float64))
    rate = pl.col("whole") / pl.col("units").sum().over(by)
    return cells.join(known, on=by, how="left").with_columns(rate.alias(name)).drop("whole")


def _levels(rated: pl.DataFrame, seen: pl.DataFrame, params: PotentialParams) -> pl.DataFrame:
    """How much more or less than the index says a region buys, where it is known."""
    both = rated.join(seen, on=CELL).filter((pl.col("size") > 0) & (pl.col("rate") * pl.col("units") > 0))
    over = (pl.col("size") / (pl.col("rate") * pl.col("units"))).log()
    return both.group_by("region").agg(level=(over.sum() / (pl.len() + params.doubt)).exp())


def _to_wholes(sized: pl.DataFrame, wholes: pl.DataFrame, cell: list[str]) -> pl.DataFrame:
    """Let the estimated cells of a whole (line and year, of a group or of all) share out what the known ones leave."""
    told = wholes.select(*cell, whole=pl.col("size"), whole_source="source", whole_as_of="as_of")
    joined = sized.join(told, on=cell, how="left")
    known = pl.col("size").filter(~pl.col("estimated")).sum().over(cell)
    guessed = pl.col("size").filter("estimated").sum().over(cell)
    left = (pl.col("whole") - known).clip(lower_bound=0.0)
    takes = pl.col("estimated") & pl.col("whole").is_not_null() & (guessed > 0)
    fitted = joined.with_columns(
        size=pl.when(takes).then(pl.col("size") * left / guessed).otherwise("size"),
        source=pl.when(takes).then("whole_source").otherwise("source"),
        as_of=pl.when(takes).then("whole_as_of").otherwise("as_of"),
    )
    return fitted.drop("whole", "whole_source", "whole_as_of")


def _with_range(sized: pl.DataFrame, seen: pl.DataFrame) -> pl.DataFrame:
    """Add `low` and `high`: the size itself where known, else by how far the guesses of known cells are out."""
    off = (pl.col("size") / pl.col("guess")).log()
    told = sized.filter(~pl.col("estimated") & (pl.col("size") > 0) & (pl.col("guess") > 0)).select(off).to_series()
    factor = None
    if seen.height >= LEAST_KNOWN and len(told):
        factor = float(np.exp(NORMAL_80 * np.sqrt(np.mean(told.to_numpy() ** 2))))
    wide = pl.lit(factor, dtype=pl.Float64)
    return sized.with_columns(
        low=pl.when("estimated").then(pl.col("size") / wide).otherwise("size"),
        high=pl.when("estimated").then(pl.col("size") * wide).otherwise("size"),
    )


def _with_share(sized: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
    sums = own.group_by(CELL).agg(pl.col("amount").sum())
    joined = sized.join(sums, on=CELL, how="left").with_columns(pl.col("amount").fill_null(0))
    share = pl.when(pl.col("size") > 0).then(pl.col("amount") / pl.col("size"))
    columns = [*CELL, "size", "estimated", "source", "as_of", "low", "high", "rate", "units", "amount"]
    return joined.select(*columns, share=share).sort(CELL)
