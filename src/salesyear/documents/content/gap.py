"""The gap ledger on paper, by the ledger's own definition: what is missing, what closes it, how much stays open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import accumulate

from django.utils.translation import gettext as _

from salesyear.documents.content.model import Bullets, Chart, Column, Form, Kind, Look, Part, Row, Series, Slide, Table
from salesyear.documents.content.targets import DEFINITIONS, Telling
from salesyear.documents.content.words import whole_percent
from salesyear.plans.models import InitiativeKind
from salesyear.plans.reports import Coverage, Ledger, LedgerLine, coverage_of

MICRO = 1_000_000


def slides(told: Telling, ledger: Ledger) -> Iterator[Slide]:
    """What closes the gap, and how much of it stays open."""
    covered, counted = coverage_of(ledger), _counted(ledger)
    if counted:
        yield _closing(told, counted, covered)
        if covered.needed:
            yield _listed(told, counted, covered)
    elif covered.needed:
        yield _open(told, covered)


def brief_slides(told: Telling, ledger: Ledger, most: int) -> Iterator[Slide]:
    """The same in one table without owners and places, for the sheet of one salesperson; beyond `most`, in sum."""
    covered, counted = coverage_of(ledger), _counted(ledger)
    if counted:
        yield Slide(_said(told, covered), (_brief_table(told, counted, most),), _notes(), "T1")
    elif covered.needed:
        yield _open(told, covered)


def _counted(ledger: Ledger) -> list[LedgerLine]:
    """The initiatives that lift something here, the greatest first."""
    counted = [line for line in ledger.lines if line.lift and line.lift.parts]
    return sorted(counted, key=lambda line: (-line.expected, line.initiative.pk))


def _closing(told: Telling, counted: Sequence[LedgerLine], covered: Coverage) -> Slide:
    title = _said(told, covered)
    if not covered.needed:
        return Slide(title, (_table(told, counted),), _notes(), "T1")
    said = tuple(_elsewhere(told, covered))
    parts: tuple[Part, ...] = (_bridge(told, counted, covered, title), *([Bullets(said)] if said else []))
    return Slide(title, parts, _notes(), "T1")


def _said(told: Telling, covered: Coverage) -> str:
    """How much of what is needed the initiatives bring."""
    values = {
        "count": covered.initiatives,
        "expected": told.short(covered.expected),
        "needed": told.short(covered.needed),
        "share": whole_percent(covered.share),
    }
    if not covered.needed:
        return _("%(count)d initiatives are expected to bring %(expected)s; there is no gap to close.") % values
    return (
        _("%(count)d initiatives bring %(expected)s on average and cover %(share)s of the gap of %(needed)s.") % values
    )


def _notes() -> tuple[str, str]:
    return DEFINITIONS["coverage"](), DEFINITIONS["gap"]()


def _listed(told: Telling, counted: Sequence[LedgerLine], covered: Coverage) -> Slide:
    title = _("What is meant to close the gap, the greatest first; nothing stays open.")
    if covered.open:
        values = {"open": told.short(covered.open)}
        title = _("What is meant to close the gap, the greatest first; %(open)s stay open.") % values
    return Slide(title, (_table(told, counted),), (DEFINITIONS["chance"](), DEFINITIONS["coverage"]()), "T1")


def _open(told: Telling, covered: Coverage) -> Slide:
    values = {"gap": told.short(covered.needed), "below": told.short(-covered.gap)}
    title = _("The gap of %(gap)s is open: no initiative is in the ledger yet.") % values
    if covered.gap < 0:
        title = _("The plan is %(below)s below its baseline; where it is above, %(gap)s are open.") % values
    said = [
        *_elsewhere(told, covered),
        _("Take suggestions over on the ledger page, or enter what the regions mean to do."),
    ]
    return Slide(title, (Bullets(tuple(said)),), (DEFINITIONS["gap"](), DEFINITIONS["coverage"]()), "T1")


def _elsewhere(told: Telling, covered: Coverage) -> Iterator[str]:
    """That places with a baseline above the plan do not count, where there are any."""
    if covered.needed != covered.gap:
        over = {"over": told.short(covered.needed - covered.gap)}
        yield (
            _("Added up where the plan is above its baseline; elsewhere the baseline is %(over)s above the plan.")
            % over
        )


def _bridge(told: Telling, counted: Sequence[LedgerLine], covered: Coverage, said: str) -> Chart:
    """From the gap down to what stays open: a step for each kind of initiative, as much of it as is needed."""
    labels, steps = dict(InitiativeKind.choices), Counter[str]()
    for line in counted:
        steps[str(labels.get(line.initiative.kind, line.initiative.kind))] += _covered(line)
    ordered = sorted(((name, amount) for name, amount in steps.items() if amount), key=lambda one: (-one[1], one[0]))
    names, amounts = zip(*ordered, strict=True) if ordered else ((), ())
    feet = [covered.needed - done for done in accumulate(amounts)]
    none = (None,) * len(amounts)
    return Chart(
        Form.STACK,
        _("From the gap to what stays open, %(unit)s") % {"unit": told.money.code},
        said,
        (_("Gap"), *names, _("Still open")),
        (
            Series(_("Foot"), Look.NOTHING, (None, *feet, None)),
            Series(_("Gap"), Look.PLAN, (covered.needed, *none, None)),
            Series(_("Where it is needed"), Look.GOOD, (None, *amounts, None)),
            Series(_("Still open"), Look.BAD, (None, *none, covered.open)),
        ),
    )


def _table(told: Telling, counted: Sequence[LedgerLine]) -> Table:
    columns = (
        Column(_("Initiative"), share=2.8),
        Column(_("For"), share=1.3),
        Column(_("Owner"), share=1.0),
        Column(_("Starts"), Kind.DAY, 0.95),
        Column(_("If it works"), Kind.MONEY, 1.1),
        Column(_("Chance"), Kind.SHARE, 0.75),
        Column(_("Expected"), Kind.MONEY, 1.1),
        Column(_("Where it is needed"), Kind.MONEY, 1.1),
        Column(_("Cost"), Kind.MONEY, 0.9),
    )
    sums = (
        sum(line.initiative.expected for line in counted),
        None,
        sum(line.expected for line in counted),
        sum(_covered(line) for line in counted),
        sum(line.initiative.cost for line in counted),
    )
    rows = [*map(_row, counted), Row((_("In all"), "", "", "", *sums), strong=True)]
    return Table(columns, tuple(rows), told.unit)


def _brief_table(told: Telling, counted: Sequence[LedgerLine], most: int) -> Table:
    columns = (
        Column(_("Initiative"), share=2.8),
        Column(_("Starts"), Kind.DAY, 0.95),
        Column(_("Chance"), Kind.SHARE, 0.75),
        Column(_("Expected"), Kind.MONEY, 1.1),
        Column(_("Where it is needed"), Kind.MONEY, 1.1),
    )
    shown = counted if len(counted) <= most else counted[: most - 1]
    rows = [
        Row(
            (one.initiative.title, one.initiative.starts_on, one.initiative.chance / MICRO, one.expected, _covered(one))
        )
        for one in shown
    ]
    others = counted[len(shown) :]
    if others:
        name = _("%(count)d others") % {"count": len(others)}
        rows.append(Row((name, None, None, sum(one.expected for one in others), sum(map(_covered, others)))))
    sums = (sum(one.expected for one in counted), sum(map(_covered, counted)))
    return Table(columns, (*rows, Row((_("In all"), None, None, *sums), strong=True)), told.unit)


def _row(line: LedgerLine) -> Row:
    one = line.initiative
    amounts = (one.expected, one.chance / MICRO, line.expected, _covered(line), one.cost)
    return Row((one.title, str(one.rep or one.unit or ""), one.owner or "--", one.starts_on, *amounts))


def _covered(line: LedgerLine) -> int:
    return line.lift.covered if line.lift else 0
