"""Sales as tables for the engine, within what somebody may see; the only file that turns rows of sales into frames.

Polars is imported when a table is made: a page that shows kept results does not pay for it.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet

from salesyear.core import rls
from salesyear.core.scope import Reach, Scope
from salesyear.org.models import UnitKind
from salesyear.org.tree import units
from salesyear.sales.models import Credit, OrderLine, Return
from salesyear.sales.money import Rates, rates_of

if TYPE_CHECKING:
    import polars as pl

NONE = 0  # the key of “none named”: no salesperson, no product line, no territory
_WHOLE = 1_000_000
_CHUNK = 5_000
_SOLD = ("ordered_on", "order_id", "customer_id", "product_id", "product__line_id", "rep_id", "unit_id")
_CAME_BACK = ("returned_on", "order_id", "customer_id", "product_id", "product__line_id", "rep_id", "unit_id")
_CREDIT = ("order__credits", "order__credits__rep_id", "order__credits__unit_id", "order__credits__share")
_SHARED = ("credit", "their_rep", "their_unit", "share")
_NAMES = ("day", "order", "customer", "product", "line", "rep", "unit")


def sold(scope: Scope, *, since: date | None = None, before: date | None = None) -> pl.DataFrame:
    """Every sale and return, one row each (a shared sale: one row for each share that `scope` sees).

    Columns: `day`; the keys `order`, `customer`, `product`, `line`, `rep`, `unit`, `region`, `territory` (0: none);
    `amount`, minor units of the company's own currency at the rate of the day, a return below 0 in the month it is
    booked in. `unit` is today's row of the unit it was earned in. since, before: days that it is cut to.
    Raises NoRate when an amount is in a currency without a dated rate.
    """
    both = earned(scope, since=since, before=before)
    return both.join(places(scope), left_on="earned_in", right_on="row", how="left").drop("earned_in")


def earned(scope: Scope, *, since: date | None = None, before: date | None = None) -> pl.DataFrame:
    """The same with the row of the unit of that day, `earned_in`, in place of where it stands today."""
    import polars as pl

    days = _days("returned_on", since, before)
    back = _table(Return.objects.within(scope).filter(days), _CAME_BACK).with_columns(amount=-pl.col("amount"))
    lines = _shared(scope, since, before)
    return in_own_currency(pl.concat([lines, back]), rates_of(scope)).drop("unit")


def earned_lines(scope: Scope, *, since: date | None = None, before: date | None = None) -> pl.DataFrame:
    """The same without returns. Raises NoRate."""
    return in_own_currency(_shared(scope, since, before), rates_of(scope)).drop("unit")


def places(scope: Scope) -> pl.DataFrame:
    """Every row of a unit there ever was, and where it stands today: `row`, `unit`, `region`, `territory` (0: none)."""
    import polars as pl

    rows = sorted(units(scope), key=lambda unit: (unit.starts_on, unit.pk))
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


def _table(rows: QuerySet[Any], paths: tuple[str, ...], names: tuple[str, ...] = _NAMES) -> pl.DataFrame:
    import polars as pl

    found = rows.order_by().values_list(*paths, "currency_id", "amount")
    schema: dict[str, Any] = {"day": pl.Date} | dict.fromkeys(names[1:], pl.Int64)
    schema |= {"currency": pl.String, "amount": pl.Float64}
    table = pl.DataFrame(list(found.iterator(_CHUNK)), schema=schema, orient="row")
    return table.with_columns(pl.col(*names[1:]).fill_null(NONE))


def _days(column: str, since: date | None, before: date | None) -> Q:
    bounds = {f"{column}__gte": since, f"{column}__lt": before}
    return Q(**{name: day for name, day in bounds.items() if day})


def _shared(scope: Scope, since: date | None, before: date | None) -> pl.DataFrame:
    """Order lines; one of an order with credits is one row for each credit that is seen: case 1, it counts once.

    Credits are read with the owner's rights and cut down here: a line is nobody's in full because its parts are out of
    sight. An agent sees no credits, but all that they bought.
    """
    import polars as pl

    lines = OrderLine.objects.within(scope).filter(_days("ordered_on", since, before))
    with rls.as_owner():
        table = _table(lines, (*_SOLD, *_CREDIT), (*_NAMES, *_SHARED))
    whole, part = pl.col("credit") == NONE, pl.col("amount") * pl.col("share") / _WHOLE
    own = [pl.when(whole).then(name).otherwise(f"their_{name}").alias(name) for name in ("rep", "unit")]
    parts = table.with_columns(own).with_columns(amount=pl.when(whole).then("amount").otherwise(part))
    return parts.filter(whole | _seen(scope)).select(*_NAMES, "currency", "amount")


def _seen(scope: Scope) -> pl.Expr:
    """Whether a credit is one that `scope` sees: the same as `Credit.visible`, said of a table."""
    import polars as pl

    reach = scope.sees(Credit.visible.family)
    seen = pl.lit(bool(reach & {Reach.ALL, Reach.AGENCY}))
    if Reach.UNITS in reach:
        seen |= pl.col("unit").is_in(sorted(scope.units))
    return seen | pl.col("rep").is_in(sorted(scope.reps)) if Reach.OWN in reach else seen


def in_own_currency(table: pl.DataFrame, rates: Rates) -> pl.DataFrame:
    """Turn amounts into the company's own currency, each at the rate of its `day` (case 2); `unit` is `earned_in`."""
    import polars as pl

    foreign = table.filter(pl.col("currency") != rates.base).select("currency", "day").unique()
    known = [(currency, day, float(rates.at(currency, day))) for currency, day in foreign.iter_rows()]
    schema = {"currency": pl.String, "day": pl.Date, "rate": pl.Float64}
    dated = table.join(pl.DataFrame(known, schema=schema, orient="row"), on=["currency", "day"], how="left")
    amount = pl.col("amount") * pl.col("rate").fill_null(1.0)
    return dated.with_columns(amount=amount).drop("rate", "currency").with_columns(earned_in=pl.col("unit"))
