"""What people do with the tasks of a review, and which of them somebody sees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.http import Http404
from django.utils import timezone

from salesyear.core import events
from salesyear.core.scope import Scope, ScopedQuerySet
from salesyear.org.models import Rep, Unit, User
from salesyear.performance.models import Task
from salesyear.plans.models import Plan
from salesyear.plans.months import months_of


@dataclass(frozen=True)
class TaskParams:
    """A decision as it was typed: what, who, by when, and whose place it is about (neither: the whole company)."""

    title: str
    owner: str
    due_on: date
    unit: Unit | None = None
    rep: Rep | None = None


@transaction.atomic
def add_task(month: date, params: TaskParams, *, actor: User | None) -> Task:
    """Keep a decision of a month's review as a task."""
    made = Task.objects.create(
        month=month,
        title=params.title,
        owner=params.owner,
        due_on=params.due_on,
        unit=params.unit,
        rep=params.rep,
        made_by=actor,
        made_at=timezone.now(),
    )
    detail = {"task": made.pk, "owner": made.owner, "due": f"{made.due_on}"}
    events.record("performance.task.added", actor=actor, subject=made, detail=detail)
    return made


@transaction.atomic
def set_done(task: Task, *, done: bool, actor: User | None) -> None:
    """Say that a task is done, or that it is not after all; said twice it is kept once."""
    held = Task.objects.within(Scope.system("a task is done")).select_for_update().get(pk=task.pk)
    if done is (held.done_at is not None):
        return
    held.done_at = timezone.now() if done else None
    held.save(update_fields=["done_at"])
    verb = "performance.task.done" if done else "performance.task.reopened"
    events.record(verb, actor=actor, subject=held, detail={"task": held.pk})


def tasks_of(scope: Scope, plan: Plan) -> ScopedQuerySet[Task]:
    """Return the tasks decided in a plan's year that somebody sees, those due first before the others."""
    months = months_of(plan)
    rows = Task.objects.within(scope).filter(month__gte=months[0], month__lte=months[-1])
    return rows.select_related("unit", "rep").order_by("due_on", "pk")


def find_task(scope: Scope, pk: int) -> Task:
    """Return a task that `scope` sees. Raises Http404 for another's as for one that is not there."""
    found = Task.objects.within(scope).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
