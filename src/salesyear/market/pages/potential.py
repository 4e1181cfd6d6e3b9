"""How large each market is, what is ours of it, and what could be: a unit, its parts, and a map of tiles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.utils.translation import gettext, gettext_lazy

from salesyear.core import numbers
from salesyear.core.sentences import enumerated
from salesyear.market.models import MarketCell
from salesyear.market.pages.base import Choice, StudyPage, Tile, below, chosen, leaves, tiles
from salesyear.org.models import Unit
from salesyear.sales.models import Line

MICRO = 1_000_000
SHOWN = {"room": gettext_lazy("room"), "share": gettext_lazy("own share"), "size": gettext_lazy("market size")}


@dataclass(frozen=True)
class Market:
    """The market of a unit in a year, over one line or all; None where it is not known. share in parts per million,
    points the change of it on the year before in percentage points. room: what could be sold more, line by line in the
    lowest units, so that it adds up: one that sells more than its potential makes up for no other.
    """

    unit: Unit
    size: int | None
    low: int | None
    high: int | None
    estimated: bool
    sources: str
    sold: int
    potential: int | None
    before: float | None
    room: int | None
    url: str

    @property
    def share(self) -> int | None:
        """Own sales ÷ market size."""
        return round(MICRO * self.sold / self.size) if self.size else None

    @property
    def points(self) -> str:
        """The change of the share in points, with its sign; empty when there is nothing to compare with."""
        if self.share is None or self.before is None:
            return ""
        return f"{(self.share - self.before) / 10_000:+.1f}"

    @property
    def rises(self) -> bool:
        """Whether the share went up."""
        return self.points.startswith("+")


class PotentialPage(StudyPage):
    """A unit's market, its parts beside each other, the lowest units as tiles."""

    register = "potentials"
    kept = ("unit", "line", "year", "show")

    @cached_property
    def cells(self) -> list[MarketCell]:
        """Every cell that is seen, by unit from the company down."""
        rows = MarketCell.objects.within(self.scope).filter(study=self.study)
        return list(rows.select_related("unit", "line").order_by("unit__path", "line__code", "year"))

    @cached_property
    def units(self) -> list[Unit]:
        """The units with a market."""
        return list({cell.unit_id: cell.unit for cell in self.cells}.values())

    @cached_property
    def unit(self) -> Unit | None:
        """The unit that is shown."""
        return chosen(self.units, self.key("unit"))

    @cached_property
    def year(self) -> int:
        """The year that is shown: the last, unless the URL names another."""
        years = sorted({cell.year for cell in self.cells})
        return self.key("year") if self.key("year") in years else years[-1]

    @property
    def running(self) -> bool:
        """Whether the year that is shown is not over in the facts: its own sales are then the last twelve months'."""
        return date(self.year, 12, 31) > self.study.as_of

    @property
    def lines(self) -> list[Choice]:
        """The lines to choose from, all together first."""
        known: dict[int, Line] = {cell.line_id: cell.line for cell in self.cells}
        every = Choice(gettext("all lines"), self.turn(line=""), self.key("line") not in known)
        return [every, *(Choice(str(one), self.turn(line=key), key == self.key("line")) for key, one in known.items())]

    @property
    def years(self) -> list[Choice]:
        """The years to choose from."""
        found = sorted({cell.year for cell in self.cells})
        return [Choice(str(year), self.turn(year=year), year == self.year) for year in found]

    @property
    def trail(self) -> list[Choice]:
        """The units above the one that is shown, as far as they are seen."""
        above = [one for one in self.units if self.unit and self.unit.path.startswith(one.path) and one != self.unit]
        return [Choice(str(one), self.turn(unit=one.pk), chosen=False) for one in above]

    @cached_property
    def this(self) -> Market | None:
        """The market of the unit that is shown."""
        return self._market(self.unit) if self.unit else None

    @cached_property
    def parts(self) -> list[Market]:
        """The markets of the units below it."""
        return [self._market(one) for one in below(self.units, self.unit)] if self.unit else []

    @property
    def show(self) -> str:
        """What the tiles show."""
        return self.query.get("show", "") if self.known and self.query.get("show", "") in SHOWN else "room"

    @property
    def shown(self) -> list[Choice]:
        """What the tiles can show; without sizes, the room alone."""
        if not self.known:
            return []
        return [Choice(words, self.turn(show=name), name == self.show) for name, words in SHOWN.items()]

    @cached_property
    def tiles(self) -> list[Tile]:
        """The lowest units below the one that is shown."""
        if not self.unit:
            return []
        markets = [self._market(one) for one in leaves(self.units, self.unit)]
        values = {one.unit.pk: self._value(one) for one in markets}
        texts = {one.unit.pk: self._text(one) for one in markets}
        return tiles([one.unit for one in markets], values, texts, self)

    @property
    def mapped(self) -> bool:
        """Whether the tiles make a map."""
        return any(tile.row for tile in self.tiles)

    @property
    def known(self) -> bool:
        """Whether any market size is known, or only indicators."""
        return any(cell.size is not None for cell in self.cells)

    def _value(self, market: Market) -> float | None:
        return {"room": market.room, "share": market.share, "size": market.size}[self.show]

    def _text(self, market: Market) -> str:
        if self.show == "share":
            return numbers.percent(market.share).text
        return numbers.money(market.room if self.show == "room" else market.size, self.currency).text

    def _market(self, unit: Unit) -> Market:
        now, before = (self._of(unit, year) for year in (self.year, self.year - 1))
        size, earlier = _sum(now, "size"), _sum(before, "size")
        return Market(
            unit,
            size,
            _sum(now, "low"),
            _sum(now, "high"),
            any(cell.estimated for cell in now),
            enumerated(sorted({f"{cell.source} {cell.source_on}" for cell in now if cell.source})),
            _sum(now, "sold") or 0,
            _sum(now, "potential"),
            MICRO * (_sum(before, "sold") or 0) / earlier if earlier else None,
            self._room(unit),
            self.turn(unit=unit.pk),
        )

    def _room(self, unit: Unit) -> int | None:
        lowest = [cell for leaf in leaves(self.units, unit) for cell in self._of(leaf, self.year)]
        rooms = [max(cell.potential - cell.sold, 0) for cell in lowest if cell.potential is not None]
        return sum(rooms) if rooms else None

    def _of(self, unit: Unit, year: int) -> list[MarketCell]:
        line = self.key("line")
        return [
            cell for cell in self.cells if cell.unit_id == unit.pk and cell.year == year and line in {0, cell.line_id}
        ]


def _sum(cells: Sequence[MarketCell], name: str) -> int | None:
    known = [getattr(cell, name) for cell in cells if getattr(cell, name) is not None]
    return sum(known) if known else None
