"""`facts_of`: the facts that somebody may see, on the engine this installation uses."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.conf import settings

from salesyear.core.scope import Reach, Scope, Visible
from salesyear.performance.facts import changes, columnar, engines, owed
from salesyear.performance.facts.gates import SEEN
from salesyear.performance.facts.selects import Money
from salesyear.plans.models import Version
from salesyear.sales.models import Invoice, OrderLine, Receipt, Return
from salesyear.sales.money import Rates, rates_of

if TYPE_CHECKING:
    from salesyear.engine.metrics.facts import Facts

Other = Callable[..., Any]
EVERYTHING = "everything"


def facts_of(
    scope: Scope, version: Version | None = None, *, patient: bool = True, told: columnar.Told | None = None
) -> Facts:
    """Return the facts as they are now, within what `scope` may see; targets of a version instead of the published.

    Two queries when nothing has changed. patient: wait for files that are not there, however many; else BeingMade is
    raised where that would be long. told: hears how many files of months are there. Raises NoRate when no currency is
    the company's own.
    """
    from salesyear.engine.metrics.facts import Facts

    stamps = changes.stamps()
    rates = _rates(tuple(sorted((month, stamp) for (facts, month), stamp in stamps.items() if facts == "rates")))
    money = Money(rates.base, tuple(sorted(rates.decimals.items())))
    files = columnar.fresh(money, stamps, kinds=engines.in_files(), patient=patient, told=told) | owed.files(
        stamps, owed.versions(version)
    )
    engine, tables = engines.holding(files, money, scope)
    who = EVERYTHING if _sees_everything(scope) else who_of(scope)
    key = hashlib.sha256(repr((sorted(tables.items()), who)).encode()).hexdigest()
    facts = Facts(engine, tables, _within(scope), _seen_by(scope), key, patterned=who, working=working_days)
    if len(money.digits) > 1:
        _refuse_unrated(facts, rates, scope)
    return facts


@lru_cache(maxsize=8)
def _rates(_stamps: tuple[tuple[int, int], ...]) -> Rates:
    """Currencies and rates, read once for each state of theirs."""
    return rates_of(Scope.system("the company's own currency"))


def _refuse_unrated(facts: Facts, rates: Rates, scope: Scope) -> None:
    """Raise NoRate for a row this person sees whose amount nobody can convert (case 2)."""
    import ibis

    for name, model in (("sold", OrderLine), ("invoices", Invoice), ("receipts", Receipt)):
        rows = facts.table(name)
        lacking = rows.filter(rows.amount.isnull()).select("day", "row", "kind" if name == "sold" else "rep").limit(1)
        for day, row, kind in facts.engine.frame(str(ibis.to_sql(lacking, dialect=facts.engine.dialect))).iter_rows():
            of = Return if name == "sold" and kind < 0 else model
            found = of._base_manager.filter(pk=row).values_list("currency_id", flat=True).first()
            rates.at(str(found), day)


def who_of(scope: Scope) -> str:
    """All of a scope that decides which rows are seen, of whatever family; the key of facts tells apart only theirs."""
    reach = sorted((family, sorted(reaches)) for family, reaches in scope.reach.items())
    everything = Reach.ALL in scope.sees("no family of this name")
    return repr((everything, reach, sorted(scope.units), sorted(scope.reps), sorted(scope.agencies)))


def _sees_everything(scope: Scope) -> bool:
    """Whether no fact is out of sight: the answers of all who see everything are the same."""
    return not _seen_by(scope) and all(Reach.ALL in scope.sees(visible.family) for visible in SEEN.values())


def _seen_by(scope: Scope) -> frozenset[str]:
    """By which columns it is decided what is seen, besides whose a row is."""
    agent = scope.agencies and any(Reach.AGENCY in scope.sees(visible.family) for visible in SEEN.values())
    return frozenset({"customer"} if agent else ())


def _within(scope: Scope) -> Callable[[str, Any, Other], Any]:
    def within(name: str, rows: Any, other: Other) -> Any:  # noqa: ANN401 - Ibis tables
        visible = SEEN.get(name)
        if visible is None or Reach.ALL in scope.sees(visible.family):
            return rows
        return rows.filter(_any(list(_ways(name, visible, scope, rows, other))))

    return within


def _ways(name: str, visible: Visible, scope: Scope, rows: Any, other: Other) -> Any:  # noqa: ANN401 - Ibis columns
    """Each way in which a row is seen, as `Visible.condition` has it."""
    reach = scope.sees(visible.family)
    if Reach.UNITS in reach and visible.unit and scope.units:
        yield rows.unit.isin(sorted(scope.units))
    if Reach.OWN in reach and visible.rep and scope.reps:
        yield rows.rep.isin(sorted(scope.reps))
    if Reach.AGENCY in reach and visible.agency and scope.agencies:
        all_ = other("customers")
        yield rows.customer.isin(all_.filter(all_.agency.isin(sorted(scope.agencies))).customer)
    if name == "customers":
        yield from _bought_from(scope, reach, rows, other)


def _bought_from(scope: Scope, reach: frozenset[Reach], rows: Any, other: Other) -> Any:  # noqa: ANN401
    """A customer is seen, too, by whoever earned a sale there."""
    sold = other("sold", {"customer"})
    for wanted, columns, keys in (
        (Reach.UNITS, ("unit", "line_unit"), scope.units),
        (Reach.OWN, ("rep", "line_rep"), scope.reps),
    ):
        if wanted in reach and keys:
            for column in columns:
                lines = sold.filter(sold.kind > 0, sold[column].isin(sorted(keys)))
                yield rows.customer.isin(lines.customer)


def _any(ways: list[Any]) -> Any:  # noqa: ANN401 - an Ibis column
    import ibis

    condition = ibis.literal(value=False)
    for way in ways:
        condition = condition | way
    return condition


@lru_cache(maxsize=4096)
def working_days(first: date, last: date) -> int:
    """Working days of the country this installation plans in, from one day to another, both included."""
    from salesyear.engine.metrics.facts import weekdays

    days = _calendar(settings.COUNTRY, first.year, last.year)
    if days is None:
        return weekdays(first, last)
    return sum(days.is_working_day(date.fromordinal(day)) for day in range(first.toordinal(), last.toordinal() + 1))


@lru_cache(maxsize=16)
def _calendar(country: str, first: int, last: int) -> Any:  # noqa: ANN401 - a holidays calendar, or None
    if not country:
        return None
    try:
        import holidays
    except ImportError:
        return None
    return holidays.country_holidays(country, years=range(first, last + 1))
