"""A decision and a lesson of a review as they are typed, and what came of a lesson."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from salesyear.core.scope import Reach, Scope
from salesyear.org.models import Rep, Unit
from salesyear.performance.lessons import LessonParams
from salesyear.performance.models import Verdict
from salesyear.performance.review import Review
from salesyear.performance.tasks import TaskParams


class _Placed(forms.Form):
    """About a place; `place` offers what this person sees of the plan, and nothing else."""

    place = forms.ChoiceField(label=_("For"), required=False)

    def __init__(self, data: Any = None, *, scope: Scope, review: Review, **more: Any) -> None:  # noqa: ANN401 - Django's own signature
        super().__init__(data, **more)
        self.scope = scope
        place = cast("forms.ChoiceField", self.fields["place"])
        place.choices = places(scope, review)
        place.required = Reach.ALL not in scope.sees("alerts")  # the whole company is nobody else's to decide for

    def where(self) -> tuple[Unit | None, Rep | None]:
        """Return the place that was chosen: a salesperson with their unit, a unit, or neither."""
        kind, _sep, key = self.cleaned_data["place"].partition(":")
        rep = Rep.objects.within(self.scope).select_related("unit").get(pk=key) if kind == "rep" else None
        unit = Unit.objects.within(self.scope).get(pk=key) if kind == "unit" else rep.unit if rep else None
        return unit, rep


class TaskForm(_Placed):
    """A decision: what, who, by when, for which place."""

    title = forms.CharField(label=_("What was decided"), max_length=300)
    owner = forms.CharField(label=_("Who does it"), max_length=200)
    due_on = forms.DateField(label=_("By when"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    field_order = ("title", "owner", "due_on", "place")

    def params(self) -> TaskParams:
        """Return what was typed."""
        typed = self.cleaned_data
        return TaskParams(typed["title"].strip(), typed["owner"].strip(), typed["due_on"], *self.where())


class LessonForm(_Placed):
    """A lesson: what was learnt, from which decision of this plan's reviews, under which tags, about which place."""

    title = forms.CharField(label=_("What was learnt"), max_length=300)
    tags = forms.CharField(label=_("Tags, parted by commas"), max_length=200, required=False)
    task = forms.ChoiceField(label=_("From the decision"), required=False)
    field_order = ("title", "task", "tags", "place")

    def __init__(self, data: Any = None, *, scope: Scope, review: Review, **more: Any) -> None:  # noqa: ANN401 - Django's own signature
        super().__init__(data, scope=scope, review=review, **more)
        self.tasks = {str(one.pk): one for one in review.tasks}
        task = cast("forms.ChoiceField", self.fields["task"])
        task.choices = [("", gettext("none")), *((key, one.title) for key, one in self.tasks.items())]

    def params(self) -> LessonParams:
        """Return what was typed."""
        typed = self.cleaned_data
        return LessonParams(typed["title"].strip(), typed["tags"].strip(), self.tasks.get(typed["task"]), *self.where())


class OutcomeForm(forms.Form):
    """What came of a lesson."""

    verdict = forms.ChoiceField(label=_("What came of it"), choices=Verdict.choices)
    outcome = forms.CharField(label=_("In words"), max_length=500, required=False)


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
