"""Stated market facts and our own sales as the tables that the engine reads on markets, within a scope.

Units are keys of today's row of the unit, as in `sales.frames`.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from salesyear.core.scope import Scope
from salesyear.market.models import Indicator, MarketSize
from salesyear.org.models import Unit, UnitKind
from salesyear.sales.frames import NONE, keys_of, places
from salesyear.sales.money import rates_of

if TYPE_CHECKING:
    import polars as pl

MICRO = 1_000_000


def stated_sizes(scope: Scope) -> pl.DataFrame:
    """Every stated market size: `unit`, `line`, `year`, `size` (own currency, minor units), `source`, `as_of`."""
    import polars as pl

    rates = rates_of(scope)
    rows = MarketSize.objects.within(scope).order_by("pk")
    found = [
        (unit, line, year, float(amount * rates.at(currency, as_of)), source, as_of)
        for unit, line, year, currency, amount, source, as_of in rows.values_list(
            "unit_id", "line_id", "year", "currency_id", "amount", "source", "as_of"
        )
    ]
    schema: dict[str, Any] = dict.fromkeys(("row", "line", "year"), pl.Int64)
    schema |= {"size": pl.Float64, "source": pl.String, "as_of": pl.Date}
    return _placed(pl.DataFrame(found, schema=schema, orient="row"), scope)


def indicators(scope: Scope) -> pl.DataFrame:
    """Every indicator: `unit`, `measure`, `segment`, `year`, `units`, `source`, `as_of`."""
    import polars as pl

    rows = Indicator.objects.within(scope).order_by("pk")
    found = rows.values_list("unit_id", "measure", "segment", "year", "units_micros", "source", "as_of")
    schema: dict[str, Any] = {"row": pl.Int64, "measure": pl.String, "segment": pl.String, "year": pl.Int64}
    schema |= {"units": pl.Float64, "source": pl.String, "as_of": pl.Date}
    table = pl.DataFrame(list(found), schema=schema, orient="row")
    return _placed(table.with_columns(pl.col("units") / MICRO), scope)


def units_today(scope: Scope, day: date) -> pl.DataFrame:
    """The organisation as it stands: `unit`, `kind`, `name`, `region`, `territory` (0: none), open units only."""
    import polars as pl

    rows = list(Unit.objects.within(scope).order_by("path"))
    kinds = {unit.pk: unit.kind for unit in rows}
    found = []
    for unit in rows:
        if unit.ends_on and unit.ends_on < day:
            continue
        above = {kinds[key]: key for key in keys_of(unit.path) if key in kinds}
        region, territory = above.get(UnitKind.REGION.value, NONE), above.get(UnitKind.TERRITORY.value, NONE)
        found.append((unit.pk, unit.kind, unit.name, region, territory))
    schema: dict[str, Any] = {"unit": pl.Int64, "kind": pl.String, "name": pl.String}
    return pl.DataFrame(found, schema={**schema, "region": pl.Int64, "territory": pl.Int64}, orient="row")


def _placed(table: pl.DataFrame, scope: Scope) -> pl.DataFrame:
    """Replace a unit's row of some day by today's: a unit that has moved takes its figures along."""
    where = places(scope).select("row", "unit")
    return table.join(where, on="row", how="left", maintain_order="left").drop("row")
