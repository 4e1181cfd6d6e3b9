"""The pages of the market chapter: the customers."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from salesyear.core.requests import Request
from salesyear.market import queries, services
from salesyear.market.forms import WeightsForm
from salesyear.market.pages import CustomersPage
from salesyear.market.runs import GRADERS

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
