"""The pages of the gap ledger and its initiatives."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from salesyear.core.requests import Request
from salesyear.org.access import person
from salesyear.plans import access, books, history, queries, reports, services
from salesyear.plans.forms import InitiativeForm
from salesyear.plans.models import Initiative
from salesyear.plans.pages import LedgerPage


@require_safe
def ledger(request: Request) -> HttpResponse:
    """Show the gap ledger: by region, territory and salesperson, by month and by initiative."""
    plan, version = access.asked(request.GET.get("plan", ""), request.GET.get("version", ""))
    found = reports.ledger(request.scope, version) if version else None
    page = LedgerPage(found, request.GET.get("node", "")) if found and not found.empty else None
    context: dict[str, Any] = {"plan": plan, "page": page, "may_edit": _may_edit(request)}
    context["coverage"] = reports.coverage_of(found) if page and found else None
    context["may_measure"] = bool(request.scope.roles & access.MEASURERS)
    return render(request, "plans/ledger.html", context)


@require_safe
def ledger_export(request: Request, form: str) -> HttpResponse | FileResponse:
    """Give the ledger as a workbook with live sums."""
    _plan, version = access.asked(request.GET.get("plan", ""), request.GET.get("version", ""))
    found = reports.ledger(request.scope, version) if version else None
    if form != "xlsx" or found is None:
        raise Http404
    name = f"ledger-{found.plan.year}-{found.version.number}.xlsx"
    return FileResponse(books.ledger_book(found), as_attachment=True, filename=name)


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: Request) -> HttpResponse:
    """Put an initiative into the ledger."""
    plan = access.the_plan(request.GET.get("plan", ""))
    if plan is None:
        raise Http404
    form = InitiativeForm(request.POST or None, plan=plan, scope=request.scope)
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "plans/initiative_add.html", {"plan": plan, "form": form}, status=status)
    made = services.add_initiative(plan, form.params(), actor=person(request))
    messages.success(request, _("“%(title)s” is in the ledger.") % {"title": made})
    return redirect(f"{reverse('ledger')}?plan={plan.pk}")


@require_http_methods(["GET", "HEAD", "POST"])
def initiative(request: Request, pk: int) -> HttpResponse:
    """Show one initiative with its history, and change it."""
    row = access.find_initiative(request.scope, pk)
    form = InitiativeForm(request.POST or None, plan=row.plan, scope=request.scope, row=row)
    if form.is_valid():
        services.change_initiative(row, form.params(), actor=person(request))
        messages.success(request, _("“%(title)s” is kept.") % {"title": row})
        return redirect("initiative", pk)
    return render(
        request, "plans/initiative.html", _about(request, row) | {"form": form}, status=422 if form.is_bound else 200
    )


@require_POST
def drop(request: Request, pk: int) -> HttpResponse:
    """Take an initiative out of what counts."""
    row = access.find_initiative(request.scope, pk)
    services.drop_initiative(row, actor=person(request))
    messages.success(request, _("“%(title)s” no longer counts. You can take it up again on its page.") % {"title": row})
    return redirect(f"{reverse('ledger')}?plan={row.plan_id}")


@require_POST
def resume(request: Request, pk: int) -> HttpResponse:
    """Take an initiative up again."""
    row = access.find_initiative(request.scope, pk)
    services.resume_initiative(row, actor=person(request))
    return redirect("initiative", pk)


def _may_edit(request: Request) -> bool:
    return bool(request.scope.roles & access.WRITERS)


def _about(request: Request, row: Initiative) -> dict[str, Any]:
    return {
        "plan": row.plan,
        "row": row,
        "history": history.entries(queries.history_of(row), row.plan),
        "may_edit": _may_edit(request),
    }
