"""A salesperson's sheet, one page: the number, its months, what it is made of, and what is to close the gap."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from django.utils.translation import gettext as _

from salesyear.documents.content import gap, targets
from salesyear.documents.content.model import Column, Kind, Row, Slide, Table
from salesyear.documents.content.targets import Telling
from salesyear.documents.content.words import share_of
from salesyear.plans.reports import Ledger

LINES_SHOWN: Final = 9
CUSTOMERS_SHOWN: Final = 14
INITIATIVES_SHOWN: Final = 6


def slides(told: Telling, known: Ledger, policy: Mapping[str, float]) -> Iterator[Slide]:
    """Return the sheet's parts: the number with its chart, the months in figures, then what they are made of."""
    number, months = targets.the_number(told), targets.by_month(told)
    yield replace(number, parts=(_number(told), *months.parts))
    yield replace(months, parts=(_months(told),))
    if len(told.facts.lines) > 1:
        yield targets.by_line(told, policy["strategic_share"], LINES_SHOWN)
    if told.facts.customers:
        yield targets.key_customers(told, CUSTOMERS_SHOWN)
    yield from gap.brief_slides(told, known, INITIATIVES_SHOWN)


def _number(told: Telling) -> Table:
    """The plan beside last year and the baseline, what of it is still to be won, and what is to be collected."""
    table = targets.number_table(told)
    last, base, target = told.facts.company.sums.year
    new, cash = sum(told.facts.new.target), sum(told.facts.cash)
    more = [(_("Of the plan: customers still to be won"), new), (_("To collect"), cash)]
    columns = (*table.columns, Column(_("Of the plan"), Kind.SHARE))
    amounts = (last, base, target, target - base)
    rows = [
        Row((*row.cells, share_of(amount, target)), row.depth, row.strong)
        for row, amount in zip(table.rows, amounts, strict=True)
    ]
    rows += [Row((name, amount, None, share_of(amount, target))) for name, amount in more if amount]
    return Table(columns, tuple(rows), table.unit)


def _months(told: Telling) -> Table:
    sums = told.facts.company.sums
    columns = (
        Column("", share=1.5),
        *(Column(targets.month(told, place), Kind.MONEY) for place in range(12)),
        Column(_("Year"), Kind.MONEY, 1.15),
    )
    rows = (
        (_("Last year"), sums.last_year, False),
        (_("Baseline"), sums.baseline, False),
        (_("Plan"), sums.target, True),
        (_("To collect"), told.facts.cash, False),
    )
    shown = [Row((name, *months, sum(months)), strong=strong) for name, months, strong in rows if any(months)]
    return Table(columns, tuple(shown), told.unit)
