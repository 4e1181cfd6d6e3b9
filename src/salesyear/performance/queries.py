"""Rows of alerts for the pages, each within what the person may see."""

from __future__ import annotations

from django.db.models import Case, IntegerField, Max, Prefetch, Value, When

from salesyear.core.models import Event
from salesyear.core.scope import Scope, ScopedQuerySet
from salesyear.performance.models import Alert, AlertState, AlertStep, Channel, Rule

MOST_OVER = 50  # alerts that are over: the register has them all


def standing(scope: Scope) -> ScopedQuerySet[Alert]:
    """Return the alerts that are not over, those nobody has acknowledged first."""
    unseen = Case(When(state=AlertState.OPEN, then=Value(0)), default=Value(1), output_field=IntegerField())
    return _told(scope).exclude(state=AlertState.CLOSED).order_by(unseen, "-opened_at", "-pk")


def over(scope: Scope) -> ScopedQuerySet[Alert]:
    """Return the alerts that ended last."""
    return _told(scope).filter(state=AlertState.CLOSED).order_by("-closed_at", "-pk")[:MOST_OVER]


def rules(scope: Scope) -> ScopedQuerySet[Rule]:
    """Return the rules one sees, with whose they are and where they tell it."""
    seen = Rule.objects.within(scope).select_related("owner", "unit", "rep").prefetch_related("channels")
    return seen.order_by("-active", "name", "pk")


def channels(scope: Scope) -> list[Channel]:
    """Return one's own ways out of the site."""
    return list(Channel.objects.filter(user_id=scope.user_id or 0))


def _told(scope: Scope) -> ScopedQuerySet[Alert]:
    steps = Prefetch("steps", AlertStep.objects.select_related("actor").order_by("pk"))
    told = Alert.objects.within(scope).select_related("rule__owner", "rule__unit", "rule__rep")
    return told.prefetch_related(steps)


def open_count(scope: Scope) -> int:
    """Return how many alerts one sees that nobody has acknowledged."""
    return Alert.objects.within(scope).filter(state=AlertState.OPEN).count()


def newest_event() -> int:
    """Return the number of the newest event: everything people do is one."""
    return Event.objects.aggregate(head=Max("number"))["head"] or 0
