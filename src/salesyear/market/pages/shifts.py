"""What has shifted in how customers buy: a table of regions and figures, those that are more than chance marked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.utils.translation import get_language, gettext

from salesyear.core import numbers
from salesyear.market.models import ShiftFigure, ShiftFound
from salesyear.market.pages.base import Choice, StudyPage
from salesyear.org.models import Unit

MICRO = 1_000_000


@dataclass(frozen=True)
class Shift:
    """A figure of a unit in words; `marked` when it is more than chance, `p` per cent of chance alone."""

    words: str
    marked: bool
    sure: str


class ShiftsPage(StudyPage):
    """Every region that is seen with its four figures."""

    register = "shifts"
    kept = ("year",)

    @cached_property
    def _all(self) -> list[ShiftFound]:
        rows = ShiftFound.objects.within(self.scope).filter(study=self.study).select_related("unit")
        return list(rows.order_by("unit__path", "figure"))

    @cached_property
    def year(self) -> int:
        """The year that is compared with the one before."""
        years = {row.year for row in self._all}
        return self.key("year") if self.key("year") in years else max(years, default=0)

    @property
    def before(self) -> int:
        """The year before it."""
        return self.year - 1

    @property
    def years(self) -> list[Choice]:
        """The years to choose from."""
        return [
            Choice(str(year), self.turn(year=year), year == self.year)
            for year in sorted({row.year for row in self._all})
        ]

    @property
    def headings(self) -> list[str]:
        """The figures."""
        return [str(figure.label) for figure in ShiftFigure]

    @cached_property
    def lines(self) -> list[tuple[Unit, list[Shift | None]]]:
        """A unit with its figures in the order of the headings."""
        found: dict[Unit, dict[str, ShiftFound]] = {}
        for row in self._all:
            if row.year == self.year:
                found.setdefault(row.unit, {})[row.figure] = row
        return [(unit, [self._shift(of.get(name)) for name in ShiftFigure.values]) for unit, of in found.items()]

    @property
    def marked(self) -> int:
        """How many are more than chance."""
        return sum(1 for _unit, shifts in self.lines for one in shifts if one and one.marked)

    @property
    def tested(self) -> int:
        """How many were tested."""
        return sum(1 for _unit, shifts in self.lines for one in shifts if one)

    @property
    def false_share(self) -> int:
        """How many of the marked may be false, in per cent."""
        return round(100 * float(self.study.params.get("false_share", 0.05)))

    def _shift(self, row: ShiftFound | None) -> Shift | None:
        if row is None:
            return None
        return Shift(in_words(row, self.currency), row.marked, f"{row.q / 10_000:.1f}%")


def in_words(row: ShiftFound, currency: str) -> str:
    """Return a shift in words: from what to what, or how much moved and where to."""
    if row.before is not None and row.after is not None:
        change = f"{100 * (row.after / row.before - 1):+.1f}%" if row.before else numbers.MISSING
        return f"{_plain(row, row.before, currency)} → {_plain(row, row.after, currency)} ({change})"
    places = {"share": numbers.percent(row.moved).text, "into": _into(row)}
    return gettext("%(share)s moved, most into %(into)s") % places


def _plain(row: ShiftFound, micros: int, currency: str) -> str:
    if row.figure == "basket":
        return numbers.money(round(micros / MICRO), currency).text
    return f"{micros / MICRO:.2f}"


def _into(row: ShiftFound) -> str:
    place = row.into or 0
    if row.figure == "month":
        return f"{place}月" if (get_language() or "").startswith("zh") else f"{date(2000, place, 1):%B}"
    bands: Mapping[int, str] = {
        1: gettext("the cheapest quarter"),
        2: gettext("the second cheapest quarter"),
        3: gettext("the second dearest quarter"),
        4: gettext("the dearest quarter"),
    }
    return bands.get(place, str(place))
