"""Stated market facts and our own sales as the tables that the engine reads on markets, within a scope.

Units are keys of today's row of the unit, as in `sales.frames`.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from salesyear.core.scope import Scope
from salesyear.crm.models import Customer
from salesyear.market.cities import tier_of
from salesyear.market.models import Indicator, MarketSize
from salesyear.org.models import Unit, UnitKind
from salesyear.sales.frames import NONE, in_own_currency, keys_of, places
from salesyear.sales.models import Order, OrderLine
from salesyear.sales.money import rates_of

if TYPE_CHECKING:
    import polars as pl

MICRO = 1_000_000
_CHUNK = 5_000
_BOUGHT = ("ordered_on", "order_id", "customer_id", "unit_id", "quantity_micros", "currency_id", "amount")


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


def order_cities(scope: Scope) -> pl.DataFrame:
    """Where each order went: `order`, `city` and its `tier` (0: not known), else the customer's own."""
    import polars as pl

    rows = Order.objects.within(scope).order_by().values_list("pk", "city", "customer__city", "customer__city_tier")
    found = [
        (key, city or own, (tier if tier and (not city or city == own) else None) or tier_of(city or own))
        for key, city, own, tier in rows.iterator(_CHUNK)
    ]
    return pl.DataFrame(found, schema={"order": pl.Int64, "city": pl.String, "tier": pl.Int64}, orient="row")


def segments(scope: Scope) -> pl.DataFrame:
    """The segment of each customer: `customer`, `segment`; empty where nobody named one."""
    import polars as pl

    rows = Customer.objects.within(scope).order_by().values_list("pk", "segment")
    return pl.DataFrame(list(rows), schema={"customer": pl.Int64, "segment": pl.String}, orient="row")


def bought(scope: Scope) -> pl.DataFrame:
    """Every order line as customers bought it: `region`, `customer`, `order`, `date`, `amount`, `quantity`."""
    import polars as pl

    rows = OrderLine.objects.within(scope).order_by().values_list(*_BOUGHT)
    schema: dict[str, Any] = {"day": pl.Date} | dict.fromkeys(("order", "customer", "unit"), pl.Int64)
    schema |= {"quantity": pl.Float64, "currency": pl.String, "amount": pl.Float64}
    table = pl.DataFrame(list(rows.iterator(_CHUNK)), schema=schema, orient="row").with_columns(
        pl.col("unit").fill_null(NONE), pl.col("quantity") / MICRO
    )
    placed = in_own_currency(table, rates_of(scope)).join(
        places(scope).select("row", "region"), left_on="earned_in", right_on="row", how="left"
    )
    return placed.select("region", "customer", "order", "amount", "quantity", date="day")


def _placed(table: pl.DataFrame, scope: Scope) -> pl.DataFrame:
    """Replace a unit's row of some day by today's: a unit that has moved takes its figures along."""
    where = places(scope).select("row", "unit")
    return table.join(where, on="row", how="left", maintain_order="left").drop("row")
