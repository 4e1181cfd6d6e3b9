"""Which plan and which version people mean; rows of a plan for its pages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Aggregate, Case, JSONField, Max, OuterRef, QuerySet, Subquery, When

from salesyear.core.models import Event
from salesyear.core.scope import Scope, ScopedQuerySet
from salesyear.plans.models import Commitment, Initiative, Plan, PolicyValue, State, Version


class _ByName(Aggregate):
    """A JSON object of two columns of many rows."""

    function = "json_group_object"
    output_field = JSONField()
    arity = 2

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> Any:  # noqa: ANN401 - Django's own signature
        """Say it as PostgreSQL does."""
        return self.as_sql(compiler, connection, function="jsonb_object_agg", **more)


def plan_of(day: date) -> Plan | None:
    """Return the company's plan in whose year a day falls; else the newest there is. One query."""
    running = Case(When(starts_on__lte=day, starts_on__gt=_year_before(day), then=0), default=1)
    return Plan.objects.filter(unit=None).select_related("currency").order_by(running, "-year", "pk").first()


def published(plan: Plan) -> Version | None:
    """Return the version everybody works by."""
    return plan.versions.filter(state=State.PUBLISHED).first()


def newest(plan: Plan) -> Version | None:
    """Return the newest version, whatever its state."""
    return plan.versions.order_by("-number").first()


def versions() -> QuerySet[Version]:
    """Return versions with their plan, its currency, and what was set of its policy (`said`: name → millionths)."""
    newest = PolicyValue.objects.order_by().values("plan", "name").annotate(last=Max("pk")).values("last")
    rows = PolicyValue.objects.filter(plan=OuterRef("plan"), pk__in=newest).order_by().values("plan")
    said = rows.annotate(said=_ByName("name", "micros")).values("said")
    return Version.objects.select_related("plan__currency", "plan__unit").annotate(said=Subquery(said))


def shown(plan: Plan) -> Version | None:
    """Return the version that a page shows unless it is asked for another: the published one, else the newest."""
    return versions().filter(plan=plan).order_by(_published_first(), "-number").first()


def shown_on(day: date) -> Version | None:
    """Return the same of the company's plan of a day, in one query: None where that plan has no version."""
    running = Case(When(plan__starts_on__lte=day, plan__starts_on__gt=_year_before(day), then=0), default=1)
    rows = versions().filter(plan__unit=None)
    return rows.order_by(running, "-plan__year", "plan", _published_first(), "-number").first()


def _published_first() -> Case:
    return Case(When(state=State.PUBLISHED, then=0), default=1)


def _year_before(day: date) -> date:
    return day.replace(year=day.year - 1, day=1)


def initiatives(scope: Scope, plan: Plan) -> ScopedQuerySet[Initiative]:
    """Return the initiatives of a plan that somebody sees, with the names they are shown under."""
    return Initiative.objects.within(scope).filter(plan=plan).select_related("unit", "rep")


def history_of(initiative: Initiative) -> Iterable[Event]:
    """Return what was done with an initiative that somebody has been found to see, the newest first."""
    return Event.objects.filter(verb__startswith="plans.initiative.", detail__initiative=initiative.pk).order_by(
        "-number"
    )


def standing(scope: Scope, plan: Plan) -> dict[tuple[int, int, int], Commitment]:
    """Return the commitment that stands for each (salesperson, customer or 0, line or 0): the newest one."""
    rows = Commitment.objects.within(scope).filter(plan=plan).select_related("actor").order_by("pk")
    return {(row.rep_id, row.customer_id or 0, row.line_id or 0): row for row in rows}
