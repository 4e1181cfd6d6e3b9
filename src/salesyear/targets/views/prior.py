"""The page of the prior: what the targets start from, cell by cell, with the blend that made it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from salesyear.core.requests import Request
from salesyear.targets import queries
from salesyear.targets.plan_forms import BLEND_NAMES
from salesyear.targets.reports.prior import PriorParams, priors

CUSTOM = "custom"
NAMES = BLEND_NAMES | {CUSTOM: _("a blend of your own")}


class PriorForm(forms.Form):
    """A named blend, or a weight of one's own, and the floor of cells without history."""

    blend = forms.ChoiceField(label=_("Blend"), choices=NAMES.items(), required=False)
    weight = forms.FloatField(
        label=_("Weight of the potential in a blend of your own, per cent"), required=False, min_value=0, max_value=100
    )
    floor = forms.IntegerField(
        label=_("Floor of a cell, whole currency units"), required=False, min_value=0, max_value=10**12
    )

    def params(self, digits: int) -> PriorParams:
        """Return what was chosen; history alone where nothing was."""
        from salesyear.engine.forecast.prior import BLENDS

        typed = self.cleaned_data if self.is_valid() else {}
        weights = {one.name: one.potential for one in BLENDS} | {CUSTOM: (typed.get("weight") or 0) / 100}
        name = typed.get("blend") or "history"
        return PriorParams(name, weights[name], (typed.get("floor") or 0) * 10**digits)


@require_safe
def prior(request: Request) -> HttpResponse:
    """Show region by region and line by line what the targets start from, and why."""
    found = queries.latest_baseline()
    form = PriorForm(request.GET)
    context: dict[str, Any] = {"baseline": found, "form": form}
    if found:
        params = form.params(found.currency.digits)
        cells = priors(request.scope, found, params)
        context |= {
            "cells": cells,
            "params": params,
            "named": NAMES[params.blend],
            "any": any(cell.potential is not None for cell in cells),
        }
        context |= {"total": sum(cell.prior for cell in cells), "expected": sum(cell.baseline for cell in cells)}
    return render(request, "targets/prior.html", context)
