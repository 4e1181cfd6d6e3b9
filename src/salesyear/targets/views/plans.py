"""The pages of plans: all of them, the way to a new one, one version with its steps, the difference of two."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from salesyear.core.models import Run, RunState
from salesyear.core.requests import Request
from salesyear.org.access import person
from salesyear.plans.models import Version
from salesyear.plans.policy import values, values_of
from salesyear.plans.queries import shown_on
from salesyear.targets.access import find_version, may_make
from salesyear.targets.editing.outcomes import Refused as NotEdited
from salesyear.targets.plan_forms import CopyForm, PlanForm, RestForm, StepForm
from salesyear.targets.plan_pages import VersionPage, plans_with_versions, start_of
from salesyear.targets.services import versions
from salesyear.targets.services.plans import PLAN_KIND, ask_for_plan
from salesyear.targets.services.rest import CannotBeMet, HeldAt, replan_rest, usual


@require_safe
def plans(request: Request) -> HttpResponse:
    """List every plan with its versions."""
    context = {"plans": plans_with_versions(), "may_make": may_make(request.scope), "run": _running(request)}
    return render(request, "targets/plans.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def plan_new(request: Request) -> HttpResponse:
    """Ask for a plan: baseline and gap are shown, the policy's rules are filled in; it is made in the background."""
    start = start_of(request.scope)
    year = start.baseline.year if start else timezone.localdate().year + 1
    today = shown_on(timezone.localdate())
    policy = values_of(today) if today else values(None)
    form = PlanForm(request.POST or None, scope=request.scope, policy=policy, year=year)
    if not form.is_valid():
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
        context = {"form": form, "start": start, "plan": today and today.plan, "version": today}
        return render(request, "targets/plan_new.html", context, status=status)
    run = ask_for_plan(form.params(), actor=person(request), token=form.cleaned_data["token"])
    return _see(reverse("run-status", args=[run.pk]))


@require_safe
def version(request: Request, plan: int, number: int) -> HttpResponse:
    """Show one version: its sums, its rules, its steps and changes, and beside another one."""
    found = find_version(request.scope, plan, number)
    return render(request, "targets/plan_version.html", _version_context(request, found))


def _version_context(request: Request, found: Version) -> dict[str, Any]:
    page = VersionPage(request.scope, found)
    over = page.published.pk if page.published else None
    rest_form = RestForm(initial={"held_at": usual(values_of(found))}) if page.may_replan else None
    forms = {"form": StepForm(initial={"over": over}), "copy_form": CopyForm(), "rest_form": rest_form}
    return {"plan": found.plan, "version": found, "page": page, **forms}


@require_safe
def difference(request: Request, plan: int, number: int, other: int) -> HttpResponse:
    """Show two versions beside each other: `other` is the old one."""
    from salesyear.targets.reports.difference import difference as compared

    new, old = (find_version(request.scope, plan, one) for one in (number, other))
    level = request.GET.get("by", "rep")
    if level not in {"region", "territory", "rep", "customer", "line"}:
        raise Http404
    found = compared(request.scope, old, new, level)
    context = {"plan": new.plan, "version": new, "other": old, "found": found, "level": level, "levels": _levels()}
    return render(request, "targets/plan_difference.html", context)


def _levels() -> list[tuple[str, str]]:
    return [
        ("region", _("region")),
        ("territory", _("territory")),
        ("rep", _("salesperson")),
        ("customer", _("customer")),
        ("line", _("product line")),
    ]


@require_POST
def copy(request: Request, plan: int, number: int) -> HttpResponse:
    """Make a scenario of a version."""
    found = find_version(request.scope, plan, number)
    form = CopyForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("A copy needs a name."))
        return _see(_address(found))
    made = versions.copy_version(found, form.cleaned_data["name"], actor=person(request))
    messages.success(request, _("“%(name)s” is a draft now.") % {"name": made})
    return _see(_address(made))


@require_POST
def rest(request: Request, plan: int, number: int) -> HttpResponse:
    """Plan the rest of the year anew, and show what that changes; what cannot be met comes back with its ways out."""
    found = find_version(request.scope, plan, number)
    form = RestForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say what has happened that the rest of the year is planned anew."))
        return _see(_address(found))
    said, today = form.cleaned_data, timezone.localdate()
    try:
        made = replan_rest(
            found,
            today=today,
            held_at=HeldAt(said["held_at"]),
            reason=said["reason"],
            actor=person(request),
            relax=request.POST.get("relax", ""),
        )
    except CannotBeMet as clash:
        context = _version_context(request, found) | {"rest_form": form, "clash": clash.found}
        return render(request, "targets/plan_version.html", context, status=HTTPStatus.CONFLICT)
    except (versions.Refused, NotEdited) as refused:
        messages.error(request, str(refused))
        return _see(_address(found))
    messages.success(request, _("“%(name)s” is a draft now: this is what it changes.") % {"name": made})
    return _see(reverse("plan-difference", args=[plan, made.number, number]))


@require_POST
def step(request: Request, plan: int, number: int, deed: str) -> HttpResponse:
    """Take a step with a version; what cannot be is said, and nothing has changed then."""
    found = find_version(request.scope, plan, number)
    form = StepForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("The note is too long."))
        return _see(_address(found))
    try:
        _deeds(request, found, form)[deed]()
    except KeyError:
        raise Http404 from None
    except versions.AnotherIsPublished as other:
        messages.error(request, str(other))
        return _see(reverse("plan-difference", args=[plan, number, other.version.number]))
    except versions.Refused as refused:
        messages.error(request, str(refused))
    else:
        said = _("“%(name)s” is %(state)s now.")
        messages.success(request, said % {"name": found, "state": found.get_state_display()})
    return _see(_address(found))


def _deeds(request: Request, found: Version, form: StepForm) -> dict[str, Callable[[], Version]]:
    note, over, scope = form.cleaned_data["note"], form.cleaned_data["over"], request.scope
    who = person(request)
    return {
        "submit": lambda: versions.submit(found, actor=who, scope=scope, note=note),
        "approve": lambda: versions.approve(found, actor=who, scope=scope, note=note),
        "publish": lambda: versions.publish(found, actor=who, scope=scope, over=over, note=note),
        "send-back": lambda: versions.send_back(found, actor=who, scope=scope, note=note),
    }


def _address(found: Version) -> str:
    return reverse("plan-version", args=[found.plan_id, found.number])


def _see(url: str) -> HttpResponse:
    answer = redirect(url)
    answer.status_code = HTTPStatus.SEE_OTHER
    return answer


def _running(request: Request) -> Run | None:
    """The plan this person is having made now."""
    waiting = Run.objects.filter(kind=PLAN_KIND, state__in=[RunState.WAITING, RunState.RUNNING])
    return waiting.filter(made_by=request.scope.user_id).first()
