"""T2 产品线销售占比优化: the strategic lines' share of sales, line by line."""

from __future__ import annotations

from collections import defaultdict

from django.db.models import Sum
from django.utils.translation import gettext

from salesyear.plans.models import InitiativeKind
from salesyear.sales.models import OrderLine, Return
from salesyear.targets.rows.parts import Asked, Column, Goal, RowReport, Table, micros, other_currencies, share_words


def report(asked: Asked) -> RowReport:
    """Return the sales of the last twelve months by line; a product is strategic by itself or by its line."""
    sums, currencies = _sums(asked)
    whole, strategic = sum(sums.values()), sum(amount for (_line, is_), amount in sums.items() if is_)
    wanted = asked.values["strategic_share"]
    rows = sorted(sums.items(), key=lambda row: -row[1])
    yes, no = gettext("yes"), gettext("no")
    table = Table(
        gettext("Sales of the last twelve months by product line"),
        (
            Column(gettext("Product line")),
            Column(gettext("Strategic")),
            Column(gettext("Sales"), "money"),
            Column(gettext("Share of sales"), "share"),
        ),
        [(line, yes if is_ else no, amount, micros(amount, whole)) for (line, is_), amount in rows],
    )
    goal = Goal(
        gettext("Strategic lines’ share of sales"),
        f"≥ {asked.goal('strategic_share')}",
        share_words(strategic, whole),
        strategic >= wanted * whole if whole > 0 else None,
        gettext("%(amount)s more would be needed for the share at today’s sales.")
        % {"amount": asked.money(round(wanted * whole) - strategic)}
        if 0 <= strategic < wanted * whole
        else "",
    )
    missing = [] if any(is_ for _line, is_ in sums) else [gettext("No product or line is marked as strategic.")]
    return RowReport(
        (goal,),
        table if sums else None,
        (InitiativeKind.CROSS_SELL, InitiativeKind.PROMOTION, InitiativeKind.PRICE),
        missing,
        other_currencies(currencies, asked.plan),
    )


def _sums(asked: Asked) -> tuple[dict[tuple[str, bool], int], set[str]]:
    """Sales less returns by line; a return lowers the month it is booked in."""
    sums: dict[tuple[str, bool], int] = defaultdict(int)
    currencies: set[str] = set()
    keys = ("product__line__name", "product__line__strategic", "product__strategic", "currency_id")
    sold = OrderLine.objects.within(asked.scope).filter(ordered_on__gte=asked.year_ago, ordered_on__lt=asked.month)
    back = Return.objects.within(asked.scope).filter(returned_on__gte=asked.year_ago, returned_on__lt=asked.month)
    for sign, rows in ((1, sold), (-1, back)):
        for line, of_line, own, currency, amount in (
            rows.order_by().values_list(*keys).annotate(sum=Sum("amount")).values_list(*keys, "sum")
        ):
            currencies.add(currency)
            if currency == asked.plan.currency_id:
                sums[line or gettext("not named"), bool(of_line or own)] += sign * amount
    return dict(sums), currencies
