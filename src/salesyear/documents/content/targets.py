"""Chapter 1 on paper: the number, how it is shared out, what closes the gap; each slide says one thing in its title."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from salesyear.documents.content.gathering import Node, PlanFacts, Sums, added_up
from salesyear.documents.content.model import (
    Bullets,
    Chart,
    Column,
    Form,
    Kind,
    Look,
    Money,
    Part,
    Row,
    Series,
    Slide,
    Table,
)
from salesyear.documents.content.words import brief, growth_on, month_name, share_of

CUSTOMERS_SHOWN: Final = 14
BARS_SHOWN: Final = 12


@dataclass(frozen=True)
class Telling:
    """What every slide needs to say something: the figures, their currency, the language, the year's name."""

    facts: PlanFacts
    money: Money
    language: str
    year: str

    def short(self, minor: int) -> str:
        """An amount for a sentence."""
        return brief(minor, self.money, self.language)

    @property
    def unit(self) -> str:
        """The unit of a table's amounts."""
        return self.money.code


def slides(told: Telling, policy: Mapping[str, float]) -> Iterator[Slide]:
    """Every slide about the amounts, those of single regions behind that of all of them."""
    yield the_number(told)
    yield by_month(told)
    company = told.facts.company
    if len(company.below) > 1:
        yield by_region(told)
    for node in company.below:
        yield one_region(told, node)
    if len(told.facts.lines) > 1:
        yield by_line(told, policy["strategic_share"])
    if sum(told.facts.new.target):
        yield new_customers(told, policy["new_customer_share"])
    if told.facts.customers:
        yield key_customers(told)
    if sum(told.facts.cash):
        yield to_collect(told)


def the_number(told: Telling) -> Slide:
    """The plan, last year and the baseline beside each other, and the gap that is left to close."""
    last, base, target = told.facts.company.sums.year
    gap = target - base
    values = {
        "year": told.year,
        "target": told.short(target),
        "change": growth_on(target, last),
        "gap": told.short(gap),
        "base": told.short(base),
    }
    title = _("%(year)s: %(target)s, %(change)s; %(gap)s of it takes more than going on as before.") % values
    if gap <= 0:
        title = _("%(year)s: %(target)s, %(change)s; going on as before brings %(base)s.") % values
    chart = Chart(
        Form.COLUMNS,
        _("Sales of the year, %(unit)s") % {"unit": told.money.code},
        title,
        (_("Last year"), _("Baseline"), _("Plan")),
        (
            Series(_("Last year"), Look.LAST_YEAR, (last, None, None)),
            Series(_("Baseline"), Look.FORECAST, (None, base, None)),
            Series(_("Plan"), Look.PLAN, (None, None, target)),
        ),
    )
    return Slide(title, (chart, number_table(told)), (DEFINITIONS["gap"](), DEFINITIONS["baseline"]()), "T1")


def number_table(told: Telling) -> Table:
    """Last year, the baseline, the plan and the gap, with their growth on last year."""
    last, base, target = told.facts.company.sums.year
    columns = (Column("", share=1.6), Column(told.unit, Kind.MONEY, 1.6), Column(_("On last year"), Kind.GROWTH))
    rows = (
        Row((_("Last year"), last, None)),
        Row((_("Baseline: expected if nothing new is done"), base, share_of(base - last, last))),
        Row((_("Plan"), target, share_of(target - last, last)), strong=True),
        Row((_("Gap: plan less baseline"), target - base, share_of(target - base, last))),
    )
    return Table(columns, rows, told.unit)


def by_month(told: Telling) -> Slide:
    """The plan month by month beside last year and the baseline."""
    sums = told.facts.company.sums
    best = max(range(12), key=lambda place: sums.target[place])
    share = sums.target[best] / sum(sums.target) if sum(sums.target) else 0
    title = _("%(month)s is the greatest month of the plan: %(amount)s, %(share)s of the year.") % {
        "month": month(told, best, short=False),
        "amount": told.short(sums.target[best]),
        "share": f"{share:.0%}",
    }
    return Slide(title, (_months(told, sums, title),), (DEFINITIONS["baseline"](), DEFINITIONS["month"]()), "T1")


def _months(told: Telling, sums: Sums, said: str) -> Chart:
    return Chart(
        Form.COLUMNS,
        _("Sales by month, %(unit)s") % {"unit": told.money.code},
        said,
        tuple(month(told, place) for place in range(12)),
        (
            Series(_("Last year"), Look.LAST_YEAR, sums.last_year),
            Series(_("Baseline"), Look.FORECAST, sums.baseline),
            Series(_("Plan"), Look.PLAN, sums.target),
        ),
    )


def month(told: Telling, place: int, *, short: bool = True) -> str:
    """The name of a month of the plan's year, counted from 0."""
    return month_name(told.facts.months[place], told.language, short=short)


