"""How large the market is, region × line × year, and what could be sold there: reads facts, has the engine estimate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from salesyear.core.scope import Scope
from salesyear.engine.metrics.asking import day_of_month, month_number
from salesyear.market import frames
from salesyear.market.reports.customers import month_end
from salesyear.org.models import UnitKind
from salesyear.sales.frames import NONE, sold

if TYPE_CHECKING:
    import polars as pl

MOST_YEARS = 5
YEAR = 12


@dataclass(frozen=True)
class PotentialParams:
    """weights: of the indicators' measures; one that is not named counts 1 where none is, else 0. best: the mark that
    good units set where no market size is known, as a share of units below it.
    """

    weights: Mapping[str, float] = field(default_factory=dict)
    best: float = 0.8


@dataclass(frozen=True)
class Facts:
    """What the estimate reads, at the finest level that a fact is stated for: `grain`."""

    units: pl.DataFrame
    sizes: pl.DataFrame
    index: pl.DataFrame
    own: pl.DataFrame
    grain: str

    @property
    def silent(self) -> bool:
        """Whether nobody has said anything about the market."""
        return self.sizes.is_empty() and self.index.is_empty()


def market_cells(
    scope: Scope, params: PotentialParams, today: date, *, kinds: tuple[str, ...] = ("company", "region", "territory")
) -> pl.DataFrame:
    """Every unit × line × year of the kinds asked for, largest units first.

    Columns: `unit`, `line`, `year`, `size`, `low`, `high`, `estimated`, `source`, `as_of`, `sold`, `potential`; amounts
    in minor units of the company's own currency. `size` is empty where only indicators are known. A region's figure is
    the sum of its territories'. No rows without a stated fact, none of years without own sales to hold against it.
    """
    import polars as pl

    facts = facts_of(scope, today)
    if facts.silent or facts.own.is_empty():
        return pl.DataFrame(schema=_schema())
    made = _sized(facts, params) if facts.sizes.height else _by_best(facts, params)
    named = made.with_columns(pl.col("unit", "line").cast(pl.Int64)).join(
        facts.units.select("unit", "region"), on="unit", how="left"
    )
    return pl.concat([_summed(named, facts, kind) for kind in kinds]).sort("unit", "line", "year")


def facts_of(scope: Scope, today: date) -> Facts:
    """Read what is stated and what we sold in whole years, by the units of the finest level that has a fact."""
    import polars as pl

    units = frames.units_today(scope, today)
    sizes, stated = frames.stated_sizes(scope), frames.indicators(scope)
    kinds = dict(units.select("unit", "kind").iter_rows())
    told = {kinds.get(unit) for unit in (*sizes["unit"], *stated["unit"])}
    grain = "territory" if UnitKind.TERRITORY.value in told else "region"
    own = _own(sold(scope), grain, today, sizes["year"])
    return Facts(units.with_columns(place=pl.col(grain)), sizes, stated, own, grain)


def _own(rows: pl.DataFrame, grain: str, today: date, stated: Iterable[int]) -> pl.DataFrame:
    """Own sales of whole calendar years: `region` (the engine's word for the place), `line`, `year`, `amount`.

    A year of which a market size is stated and which is not over has the last twelve months for its own.
    """
    import polars as pl

    closed = rows.filter((pl.col("day") < today.replace(day=1)) & (pl.col("line") != NONE) & (pl.col(grain) != NONE))
    if closed.is_empty():
        return pl.DataFrame(schema={"region": pl.String, "line": pl.String, "year": pl.Int64, "amount": pl.Float64})
    dated = closed.with_columns(year=pl.col("day").dt.year().cast(pl.Int64))
    whole = dated.group_by("year").agg(first=pl.col("day").dt.month().min(), last=pl.col("day").dt.month().max())
    years = whole.filter((pl.col("first") == 1) & (pl.col("last") == 12))["year"].sort().tail(MOST_YEARS)
    held = [dated.filter(pl.col("year").is_in(years.implode())), *_running(closed, set(stated) - set(years))]
    sums = pl.concat(held).group_by(grain, "line", "year").agg(pl.col("amount").sum())
    return sums.select("year", "amount", pl.col("line").cast(pl.String), region=pl.col(grain).cast(pl.String))


def _running(closed: pl.DataFrame, stated: Iterable[int]) -> Iterator[pl.DataFrame]:
    """The sales of the last twelve months as those of each stated year that is not over, if there are so many."""
    import polars as pl

    last = month_end(closed)
    since = month_number(last) - YEAR + 1
    if month_number(min(closed["day"])) > since:
        return
    newest = closed.filter(pl.col("day") >= day_of_month(since))
    yield from (newest.with_columns(year=pl.lit(year, dtype=pl.Int64)) for year in stated if year >= last.year)


def _sized(facts: Facts, params: PotentialParams) -> pl.DataFrame:
    """Sizes with shares, and the potential at the company's own share of each line."""
    import polars as pl

    from salesyear.engine.market.potential import attainable, market_sizes

    kind = dict(facts.units.select("unit", "kind").iter_rows())
    rows = facts.sizes.with_columns(
        region=pl.col("unit").cast(pl.String),
        line=pl.col("line").cast(pl.String),
        kind=pl.col("unit").replace_strict(kind, default=""),
    )
    columns = ["line", "year", "size", "source", "as_of"]
    known = rows.filter(pl.col("kind") == facts.grain)
    whole = rows.filter(pl.col("kind") == UnitKind.COMPANY.value).select(columns)
    above = rows.filter((pl.col("kind") == UnitKind.REGION.value) & (facts.grain == "territory"))
    groups = above.select(*columns, group="region")
    sizes = market_sizes(
        known.select("region", *columns), _index(facts, params), facts.own, totals=whole, groups=groups
    )
    sizes = sizes.filter(pl.col("year").is_in(facts.own["year"].unique().implode()))
    reach = pl.concat([attainable(sizes, year).with_columns(year=pl.lit(year)) for year in sizes["year"].unique()])
    return sizes.join(reach, on=["region", "line", "year"], how="left").select(*_columns(region="unit", amount="sold"))


def _by_best(facts: Facts, params: PotentialParams) -> pl.DataFrame:
    """No size is known: what each unit would sell if it sold as much per unit of the index as good ones do."""
    import polars as pl

    from salesyear.engine.market.potential import PotentialParams as Engines
    from salesyear.engine.market.potential import attainable_by_best

    index = _index(facts, params).select("region", "units")
    parts = [
        attainable_by_best(rows, index, Engines(best=params.best)).with_columns(year=pl.lit(year, dtype=pl.Int64))
        for (year,), rows in sorted(facts.own.partition_by("year", as_dict=True).items())
    ]
    none = [pl.lit(None, dtype=pl.Float64).alias(name) for name in ("size", "low", "high")]
    told = facts.index.sort("as_of").tail(1)
    made = pl.concat(parts).with_columns(
        *none, estimated=pl.lit(value=True), source=pl.lit(told["source"].item()), as_of=pl.lit(told["as_of"].item())
    )
    return made.select(*_columns(region="unit", amount="sold"))


def _columns(**renamed: str) -> list[pl.Expr]:
    import polars as pl

    wanted = {new: old for old, new in renamed.items()}
    return [pl.col(wanted.get(name, name)).alias(name) for name in _schema()]


def _index(facts: Facts, params: PotentialParams) -> pl.DataFrame:
    """The indicators as one index of the places: `region`, `group`, `units`; every place alike where there are none."""
    import polars as pl

    from salesyear.engine.market.potential import weighted_index

    asked = facts.units.filter(pl.col("kind") == facts.grain)
    places = asked.select(region=pl.col("unit").cast(pl.String), group=pl.col("region").cast(pl.String))
    newest = facts.index.filter(pl.col("year") == pl.col("year").max().over("measure", "unit"))
    at = newest.join(facts.units.select("unit", "place"), on="unit").filter(pl.col("place") != NONE)
    sums = at.group_by("measure", region=pl.col("place").cast(pl.String)).agg(pl.col("units").sum())
    if sums.is_empty():
        return places.with_columns(units=pl.lit(1.0))
    weights = params.weights or dict.fromkeys(sorted(sums["measure"].unique()), 1.0)
    return places.join(weighted_index(sums, weights), on="region", how="left").with_columns(
        pl.col("units").fill_null(0.0)
    )


def _summed(made: pl.DataFrame, facts: Facts, kind: str) -> pl.DataFrame:
    """The cells of units of one kind; those above the grain are sums, estimated when a part of them is."""
    import polars as pl

    if kind == facts.grain:
        return made.drop("region").select(list(_schema())).cast(_schema())
    if kind == UnitKind.TERRITORY.value:
        return pl.DataFrame(schema=_schema())
    top = facts.units.filter(pl.col("kind") == UnitKind.COMPANY.value)["unit"]
    above = pl.col("region") if kind == UnitKind.REGION.value else pl.lit(top[0] if len(top) else NONE)
    sources = pl.col("source").drop_nulls().unique()
    sums = made.group_by(above.alias("unit"), "line", "year").agg(
        *(_sum(name) for name in ("size", "low", "high", "potential")),
        pl.col("sold").sum(),
        pl.col("estimated").any(),
        source=pl.when(sources.len() == 1).then(sources.first()),
        as_of=pl.col("as_of").max(),
    )
    return sums.filter(pl.col("unit") != NONE).select(list(_schema())).cast(_schema())


def _sum(name: str) -> pl.Expr:
    """A sum that is empty where every part is."""
    import polars as pl

    return pl.when(pl.col(name).is_not_null().any()).then(pl.col(name).sum()).alias(name)


def _schema() -> pl.Schema:
    import polars as pl

    amounts = dict.fromkeys(("size", "low", "high", "sold", "potential"), pl.Float64)
    keys = dict.fromkeys(("unit", "line", "year"), pl.Int64)
    return pl.Schema({**keys, **amounts, "estimated": pl.Boolean, "source": pl.String, "as_of": pl.Date})
