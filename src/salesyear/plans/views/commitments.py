"""The pages of commitments: one's own to fill in, everybody's to compare and to agree on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from salesyear.core import numbers
from salesyear.core.requests import Request
from salesyear.core.typed import NotAnAmount, typed_minor
from salesyear.org.access import person
from salesyear.plans import access, reports, services
from salesyear.plans.commitments import By, CommitmentSheet, PlaceRow, bottom_up, commitment_sheet
from salesyear.plans.services import Place, Said

if TYPE_CHECKING:
    from salesyear.org.models import Rep
    from salesyear.plans.models import Plan, Version

NOTE = 500  # letters that a note has at most


@dataclass(frozen=True)
class Entry:
    """A row of the form: what the fields show, and what is wrong with what was typed."""

    row: PlaceRow
    amount: str
    note: str
    problem: str = ""


@dataclass
class Typed:
    """What a form said, row by row, and what was wrong with it."""

    said: dict[str, Said] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)


@require_safe
def overview(request: Request) -> HttpResponse:
    """Show what is asked of everybody against what they commit to; whoever sees only themselves gets their own form."""
    plan, version = _asked(request)
    year = reports.year_of(request.scope, version) if version else None
    people = bottom_up(request.scope, version, year[1]) if version and year else []
    if len(people) == 1 and people[0].rep.pk in request.scope.reps:
        return redirect(_address(people[0].rep, plan, "customer"))
    answered = [row for row in people if row.committed is not None]
    sums = {
        "target": sum(row.target for row in people),
        "committed": sum(row.committed or 0 for row in answered) if answered else None,
        "difference": sum(row.difference or 0 for row in answered) if answered else None,
    }
    context: dict[str, Any] = {"plan": plan, "version": version, "people": people, "sums": sums}
    context["may_bring_in"] = bool(request.scope.roles & access.MANAGERS)
    if plan and version and year:
        context["coverage"] = reports.coverage(request.scope, plan, version, year=year)
    return render(request, "plans/commitments.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def commitments(request: Request, pk: int) -> HttpResponse:
    """Show one salesperson's commitments; they fill them in, their manager answers."""
    rep = access.find_rep(request.scope, pk)
    plan, version = _asked(request)
    if plan is None or version is None:
        raise Http404
    by: By = "line" if request.GET.get("by") == "line" else "customer"
    sheet = commitment_sheet(request.scope, version, rep, by)
    own, manages = rep.pk in request.scope.reps, bool(request.scope.roles & access.MANAGERS)
    typed = _typed(request.POST.dict(), sheet, own=own, manages=manages)
    if request.method == "POST" and not typed.problems:
        _keep(request, sheet, typed)
        return redirect(_address(rep, plan, by))
    digits = plan.currency.digits
    context = {"plan": plan, "version": version, "sheet": sheet, "own": own, "manages": manages}
    context |= {"entries": [_entry(row, request.POST.dict(), typed, own=own, digits=digits) for row in sheet.rows]}
    context |= {"problems": len(typed.problems), "others": _address(rep, plan, "customer" if by == "line" else "line")}
    return render(request, "plans/commitment_sheet.html", context, status=422 if typed.problems else 200)


def _asked(request: Request) -> tuple[Plan | None, Version | None]:
    return access.asked(request.GET.get("plan", ""), request.GET.get("version", ""))


def _address(rep: Rep, plan: Plan | None, by: By) -> str:
    asked = {"by": by} | ({"plan": plan.pk} if plan else {})
    return f"{reverse('commitments-of', args=[rep.pk])}?{urlencode(asked)}"


def _typed(form: Mapping[str, str], sheet: CommitmentSheet, *, own: bool, manages: bool) -> Typed:
    """Read the form: the salesperson's amounts, the manager's offers, or one row that is agreed on."""
    typed = Typed()
    if not (own or manages):
        return typed
    for row in sheet.rows:
        if form.get("accept") == row.key:
            typed.said[row.key] = _agreed(_before(row), own=own)
        elif "accept" not in form and f"amount-{row.key}" in form:
            _read_row(form, sheet, row, typed, own=own)
    return typed


def _read_row(form: Mapping[str, str], sheet: CommitmentSheet, row: PlaceRow, typed: Typed, *, own: bool) -> None:
    """Read one row's amount and note; what is no amount is a problem beside its field."""
    before = _before(row)
    try:
        amount = typed_minor(form[f"amount-{row.key}"], sheet.plan.currency.digits)
    except NotAnAmount as refused:
        typed.problems[row.key] = str(refused)
        return
    note = form.get(f"note-{row.key}", before.note)[:NOTE].strip()
    typed.said[row.key] = services.answered(before, amount, note) if own else _offer(before, amount, note)


def _before(row: PlaceRow) -> Said:
    stands = row.stands
    return Said(stands.amount, stands.note, stands.offered, stands.accepted) if stands else Said()


def _offer(before: Said, amount: int | None, note: str) -> Said:
    """A manager's counter-offer; a new one opens again what was agreed on."""
    agreed = before.accepted if amount == before.offered else None
    return Said(before.amount, note, amount, agreed)


def _agreed(before: Said, *, own: bool) -> Said:
    """The manager takes the salesperson's amount, the salesperson takes the manager's offer."""
    taken = before.offered if own else before.amount
    return before if taken is None else Said(before.amount, before.note, before.offered, taken)


def _keep(request: Request, sheet: CommitmentSheet, typed: Typed) -> None:
    kept = 0
    for row in sheet.rows:
        if row.key in typed.said:
            made = services.commit(
                sheet.plan, _place(sheet.rep, row), typed.said[row.key], before=row.stands, actor=person(request)
            )
            kept += made is not None
    words = ngettext("%(count)d row is kept.", "%(count)d rows are kept.", kept)
    messages.success(request, words % {"count": kept} if kept else _("Nothing was changed."))


def _place(rep: Rep, row: PlaceRow) -> Place:
    return Place(rep, **{f"{row.by}_id": row.number or None})


def _entry(row: PlaceRow, form: Mapping[str, str], typed: Typed, *, own: bool, digits: int) -> Entry:
    stands = row.stands
    known = (stands.amount if own else stands.offered) if stands else None
    amount = form.get(f"amount-{row.key}", _plain(known, digits))
    note = form.get(f"note-{row.key}", stands.note if stands else "")
    return Entry(row, amount, note, typed.problems.get(row.key, ""))


def _plain(minor: int | None, digits: int) -> str:
    """Write an amount as it is typed; nothing for no answer, 0 for none."""
    return "" if minor is None else f"{numbers.major(minor, digits).normalize():f}"
