"""What is typed on the pages of this chapter, made into parameters."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from salesyear.market.reports import GradeWeights, StudyParams

USUAL = GradeWeights()


def _weight(label: Any, usual: float) -> forms.FloatField:  # noqa: ANN401 - a text translated when it is shown
    return forms.FloatField(label=label, required=False, min_value=0, max_value=1_000, initial=usual)


class WeightsForm(forms.Form):
    """How much each criterion counts for a grade, and how many customers are to be A and B."""

    value = _weight(_("Weight of the expected value"), USUAL.value)
    alive = _weight(_("Weight of the chance that the customer still buys"), USUAL.alive)
    often = _weight(_("Weight of purchase days a year"), USUAL.often)
    breadth = _weight(_("Weight of product lines bought"), USUAL.breadth)
    top = forms.FloatField(label=_("Graded A, per cent"), required=False, min_value=0, max_value=100, initial=USUAL.top)
    middle = forms.FloatField(
        label=_("Graded B, per cent"), required=False, min_value=0, max_value=100, initial=USUAL.middle
    )
    token = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64, initial=secrets.token_hex)

    def clean(self) -> dict[str, Any]:
        """Refuse weights that weigh nothing together, and more than all customers."""
        typed: dict[str, Any] = super().clean() or {}
        weights = self._filled(typed)
        if not weights.value + weights.alive + weights.often + weights.breadth:
            raise ValidationError(_("At least one weight must be above 0."))
        if weights.top + weights.middle > 100:
            raise ValidationError(_("A and B together cannot be more than 100 per cent."))
        return typed

    def weights(self) -> GradeWeights:
        """Return what was typed as parameters; what was left empty as it usually is."""
        return self._filled(self.cleaned_data)

    def _filled(self, typed: dict[str, Any]) -> GradeWeights:
        return GradeWeights(**{name: typed[name] for name in vars(USUAL) if typed.get(name) is not None})


class StudyForm(forms.Form):
    """What the market is estimated from, which districts set the mark, and what may be won of a gap in a year.

    There is a weight for each measure that has been imported; all empty: each counts alike.
    """

    best = forms.FloatField(
        label=_("Mark of good districts, per cent of the districts below it"),
        required=False,
        min_value=0,
        max_value=100,
        initial=80,
    )
    reach = forms.FloatField(
        label=_("Part of a gap to be won in a year, per cent"), required=False, min_value=0, max_value=100, initial=20
    )
    look_back = forms.IntegerField(
        label=_("Months without a purchase that make a customer new"),
        required=False,
        min_value=1,
        max_value=120,
        initial=24,
    )
    token = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64, initial=secrets.token_hex)

    def __init__(self, measures: Sequence[str], *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own signature
        super().__init__(*args, **kwargs)
        self._measures = {f"measure-{place}": name for place, name in enumerate(measures)}
        for field, name in self._measures.items():
            label = _("Weight of “%(measure)s”") % {"measure": name}
            self.fields[field] = forms.FloatField(label=label, required=False, min_value=0, max_value=1_000)

    def clean(self) -> dict[str, Any]:
        """Refuse weights that are all 0."""
        typed: dict[str, Any] = super().clean() or {}
        weights = self._weights(typed)
        if weights and not any(weights.values()):
            raise ValidationError(_("At least one weight must be above 0."))
        return typed

    def params(self) -> StudyParams:
        """Return what was typed as parameters; what was left empty as it usually is."""
        typed, usual = self.cleaned_data, StudyParams()
        return StudyParams(
            weights=self._weights(typed),
            best=usual.best if typed["best"] is None else typed["best"] / 100,
            reach=usual.reach if typed["reach"] is None else typed["reach"] / 100,
            look_back=typed["look_back"] or usual.look_back,
        )

    def _weights(self, typed: Mapping[str, Any]) -> dict[str, float]:
        return {name: typed[field] for field, name in self._measures.items() if typed.get(field) is not None}
