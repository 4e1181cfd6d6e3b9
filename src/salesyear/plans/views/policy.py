"""The policy: every default figure of the six chapters, what it is now, where it comes from, what it was before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from salesyear.core.requests import Request
from salesyear.org.access import person
from salesyear.plans import access, policy, services
from salesyear.plans.forms import ValueForm
from salesyear.plans.models import Plan, PolicyValue
from salesyear.plans.policy import BY_NAME, FIGURES, MICRO, Figure
from salesyear.plans.words import value_words


@dataclass(frozen=True)
class Line:
    """A figure as the page shows it."""

    figure: Figure
    value: float
    set_: PolicyValue | None

    @property
    def label(self) -> str:
        """What it is for."""
        return gettext(self.figure.label)

    @property
    def words(self) -> str:
        """Its value with its unit."""
        return value_words(self.value, self.figure.unit)

    @property
    def default(self) -> str:
        """Its default with its unit."""
        return value_words(self.figure.value, self.figure.unit)

    @property
    def source(self) -> str:
        """Where the value comes from."""
        return self.set_.source if self.set_ else gettext(self.figure.source)


@dataclass(frozen=True)
class Change:
    """One entry of a figure's history."""

    words: str
    row: PolicyValue


@require_safe
def figures(request: Request) -> HttpResponse:
    """List every figure by chapter."""
    plan = access.the_plan(request.GET.get("plan", ""))
    context = {"plan": plan, "chapters": _chapters(plan) if plan else [], "may_edit": _may_edit(request)}
    return render(request, "plans/policy.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def figure(request: Request, name: str) -> HttpResponse:
    """Show one figure with its history, and set it."""
    plan = access.the_plan(request.GET.get("plan", ""))
    if name not in BY_NAME or plan is None:
        raise Http404
    form = ValueForm(request.POST or None, figure=BY_NAME[name])
    if form.is_valid():
        said = form.cleaned_data
        services.set_value(plan, name, said["value"], source=said["source"], actor=person(request))
        return redirect(f"{reverse('policy-value', args=[name])}?plan={plan.pk}")
    changes = policy.history(plan).get(name, [])
    shown: dict[str, Any] = {
        "plan": plan,
        "line": _line(BY_NAME[name], changes),
        "history": [Change(value_words(row.micros / MICRO, BY_NAME[name].unit), row) for row in changes],
        "form": form,
        "may_edit": _may_edit(request),
    }
    return render(request, "plans/policy_value.html", shown, status=422 if form.is_bound else 200)


def _chapters(plan: Plan) -> list[tuple[str, list[Line]]]:
    changes = policy.history(plan)
    titles = {
        "T": gettext("Targets"),
        "M": gettext("Market"),
        "S": gettext("Strategy"),
        "A": gettext("Actions"),
        "R": gettext("Resources"),
        "P": gettext("Performance"),
    }
    lines = [_line(figure, changes.get(figure.name, [])) for figure in FIGURES]
    groups = [(title, [line for line in lines if line.figure.chapter == letter]) for letter, title in titles.items()]
    return [(title, group) for title, group in groups if group]


def _line(figure: Figure, changes: list[PolicyValue]) -> Line:
    newest = changes[0] if changes else None
    return Line(figure, newest.micros / MICRO if newest else figure.value, newest)


def _may_edit(request: Request) -> bool:
    return bool(request.scope.roles & access.POLICY_MAKERS)