def by_region(told: Telling) -> Slide:
    """Regions, the greatest first."""
    company = told.facts.company
    first = company.below[0]
    title = _("%(region)s carries %(share)s of the plan; the regions add up to it exactly.") % {
        "region": first.name,
        "share": f"{sum(first.sums.target) / max(1, sum(company.sums.target)):.0%}",
    }
    return Slide(
        title,
        (_bars(told, company.below, title), _quarters(told, company)),
        (DEFINITIONS["sum"](), DEFINITIONS["growth"]()),
        "T1",
    )


def one_region(told: Telling, region: Node) -> Slide:
    """A region's territories and salespeople by quarter."""
    last, base, target = region.sums.year
    values = {
        "region": region.name,
        "target": told.short(target),
        "change": growth_on(target, last),
        "gap": told.short(abs(target - base)),
    }
    title = _("%(region)s: %(target)s, %(change)s; %(gap)s above its baseline.") % values
    if target < base:
        title = _("%(region)s: %(target)s, %(change)s; %(gap)s below its baseline.") % values
    parts = (_months(told, region.sums, title), _quarters(told, region))
    return Slide(title, parts, (DEFINITIONS["sum"](), DEFINITIONS["baseline"](), DEFINITIONS["growth"]()), "T1")


def _bars(told: Telling, nodes: Sequence[Node], said: str) -> Chart:
    shown = nodes[:BARS_SHOWN]
    return Chart(
        Form.BARS,
        _("Plan and last year, %(unit)s") % {"unit": told.money.code},
        said,
        tuple(node.name for node in shown),
        (
            Series(_("Last year"), Look.LAST_YEAR, tuple(sum(node.sums.last_year) for node in shown)),
            Series(_("Plan"), Look.PLAN, tuple(sum(node.sums.target) for node in shown)),
        ),
    )


def _quarters(told: Telling, top: Node) -> Table:
    columns = (
        Column(_("Place"), share=2.2),
        *(Column(pgettext("quarter", "Q%(number)d") % {"number": one}, Kind.MONEY, 1.15) for one in range(1, 5)),
        Column(_("Plan"), Kind.MONEY, 1.25),
        Column(_("Last year"), Kind.MONEY, 1.25),
        Column(_("Growth"), Kind.GROWTH, 0.95),
        Column(_("Baseline"), Kind.MONEY, 1.25),
    )
    rows = [_quarter_row(top, 0, strong=True)]
    for node in top.below:
        people = _people(node) if top.level == "region" else []
        rows.append(_quarter_row(node, 1, strong=bool(people)))
        rows += [_quarter_row(rep, 2) for rep in people]
    return Table(columns, tuple(rows), told.unit)


def _people(node: Node) -> list[Node]:
    """Who is below a territory and owes or sold something; one that nobody holds says all in its own row."""
    shown = [one for one in node.below if any(one.sums.year)]
    return shown if any(one.key for one in shown) else []


def _quarter_row(node: Node, depth: int, *, strong: bool = False) -> Row:
    last, base, target = node.sums.year
    growth = share_of(target - last, last)
    return Row((node.name, *node.sums.quarters(), target, last, growth, base), depth, strong)


def by_line(told: Telling, least: float, most: int | None = None) -> Slide:
    """Product lines, and whether the strategic ones reach what the policy asks for; beyond `most`, in sum."""
    lines = told.facts.lines
    total = sum(sum(one.target) for one in lines.values())
    strategic = sum(sum(sums.target) for name, sums in lines.items() if name in told.facts.strategic)
    asked = f"{least:.0%}"
    if told.facts.strategic:
        share = f"{share_of(strategic, total) or 0:.1%}"
        title = _("Strategic lines make %(share)s of the plan; the policy asks for %(asked)s.") % {
            "share": share,
            "asked": asked,
        }
    else:
        title = _("%(line)s is the greatest line; no line is marked strategic yet (the policy asks for %(asked)s).") % {
            "line": next(iter(lines)),
            "asked": asked,
        }
    columns = (
        Column(_("Product line"), share=2),
        Column(_("Plan"), Kind.MONEY, 1.3),
        Column(_("Of the plan"), Kind.SHARE, 0.8),
        Column(_("Last year"), Kind.MONEY, 1.3),
        Column(_("Of last year"), Kind.SHARE, 0.8),
    )
    before = sum(sum(one.last_year) for one in lines.values())
    rows = [_line_row(name, sums, total, before) for name, sums in _with_others(lines, most).items()]
    rows.append(Row((_("In all"), total, share_of(total, total), before, share_of(before, before)), strong=True))
    return Slide(title, (Table(columns, tuple(rows), told.unit),), (DEFINITIONS["mix"](),), "T2")


def _with_others(lines: Mapping[str, Sums], most: int | None) -> dict[str, Sums]:
    """The greatest lines, and those beyond `most` as one."""
    if most is None or len(lines) <= most:
        return dict(lines)
    named, others = list(lines.items())[: most - 1], list(lines.values())[most - 1 :]
    name = _("%(count)d other lines") % {"count": len(others)}
    return {**dict(named), name: added_up(others)}


