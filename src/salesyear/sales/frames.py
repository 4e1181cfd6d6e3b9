"""Sales as tables for the engine, within what somebody may see; the only file that turns rows of sales into frames.

Polars is imported when a table is made: a page that shows kept results does not pay for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from salesyear.core.scope import Scope
from salesyear.org.models import Unit, UnitKind
from salesyear.sales.models import Credit, OrderLine, Return
from salesyear.sales.money import Rates, rates_of

if TYPE_CHECKING:
    import polars as pl

NONE = 0  # the key of “none named”: no salesperson, no product line, no territory
_WHOLE = 1_000_000
_CHUNK = 5_000
_SOLD = ("ordered_on", "order_id", "customer_id", "product_id", "product__line_id", "rep_id", "unit_id")
_CAME_BACK = ("returned_on", "order_id", "customer_id", "product_id", "product__line_id", "rep_id", "unit_id")
_NAMES = ("day", "order", "customer", "product", "line", "rep", "unit")


def sold(scope: Scope) -> pl.DataFrame:
    """Every sale and return, one row each (a shared sale: one row for each share).

    Columns: `day`; the keys `order`, `customer`, `product`, `line`, `rep`, `unit`, `region`, `territory` (0: none);
    `amount`, minor units of the company's own currency at the rate of the day, a return below 0 in the month it is
    booked in. `unit` is today's row of the unit it was earned in.
    Raises NoRate when an amount is in a currency without a dated rate.
    """
    import polars as pl

    lines = _shared(_table(OrderLine, scope, _SOLD), scope)
    back = _table(Return, scope, _CAME_BACK).with_columns(amount=-pl.col("amount"))
    both = in_own_currency(pl.concat([lines, back]), rates_of(scope))
    return both.drop("unit").join(places(scope), left_on="earned_in", right_on="row", how="left").drop("earned_in")


def places(scope: Scope) -> pl.DataFrame:
    """Every row of a unit there ever was, and where it stands today: `row`, `unit`, `region`, `territory` (0: none)."""
    import polars as pl

    rows = list(Unit.objects.within(scope).order_by("starts_on", "pk"))
    today = {unit.code: unit for unit in rows}
    kinds = {unit.pk: unit.kind for unit in rows}
    found = [(NONE, NONE, NONE, NONE)]
    for unit in rows:
        now = today[unit.code]
        above = {kinds[key]: key for key in keys_of(now.path) if key in kinds}
        found.append(
            (unit.pk, now.pk, above.get(UnitKind.REGION.value, NONE), above.get(UnitKind.TERRITORY.value, NONE))
        )
    schema = dict.fromkeys(("row", "unit", "region", "territory"), pl.Int64)
    return pl.DataFrame(found, schema=schema, orient="row")


def keys_of(path: str) -> list[int]:
    """Return the keys in a unit's path, the company's first: `/1/4/12/` is 1, 4, 12."""
    return [int(key) for key in path.strip("/").split("/") if key]


def _table(model: type[OrderLine] | type[Return], scope: Scope, paths: tuple[str, ...]) -> pl.DataFrame:
    import polars as pl

    rows = model.objects.within(scope).order_by().values_list(*paths, "currency_id", "amount")
    schema: dict[str, Any] = {"day": pl.Date} | dict.fromkeys(_NAMES[1:], pl.Int64)
    schema |= {"currency": pl.String, "amount": pl.Float64}
    table = pl.DataFrame(list(rows.iterator(_CHUNK)), schema=schema, orient="row")
    return table.with_columns(pl.col(*_NAMES[1:]).fill_null(NONE))


def _shared(lines: pl.DataFrame, scope: Scope) -> pl.DataFrame:
    """Replace a line of an order with credits by one row a credit: case 1, a shared sale counts once."""
    import polars as pl

    shares = _frame(Credit.objects.within(scope).order_by().values_list("order_id", "rep_id", "unit_id", "share"))
    if shares.is_empty():
        return lines
    parts = lines.drop("rep", "unit").join(shares, on="order", how="inner")
    parts = parts.with_columns(amount=pl.col("amount") * pl.col("share") / _WHOLE).select(lines.columns)
    return pl.concat([lines.join(shares, on="order", how="anti"), parts])


def _frame(rows: Iterable[Any]) -> pl.DataFrame:
    import polars as pl

    schema = dict.fromkeys(("order", "rep", "unit", "share"), pl.Int64)
    return pl.DataFrame(list(rows), schema=schema, orient="row").with_columns(pl.col("unit").fill_null(NONE))


def in_own_currency(table: pl.DataFrame, rates: Rates) -> pl.DataFrame:
    """Turn amounts into the company's own currency, each at the rate of its `day` (case 2); `unit` is `earned_in`."""
    import polars as pl

    foreign = table.filter(pl.col("currency") != rates.base).select("currency", "day").unique()
    known = [(currency, day, float(rates.at(currency, day))) for currency, day in foreign.iter_rows()]
    schema = {"currency": pl.String, "day": pl.Date, "rate": pl.Float64}
    dated = table.join(pl.DataFrame(known, schema=schema, orient="row"), on=["currency", "day"], how="left")
    amount = pl.col("amount") * pl.col("rate").fill_null(1.0)
    return dated.with_columns(amount=amount).drop("rate", "currency").with_columns(earned_in=pl.col("unit"))
