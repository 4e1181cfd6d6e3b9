"""What is typed to have a plan made, and at the steps of a version."""

from __future__ import annotations

import secrets
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from salesyear.core.scope import Scope
from salesyear.org import tree
from salesyear.org.models import UnitKind
from salesyear.sales.models import Currency, Line
from salesyear.targets.editing.typed import Cell, NotUnderstood, amount_of
from salesyear.targets.planning.params import HISTORY, PlanParams

_HUNDRED = Decimal(100)
# By the names that plans are asked for with; the weights are the engine's.
BLEND_NAMES = {
    HISTORY: _("history alone"),
    "mostly_history": _("mostly history"),
    "balanced": _("balanced"),
    "potential": _("potential alone"),
}


class PlanForm(forms.Form):
    """The year, its total or growth, and the rules; what the policy says is filled in already."""

    year = forms.IntegerField(label=_("Plan year"), min_value=2000, max_value=2200)
    month = forms.IntegerField(
        label=_("First month"),
        min_value=1,
        max_value=12,
        initial=1,
        help_text=_("1 for calendar years; 4 when the fiscal year begins in April."),
    )
    unit = forms.ChoiceField(label=_("Whole company or one region"), required=False)
    growth = forms.DecimalField(
        label=_("Growth on last year, %"), required=False, min_value=-90, max_value=1000, initial=10, decimal_places=2
    )
    total = forms.CharField(
        label=_("Or the total"),
        required=False,
        max_length=40,
        help_text=_("As 1,200,000 or 3.2亿. It counts instead of the growth. Neither: what is expected anyway."),
    )
    strategic = forms.MultipleChoiceField(
        label=_("Strategic lines"), required=False, widget=forms.CheckboxSelectMultiple
    )
    strategic_share = forms.DecimalField(
        label=_("Their share in every region, at least, %"), required=False, min_value=0, max_value=100
    )
    new_share = forms.DecimalField(
        label=_("New customers’ share in every region, at least, %"), required=False, min_value=0, max_value=100
    )
    blend = forms.ChoiceField(
        label=_("Start from"),
        required=False,
        choices=BLEND_NAMES.items(),
        help_text=_("How much the market’s potential counts beside history when the total is shared out."),
    )
    rep_least = forms.DecimalField(
        label=_("Nobody below this part of last year, %"), required=False, min_value=0, max_value=300, initial=80
    )
    name = forms.CharField(label=_("Name of the version"), required=False, max_length=200)
    token = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, *args: Any, scope: Scope, policy: dict[str, float], year: int, **kwargs: Any) -> None:  # noqa: ANN401 - a form's own
        """Fill in the policy's figures, the company's regions and lines."""
        super().__init__(*args, **kwargs)
        regions = [
            (str(unit.pk), unit.name)
            for unit in tree.units(scope)
            if unit.kind == UnitKind.REGION and unit.ends_on is None
        ]
        self.fields["unit"].choices = [("", _("the whole company")), *regions]  # type: ignore[attr-defined]  # a field with choices
        lines = list(Line.objects.within(scope).order_by("code"))
        self.fields["strategic"].choices = [(str(line.pk), line.name) for line in lines]  # type: ignore[attr-defined]  # a field with choices
        self._currency = Currency.objects.within(scope).filter(is_base=True).first()
        self.initial.update(
            year=year,
            strategic=[str(line.pk) for line in lines if line.strategic],
            strategic_share=_percent(policy["strategic_share"]),
            new_share=_percent(policy["new_customer_share"]),
            token=secrets.token_hex(16),
        )

    def clean_total(self) -> int | None:
        """Read the total as the table reads amounts."""
        text = self.cleaned_data["total"].strip()
        digits = self._currency.digits if self._currency else 2
        try:
            return amount_of(text, Cell(0, digits, 10**digits)) if text else None
        except NotUnderstood as mistake:
            raise forms.ValidationError(str(mistake)) from None

    def params(self) -> PlanParams:
        """Return what was typed as parameters."""
        typed: dict[str, Any] = self.cleaned_data
        growth = None if typed["total"] is not None or typed["growth"] is None else float(typed["growth"] / _HUNDRED)
        return PlanParams(
            year=typed["year"],
            starts_on=date(typed["year"], typed["month"], 1),
            total=typed["total"],
            unit=int(typed["unit"]) if typed["unit"] else None,
            growth=growth,
            strategic=tuple(int(key) for key in typed["strategic"]),
            strategic_share=_share(typed["strategic_share"]),
            new_customer_share=_share(typed["new_share"]),
            rep_least=None if typed["rep_least"] is None else float(typed["rep_least"] / _HUNDRED),
            blend=typed["blend"] or HISTORY,
            name=typed["name"],
        )


def _percent(share: float) -> str:
    return f"{(Decimal(str(share)) * _HUNDRED).normalize():f}"


def _share(percent: Decimal | None) -> float:
    return float((percent or Decimal(0)) / _HUNDRED)


class CopyForm(forms.Form):
    """What a copy is called."""

    name = forms.CharField(label=_("Name of the copy"), max_length=200)


class StepForm(forms.Form):
    """What is said at a step; over: the published version that was seen."""

    note = forms.CharField(label=_("Note"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))
    over = forms.IntegerField(required=False, widget=forms.HiddenInput)


class RestForm(forms.Form):
    """What the months that are over are locked at, and what has happened."""

    held_at = forms.ChoiceField(
        label=_("Lock the months that are over at"),
        choices=[("sold", _("what was sold")), ("target", _("their targets"))],
    )
    reason = forms.CharField(
        label=_("What has happened"), max_length=300, help_text=_("As: a rival cut prices; a customer was lost.")
    )
