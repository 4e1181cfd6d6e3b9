"""Rows of kept scores and studies for the pages, each within what the person may see."""

from __future__ import annotations

from typing import Any

from django.db.models import Avg, Count, Q, Sum

from salesyear.core.models import Run, RunState
from salesyear.core.scope import Scope, ScopedQuerySet
from salesyear.market.models import Indicator, MarketCell, Score, Scoring, Study
from salesyear.market.services import KIND, STUDY
from salesyear.org.models import UnitKind
from salesyear.plans.models import PolicyValue
from salesyear.plans.policy import BY_NAME


def latest_scoring() -> Scoring | None:
    """Return the newest grading there is."""
    return Scoring.objects.select_related("currency", "made_by").first()


def latest_study() -> Study | None:
    """Return the newest study of the market there is."""
    return Study.objects.select_related("currency", "made_by").first()


def potential_of_regions(scope: Scope) -> dict[tuple[int, int], int]:
    """Return what each region could sell of each line, minor units, in the newest year that the newest study knows."""
    study = latest_study()
    rows = MarketCell.objects.within(scope).filter(study=study, unit__kind=UnitKind.REGION, potential__isnull=False)
    found = list(rows.values_list("year", "unit_id", "line_id", "potential")) if study else []
    last = max((year for year, *_rest in found), default=0)
    return {(unit, line): potential or 0 for year, unit, line, potential in found if year == last}


def running(kind: str = KIND) -> Run | None:
    """Return the grading (or the other work of this chapter) being computed now, or waiting for a worker."""
    waiting = [RunState.WAITING, RunState.RUNNING]
    return Run.objects.filter(kind=kind, state__in=waiting).select_related("made_by").first()


def studying() -> Run | None:
    """Return the study being computed now, or waiting for a worker."""
    return running(STUDY)


def policy_value(name: str) -> float:
    """Return a figure of the policy as it was last set for the newest plan; its default until somebody sets it."""
    found = PolicyValue.objects.filter(name=name).order_by("-plan", "-pk").values_list("micros", flat=True).first()
    return BY_NAME[name].value if found is None else found / 1_000_000


def measures(scope: Scope) -> list[str]:
    """Return the measures that markets can be estimated from."""
    rows = Indicator.objects.within(scope).order_by("measure").values_list("measure", flat=True)
    return list(rows.distinct())


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
