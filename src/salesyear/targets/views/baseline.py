"""The pages of the baseline."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from salesyear.core.requests import Request
from salesyear.targets import queries, services
from salesyear.targets.forms import BaselineForm
from salesyear.targets.models import Baseline
from salesyear.targets.pages import BaselinePage, key_from
from salesyear.targets.runs import PLANNERS

if TYPE_CHECKING:
    from salesyear.org.models import User


@require_safe
def baseline(request: Request) -> HttpResponse:
    """Show a node of the newest baseline: the highest one this person sees, or the one the URL names."""
    found = queries.latest_baseline()
    page = _page(request, found) if found else None
    context = {"baseline": found, "page": page, **_asking(request, BaselineForm())}
    return render(request, "targets/baseline.html", context)


@require_POST
def compute(request: Request) -> HttpResponse:
    """Have a baseline computed, and go to the page of that work."""
    form = BaselineForm(request.POST)
    if not form.is_valid():
        context = {"baseline": None, "page": None, **_asking(request, form)}
        return render(request, "targets/baseline.html", context, status=HTTPStatus.BAD_REQUEST)
    user = cast("User", request.user)  # the gate lets nobody else in
    run = services.ask_for_baseline(form.params(), actor=user, token=form.cleaned_data["token"])
    answer = redirect("run-status", pk=run.pk)
    answer.status_code = HTTPStatus.SEE_OTHER
    return answer


def _page(request: Request, found: Baseline) -> BaselinePage | None:
    cells = queries.find_node(request.scope, found, key_from(request.GET.dict()))
    if not cells:
        return None
    years = {cell.starts_on.year for cell in cells if cell.is_year}
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdecimal() and len(asked) == 4 and int(asked) in years else found.year
    return BaselinePage(request.scope, found, cells, year)


def _asking(request: Request, form: BaselineForm) -> dict[str, Any]:
    """Return what the way to a new baseline needs: nothing for whoever may not ask for one."""
    run = queries.running()
    return {
        "may_compute": bool(request.scope.roles & PLANNERS),
        "form": form,
        "running": run,
        "mine": bool(run and run.made_by_id == request.scope.user_id),
    }
