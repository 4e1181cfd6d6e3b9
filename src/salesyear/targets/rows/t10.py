"""T10 流失客户挽回机制: who was lost, what each would be worth, and who came back."""

from __future__ import annotations

from datetime import date

from django.db.models import Min
from django.utils.translation import gettext

from salesyear.market.queries import latest_scoring, scores_of
from salesyear.plans.models import InitiativeKind
from salesyear.sales.models import OrderLine
from salesyear.targets.rows.parts import Asked, Column, Goal, RowReport, Table, not_graded, share_words


def report(asked: Asked) -> RowReport:
    """Return the lost customers of the newest grading, worth most first, and which have bought since."""
    label, wanted = gettext("Win-back rate"), f"≥ {asked.goal('win_back_rate')}"
    why = gettext(
        "Why customers left is not known: reasons by survey or visit, and offers by reason, would stand here."
    )
    kinds = (InitiativeKind.WIN_BACK,)
    scoring = latest_scoring()
    lost = [one for one in scores_of(asked.scope, scoring) if one.churned] if scoring else []
    if not scoring:
        return RowReport((Goal(label, wanted),), kinds=kinds, missing=[not_graded(), why])
    lost.sort(key=lambda one: (-one.if_back, one.pk))
    back = _bought_since(asked, scoring.as_of, [one.customer_id for one in lost])
    table = Table(
        gettext("Lost customers, worth most first"),
        (
            Column(gettext("Customer")),
            Column(gettext("Salesperson")),
            Column(gettext("Last purchase"), "day"),
            Column(gettext("Days silent"), "count"),
            Column(gettext("Usual gap, days"), "count"),
            Column(gettext("Worth if won back"), "money"),
            Column(gettext("Bought again"), "day"),
        ),
        [
            (
                str(one.customer),
                str(one.rep or ""),
                one.last_on,
                one.silent,
                one.usual_gap,
                one.if_back,
                back.get(one.customer_id),
            )
            for one in lost
        ],
    )
    reached = len(back) >= asked.values["win_back_rate"] * len(lost) if lost else None
    note = gettext("%(back)d of %(lost)d lost by %(day)s have bought again.") % {
        "back": len(back),
        "lost": len(lost),
        "day": scoring.as_of,
    }
    goal = Goal(label, wanted, share_words(len(back), len(lost)), reached, note)
    links = {gettext("Customers' value"): "customer-grades", gettext("Suggestions"): "suggestions"}
    return RowReport((goal,), table, kinds, [why], links=links)


def _bought_since(asked: Asked, day: date, customers: list[int]) -> dict[int, date]:
    rows = OrderLine.objects.within(asked.scope).filter(ordered_on__gt=day, ordered_on__lte=asked.today, amount__gt=0)
    found = rows.filter(customer__in=customers).order_by().values_list("customer_id").annotate(first=Min("ordered_on"))
    return dict(found)
