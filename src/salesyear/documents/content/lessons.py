"""The library of lessons on paper: what reviews taught, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from salesyear.documents.content.model import Bullets, Column, Part, Row, Slide, Table
from salesyear.performance.models import Lesson, Verdict

SHOWN: Final = 12


def slides(lessons: Sequence[Lesson]) -> Iterator[Slide]:
    """The lessons, those that worked first; nothing where no review has taught anything."""
    if not lessons:
        return
    order = (Verdict.WORKED, Verdict.FAILED, Verdict.OPEN)
    ordered = sorted(lessons, key=lambda one: (order.index(Verdict(one.verdict)), -one.month.toordinal(), -one.pk))
    worked = sum(one.verdict == Verdict.WORKED for one in lessons)
    title = ngettext(
        "%(count)d lesson of the reviews; what was done has worked in %(worked)d.",
        "%(count)d lessons of the reviews; what was done has worked in %(worked)d.",
        len(lessons),
    ) % {"count": len(lessons), "worked": worked}
    parts: tuple[Part, ...] = (_table(ordered[:SHOWN]),)
    if len(lessons) > SHOWN:
        parts = (*parts, Bullets((_("%(count)d more are in the list of lessons.") % {"count": len(lessons) - SHOWN},)))
    yield Slide(
        title, parts, (_("Attainment: sold ÷ plan of the place, in the review's month and when judged."),), "P5"
    )


def _table(lessons: Sequence[Lesson]) -> Table:
    columns = (
        Column(_("What was learnt"), share=2.8),
        Column(_("From the decision"), share=2.2),
        Column(_("For"), share=1.1),
        Column(_("What came of it"), share=1.1),
        Column(_("Attainment"), share=1.4),
        Column(_("In words"), share=2.2),
    )
    return Table(columns, tuple(map(_row, lessons)))


def _row(one: Lesson) -> Row:
    learnt = f"{one.title} [{one.tags}]" if one.tags else one.title
    where = str(one.rep or one.unit or "") or _("the whole company")
    came = str(one.get_verdict_display())
    return Row((learnt, str(one.task or "--"), where, came, one.attained or "--", one.outcome or "--"))
