"""T9 高质量客户清单管理: the graded list with the reasons, and A customers won against the plan."""

from __future__ import annotations

from datetime import date

from django.db.models import Min
from django.utils.translation import gettext

from salesyear.market.models import Score
from salesyear.market.pages.customers import in_words
from salesyear.market.queries import latest_scoring, scores_of
from salesyear.plans.models import InitiativeKind
from salesyear.sales.models import OrderLine
from salesyear.targets.rows.parts import Asked, Column, Goal, RowReport, Table, not_graded


def report(asked: Asked) -> RowReport:
    """Return A and B customers; an A customer is new when the first purchase is in the plan's year."""
    label, wanted = gettext("New A customers in the year"), f"≥ {asked.goal('a_customers')}"
    leads = gettext("Leads are not known: those graded A before they first buy would stand here, too.")
    kinds = (InitiativeKind.KEY_ACCOUNT, InitiativeKind.NEW_CUSTOMERS)
    scoring = latest_scoring()
    scores = [one for one in scores_of(asked.scope, scoring) if one.grade in {"A", "B"}] if scoring else []
    if not scores:
        return RowReport((Goal(label, wanted),), kinds=kinds, missing=[not_graded(), leads])
    first = _first_days(asked)
    best = [one for one in scores if one.grade == "A"]
    won = sum(1 for one in best if _is_new(asked, first.get(one.customer_id)))
    note = gettext("%(count)d A customers in all, new or not.") % {"count": len(best)}
    scores.sort(key=lambda one: (one.grade, -one.points, one.pk))
    return RowReport(
        (Goal(label, wanted, str(won), won >= asked.values["a_customers"], note),),
        _table(scores, first),
        kinds,
        [leads],
        links={gettext("Customers' value"): "customer-grades", gettext("Suggestions"): "suggestions"},
    )


def _first_days(asked: Asked) -> dict[int, date]:
    rows = OrderLine.objects.within(asked.scope).order_by().values_list("customer_id")
    return dict(rows.annotate(first=Min("ordered_on")))


def _is_new(asked: Asked, first: date | None) -> bool:
    return first is not None and asked.plan.starts_on <= first <= asked.today


def _table(scores: list[Score], first: dict[int, date]) -> Table:
    columns = (
        Column(gettext("Customer")),
        Column(gettext("Grade")),
        Column(gettext("Score"), "share"),
        Column(gettext("Why"), "long"),
        Column(gettext("Salesperson")),
        Column(gettext("Expected next year"), "money"),
        Column(gettext("First purchase"), "day"),
    )
    rows = [
        (
            str(one.customer),
            one.grade,
            one.points,
            "; ".join(in_words(reason) for reason in one.reasons),
            str(one.rep or ""),
            one.expected,
            first.get(one.customer_id),
        )
        for one in scores
    ]
    return Table(gettext("Customers graded A and B"), columns, rows)
