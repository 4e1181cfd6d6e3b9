"""The dashboard as its page shows it: every text and drawing made here, so that the template only sets them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext

from salesyear.core import drawings
from salesyear.core.drawings import Drawing
from salesyear.performance.board import bullets, charts, names, words
from salesyear.performance.board.asked import LAST_YEAR, PLAN
from salesyear.performance.board.bullets import Bullet
from salesyear.performance.board.charts import Picture
from salesyear.performance.board.names import Names
from salesyear.performance.board.reports import PER_PAGE, Board, Part
from salesyear.performance.board.texts import Money, direction, percent
from salesyear.plans.models import Plan, Version
from salesyear.plans.reports import Coverage

SPANS = ("", "Q1", "Q2", "Q3", "Q4")
FEW_PAGES = 20  # so many are all linked to; of thousands, the links alone took longer than the figures


@dataclass(frozen=True)
class Link:
    """Where one can go, and whether one is there."""

    name: str
    url: str
    here: bool = False


@dataclass(frozen=True)
class Context:
    """What a board's page needs besides the board: names, money, the plan and its versions, open alerts."""

    names: Names
    money: Money
    top: str
    plan: Plan | None
    version: Version | None
    versions: Sequence[Version]
    alerts: int
    policy: Mapping[str, float]
    coverage: Coverage | None = None


@dataclass(frozen=True)
class Row:
    """A piece of the place in the table: its link and its figures as texts, with two drawings."""

    name: str
    url: str
    cells: Sequence[str]
    ahead: str
    arrow: str
    style: str
    bullet: Drawing
    bar: Drawing
    said: str


@dataclass(frozen=True)
class OrderRow:
    """An order or return of a customer."""

    name: str
    url: str
    day: str
    amount: str


