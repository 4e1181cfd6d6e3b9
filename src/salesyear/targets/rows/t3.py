"""T3 新签客户贡献率: what the customers won in the last twelve months brought, beside what the plan asks of them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext

from salesyear.crm.models import Customer
from salesyear.plans.frames import part_of_target
from salesyear.plans.models import InitiativeKind
from salesyear.sales.frames import earned
from salesyear.sales.money import NoRate
from salesyear.targets.rows.parts import Asked, Column, Goal, RowReport, Table, planned_share, share_words

if TYPE_CHECKING:
    import polars as pl

KINDS = (InitiativeKind.NEW_CUSTOMERS,)


def report(asked: Asked) -> RowReport:
    """Return the customers whose first purchase lies in the last twelve months, and their share of the sales."""
    links = {gettext("What new customers bring, by cohort"): "new-customers"}
    try:
        sold = earned(asked.scope, since=_reach(asked), before=asked.month)
    except NoRate as refused:
        return RowReport((_goal(asked, 0, 0),), kinds=KINDS, missing=[str(refused)], links=links)
    won, whole = _won(asked, sold)
    goals = [_goal(asked, sum(amount for *_who, amount in won), whole), *_planned(asked)]
    if not whole:
        words = gettext("Nothing was sold in the last twelve months: the customers won in them would stand here.")
        return RowReport(goals, kinds=KINDS, missing=[words], links=links)
    return RowReport(goals, _table(asked, won), KINDS, _unsure(asked, sold), links=links)


def _reach(asked: Asked) -> date:
    """How far back sales must be known to tell new from old, with one month to see that they are."""
    months = asked.year_ago.year * 12 + asked.year_ago.month - 1 - int(asked.values["new_customer_lookback"]) - 1
    return date(months // 12, months % 12 + 1, 1)


def _goal(asked: Asked, new: float, whole: float) -> Goal:
    return Goal(
        gettext("New customers’ share of the last twelve months"),
        f"≥ {asked.goal('new_customer_share')}",
        share_words(new, whole),
        new >= asked.values["new_customer_share"] * whole if whole > 0 else None,
        gettext("A customer is new after %(lookback)s without a purchase, and for %(months)s from the first.")
        % {"lookback": asked.goal("new_customer_lookback"), "months": asked.goal("new_customer_months")},
    )


def _planned(asked: Asked) -> list[Goal]:
    """What this version asks of customers still to be won."""
    new, whole = part_of_target(asked.scope, asked.version, "new", (1,))
    if whole <= 0:
        return []
    label = gettext("New customers’ share of the target %(year)d") % {"year": asked.plan.year}
    return [planned_share(asked, label, "new_customer_share", new, whole)]


def _won(asked: Asked, sold: pl.DataFrame) -> tuple[list[tuple[int, int, date, int]], float]:
    """Each customer won with its salesperson, the day of the first purchase and what it brought; the sales of all."""
    import polars as pl

    from salesyear.engine.market.cohorts import new_customers

    days = sold.select("customer", "rep", "amount", date="day")
    year = days.filter(pl.col("date") >= asked.year_ago)
    if not year.height:
        return [], 0
    starts = new_customers(
        days.filter(pl.col("customer") > 0),
        asked.month - timedelta(days=1),
        look_back=int(asked.values["new_customer_lookback"]),
    ).filter(pl.col("start") >= asked.year_ago)
    bought = year.join(starts, on="customer").filter(pl.col("date") >= pl.col("start"))
    sums = bought.group_by("customer").agg(pl.col("rep").last(), pl.col("start").min(), pl.col("amount").sum())
    rows = sums.sort(["amount", "customer"], descending=[True, False]).iter_rows()
    whole = float(year["amount"].sum())
    return [(customer, rep, start, round(amount)) for customer, rep, start, amount in rows], whole


def _unsure(asked: Asked, sold: pl.DataFrame) -> list[str]:
    first = sold["day"].min()
    if isinstance(first, date) and first < _reach(asked).replace(day=28) + timedelta(days=4):
        return []
    words = gettext("The sales do not reach back %(lookback)s before these months: some of these may be old customers.")
    return [words % {"lookback": asked.goal("new_customer_lookback")}]


def _table(asked: Asked, won: list[tuple[int, int, date, int]]) -> Table:
    from salesyear.org.models import Rep

    names = Customer.objects.within(asked.scope).in_bulk([customer for customer, *_more in won])
    reps = dict(Rep.objects.within(asked.scope).values_list("pk", "name"))
    columns = (
        Column(gettext("Customer")),
        Column(gettext("Salesperson")),
        Column(gettext("First purchase"), "day"),
        Column(gettext("Brought since"), "money"),
    )
    rows = [(str(names.get(who, "")), reps.get(rep, ""), start, amount) for who, rep, start, amount in won]
    return Table(gettext("Customers won in the last twelve months, who brought most first"), columns, rows)
