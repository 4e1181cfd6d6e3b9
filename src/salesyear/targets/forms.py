"""What is typed on the pages of this chapter, made into parameters."""

from __future__ import annotations

import secrets
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from salesyear.targets.reports import BaselineParams

# Calendars that are known to the engine and common among those who plan here.
COUNTRIES = (
    ("", _("none: every month as long as another")),
    ("CN", _("China")),
    ("HK", _("Hong Kong")),
    ("SG", _("Singapore")),
    ("JP", _("Japan")),
    ("US", _("United States")),
    ("GB", _("United Kingdom")),
    ("DE", _("Germany")),
)
_MOST_SEED = 2**31 - 1


class BaselineForm(forms.Form):
    """Which year to forecast, whose working days and holidays count, and the seed of what is drawn."""

    year = forms.IntegerField(
        label=_("Plan year"),
        required=False,
        min_value=2000,
        max_value=2200,
        help_text=_("Empty: the year after the last month with sales."),
    )
    country = forms.ChoiceField(
        label=_("Working days and holidays of"),
        choices=COUNTRIES,
        required=False,
        help_text=_("They count only where they make the forecast better; Chinese New Year moves with the moon."),
    )
    seed = forms.IntegerField(
        label=_("Seed"),
        required=False,
        min_value=0,
        max_value=_MOST_SEED,
        initial=1,
        help_text=_("The same facts, parameters and seed give the same baseline."),
    )
    token = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64, initial=secrets.token_hex)

    def params(self) -> BaselineParams:
        """Return what was typed as parameters; what was left empty as it is by default."""
        typed: dict[str, Any] = self.cleaned_data
        seed = typed["seed"]
        return BaselineParams(year=typed["year"], seed=1 if seed is None else seed, country=typed["country"])
