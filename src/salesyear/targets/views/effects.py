"""The button of the ledger that has the effects of its initiatives measured."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from salesyear.core.requests import Request
from salesyear.org.access import person
from salesyear.plans import access
from salesyear.targets import services


@require_POST
def measure(request: Request) -> HttpResponse:
    """Have the effects measured, and go to the page of that work."""
    _plan, version = access.asked(request.POST.get("plan", ""))
    if version is None:
        raise Http404
    run = services.ask_for_effects(version, actor=person(request))
    answer = redirect("run-status", pk=run.pk)
    answer.status_code = 303
    return answer
