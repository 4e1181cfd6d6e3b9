"""The pages of alerts: what is open and who looks after it, the rules, and where one hears of them."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from salesyear.core import events, runs
from salesyear.core.requests import Request
from salesyear.org.access import person
from salesyear.performance import access, queries, services
from salesyear.performance.forms import AcknowledgeForm, ChannelForm, RuleForm, initial_of
from salesyear.performance.pages import AlertRow, RuleRow
from salesyear.performance.runs import TRY
from salesyear.performance.shipped import BY_KEY, offered


@require_safe
def alerts(request: Request) -> HttpResponse:
    """Show what is open, what is over, the rules, and where one is told."""
    return render(request, "performance/alerts.html", _context(request, ChannelForm()))


@require_POST
def acknowledge(request: Request, pk: int) -> HttpResponse:
    """Say that one looks after an alert."""
    alert = access.find_alert(request.scope, pk)
    form = AcknowledgeForm(request.POST)
    services.acknowledge(alert, actor=person(request), note=form.cleaned_data["note"] if form.is_valid() else "")
    return _back()


@require_http_methods(["GET", "HEAD", "POST"])
def rule_new(request: Request) -> HttpResponse:
    """Show the form of a new rule, filled with a shipped one where the address names it; keep what was typed."""
    if request.method == "POST":
        return _kept(request, RuleForm(request.POST, scope=request.scope))
    shipped = BY_KEY.get(request.GET.get("from", ""))
    initial = initial_of(shipped.rule()) | {"name": _(shipped.name)} if shipped else {}
    return _rule_page(request, RuleForm(scope=request.scope, initial=initial))


@require_http_methods(["GET", "HEAD", "POST"])
def rule_edit(request: Request, pk: int) -> HttpResponse:
    """Show one of one's own rules as a form; keep what was changed."""
    rule = access.find_rule(request.scope, pk)
    if request.method == "POST":
        return _kept(request, RuleForm(request.POST, scope=request.scope, rule=rule))
    return _rule_page(request, RuleForm(scope=request.scope, rule=rule, initial=initial_of(rule)))


@require_POST
def rule_switch(request: Request, pk: int) -> HttpResponse:
    """Switch one of one's own rules on or off."""
    rule = access.find_rule(request.scope, pk)
    services.switch_rule(rule, on=not rule.active, actor=person(request))
    return _back("#rules")


@require_POST
def channel_add(request: Request) -> HttpResponse:
    """Keep a new way out of one's own."""
    form = ChannelForm(request.POST)
    if not form.is_valid():
        return render(request, "performance/alerts.html", _context(request, form), status=HTTPStatus.BAD_REQUEST)
    typed = form.cleaned_data
    user = person(request)
    services.keep_channel(typed["kind"], typed["address"], actor=user)
    return _back("#channels")


@require_POST
def channel_drop(request: Request, pk: int) -> HttpResponse:
    """Forget one of one's own ways out."""
    channel = access.find_channel(request.scope, pk)
    events.record("performance.channel.dropped", actor=person(request), detail={"kind": channel.kind})
    channel.delete()
    return _back("#channels")


@require_POST
def channel_try(request: Request, pk: int) -> HttpResponse:
    """Have a word sent to one of one's own ways out, and go to the page of that work."""
    channel = access.find_channel(request.scope, pk)
    run = runs.ask_for(TRY, {"channel": channel.pk}, actor=person(request))
    return _see(redirect("run-status", pk=run.pk))


def _kept(request: Request, form: RuleForm) -> HttpResponse:
    if not form.is_valid():
        return _rule_page(request, form, status=HTTPStatus.BAD_REQUEST)
    services.keep_rule(form.made, form.chosen_channels(), actor=person(request))
    return _back("#rules")


def _rule_page(request: Request, form: RuleForm, status: int = HTTPStatus.OK) -> HttpResponse:
    return render(request, "performance/rule.html", {"form": form, "rule": form.rule}, status=status)


def _context(request: Request, form: ChannelForm) -> dict[str, Any]:
    scope = request.scope
    taken = [RuleRow(rule, scope) for rule in queries.rules(scope)]
    return {
        "standing": [AlertRow(alert) for alert in queries.standing(scope)],
        "over": [AlertRow(alert) for alert in queries.over(scope)],
        "most_over": queries.MOST_OVER,
        "rules": taken,
        "channels": queries.channels(scope),
        "form": form,
        "note": AcknowledgeForm(),
        "shipped": [(one.key, _(one.name), _(one.why)) for one in offered()],
    }


def _back(place: str = "") -> HttpResponse:
    answer = redirect("alerts")
    answer["Location"] += place
    return _see(answer)


def _see(answer: HttpResponseRedirect) -> HttpResponse:
    answer.status_code = HTTPStatus.SEE_OTHER
    return answer
