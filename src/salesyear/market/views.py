"""The pages of the market chapter: the customers, and what a study found."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from salesyear.core.requests import Request
from salesyear.market import queries, services
from salesyear.market.forms import StudyForm, WeightsForm
from salesyear.market.pages import CoveragePage, CustomersPage, InflowPage, PotentialPage, ShiftsPage, WhitePage
from salesyear.market.pages.base import StudyPage
from salesyear.market.runs import GRADERS
from salesyear.org.access import person

if TYPE_CHECKING:
    from salesyear.org.models import User


@require_safe
def customers(request: Request) -> HttpResponse:
    """Show the customers this person sees: what each is expected to bring, the grade and why, what to offer next."""
    found = queries.latest_scoring()
    page = CustomersPage(request.scope, found, request.GET.dict()) if found else None
    form = WeightsForm(initial=found.params if found else None)
    return render(request, "market/customers.html", {"scoring": found, "page": page, **_asking(request, form)})


@require_POST
def compute(request: Request) -> HttpResponse:
    """Have the customers graded with these weights, and go to the page of that work."""
    form = WeightsForm(request.POST)
    if not form.is_valid():
        context = {"scoring": None, "page": None, **_asking(request, form)}
        return render(request, "market/customers.html", context, status=HTTPStatus.BAD_REQUEST)
    user = cast("User", request.user)  # the gate lets nobody else in
    run = services.ask_for_scores(form.weights(), actor=user, token=form.cleaned_data["token"])
    answer = redirect("run-status", pk=run.pk)
    answer.status_code = HTTPStatus.SEE_OTHER
    return answer


def _asking(request: Request, form: WeightsForm) -> dict[str, Any]:
    """Return what the way to a new grading needs: nothing for whoever may not ask for one."""
    run = queries.running()
    return {
        "may_compute": bool(request.scope.roles & GRADERS),
        "form": form,
        "running": run,
        "mine": bool(run and run.made_by_id == request.scope.user_id),
    }


@require_safe
def potential(request: Request) -> HttpResponse:
    """Show how large each market is, what is ours of it and what could be."""
    return _studied(request, PotentialPage, "market/potential.html")


@require_safe
def white_space(request: Request) -> HttpResponse:
    """Show where nobody buys from us yet, and what that is worth."""
    return _studied(request, WhitePage, "market/white.html")


@require_safe
def coverage(request: Request) -> HttpResponse:
    """Show how many cities and customers of each tier are reached."""
    return _studied(request, CoveragePage, "market/coverage.html")


@require_safe
def new_customers(request: Request) -> HttpResponse:
    """Show how many customers were won and what they bring."""
    return _studied(request, InflowPage, "market/inflow.html")


@require_safe
def shifts(request: Request) -> HttpResponse:
    """Show what has shifted in how customers buy."""
    return _studied(request, ShiftsPage, "market/shifts.html")


@require_POST
def study(request: Request) -> HttpResponse:
    """Have the market studied, and go to the page of that work."""
    form = StudyForm(queries.measures(request.scope), request.POST)
    if not form.is_valid():
        context = {"study": None, "page": None, **_asking_study(request, form)}
        return render(request, "market/potential.html", context, status=HTTPStatus.BAD_REQUEST)
    run = services.ask_for_study(form.params(), actor=person(request), token=form.cleaned_data["token"])
    answer = redirect("run-status", pk=run.pk)
    answer.status_code = HTTPStatus.SEE_OTHER
    return answer


def _studied(request: Request, page: type[StudyPage], template: str) -> HttpResponse:
    """Show a page of the newest study."""
    found = queries.latest_study()
    made = page(request.scope, found, request.GET.dict()) if found else None
    context = {"study": found, "page": made, **_asking_study(request)}
    return render(request, template, context)


def _asking_study(request: Request, form: StudyForm | None = None) -> dict[str, Any]:
    """Return what the way to a new study needs."""
    run = queries.studying()
    form = form or StudyForm(queries.measures(request.scope))
    return {"form": form, "running": run, "mine": bool(run and run.made_by_id == request.scope.user_id)}
