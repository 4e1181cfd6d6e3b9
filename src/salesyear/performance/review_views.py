"""The page of a month's review: how it went, what is late, what the meeting decides and learns."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from salesyear.core.requests import Request
from salesyear.org.access import person
from salesyear.performance import lessons, tasks
from salesyear.performance.models import Verdict
from salesyear.performance.review import Review, begun, last_ended, review_of
from salesyear.performance.review_forms import LessonForm, OutcomeForm, TaskForm
from salesyear.plans import access
from salesyear.plans.models import Plan, Version
from salesyear.sales.money import NoRate
from salesyear.targets.access import may_replan

SHOWN = 12  # lessons on the page of a review; all of them are in the list


@require_http_methods(["GET", "HEAD", "POST"])
def review(request: Request) -> HttpResponse:
    """Show a month of the plan's year against the plan; keep a decision as a task with owner and date."""
    said = request.POST if request.method == "POST" else request.GET
    plan, version = access.asked(said.get("plan", ""))
    today = timezone.localdate()
    month = _month(plan, said.get("month", ""), today) if plan else None
    if plan is None or version is None or month is None:
        return render(request, "performance/review.html", {"plan": plan})
    try:
        found = review_of(request.scope, version, month, today)
    except NoRate as refused:
        return render(request, "performance/review.html", {"refused": refused})
    learnt = "learnt" in request.POST
    posted = request.POST if request.method == "POST" else None
    form = TaskForm(None if learnt else posted, scope=request.scope, review=found)
    lesson = LessonForm(posted if learnt else None, scope=request.scope, review=found, prefix="lesson")
    if posted is not None and (lesson if learnt else form).is_valid():
        _keep(request, found, lesson if learnt else form)
        return _back(f"{plan.pk}", month, "lessons" if learnt else "decisions")
    return _page(request, found, version, form, lesson)


def _keep(request: Request, found: Review, form: TaskForm | LessonForm) -> None:
    if isinstance(form, LessonForm):
        lessons.add_lesson(found, form.params(), actor=person(request))
        messages.success(request, _("The lesson is kept."))
        return
    tasks.add_task(found.month, form.params(), actor=person(request))
    messages.success(request, _("The decision is kept as a task."))


@require_POST
def task_done(request: Request, pk: int) -> HttpResponse:
    """Say that a task is done, or that it is not after all."""
    task = tasks.find_task(request.scope, pk)
    tasks.set_done(task, done="reopen" not in request.POST, actor=person(request))
    return _back(request.POST.get("plan", ""), task.month)


@require_http_methods(["GET", "HEAD", "POST"])
def lesson(request: Request, pk: int) -> HttpResponse:
    """Show a lesson; keep what came of it, with the attainment of its place in the last month that has ended."""
    one = lessons.find_lesson(request.scope, pk)
    form = OutcomeForm(request.POST or None, initial={"verdict": one.verdict, "outcome": one.outcome})
    if request.method == "POST" and form.is_valid():
        plan, version = access.asked("")
        month = last_ended(plan, timezone.localdate()) if plan else None
        if version is None or month is None:
            raise Http404
        found = review_of(request.scope, version, month, timezone.localdate())
        verdict = Verdict(form.cleaned_data["verdict"])
        lessons.judge(one, found, verdict, form.cleaned_data["outcome"].strip(), actor=person(request))
        messages.success(request, _("What came of it is kept."))
        answer = redirect("lesson", pk=one.pk)
        answer.status_code = HTTPStatus.SEE_OTHER
        return answer
    status = HTTPStatus.BAD_REQUEST if form.errors else HTTPStatus.OK
    return render(request, "performance/lesson.html", {"lesson": one, "form": form}, status=status)


def _page(request: Request, found: Review, version: Version, form: TaskForm, learnt: LessonForm) -> HttpResponse:
    months = [(month, f"{month:%Y-%m}") for month in reversed(begun(found.plan, found.today))]
    context: dict[str, Any] = {"plan": found.plan, "version": version, "review": found, "form": form, "months": months}
    context |= {
        "learnt": learnt,
        "lessons": found.lessons[:SHOWN],
        "may_replan": may_replan(request.scope, found.plan, found.today),
    }
    status = HTTPStatus.BAD_REQUEST if form.errors or learnt.errors else HTTPStatus.OK
    return render(request, "performance/review.html", context, status=status)


def _month(plan: Plan, asked: str, today: date) -> date | None:
    """The month the address asks for, if it has begun; else the last that has ended."""
    found = {f"{month:%Y-%m}": month for month in begun(plan, today)}
    return found.get(asked) or last_ended(plan, today)


def _back(plan: str, month: date, place: str = "decisions") -> HttpResponse:
    asked = urlencode({"plan": plan, "month": f"{month:%Y-%m}"})
    answer = redirect(f"{reverse('review')}?{asked}#{place}")
    answer.status_code = HTTPStatus.SEE_OTHER
    return answer
