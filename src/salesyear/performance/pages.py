"""What the alerts page shows of an alert and of a rule."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext

from salesyear.core.scope import Scope
from salesyear.performance import figures, messages
from salesyear.performance.models import Alert, AlertState, AlertStep, Rule, RuleKind


class AlertRow:
    """One alert: what it says, whose it is, how it stands, what happened to it."""

    do_not_call_in_templates = True

    def __init__(self, alert: Alert) -> None:
        self.alert = alert

    @property
    def said(self) -> str:
        """What it is about, in one sentence."""
        return messages.sentence(self.alert)

    @property
    def found(self) -> list[str]:
        """What a signal named."""
        return [figures.line_of(one) for one in self.alert.found]

    @property
    def steps(self) -> Sequence[AlertStep]:
        """Everything that happened to it, the first first."""
        return list(self.alert.steps.all())

    @property
    def may_acknowledge(self) -> bool:
        """Whether nobody has said yet that they look after it."""
        return bool(self.alert.state == AlertState.OPEN)


class RuleRow:
    """One rule: when it is worth a word, in words; and whether it is the reader's own."""

    do_not_call_in_templates = True

    def __init__(self, rule: Rule, scope: Scope) -> None:
        self.rule = rule
        self.mine = rule.owner_id == scope.user_id

    @property
    def place(self) -> str:
        """What it is about."""
        return messages.place_of(self.rule)

    @property
    def when(self) -> str:
        """When it is worth a word."""
        figure = figures.find(self.rule.figure)
        if figure is None:
            return gettext("The figure “%(name)s” is no longer there.") % {"name": self.rule.figure}
        return f"{figure.label}: {_when(self.rule, figure)}"

    @property
    def told(self) -> str:
        """Where it is told, and when it is not."""
        ways = [str(one) for one in self.rule.channels.all()] or [gettext("on this page")]
        if self.rule.digest_at:
            ways.append(gettext("once a day at %(at)s") % {"at": f"{self.rule.digest_at:%H:%M}"})
        elif self.rule.quiet_from and self.rule.quiet_until:
            hours = {"begin": f"{self.rule.quiet_from:%H:%M}", "end": f"{self.rule.quiet_until:%H:%M}"}
            ways.append(gettext("quiet %(begin)s–%(end)s") % hours)
        return " · ".join(ways)


def _when(rule: Rule, figure: figures.Watched) -> str:
    side = rule.get_side_display()
    if rule.kind == RuleKind.CONTROL:
        return gettext("outside %(n)s standard deviations, %(side)s") % {"n": rule.sigmas // 1_000_000, "side": side}
    if rule.kind == RuleKind.TREND:
        return gettext("%(n)d months the same way, at least %(share)s in all") % {
            "n": rule.periods,
            "share": f"{rule.limit / 10_000:g} %",
        }
    text = f"{side} {figures.text_of(figure, rule.limit)}"
    if rule.back is not None:
        text += gettext(", over at %(back)s") % {"back": figures.text_of(figure, rule.back)}
    if rule.periods > 1:
        text += gettext(", %(n)d months in a row") % {"n": rule.periods}
    return text
