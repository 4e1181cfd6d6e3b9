"""What is typed on the pages of alerts, made into rules and ways out."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from salesyear.core.scope import Reach, Scope
from salesyear.engine.messages import EngineError
from salesyear.engine.performance import alerts as engine
from salesyear.engine.performance import quiet
from salesyear.org.models import Rep, Unit
from salesyear.performance import delivery, figures, queries
from salesyear.performance.models import Channel, ChannelKind, Rule, RuleKind, Side
from salesyear.performance.services import MICRO, hours_of

_HUNDRED = Decimal(100)


class RuleForm(forms.Form):
    """A figure, where, and when it is worth a word; how and when to be told."""

    figure = forms.ChoiceField(label=_("Figure"))
    place = forms.ChoiceField(label=_("Of"), required=False)
    kind = forms.ChoiceField(label=_("Worth a word when"), choices=())
    side = forms.ChoiceField(label=_("On which side"), choices=Side.choices)
    limit = forms.DecimalField(
        label=_("Limit"),
        required=False,
        max_digits=15,
        decimal_places=4,
        help_text=_(
            "Per cent for shares, the currency's units for amounts. For a trend: the least change in per cent."
        ),
    )
    back = forms.DecimalField(
        label=_("Over at"),
        required=False,
        max_digits=15,
        decimal_places=4,
        help_text=_("Set it on the good side of the limit, so that a figure that trembles there is one alert."),
    )
    periods = forms.IntegerField(
        label=_("Months in a row"), required=False, min_value=1, max_value=engine.MOST_PERIODS, initial=1
    )
    sigmas = forms.DecimalField(
        label=_("Standard deviations"),
        required=False,
        min_value=1,
        max_value=6,
        decimal_places=1,
        initial=3,
        help_text=_("For a control chart: 3 is usual."),
    )
    channels = forms.MultipleChoiceField(
        label=_("Told by"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("On the alerts page it stands in any case."),
    )
    quiet_from = forms.TimeField(label=_("Quiet from"), required=False, widget=forms.TimeInput({"type": "time"}))
    quiet_until = forms.TimeField(label=_("Quiet until"), required=False, widget=forms.TimeInput({"type": "time"}))
    digest_at = forms.TimeField(
        label=_("All in one message a day, at"), required=False, widget=forms.TimeInput({"type": "time"})
    )
    name = forms.CharField(label=_("Name"), required=False, max_length=200, help_text=_("Empty: the figure's name."))

    def __init__(self, data: Any = None, *, scope: Scope, rule: Rule | None = None, **more: Any) -> None:  # noqa: ANN401 - Django's own signature
        super().__init__(data, **more)
        self.scope, self.rule = scope, rule
        self._channels = queries.channels(scope)
        self._choices("figure", figures.choices())
        self._choices("place", places(scope))
        self._choices("kind", [(kind.value, words) for kind, words in kind_words().items()])
        self._choices("channels", [(str(one.pk), str(one)) for one in self._channels])
        if not self._channels:
            del self.fields["channels"]

    def clean(self) -> dict[str, Any]:
        """Put the rule together, and refuse one that could never fire or never be told (case 14)."""
        typed: dict[str, Any] = super().clean() or {}
        if self.errors:
            return typed
        rule = self._made(typed)
        try:
            engine.check(figures.engine_rule(rule))
            quiet.check(hours_of(rule))
        except EngineError as refused:
            field = "quiet_from" if isinstance(refused, quiet.NeverTold) else "limit"
            raise ValidationError({field: gettext(refused.text) % refused.values}) from refused
        self.made = rule
        return typed

    def chosen_channels(self) -> list[Channel]:
        """Return the ways out that were ticked."""
        ticked = set(self.cleaned_data.get("channels", ()))
        return [one for one in self._channels if str(one.pk) in ticked]

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        cast("forms.ChoiceField", self.fields[name]).choices = choices

    def _made(self, typed: dict[str, Any]) -> Rule:
        figure = cast("figures.Watched", figures.find(typed["figure"]))  # the field lets no other through
        rule = self.rule or Rule(made_at=timezone.now(), owner_id=cast("int", self.scope.user_id))
        rule.figure, rule.side = figure.name, typed["side"]
        rule.kind = RuleKind.SIGNAL if figure.name in figures.SIGNALS else typed["kind"]
        rule.rep, rule.unit = self._place(typed["place"])
        trend = rule.kind == RuleKind.TREND
        share = figure.unit == "share" or trend
        rule.limit = _micros(typed["limit"] or Decimal(0), share=share)
        rule.back = None if typed["back"] is None or trend else _micros(typed["back"], share=share)
        rule.periods = typed["periods"] or 1
        rule.sigmas = _micros(typed["sigmas"] or Decimal(3), share=False)
        for name in ("quiet_from", "quiet_until", "digest_at"):
            setattr(rule, name, typed[name])
        rule.name = typed["name"] or figure.label
        return rule

    def _place(self, text: str) -> tuple[Rep | None, Unit | None]:
        what, _sep, key = text.partition(":")
        if what == "rep":
            rep = Rep.objects.within(self.scope).select_related("unit").get(pk=key)
            return rep, rep.unit
        return None, Unit.objects.within(self.scope).get(pk=key) if what == "unit" else None


class ChannelForm(forms.Form):
    """Where to hear of one's alerts."""

    kind = forms.ChoiceField(label=_("Way"), choices=ChannelKind.choices)
    address = forms.CharField(
        label=_("Address"),
        max_length=500,
        help_text=_("A mail address; for a group robot its key; for a webhook its https address."),
    )

    def clean(self) -> dict[str, Any]:
        """Look whether the address is one of its kind."""
        typed: dict[str, Any] = super().clean() or {}
        if not self.errors:
            try:
                typed["address"] = delivery.check_address(typed["kind"], typed["address"])
            except ValidationError as refused:
                self.add_error("address", refused)
        return typed


