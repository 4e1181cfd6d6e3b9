"""Segments and districts nobody sells to, by what they are worth; coverage now and as planned."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property

from django.core.paginator import Page, Paginator
from django.utils.translation import gettext

from salesyear.core import numbers
from salesyear.market.models import WhiteSpace
from salesyear.market.pages.base import Choice, StudyPage, Tile, tiles
from salesyear.market.queries import policy_value
from salesyear.org.models import Unit

PER_PAGE = 50
MICRO = 1_000_000


class WhitePage(StudyPage):
    """White space of the units that are seen, those worth most first."""

    register = "white_spaces"
    kept = ("unit", "line", "segment", "page")

    @cached_property
    def _all(self) -> list[WhiteSpace]:
        rows = WhiteSpace.objects.within(self.scope).filter(study=self.study).select_related("unit", "line")
        return list(rows.order_by("-expected", "unit__path", "segment", "line__code"))

    @cached_property
    def found(self) -> list[WhiteSpace]:
        """The cells that the URL asks for."""
        unit, line, segment = self.key("unit"), self.key("line"), self.query.get("segment")
        return [
            row
            for row in self._all
            if unit in {0, row.unit_id} and line in {0, row.line_id} and segment in {None, row.segment}
        ]

    @cached_property
    def page(self) -> Page[WhiteSpace]:
        """The cells of this page."""
        return Paginator(self.found, PER_PAGE).get_page(self.query.get("page", "1"))

    @property
    def previous(self) -> str:
        """The address of the page before; empty on the first."""
        return self.turn(page=self.page.number - 1) if self.page.has_previous() else ""

    @property
    def next(self) -> str:
        """The address of the page after; empty on the last."""
        return self.turn(page=self.page.number + 1) if self.page.has_next() else ""

    @property
    def expected(self) -> int:
        """What a year's work in all these cells is expected to bring."""
        return sum(row.expected for row in self.found)

    @property
    def blank(self) -> int:
        """How many cells have no buyer at all."""
        return sum(1 for row in self.found if not row.buyers)

    @property
    def coverage(self) -> int | None:
        """Buyers ÷ firms over these cells, parts per million."""
        firms = sum(row.firms for row in self.found)
        return round(MICRO * sum(row.buyers for row in self.found) / firms) if firms else None

    @cached_property
    def planned(self) -> int | None:
        """The coverage that the plan asks for: today's, raised by the policy's gain."""
        return None if self.coverage is None else round(self.coverage * (1 + policy_value("coverage_gain")))

    @property
    def universe(self) -> str:
        """What counts the firms; empty when they are only the customers we know."""
        return str(self.study.record.get("universe", ""))

    @property
    def segments(self) -> list[Choice]:
        """The segments to choose from."""
        every = Choice(gettext("all segments"), self.turn(segment="", page=""), not self.query.get("segment"))
        names = sorted({row.segment for row in self._all if row.segment})
        return [
            every,
            *(Choice(one, self.turn(segment=one, page=""), one == self.query.get("segment")) for one in names),
        ]

    @property
    def lines(self) -> list[Choice]:
        """The lines to choose from."""
        known = sorted({row.line_id: str(row.line) for row in self._all}.items())
        asked = self.key("line")
        every = Choice(gettext("all lines"), self.turn(line="", page=""), not asked)
        return [every, *(Choice(name, self.turn(line=key, page=""), key == asked) for key, name in known)]

    @property
    def unit(self) -> Unit | None:
        """The district that is shown alone."""
        return next((row.unit for row in self._all if row.unit_id == self.key("unit")), None)

    @property
    def everywhere(self) -> str:
        """The address of all districts."""
        return self.turn(unit="", page="")

    @cached_property
    def tiles(self) -> list[Tile]:
        """The districts by what is expected of their white space."""
        worth: dict[int, int] = defaultdict(int)
        units = {row.unit_id: row.unit for row in self._all}
        line, segment = self.key("line"), self.query.get("segment")
        for row in self._all:
            if line in {0, row.line_id} and segment in {None, row.segment}:
                worth[row.unit_id] += row.expected
        texts = {key: numbers.money(sum_, self.currency).text for key, sum_ in worth.items()}
        ordered = sorted(units.values(), key=lambda unit: unit.path)
        return tiles(ordered, {key: float(sum_) for key, sum_ in worth.items()}, texts, self)

    @property
    def mapped(self) -> bool:
        """Whether the tiles make a map."""
        return any(tile.row for tile in self.tiles)
