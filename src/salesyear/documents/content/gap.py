"""The gap ledger and the quality of the targets on paper."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from salesyear.documents.content.model import Bullets, Chart, Column, Form, Kind, Look, Row, Series, Slide, Table
from salesyear.documents.content.targets import DEFINITIONS, Telling
from salesyear.plans.models import Initiative, InitiativeState

MICRO = 1_000_000


def slides(told: Telling, initiatives: Sequence[Initiative]) -> Iterator[Slide]:
    """What closes the gap, and how much of it stays open."""
    counted = [one for one in initiatives if one.state != InitiativeState.DROPPED]
    _last, base, target = told.facts.company.sums.year
    gap = target - base
    if gap <= 0 and not counted:
        return
    if not counted:
        yield _open(told, gap)
        return
    expected = sum(expected_of(one) for one in counted)
    values = {
        "count": len(counted),
        "expected": told.short(expected),
        "gap": told.short(gap),
        "share": f"{expected / gap:.0%}" if gap > 0 else "--",
        "open": told.short(max(0, gap - expected)),
    }
    title = _("%(count)d initiatives are expected to bring %(expected)s of the gap of %(gap)s: %(share)s.") % values
    yield Slide(title, (_bridge(told, base, target, counted, title),), (DEFINITIONS["coverage"](),), "T1")
    yield Slide(
        _("What is meant to close the gap, the greatest first; %(open)s stay open.") % values,
        (_table(told, counted),),
        (DEFINITIONS["chance"](),),
        "T1",
    )


def expected_of(one: Initiative) -> int:
    """What an initiative brings on average; what was measured counts in place of the estimate."""
    return int(one.effect if one.effect is not None else round(one.expected * one.chance / MICRO))


def _open(told: Telling, gap: int) -> Slide:
    title = _("The gap of %(gap)s is open: no initiative is in the ledger yet.") % {"gap": told.short(gap)}
    said = _("Take suggestions over on the ledger page, or enter what the regions mean to do.")
    return Slide(title, (Bullets((said,)),), (DEFINITIONS["gap"](), DEFINITIONS["coverage"]()), "T1")


def _bridge(told: Telling, base: int, target: int, counted: Sequence[Initiative], said: str) -> Chart:
    """From the baseline to the plan: a step for each kind of initiative, then what is still open."""
    steps: dict[str, int] = {}
    for one in counted:
        steps[one.get_kind_display()] = steps.get(one.get_kind_display(), 0) + expected_of(one)
    ordered = sorted(steps.items(), key=lambda pair: (-pair[1], pair[0]))
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


def _table(told: Telling, counted: Sequence[Initiative]) -> Table:
    columns = (
        Column(_("Initiative"), share=3),
        Column(_("For"), share=1.3),
        Column(_("Owner"), share=1.1),
        Column(_("From"), Kind.DAY, 0.95),
        Column(_("If it works"), Kind.MONEY, 1.1),
        Column(_("Chance"), Kind.SHARE, 0.75),
        Column(_("Expected"), Kind.MONEY, 1.1),
        Column(_("Cost"), Kind.MONEY, 0.95),
    )
    ordered = sorted(counted, key=lambda one: (-expected_of(one), one.pk))
    rows = [
        Row(
            (
                one.title,
                str(one.rep or one.unit or ""),
                one.owner or "--",
                one.starts_on,
                one.expected,
                one.chance / MICRO,
                expected_of(one),
                one.cost,
            )
        )
        for one in ordered
    ]
    sums = (
        sum(one.expected for one in counted),
        None,
        sum(map(expected_of, counted)),
        sum(one.cost for one in counted),
    )
    rows.append(Row((_("In all"), "", "", "", *sums), strong=True))
    return Table(columns, tuple(rows), told.unit)