class AcknowledgeForm(forms.Form):
    """What is being done about an alert."""

    note = forms.CharField(label=_("What you do about it"), required=False, max_length=500)


def initial_of(rule: Rule) -> dict[str, Any]:
    """Return a kept rule as the form shows it."""
    figure = figures.find(rule.figure)
    share = rule.kind == RuleKind.TREND or (figure is not None and figure.unit == "share")
    place = f"rep:{rule.rep_id}" if rule.rep_id else f"unit:{rule.unit_id}" if rule.unit_id else ""
    same = ("figure", "side", "periods", "quiet_from", "quiet_until", "digest_at", "name")
    return {name: getattr(rule, name) for name in same} | {
        "kind": RuleKind.THRESHOLD if rule.kind == RuleKind.SIGNAL else rule.kind,
        "place": place,
        "limit": _typed(rule.limit, share=share),
        "back": None if rule.back is None else _typed(rule.back, share=share),
        "sigmas": _typed(rule.sigmas, share=False),
        "channels": [str(one.pk) for one in rule.channels.all()] if rule.pk else [],
    }


def places(scope: Scope) -> list[tuple[str, str]]:
    """Return what a rule of this person may be about: all they see, units and salespeople they see."""
    reach = scope.sees("alerts")
    found: list[tuple[str, str]] = []
    if Reach.ALL in reach:
        found.append(("", gettext("the whole company")))
    if reach & {Reach.ALL, Reach.UNITS}:
        units = Unit.objects.within(scope).filter(ends_on=None).order_by("path")
        mine = [unit for unit in units if Reach.ALL in reach or unit.pk in scope.units]
        found += [(f"unit:{unit.pk}", unit.name) for unit in mine if unit.parent_id]
    return [*found, *((f"rep:{rep.pk}", rep.name) for rep in Rep.objects.within(scope).order_by("code"))]


def kind_words() -> dict[RuleKind, str]:
    """Return how a rule may look at a figure, in words."""
    return {
        RuleKind.THRESHOLD: gettext("it passes a limit"),
        RuleKind.PACE: gettext("the year so far passes a limit"),
        RuleKind.TREND: gettext("it moves one way month after month"),
        RuleKind.CONTROL: gettext("it leaves its usual swing (control chart)"),
    }


def _micros(number: Decimal, *, share: bool) -> int:
    return round((number / _HUNDRED if share else number) * MICRO)


def _typed(micros: int, *, share: bool) -> Decimal:
    number = Decimal(micros) / MICRO * (_HUNDRED if share else 1)
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()
