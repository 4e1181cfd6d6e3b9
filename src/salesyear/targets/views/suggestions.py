"""The page of suggestions: what could close the gap, taken into the ledger in one click, and put back in one."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from salesyear.core.requests import Request
from salesyear.org.access import person
from salesyear.plans import access, services
from salesyear.plans.models import Plan
from salesyear.plans.words import SUGGESTED
from salesyear.targets.suggestions import Suggestion, suggestions


@dataclass(frozen=True)
class Group:
    """The suggestions of one row of the chapter."""

    row: str
    title: str
    lines: list[Suggestion]

    @property
    def amount(self) -> int:
        """What they would bring if all of them worked."""
        return sum(line.amount for line in self.lines)

    @property
    def value(self) -> int:
        """What they would bring on average."""
        return sum(line.value for line in self.lines)


@require_safe
def page(request: Request) -> HttpResponse:
    """Show what could close the gap, by row of the chapter."""
    plan, version = access.asked(request.GET.get("plan", ""))
    found = suggestions(request.scope, version, timezone.localdate()) if version else None
    lines = sorted(found.lines, key=lambda one: -one.value) if found else []
    groups = [Group(row, _(title), [one for one in lines if one.row == row]) for row, title in SUGGESTED.items()]
    context = {
        "plan": plan,
        "version": version,
        "groups": [group for group in groups if group.lines],
        "scored": found and found.scored,
        "coverage": found and found.coverage,
    }
    return render(request, "targets/suggestions.html", context)


@require_POST
def take(request: Request) -> HttpResponse:
    """Take a suggestion into the ledger, with the figures as they are computed now."""
    plan, version = access.asked(request.POST.get("plan", ""))
    source = request.POST.get("source", "")
    found = suggestions(request.scope, version, timezone.localdate()).lines if version else ()
    one = next((one for one in found if one.source == source), None)
    if plan is None or one is None or not access.may_place(request.scope, one.unit, one.rep):
        raise Http404
    starts_on = max(timezone.localdate(), plan.starts_on)
    try:
        services.add_initiative(plan, one.params(starts_on), source=source, actor=person(request))
        messages.success(request, _("“%(title)s” is in the ledger.") % {"title": one.title})
    except services.NotPossible as refused:
        messages.error(request, str(refused))
    return _back(plan)


@require_POST
def put_back(request: Request, pk: int) -> HttpResponse:
    """Undo the taking of a suggestion."""
    row = access.find_initiative(request.scope, pk)
    try:
        services.put_back_suggestion(row, actor=person(request))
        messages.success(request, _("“%(title)s” is a suggestion again.") % {"title": row.title})
    except services.NotPossible as refused:
        messages.error(request, str(refused))
    return _back(row.plan)


def _back(plan: Plan) -> HttpResponse:
    return redirect(f"{reverse('suggestions')}?plan={plan.pk}")
