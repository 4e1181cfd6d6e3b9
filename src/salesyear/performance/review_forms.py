"""A decision of a review as it is typed: what, who, by when, and for which place."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from salesyear.core.scope import Reach, Scope
from salesyear.org.models import Rep, Unit
from salesyear.performance.review import Review
from salesyear.performance.tasks import TaskParams


class TaskForm(forms.Form):
    """A decision; `place` offers what this person sees of the plan, and nothing else."""

    title = forms.CharField(label=_("What was decided"), max_length=300)
    owner = forms.CharField(label=_("Who does it"), max_length=200)
    due_on = forms.DateField(label=_("By when"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    place = forms.ChoiceField(label=_("For"), required=False)

    def __init__(self, data: Any = None, *, scope: Scope, review: Review, **more: Any) -> None:  # noqa: ANN401 - Django's own signature
        super().__init__(data, **more)
        self.scope = scope
        place = cast("forms.ChoiceField", self.fields["place"])
        place.choices = places(scope, review)
        place.required = Reach.ALL not in scope.sees("alerts")  # the whole company is nobody else's to decide for

    def params(self) -> TaskParams:
        """Return what was typed."""
        kind, _sep, key = self.cleaned_data["place"].partition(":")
        rep = Rep.objects.within(self.scope).select_related("unit").get(pk=key) if kind == "rep" else None
        unit = Unit.objects.within(self.scope).get(pk=key) if kind == "unit" else rep.unit if rep else None
        typed = self.cleaned_data
        return TaskParams(typed["title"].strip(), typed["owner"].strip(), typed["due_on"], unit, rep)


def places(scope: Scope, review: Review) -> list[tuple[str, str]]:
    """Return what a decision of this person may be about: all they see, their units, people they see."""
    reach = scope.sees("alerts")
    found = [("", gettext("the whole company"))] if Reach.ALL in reach else []
    found += [
        (f"unit:{one.key}", one.name)
        for one in review.regions
        if Reach.ALL in reach or (Reach.UNITS in reach and one.key in scope.units)
    ]
    return [*found, *((f"rep:{one.key}", one.name) for one in review.reps)]
