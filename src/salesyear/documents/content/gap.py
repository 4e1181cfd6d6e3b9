"""The gap ledger on paper, by the ledger's own definition: what is missing, what closes it, how much stays open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from salesyear.documents.content.model import Bullets, Chart, Column, Form, Kind, Look, Row, Series, Slide, Table
from salesyear.documents.content.targets import DEFINITIONS, Telling
from salesyear.documents.content.words import whole_percent
from salesyear.plans.models import InitiativeKind
from salesyear.plans.reports import Coverage, Ledger, LedgerLine, coverage_of

MICRO = 1_000_000


def slides(told: Telling, ledger: Ledger) -> Iterator[Slide]:
    """What closes the gap, and how much of it stays open."""
    covered = coverage_of(ledger)
    counted = [line for line in ledger.lines if line.lift and line.lift.parts]
    if counted:
        yield _closing(told, ledger, covered)
        yield _listed(told, counted, covered)
    elif covered.needed:
        yield _open(told, covered)


def _closing(told: Telling, ledger: Ledger, covered: Coverage) -> Slide:
    values = {
        "count": covered.initiatives,
        "expected": told.short(covered.expected),
        "needed": told.short(covered.needed),
        "share": whole_percent(covered.share),
    }
    title = _("%(count)d initiatives are expected to bring %(expected)s; there is no gap to close.") % values
    if covered.needed:
        title = _("%(count)d initiatives bring %(expected)s on average and cover %(share)s of the gap of %(needed)s.")
        title %= values
    return Slide(title, (_bridge(told, ledger, title),), (DEFINITIONS["coverage"](), DEFINITIONS["gap"]()), "T1")


def _listed(told: Telling, counted: Sequence[LedgerLine], covered: Coverage) -> Slide:
    title = _("What is meant to close the gap, the greatest first; nothing stays open.")
    if covered.open:
        values = {"open": told.short(covered.open)}
        title = _("What is meant to close the gap, the greatest first; %(open)s stay open.") % values
    return Slide(title, (_table(told, counted),), (DEFINITIONS["chance"](), DEFINITIONS["coverage"]()), "T1")


def _open(told: Telling, covered: Coverage) -> Slide:
    title = _("The gap of %(gap)s is open: no initiative is in the ledger yet.") % {"gap": told.short(covered.needed)}
    said = _("Take suggestions over on the ledger page, or enter what the regions mean to do.")
    return Slide(title, (Bullets((said,)),), (DEFINITIONS["gap"](), DEFINITIONS["coverage"]()), "T1")


def _bridge(told: Telling, ledger: Ledger, said: str) -> Chart:
    """From the baseline to the plan: a step for each kind of initiative, then what is still missing in sum."""
    sums = ledger.total
    base, target = sum(sums.baseline), sum(sums.target)
    labels = dict(InitiativeKind.choices)
    steps = ((str(labels.get(kind, kind)), sum(months)) for kind, months in sums.kinds.items())
    ordered = sorted(steps, key=lambda pair: (-pair[1], pair[0]))
    level, feet = base, []
    for _name, amount in ordered:
        feet.append(level)
        level += amount
    rest, count = target - level, len(ordered)
    left = _("Still open") if rest >= 0 else _("More than the gap")
    none = (None,)
    return Chart(
        Form.STACK,
        _("From the baseline to the plan, %(unit)s") % {"unit": told.money.code},
        said,
        (_("Baseline"), *(name for name, _amount in ordered), left, _("Plan")),
        (
            Series(_("Foot"), Look.NOTHING, (None, *feet, min(level, target), None)),
            Series(_("Baseline"), Look.FORECAST, (base, *none * (count + 2))),
            Series(_("Expected of initiatives"), Look.GOOD, (None, *(amount for _name, amount in ordered), None, None)),
            Series(left, Look.BAD if rest >= 0 else Look.LAST_YEAR, (*none * (count + 1), abs(rest), None)),
            Series(_("Plan"), Look.PLAN, (*none * (count + 2), target)),
        ),
    )


def _table(told: Telling, counted: Sequence[LedgerLine]) -> Table:
    columns = (
        Column(_("Initiative"), share=2.8),
        Column(_("For"), share=1.3),
        Column(_("Owner"), share=1.0),
        Column(_("From"), Kind.DAY, 0.95),
        Column(_("If it works"), Kind.MONEY, 1.1),
        Column(_("Chance"), Kind.SHARE, 0.75),
        Column(_("Expected"), Kind.MONEY, 1.1),
        Column(_("Where it is needed"), Kind.MONEY, 1.1),
        Column(_("Cost"), Kind.MONEY, 0.9),
    )
    ordered = sorted(counted, key=lambda line: (-line.expected, line.initiative.pk))
    sums = (
        sum(line.initiative.expected for line in counted),
        None,
        sum(line.expected for line in counted),
        sum(_covered(line) for line in counted),
        sum(line.initiative.cost for line in counted),
    )
    rows = [*map(_row, ordered), Row((_("In all"), "", "", "", *sums), strong=True)]
    return Table(columns, tuple(rows), told.unit)


def _row(line: LedgerLine) -> Row:
    one = line.initiative
    amounts = (one.expected, one.chance / MICRO, line.expected, _covered(line), one.cost)
    return Row((one.title, str(one.rep or one.unit or ""), one.owner or "--", one.starts_on, *amounts))


def _covered(line: LedgerLine) -> int:
    return line.lift.covered if line.lift else 0
