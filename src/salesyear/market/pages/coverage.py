"""Coverage by city tier: cities and customers reached, now and a year ago."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext

from salesyear.core import numbers
from salesyear.market.cities import UNKNOWN, cities_of
from salesyear.market.models import TierCoverage
from salesyear.market.pages.base import StudyPage, Tile, tiles
from salesyear.org.models import Unit

MICRO = 1_000_000
SMALL = (3, 4)


@dataclass(frozen=True)
class Coverage:
    """Cities and customers of one tier, or of one unit; `there` are the cities of that tier in the country."""

    name: str
    cities: int
    cities_before: int
    there: int | None
    customers: int
    covered: int
    covered_before: int
    sold: int
    url: str = ""

    @property
    def coverage(self) -> int | None:
        """Customers buying ÷ customers known, parts per million."""
        return round(MICRO * self.covered / self.customers) if self.customers else None

    @property
    def change(self) -> int:
        """Customers buying, more or fewer than a year ago."""
        return self.covered - self.covered_before

    @property
    def cities_change(self) -> int:
        """Cities reached, more or fewer than a year ago."""
        return self.cities - self.cities_before


class CoveragePage(StudyPage):
    """Tiers, and the units below by what is sold in the smaller cities."""

    register = "coverages"
    kept = ("unit",)

    @cached_property
    def _all(self) -> list[TierCoverage]:
        rows = TierCoverage.objects.within(self.scope).filter(study=self.study).select_related("unit")
        return list(rows.order_by("unit__path", "tier"))

    @cached_property
    def unit(self) -> Unit | None:
        """The unit that is shown alone."""
        return next((row.unit for row in self._all if row.unit_id == self.key("unit")), None)

    @property
    def everywhere(self) -> str:
        """The address of all units."""
        return self.turn(unit="")

    @cached_property
    def tiers(self) -> list[Coverage]:
        """A row for each tier, the largest cities first, those not known last."""
        rows = [row for row in self._all if not self.unit or row.unit_id == self.unit.pk]
        found = sorted({row.tier for row in rows}, key=lambda tier: (tier == UNKNOWN, tier))
        return [_of(tier_words(tier), [row for row in rows if row.tier == tier], self._there(tier)) for tier in found]

    @cached_property
    def units(self) -> list[Coverage]:
        """A row for each unit, its smaller cities alone where tiers are known."""
        small = self.small
        units = {row.unit_id: row.unit for row in self._all}
        return [
            _of(str(unit), [row for row in small if row.unit_id == key], None, self.turn(unit=key))
            for key, unit in units.items()
        ]

    @cached_property
    def small(self) -> list[TierCoverage]:
        """The rows of third- and fourth-tier cities; all where no tier is known."""
        return [row for row in self._all if row.tier in SMALL] or self._all

    @cached_property
    def ranked(self) -> bool:
        """Whether tiers are known."""
        return any(row.tier for row in self._all)

    @cached_property
    def tiles(self) -> list[Tile]:
        """The units by what is sold in their smaller cities."""
        units = {row.unit_id: row.unit for row in self._all}
        sold = {key: sum(row.sold for row in self.small if row.unit_id == key) for key in units}
        texts = {key: numbers.money(sum_, self.currency).text for key, sum_ in sold.items()}
        return tiles(list(units.values()), {key: float(sum_) for key, sum_ in sold.items()}, texts, self)

    @property
    def mapped(self) -> bool:
        """Whether the tiles make a map."""
        return any(tile.row for tile in self.tiles)

    def _there(self, tier: int) -> int | None:
        return None if self.unit else cities_of(tier)


def _of(name: str, rows: Iterable[TierCoverage], there: int | None, url: str = "") -> Coverage:
    held = list(rows)
    names = ("cities", "cities_before", "customers", "covered", "covered_before", "sold")
    sums = {one: sum(getattr(row, one) for row in held) for one in names}
    return Coverage(name=name, there=there, url=url, **sums)


def tier_words(tier: int) -> str:
    """Return what a tier is called."""
    words = {
        1: gettext("1 municipality"),
        2: gettext("2 provincial capital or planned city"),
        3: gettext("3 other prefecture-level city"),
        4: gettext("4 county town"),
    }
    return words.get(tier, gettext("tier not known"))
