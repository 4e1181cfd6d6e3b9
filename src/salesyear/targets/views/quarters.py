"""The page of the quarter plans: what each region is to do this quarter, signed off by its manager."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from salesyear.core.requests import Request
from salesyear.org.access import person
from salesyear.plans import access, reports, services
from salesyear.plans.models import Plan, Version
from salesyear.sales.money import NoRate
from salesyear.targets.quarters import RegionQuarter, quarter_of, region_quarters

_NOTE = 2_000


@require_http_methods(["GET", "HEAD", "POST"])
def quarters(request: Request) -> HttpResponse:
    """Show a quarter of every region that this person sees; a manager signs their own off."""
    said = request.POST if request.method == "POST" else request.GET
    plan, version = access.asked(said.get("plan", ""))
    if plan is None or version is None:
        return render(request, "targets/quarters.html", {"plan": plan}, status=404 if request.method == "POST" else 200)
    asked = said.get("quarter", "")
    quarter = int(asked) if asked in {"1", "2", "3", "4"} else quarter_of(plan, timezone.localdate())
    if request.method == "POST":
        return _sign(request, plan, version, quarter)
    ledger = reports.ledger(request.scope, version)
    rows, refused = _rows(request, ledger, quarter)
    may = {row.unit.pk for row in rows if _may_sign(request, row)}
    context = {"plan": plan, "version": version, "quarter": quarter, "quarters": range(1, 5), "rows": rows}
    context |= {"may_sign": may, "coverage": reports.coverage_of(ledger), "refused": refused}
    return render(request, "targets/quarters.html", context)


def _rows(request: Request, ledger: reports.Ledger, quarter: int) -> tuple[list[RegionQuarter], str]:
    """The regions' quarters, or why they cannot be added up."""
    try:
        return region_quarters(request.scope, ledger, quarter, timezone.localdate()), ""
    except NoRate as refused:
        return [], str(refused)


def _sign(request: Request, plan: Plan, version: Version, quarter: int) -> HttpResponse:
    """Compute the quarter again and keep it signed; what was posted is only which one, and the note."""
    rows, _refused = _rows(request, reports.ledger(request.scope, version), quarter)
    row = next((row for row in rows if str(row.unit.pk) == request.POST.get("unit")), None)
    if row is None or not _may_sign(request, row):
        raise Http404
    note = request.POST.get("note", "")[:_NOTE].strip()
    services.sign_quarter(plan, row.unit, quarter, figures=row.figures(), note=note, actor=person(request))
    said = _("The plan of %(unit)s for quarter %(quarter)d is signed off.")
    messages.success(request, said % {"unit": row.unit, "quarter": quarter})
    return redirect(f"{reverse('quarters')}?plan={plan.pk}&quarter={quarter}")


def _may_sign(request: Request, row: RegionQuarter) -> bool:
    return bool(request.scope.roles & access.MANAGERS) and access.may_place(request.scope, row.unit, None)
