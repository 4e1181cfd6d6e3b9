"""Alerts in words: one sentence on the page, the same in a mail; texts only, whatever stands in a name."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.utils.translation import gettext, ngettext

from salesyear.performance import figures
from salesyear.performance.models import Alert, AlertState, Notice, Rule, RuleKind, Side

_SHOWN = 5  # lines of what a signal found that a message names; the page names all


def place_of(rule: Rule) -> str:
    """Return what a rule is about: a salesperson, a unit, or all that its owner sees."""
    return str(rule.rep or rule.unit or gettext("all that %(who)s sees") % {"who": rule.owner})


def sentence(alert: Alert) -> str:
    """Say what an alert is about in one sentence."""
    rule = alert.rule
    figure = figures.find(rule.figure)
    if figure is None or alert.value is None:
        return rule.name
    value, limit = figures.text_of(figure, alert.value), figures.text_of(figure, alert.limit)
    said = {"figure": figure.label, "place": place_of(rule), "value": value, "limit": limit, "n": rule.periods}
    return _form(rule) % said


def of_notices(notices: Sequence[Notice]) -> tuple[str, str]:
    """Return title and text of the message that tells about some alerts, one or many."""
    if len(notices) == 1:
        alert = notices[0].alert
        title = _title(notices[0])
        return f"丰年 Salesyear: {title}", "\n".join([sentence(alert), *_found(alert), *_where()])
    title = ngettext("%(n)d alert", "%(n)d alerts", len(notices)) % {"n": len(notices)}
    lines = [f"{_title(one)}\n{sentence(one.alert)}" for one in notices]
    return f"丰年 Salesyear: {title}", "\n\n".join([*lines, *_where()])


def _form(rule: Rule) -> str:
    below = rule.side == Side.BELOW
    if rule.kind == RuleKind.TREND:
        falls = gettext("%(figure)s of %(place)s fell %(n)d times in a row, from %(limit)s to %(value)s.")
        rises = gettext("%(figure)s of %(place)s rose %(n)d times in a row, from %(limit)s to %(value)s.")
        return falls if below else rises
    if rule.kind == RuleKind.CONTROL:
        return (
            gettext("%(figure)s of %(place)s is %(value)s: lower than its usual swing explains (%(limit)s).")
            if below
            else gettext("%(figure)s of %(place)s is %(value)s: higher than its usual swing explains (%(limit)s).")
        )
    return (
        gettext("%(figure)s of %(place)s is %(value)s, below %(limit)s.")
        if below
        else gettext("%(figure)s of %(place)s is %(value)s, above %(limit)s.")
    )


def _title(notice: Notice) -> str:
    name = str(notice.alert.rule.name)
    return gettext("Over: %(name)s") % {"name": name} if notice.state == AlertState.CLOSED else name


def _found(alert: Alert) -> list[str]:
    lines = [figures.line_of(one) for one in alert.found[:_SHOWN]]
    more = len(alert.found) - _SHOWN
    if more > 0:
        lines.append(ngettext("and %(n)d more", "and %(n)d more", more) % {"n": more})
    return lines


def _where() -> list[str]:
    """Return the address of the alerts page, where the installation has said under which name it is reached."""
    origins = settings.CSRF_TRUSTED_ORIGINS
    return [f"{origins[0].rstrip('/')}/performance/alerts/"] if origins else []
