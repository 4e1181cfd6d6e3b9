"""The page of a run: how far it is, what came out of it, and the way to cancel it."""

from __future__ import annotations

from http import HTTPStatus
from typing import cast

from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST, require_safe

from salesyear.core import runs
from salesyear.core.access import find_run
from salesyear.core.models import Run
from salesyear.core.requests import Request


@require_safe
def run_status(request: Request, pk: int) -> HttpResponse:
    """Show a run; htmx asks for the part that changes, every second until the run has ended."""
    run = find_run(request.scope, pk)
    template = "core/run_part.html" if request.htmx else "core/run.html"
    answer = render(request, template, {"run": run, "label": _label(run), "outcome": _outcome(run)})
    answer["Cache-Control"] = "no-store"
    patch_vary_headers(answer, ["HX-Request"])
    return answer


@require_POST
def run_cancel(request: Request, pk: int) -> HttpResponse:
    """Cancel a run and go back to its page."""
    run = find_run(request.scope, pk)
    runs.cancel(run, actor=cast("AbstractBaseUser", request.user))  # the gate lets nobody else in
    answer = redirect("run-status", pk=run.pk)
    answer.status_code = HTTPStatus.SEE_OTHER
    return answer


def _label(run: Run) -> str:
    try:
        return str(runs.kind_of(run.kind).label)
    except runs.UnknownKind:
        return run.kind


def _outcome(run: Run) -> dict[str, str]:
    """Return the words and the link a result brings along; a link leads nowhere but to this site."""
    result = run.result if isinstance(run.result, dict) else {}
    url = str(result.get("url", ""))
    inside = url.startswith("/") and not url.startswith("//")
    return {"text": str(result.get("text", "")), "url": url if inside else ""}
