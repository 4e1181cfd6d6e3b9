"""T3 新签客户贡献率: its figures stand on the market chapter's page; here is the goal and what serves it."""

from __future__ import annotations

from django.utils.translation import gettext

from salesyear.plans.models import InitiativeKind
from salesyear.targets.rows.parts import Asked, Goal, RowReport


def report(asked: Asked) -> RowReport:
    """Return the goal, and the way to the curve by cohort."""
    goal = Goal(
        gettext("Share of customers won in the year"),
        f"≥ {asked.goal('new_customer_share')}",
        note=gettext("A customer is new after %(lookback)s without a purchase, and for %(months)s from the first.")
        % {"lookback": asked.goal("new_customer_lookback"), "months": asked.goal("new_customer_months")},
    )
    return RowReport(
        (goal,),
        kinds=(InitiativeKind.NEW_CUSTOMERS,),
        links={gettext("What new customers bring, by cohort"): "new-customers"},
    )
