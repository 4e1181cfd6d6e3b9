"""The library of lessons: what reviews taught, what came of it, and which lessons somebody sees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.http import Http404
from django.utils import timezone

from salesyear.core import events
from salesyear.core.scope import Scope, ScopedQuerySet
from salesyear.org.models import Rep, Unit, User
from salesyear.performance.models import Lesson, Task, Verdict

if TYPE_CHECKING:
    from salesyear.performance.review import Review

MICRO = 1_000_000


@dataclass(frozen=True)
class LessonParams:
    """A lesson as it was typed: what was learnt, its tags, from which decision, about whose place."""

    title: str
    tags: str = ""
    task: Task | None = None
    unit: Unit | None = None
    rep: Rep | None = None


@transaction.atomic
def add_lesson(review: Review, params: LessonParams, *, actor: User | None) -> Lesson:
    """Keep what a month's review taught, with the attainment of its place as it stands."""
    made = Lesson.objects.create(
        month=review.month,
        title=params.title,
        tags=params.tags,
        task=params.task,
        unit=params.unit,
        rep=params.rep,
        then=attainment_of(review, params.unit, params.rep),
        made_by=actor,
        made_at=timezone.now(),
    )
    events.record("performance.lesson.added", actor=actor, subject=made, detail={"lesson": made.pk})
    return made


@transaction.atomic
def judge(lesson: Lesson, review: Review, verdict: Verdict, outcome: str, *, actor: User | None) -> None:
    """Say what came of it, with the attainment of its place in a later month."""
    held = Lesson.objects.within(Scope.system("a lesson is judged")).select_for_update().get(pk=lesson.pk)
    held.verdict, held.outcome, held.judged_in = verdict, outcome, review.month
    held.since = attainment_of(review, held.unit, held.rep)
    held.save(update_fields=["verdict", "outcome", "judged_in", "since"])
    detail = {"lesson": held.pk, "verdict": str(verdict), "since": held.since}
    events.record("performance.lesson.judged", actor=actor, subject=held, detail=detail)


def attainment_of(review: Review, unit: Unit | None, rep: Rep | None) -> int | None:
    """The attainment of a salesperson, else a region, else all, in a review's month; millionths, None if not there."""
    place = ("rep", rep.pk) if rep else ("region", unit.pk) if unit else ("", 0)
    there = {(one.level, one.key): one for one in (*review.regions, *review.reps)} | {("", 0): review.total}
    found = there[place].attainment if place in there else None
    return None if found is None else round(found * MICRO)


def lessons_of(scope: Scope, *, until: date | None = None) -> ScopedQuerySet[Lesson]:
    """Return the lessons that somebody sees, those of the newest month first. until: none of a later month."""
    rows = Lesson.objects.within(scope)
    if until is not None:
        rows = rows.filter(month__lte=until)
    return rows.select_related("unit", "rep", "task").order_by("-month", "-pk")


def find_lesson(scope: Scope, pk: int) -> Lesson:
    """Return a lesson that `scope` sees. Raises Http404 for another's as for one that is not there."""
    found = lessons_of(scope).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
