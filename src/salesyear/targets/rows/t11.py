"""T11 客户满意度提升: needs surveys; until they are here the page says so and keeps their place."""

from __future__ import annotations

from django.utils.translation import gettext

from salesyear.plans.models import InitiativeKind
from salesyear.targets.rows.parts import Asked, Goal, RowReport


def report(asked: Asked) -> RowReport:
    """Return the goals, and what survey answers would add."""
    goals = (
        Goal(gettext("Satisfaction"), f"≥ {asked.goal('satisfaction')}"),
        Goal(gettext("From one survey to the next"), asked.goal("survey_interval")),
    )
    missing = [
        gettext(
            "No survey answers are known: the promoter score with its interval by region and salesperson, and open"
            " improvement plans for low scorers, would stand here."
        )
    ]
    return RowReport(goals, kinds=(InitiativeKind.SATISFACTION,), missing=missing)