def _line_row(name: str, sums: Sums, total: int, before: int) -> Row:
    last, _base, target = sums.year
    return Row((name, target, share_of(target, total), last, share_of(last, before)))


def new_customers(told: Telling, least: float) -> Slide:
    """What customers who are still to be won are to bring."""
    new, total = sum(told.facts.new.target), sum(told.facts.company.sums.target)
    title = _("Customers still to be won bring %(amount)s, %(share)s of the plan; the policy asks for %(asked)s.") % {
        "amount": told.short(new),
        "share": f"{share_of(new, total) or 0:.1%}",
        "asked": f"{least:.0%}",
    }
    chart = Chart(
        Form.COLUMNS,
        _("Sales to new customers by month, %(unit)s") % {"unit": told.money.code},
        title,
        tuple(month(told, place) for place in range(12)),
        (Series(_("Plan"), Look.PLAN, told.facts.new.target),),
    )
    return Slide(title, (chart,), (DEFINITIONS["new"](),), "T3")


def key_customers(told: Telling, most: int = CUSTOMERS_SHOWN) -> Slide:
    """The customers with a target of their own, the greatest first."""
    customers = told.facts.customers
    total = sum(told.facts.company.sums.target)
    in_all = sum(sum(sums.target) for sums in customers.values())
    title = _("%(count)d key customers carry %(share)s of the plan.") % {
        "count": len(customers),
        "share": f"{share_of(in_all, total) or 0:.0%}",
    }
    columns = (
        Column(_("Customer"), share=2.4),
        *(Column(pgettext("quarter", "Q%(number)d") % {"number": one}, Kind.MONEY, 1.1) for one in range(1, 5)),
        Column(_("Plan"), Kind.MONEY, 1.2),
        Column(_("Last year"), Kind.MONEY, 1.2),
    )
    shown = list(customers.items())[:most]
    rows = [Row((name, *sums.quarters(), sum(sums.target), sum(sums.last_year))) for name, sums in shown]
    parts: tuple[Part, ...] = (Table(columns, tuple(rows), told.unit),)
    if len(customers) > len(shown):
        more = _("%(count)d more are in the workbook.") % {"count": len(customers) - len(shown)}
        parts = (*parts, Bullets((more,)))
    return Slide(title, parts, (DEFINITIONS["sum"](),), "T1")


def to_collect(told: Telling) -> Slide:
    """What is to be collected, month by month."""
    cash, plan = sum(told.facts.cash), sum(told.facts.company.sums.target)
    title = _("%(cash)s are to be collected in %(year)s: %(share)s of what is to be sold.") % {
        "cash": told.short(cash),
        "year": told.year,
        "share": f"{share_of(cash, plan) or 0:.0%}",
    }
    chart = Chart(
        Form.COLUMNS,
        _("To collect and to sell by month, %(unit)s") % {"unit": told.money.code},
        title,
        tuple(month(told, place) for place in range(12)),
        (
            Series(_("To sell"), Look.PLAN, told.facts.company.sums.target),
            Series(_("To collect"), Look.FORECAST, told.facts.cash),
        ),
    )
    return Slide(title, (chart,), (DEFINITIONS["cash"](),), "T4")


def _gap() -> str:
    return _("Gap: target less baseline.")


DEFINITIONS: Final[dict[str, Callable[[], str]]] = {
    "gap": _gap,
    "baseline": lambda: _(
        "Baseline: expected sales if nothing new is done; a forecast on history, before initiatives."
    ),
    "sum": lambda: _("Sums: every amount is rounded once; parts add up to their total exactly, in every direction."),
    "month": lambda: _("Months: those of the plan's own year."),
    "mix": lambda: _(
        "Strategic mix: sales of strategic lines ÷ sales. A line is marked strategic in the product lines."
    ),
    "new": lambda: _(
        "New customer: no purchase in the look-back before the first one; new for twelve months from then."
    ),
    "cash": lambda: _("To collect: the plan's sales moved by the days that customers take to pay."),
    "coverage": lambda: _(
        "Coverage: what the initiatives bring on average (amount × chance) where the gap is, ÷ the gaps above zero."
    ),
    "chance": lambda: _("Expected: amount if it works × chance. A measured effect takes the estimate's place."),
    "quality": lambda: _("Quota quality: whether targets are fair and reachable, before they are handed out."),
    "growth": lambda: _("Growth: plan ÷ last year − 1; written as a multiple (×4.2) where last year was too little."),
}


def definitions(names: Iterable[str] = DEFINITIONS) -> list[tuple[str, str]]:
    """The definitions as (word, meaning): each sentence is parted at its first colon."""
    parted = (DEFINITIONS[name]().replace("：", ":").partition(":") for name in names)
    return [(word.strip(), meaning.strip()) for word, _colon, meaning in parted if meaning]
