"""Rows behind the signals as the engine's tables, within what somebody may see."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from salesyear.core.scope import Scope, ScopedQuerySet
from salesyear.crm.models import Customer
from salesyear.org.models import Unit
from salesyear.performance.models import Rule
from salesyear.sales.frames import NONE, earned_lines
from salesyear.sales.models import Order, Return

if TYPE_CHECKING:
    import polars as pl

MONTHS = 18  # of sales that a signal looks back on
_CHUNK = 5_000


def sold_of_late(scope: Scope, rule: Rule, as_of: date) -> pl.DataFrame:
    """Order lines: `order`, `rep`, `day`, `amount`; of a shared sale each salesperson's own part (case 1)."""
    return _lines(scope, rule, as_of).select("order", "rep", "day", "amount")


def returned_of_late(scope: Scope, rule: Rule, as_of: date) -> pl.DataFrame:
    """Returns of known orders: `order`, `day`, `amount` above 0."""
    rows = _about(Return.objects.within(scope), rule, scope).filter(
        returned_on__gt=_since(as_of), returned_on__lte=as_of
    )
    kept = rows.exclude(order=None).order_by().values_list("order_id", "returned_on", "amount")
    return _table(kept, ("order", "day", "amount"), days=("day",))


def terms_of_late(scope: Scope, rule: Rule, as_of: date) -> pl.DataFrame:
    """Orders with the days they are to be paid by: `order`, `customer`, `rep`, `day`, `due`, `amount`."""
    rows = _about(Order.objects.within(scope), rule, scope).filter(ordered_on__gt=_since(as_of), ordered_on__lte=as_of)
    kept = rows.exclude(due_on=None).order_by().values_list("pk", "customer_id", "rep_id", "ordered_on", "due_on")
    names = ("order", "customer", "rep", "day", "due")
    return _table(kept, names, days=("day", "due")).with_columns(amount=0)


def bought_by_agents(scope: Scope, rule: Rule, as_of: date) -> pl.DataFrame:
    """What agents bought: `agency`, `day`, `amount`."""
    import polars as pl

    rows = Customer.objects.within(scope).exclude(agency=None).order_by().values_list("pk", "agency_id")
    of = pl.DataFrame(list(rows), schema={"customer": pl.Int64, "agency": pl.Int64}, orient="row")
    return _lines(scope, rule, as_of).join(of, on="customer", how="inner").select("agency", "day", "amount")


def _lines(scope: Scope, rule: Rule, as_of: date) -> pl.DataFrame:
    """The order lines a rule is about, in whole minor units of the company's own currency. Raises NoRate."""
    import polars as pl

    lines = earned_lines(scope, since=_since(as_of) + timedelta(days=1), before=as_of + timedelta(days=1))
    lines = lines.with_columns(pl.col("amount").round().cast(pl.Int64))
    if rule.rep_id:
        return lines.filter(pl.col("rep") == rule.rep_id)
    if rule.unit_id:
        return lines.filter(pl.col("earned_in").is_in(list(_inside(scope, rule).values_list("pk", flat=True))))
    return lines


def _about(rows: Any, rule: Rule, scope: Scope) -> Any:  # noqa: ANN401 - scoped query sets of three models
    if rule.rep_id:
        return rows.filter(rep=rule.rep_id)
    if rule.unit_id:
        return rows.filter(unit__in=_inside(scope, rule))
    return rows


def _inside(scope: Scope, rule: Rule) -> ScopedQuerySet[Unit]:
    start = Unit.objects.within(scope).get(pk=rule.unit_id or 0).path
    return Unit.objects.within(scope).filter(path__startswith=start)


def _since(as_of: date) -> date:
    return as_of - timedelta(days=round(MONTHS * 30.4375))


def _table(rows: Any, names: tuple[str, ...], days: tuple[str, ...]) -> pl.DataFrame:  # noqa: ANN401 - a query of tuples
    import polars as pl

    schema = {name: pl.Date if name in days else pl.Int64 for name in names}
    return pl.DataFrame(list(rows.iterator(_CHUNK)), schema=schema, orient="row").with_columns(
        pl.col(pl.Int64).fill_null(NONE)
    )
