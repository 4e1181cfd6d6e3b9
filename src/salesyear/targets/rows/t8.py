"""T8 客户渗透率提升: how many product lines a customer buys, and which one to offer next."""

from __future__ import annotations

from django.utils.translation import gettext

from salesyear.market.queries import latest_scoring, scores_of
from salesyear.plans.models import InitiativeKind
from salesyear.targets.rows.parts import Asked, Column, Goal, RowReport, Table, not_graded


def report(asked: Asked) -> RowReport:
    """Return lines a customer who still buys, and the offers worth most first."""
    label = gettext("Product lines a customer buys in a year")
    wanted = f"{asked.goal('categories_now')} → {asked.goal('categories_goal')}"
    scoring = latest_scoring()
    scores = [one for one in scores_of(asked.scope, scoring) if not one.churned] if scoring else []
    if not scores:
        return RowReport((Goal(label, wanted),), kinds=(InitiativeKind.CROSS_SELL,), missing=[not_graded()])
    mean = sum(one.lines for one in scores) / len(scores)
    offers = sorted((one for one in scores if one.next_line), key=lambda one: (-(one.next_expected or 0), one.pk))
    table = Table(
        gettext("What to offer next, worth most first"),
        (
            Column(gettext("Customer")),
            Column(gettext("Salesperson")),
            Column(gettext("Lines bought"), "count"),
            Column(gettext("Offer next")),
            Column(gettext("Chance"), "share"),
            Column(gettext("Expected of it"), "money"),
        ),
        [
            (str(one.customer), str(one.rep or ""), one.lines, str(one.next_line), one.next_chance, one.next_expected)
            for one in offers
        ],
    )
    goal = Goal(label, wanted, f"{mean:.2f}", mean >= asked.values["categories_goal"])
    links = {gettext("Customers' value"): "customer-grades", gettext("Suggestions"): "suggestions"}
    return RowReport((goal,), table, (InitiativeKind.CROSS_SELL,), links=links)
