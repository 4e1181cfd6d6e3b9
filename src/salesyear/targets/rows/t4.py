"""T4 回款周期管控: days sales outstanding, ageing and collection, by salesperson and by customer."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

from django.db.models import Sum
from django.utils.translation import gettext

from salesyear.core import numbers
from salesyear.org.models import Rep
from salesyear.plans.models import InitiativeKind, Sheet
from salesyear.sales.frames import NONE
from salesyear.targets.owed import Owed, owed_on
from salesyear.targets.rows.parts import (
    WHOLE,
    Asked,
    Column,
    Goal,
    RowReport,
    Table,
    micros,
    other_currencies,
    share_words,
)

KINDS = (InitiativeKind.OTHER,)  # what brings cash in lifts no sales, so that no kind of its own closes the gap
BUCKETS = (0, 30, 60, 90)  # days past due that a bucket ends with; semantics: ageing


def report(asked: Asked) -> RowReport:
    """Return receivables as of today. Raises nothing: without invoices it says what they would add."""
    owed = owed_on(asked.scope, asked.today, asked.plan.currency_id)
    if not owed.bills and not owed.others:
        words = gettext(
            "No invoice is known: days outstanding, ageing and what is overdue by customer would stand here."
        )
        return RowReport(_goals(asked, owed), kinds=KINDS, missing=[words])
    missing = [] if owed.received else [gettext("No receipt is known, so every invoice counts as unpaid.")]
    notes = other_currencies({asked.plan.currency_id, *owed.others}, asked.plan)
    return RowReport(_goals(asked, owed), _ageing(owed), KINDS, missing, notes, more=(_people(asked, owed),))


def _goals(asked: Asked, owed: Owed) -> list[Goal]:
    wanted, rate, dso = asked.values["dso"], asked.values["collection_rate"], owed.dso
    return [
        Goal(
            gettext("Days sales outstanding, simple"),
            f"≤ {asked.goal('dso')}",
            _days(dso),
            dso <= wanted if dso is not None else None,
            gettext("Best possible: %(days)s, were nothing overdue.") % {"days": _days(owed.best)} if dso else "",
        ),
        Goal(
            gettext("Days sales outstanding, countback"),
            f"≤ {asked.goal('dso')}",
            _days(owed.countback),
            owed.countback <= wanted if owed.countback is not None else None,
            gettext("The latest days of sales that make up what is owed: it does not wait for a slow year to end."),
        ),
        Goal(
            gettext("Collection rate of the last twelve months"),
            f"≥ {asked.goal('collection_rate')}",
            share_words(owed.received, owed.due),
            owed.received >= rate * owed.due if owed.due > 0 else None,
        ),
        Goal(
            gettext("Collection effectiveness"),
            "→ 100%",
            numbers.percent(round(owed.cei * WHOLE)).text if owed.cei is not None else numbers.MISSING,
            note=gettext("What came in, of all that could have come in: 100% leaves nothing overdue."),
        ),
        *_planned(asked),
    ]


def _planned(asked: Asked) -> list[Goal]:
    """What this version plans to collect, beside what it plans to sell."""
    sums = (
        Sheet.objects.within(asked.scope)
        .filter(version=asked.version)
        .aggregate(Sum("cash_total"), Sum("target_total"))
    )
    cash, target = sums["cash_total__sum"], sums["target_total__sum"]
    if not cash:
        return []
    note = gettext("Of sales of %(target)s; month by month and by salesperson in the planning table, as “to collect”.")
    label = gettext("Collections planned in %(year)d") % {"year": asked.plan.year}
    return [Goal(label, asked.money(cash), note=note % {"target": asked.money(target)})]


def _days(days: float | None) -> str:
    return gettext("%(days).0f days") % {"days": days} if days is not None else numbers.MISSING


def _people(asked: Asked, owed: Owed) -> Table:
    """The same by salesperson, whoever has most overdue first."""
    names = dict(Rep.objects.within(asked.scope).values_list("pk", "name")) | {NONE: gettext("nobody named")}
    parts = sorted(owed.by_rep().items(), key=lambda one: (-one[1].overdue, names.get(one[0], "")))
    columns = (
        Column(gettext("Salesperson")),
        Column(gettext("Open"), "money"),
        Column(gettext("Overdue"), "money"),
        Column(gettext("Days, simple"), "count"),
        Column(gettext("Days, countback"), "count"),
        Column(gettext("Collection rate"), "share"),
        Column(gettext("Collection effectiveness"), "share"),
    )
    rows = [
        (
            names.get(rep, numbers.MISSING),
            one.open,
            one.overdue,
            _whole(one.dso),
            _whole(one.countback),
            micros(one.received, one.due),
            None if one.cei is None else round(one.cei * WHOLE),
        )
        for rep, one in parts
    ]
    return Table(gettext("Collection by salesperson"), columns, rows)


def _whole(days: float | None) -> int | None:
    return None if days is None else round(days)


def _ageing(owed: Owed) -> Table:
    """Receivables by days past due, the customer who owes most first."""
    by: dict[str, list[int]] = defaultdict(lambda: [0] * (len(BUCKETS) + 1))
    for bill in owed.bills:
        if bill.open:
            late = (owed.day - bill.due_on).days
            by[bill.name][sum(1 for end in BUCKETS if late > end)] += bill.open
    headings = [gettext("Not due"), *(f"{low + 1}–{high}" for low, high in pairwise(BUCKETS))]
    columns = [Column(words, "money") for words in [*headings, gettext("over 90 days")]]
    rows = sorted(by.items(), key=lambda row: (-sum(row[1]), row[0]))
    return Table(
        gettext("Receivables by days past due"),
        (Column(gettext("Customer")), Column(gettext("Open"), "money"), *columns),
        [(name, sum(buckets), *buckets) for name, buckets in rows],
    )