class BoardPage:
    """One view of the board."""

    do_not_call_in_templates = True

    def __init__(self, board: Board, context: Context) -> None:
        self.board, self.context = board, context
        self.money, self.total = context.money, board.total

    @property
    def planned(self) -> bool:
        """Whether there is a target to hold sales against."""
        return bool(self.total.get("target"))

    @property
    def by_year(self) -> bool:
        """Whether the page compares with the year before, by choice or for want of a plan."""
        return self.board.asked.compare == LAST_YEAR

    @property
    def answer(self) -> list[str]:
        """The sentences that answer the page's question: are we on plan, and which part is behind."""
        return words.answer(self.board, self.context.names, self.money)

    @property
    def news(self) -> list[str]:
        """What changed in the last seven days, in words."""
        return words.news(self.board, self.context.names, self.money)

    @cached_property
    def trail(self) -> list[Link]:
        """The way down to here."""
        asked = self.board.asked
        whole = Link(self.context.top, asked.up_to(0).url(), not asked.where)
        count = len(asked.where)
        below = [
            Link(self.context.names.of(level, key), asked.up_to(place).url(), place == count)
            for place, (level, key) in enumerate(asked.where, start=1)
        ]
        return [whole, *below]

    @property
    def spans(self) -> list[Link]:
        """The year and its quarters."""
        asked = self.board.asked
        return [
            Link(name or gettext("whole year"), replace(asked, span=name, page=1).url(), asked.span == name)
            for name in SPANS
        ]

    @property
    def months_of_year(self) -> list[Link]:
        """The months of the year, each a period as well."""
        asked = self.board.asked
        return [
            Link(charts.short(row["month"]), replace(asked, span=str(place), page=1).url(), asked.span == str(place))
            for place, row in enumerate(self.board.months, start=1)
        ]

    @property
    def comparisons(self) -> list[Link]:
        """What sales can be held against."""
        asked = self.board.asked
        named = {PLAN: gettext("the plan"), LAST_YEAR: gettext("the year before")}
        return [Link(name, replace(asked, compare=key).url(), asked.compare == key) for key, name in named.items()]

    @property
    def versions(self) -> list[Link]:
        """The versions of the plan one can look at, where there is more than one."""
        asked, chosen = self.board.asked, self.context.version
        if len(self.context.versions) < 2:
            return []
        return [
            Link(f"{one.number} · {one.name}", replace(asked, version=one.number).url(), one == chosen)
            for one in self.context.versions
        ]

    @property
    def period(self) -> str:
        """The days looked at."""
        return f"{self.board.period.first} – {self.board.period.last}"

    @property
    def heading(self) -> str:
        """What the parts are, and how many."""
        return names.level_words(self.board.level, self.board.of) if self.board.level else ""

    @cached_property
    def bullets(self) -> list[Bullet]:
        """The figures of the place, in the chapter's order; what cannot be said says what is missing."""
        return bullets.of(self.board, self.money, self.context.coverage, self.context.policy)

    @property
    def heads(self) -> list[str]:
        """The headings of the table of parts, after name and bullet."""
        pace, growth = gettext("Pace"), gettext("Growth")
        if self.by_year:
            return [gettext("Sales"), gettext("Year before"), growth, pace, gettext("Collected")]
        return [gettext("Sales"), gettext("Plan to date"), pace, growth, gettext("Collected")]

    @cached_property
    def rows(self) -> list[Row]:
        """The parts, the furthest behind first."""
        most = max((abs(part.values.get("ahead") or 0) for part in self.board.parts), default=0)
        top = max((self._longest(part) for part in self.board.parts), default=0.0)
        return [self._row(part, most, top) for part in self.board.parts]

    @property
    def total_cells(self) -> list[str]:
        """The last row of the table: the place itself, whose figures the parts add up to."""
        return self._cells(self.total)

    @property
    def total_ahead(self) -> str:
        """By how much the place is ahead or behind."""
        return self.money.signed(self._ahead)

    @property
    def _ahead(self) -> float | None:
        held = self.total.get(self.board.behind)
        return None if held is None else (self.total.get("ordered") or 0) - held

    @property
    def pages(self) -> list[Link]:
        """The pages of the parts, where they do not fit on one: all if they are few, else those near and some far."""
        asked, count = self.board.asked, -(-self.board.of // PER_PAGE)
        if count < 2:
            return []
        shown = range(1, count + 1) if count <= FEW_PAGES else _near(min(asked.page, count), count)
        return [Link(str(one), replace(asked, page=one).url(), asked.page == one) for one in shown]

    @cached_property
    def pictures(self) -> list[Picture]:
        """The months, and the bridge from what sales are held against to what they are."""
        found = [charts.months(self.board.months, self.money, self.board.source.as_of)]
        held = self.total.get(self.board.behind)
        shown = self.board.level and self.board.of == len(self.board.parts)
        if self.board.steps:
            found.append(self._by_steps(self.board.steps))
        elif held and shown:
            found.append(self._bridge(held))
        return found

    @property
    def steps(self) -> str:
        """The address that tells the change apart into price, volume, mix, new and lost; "" where it is told."""
        asked = self.board.asked
        return (
            ""
            if asked.steps or not self.total.get("ordered_year_before")
            else replace(asked, steps=True, compare=LAST_YEAR).url()
        )

    def _bridge(self, held: float) -> Picture:
        begin = gettext("Year before") if self.by_year else gettext("Plan to date")
        steps = [(self.context.names.of(part.level, part.key), part.values["ahead"]) for part in self.board.parts]
        end = (gettext("Sales"), self.total.get("ordered") or 0)
        title = gettext("From the year before to sales") if self.by_year else gettext("From plan to sales")
        return charts.bridge((begin, held), steps, end, self.money, title, self.period)

    def _by_steps(self, steps: Mapping[str, int]) -> Picture:
        names_ = {
            "price": gettext("Price"),
            "volume": gettext("Volume"),
            "mix": gettext("Mix"),
            "new": gettext("New customers"),
            "lost": gettext("Lost customers"),
        }
        told = [(name, float(steps[key])) for key, name in names_.items()]
        begin, end = (gettext("Year before"), steps["before"]), (gettext("Sales"), steps["after"])
        title = gettext("Price, volume, mix, new and lost customers")
        return charts.bridge(begin, told, end, self.money, title, self.period)

    @property
    def orders(self) -> list[OrderRow]:
        """A customer's orders and returns, the last first; they add up to the sales above."""
        numbers = self.context.names.orders
        return [
            OrderRow(
                numbers.get(key) or gettext("return"),
                reverse("orders-row", args=[key]) if key in numbers else "",
                f"{day}",
                self.money.exact(amount),
            )
            for key, day, amount in self.board.orders
        ]

    @property
    def orders_total(self) -> str:
        """What the orders come to."""
        return self.money.exact(sum(amount for _key, _day, amount in self.board.orders))

    @property
    def year(self) -> str:
        """The year looked at, as its months say it."""
        first, last = self.board.months[0]["month"], self.board.months[-1]["month"]
        return str(first.year) if first.year == last.year else f"{first.year}/{last.year % 100:02}"

    @property
    def month_chosen(self) -> bool:
        """Whether the period is a single month."""
        return self.board.asked.span.isdigit()

    @property
    def behind_it(self) -> str:
        """The address of the list of order lines behind the figures."""
        return lines_url(self.board)

    @property
    def file(self) -> str:
        """The address of the same as a workbook."""
        return self.board.asked.url("board-export")

    @property
    def live(self) -> str:
        """The address that says whether anything changed."""
        return self.board.asked.url("board-live")

    def _row(self, part: Part, most: float, top: float) -> Row:
        values, asked = part.values, self.board.asked
        ahead = values.get("ahead") if values.get(self.board.behind) is not None else None
        arrow, style = direction(ahead)
        name = self.context.names.of(part.level, part.key)
        plan = values.get(self.board.behind)
        return Row(
            name,
            asked.down(part.level, part.key).url(),
            self._cells(values),
            self.money.signed(ahead),
            arrow,
            style,
            drawings.bullet(values.get("ordered"), plan=plan, last=values.get("ordered_year_before"), most=top),
            drawings.variance(ahead, most),
            f"{name}: {self.money.text(values.get('ordered'))} / {self.money.text(plan)}",
        )

    def _cells(self, values: Any) -> list[str]:  # noqa: ANN401 - figures by name
        pace, growth = percent(values.get("pace")), percent(values.get("growth"), signed=True)
        return [
            self.money.text(values.get("ordered")),
            self.money.text(values.get(self.board.behind)),
            *((growth, pace) if self.by_year else (pace, growth)),
            percent(values.get("collection_rate")),
        ]

    def _longest(self, part: Part) -> float:
        names_ = ("ordered", self.board.behind, "ordered_year_before")
        return max(float(part.values.get(name) or 0) for name in names_)


def _near(page: int, count: int) -> list[int]:
    """The first and the last page, those beside this one, and some by tens, hundreds and thousands from here."""
    steps = (0, 1, 2, 3, 10, 100, 1_000)
    found = {1, count, *(page + step for step in steps), *(page - step for step in steps)}
    return sorted(one for one in found if 1 <= one <= count)


def lines_url(board: Board) -> str:
    """Return the address of the order lines of a place and period."""
    keys = board.asked.keys
    asked: dict[str, str | int] = {}
    unit = keys.get("territory") or keys.get("region")
    asked |= {"unit": unit} if unit else {}
    asked |= {level: keys[level] for level in ("rep", "customer") if keys.get(level)}
    asked |= {"ordered_on_from": f"{board.period.first}", "ordered_on_to": f"{board.period.last}"}
    return reverse("orderlines") + f"?{urlencode(asked)}"
