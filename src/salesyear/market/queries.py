"""Rows of kept scores for the pages, each within what the person may see."""

from __future__ import annotations

from typing import Any

from django.db.models import Avg, Count, Q, Sum

from salesyear.core.models import Run, RunState
from salesyear.core.scope import Scope, ScopedQuerySet
from salesyear.market.models import Score, Scoring
from salesyear.market.services import KIND


def latest_scoring() -> Scoring | None:
    """Return the newest grading there is."""
    return Scoring.objects.select_related("currency", "made_by").first()


def running() -> Run | None:
    """Return the grading being computed now, or waiting for a worker."""
    waiting = [RunState.WAITING, RunState.RUNNING]
    return Run.objects.filter(kind=KIND, state__in=waiting).select_related("made_by").first()


def scores_of(scope: Scope, scoring: Scoring) -> ScopedQuerySet[Score]:
    """Return the scores that somebody sees, with the names they are shown under."""
    rows = Score.objects.within(scope).filter(scoring=scoring)
    return rows.select_related("customer", "rep", "next_line", "currency")


def by_grade(scope: Scope, scoring: Scoring) -> list[dict[str, Any]]:
    """Return per grade: customers, their expected value, last year's sales, lost ones, mean number of lines."""
    rows = Score.objects.within(scope).filter(scoring=scoring).order_by("grade").values("grade")
    lost = Count("pk", filter=Q(churned=True))
    sums = rows.annotate(
        customers=Count("pk"), value=Sum("expected"), sold=Sum("bought"), lost=lost, breadth=Avg("lines")
    )
    return [{**row} for row in sums]
