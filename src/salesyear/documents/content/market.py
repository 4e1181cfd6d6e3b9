"""Chapter 2 on paper: what the customers are worth, whom to win back, what to offer next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from django.utils.translation import gettext as _

from salesyear.core.scope import Scope
from salesyear.documents.content.model import Column, Kind, Row, Slide, Table
from salesyear.documents.content.targets import Telling
from salesyear.documents.content.words import share_of
from salesyear.market.models import Score, Scoring

SHOWN: Final = 12
MICRO: Final = 1_000_000


def slides(told: Telling, scope: Scope, scoring: Scoring | None) -> Iterator[Slide]:
    """Grades, the lost, and the next line to offer; nothing when nobody has graded the customers."""
    if scoring is None:
        return
    scores = list(Score.objects.within(scope).filter(scoring=scoring).select_related("customer", "next_line"))
    if not scores:
        return
    note = _("Grades as of %(day)s, from purchases: expected value, chance of still buying, frequency, breadth.") % {
        "day": scoring.as_of
    }
    yield _grades(told, scores, note)
    lost = sorted((one for one in scores if one.churned and one.if_back > 0), key=lambda one: (-one.if_back, one.pk))
    if lost:
        yield _lost(told, lost, note)
    offers = sorted((one for one in scores if one.next_expected), key=lambda one: (-(one.next_expected or 0), one.pk))
    if offers:
        yield _offers(told, offers, note)


def _grades(told: Telling, scores: Sequence[Score], note: str) -> Slide:
    worth = sum(one.expected for one in scores)
    best = [one for one in scores if one.grade == "A"]
    title = _("%(count)d of %(all)d customers are graded A; they bring %(share)s of what is expected next year.") % {
        "count": len(best),
        "all": len(scores),
        "share": f"{share_of(sum(one.expected for one in best), worth) or 0:.0%}",
    }
    columns = (
        Column(_("Grade")),
        Column(_("Customers"), Kind.COUNT),
        Column(_("Of them lost"), Kind.COUNT),
        Column(_("Last twelve months"), Kind.MONEY, 1.3),
        Column(_("Expected next year"), Kind.MONEY, 1.3),
        Column(_("Of what is expected"), Kind.SHARE),
    )
    rows = [_grade_row(grade, [one for one in scores if one.grade == grade], worth) for grade in "ABC"]
    rows.append(Row(("A–C", *_grade_row("", scores, worth).cells[1:]), strong=True))
    return Slide(title, (Table(columns, tuple(rows), told.unit),), (note,), "M1")


def _grade_row(grade: str, scores: Sequence[Score], worth: int) -> Row:
    expected = sum(one.expected for one in scores)
    lost = sum(1 for one in scores if one.churned)
    return Row((grade, len(scores), lost, sum(one.bought for one in scores), expected, share_of(expected, worth)))


def _lost(told: Telling, lost: Sequence[Score], note: str) -> Slide:
    title = _("%(count)d customers have gone quiet; won back they would be worth %(amount)s a year.") % {
        "count": len(lost),
        "amount": told.short(sum(one.if_back for one in lost)),
    }
    columns = (
        Column(_("Customer"), share=2.5),
        Column(_("Grade"), share=0.7),
        Column(_("Last purchase"), Kind.DAY),
        Column(_("Silent, days"), Kind.COUNT),
        Column(_("Usual gap, days"), Kind.COUNT),
        Column(_("Worth if won back"), Kind.MONEY, 1.2),
    )
    rows = [
        Row((one.customer.name, one.grade, one.last_on, one.silent, one.usual_gap, one.if_back)) for one in lost[:SHOWN]
    ]
    return Slide(title, (Table(columns, tuple(rows), told.unit),), (note,), "T10")


def _offers(told: Telling, offers: Sequence[Score], note: str) -> Slide:
    first = offers[0]
    title = _("%(customer)s is the best next offer: %(line)s, expected to bring %(amount)s.") % {
        "customer": first.customer.name,
        "line": first.next_line,
        "amount": told.short(first.next_expected or 0),
    }
    columns = (
        Column(_("Customer"), share=2.5),
        Column(_("To offer"), share=1.5),
        Column(_("Lines bought"), Kind.COUNT),
        Column(_("Chance"), Kind.SHARE),
        Column(_("Expected"), Kind.MONEY, 1.2),
    )
    rows = [
        Row(
            (
                one.customer.name,
                str(one.next_line or ""),
                one.lines,
                (one.next_chance or 0) / MICRO,
                one.next_expected,
            )
        )
        for one in offers[:SHOWN]
    ]
    return Slide(title, (Table(columns, tuple(rows), told.unit),), (note,), "T8")
