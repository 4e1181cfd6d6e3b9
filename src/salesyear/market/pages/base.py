"""What all pages of a study have in common: the unit and the choices in the URL, the tiles, the way to the rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode

from salesyear.core.scope import Scope
from salesyear.market.models import Study
from salesyear.market.tiles import drawn_as_map, place_of, shades
from salesyear.org.models import Unit


@dataclass(frozen=True)
class Choice:
    """One thing to choose: its words, its address, whether it is chosen."""

    words: str | Promise
    url: str
    chosen: bool


@dataclass(frozen=True)
class Tile:
    """A unit on the map: its figure as it is shown, how dark (0 nothing to 5 most), where (0: anywhere), its page."""

    name: str
    figure: str
    shade: int
    row: int
    column: int
    url: str


class StudyPage:
    """A page of the newest study, as far as this person sees units, narrowed as the URL asks."""

    do_not_call_in_templates = True
    register = ""
    kept: tuple[str, ...] = ()

    def __init__(self, scope: Scope, study: Study, query: Mapping[str, str]) -> None:
        self.scope, self.study = scope, study
        self.query = {name: query[name] for name in self.kept if query.get(name)}

    @property
    def currency(self) -> str:
        """The currency of all amounts."""
        return self.study.currency_id

    @property
    def file(self) -> str:
        """The address of the rows behind the page as a workbook."""
        return f"{reverse(f'{self.register}-export', args=['xlsx'])}?{urlencode({'study': self.study.pk})}"

    @property
    def rows_behind(self) -> str:
        """The address of the list of the rows behind the page."""
        return f"{reverse(self.register)}?{urlencode({'study': self.study.pk})}"

    def turn(self, **changes: Any) -> str:  # noqa: ANN401 - values of a URL
        """Return the address of this page with something else chosen; an empty value leaves it out."""
        asked = {**self.query, **{name: str(value) for name, value in changes.items()}}
        return "?" + urlencode({name: value for name, value in asked.items() if value})

    def key(self, name: str) -> int:
        """Return a key named in the URL; 0 when it is none."""
        text = self.query.get(name, "")
        return int(text) if text.isdecimal() and len(text) < 12 else 0


def chosen(units: Sequence[Unit], key: int) -> Unit | None:
    """Return the unit of that key, else the highest that is seen."""
    return next((unit for unit in units if unit.pk == key), units[0] if units else None)


def below(units: Iterable[Unit], top: Unit) -> list[Unit]:
    """Return the units directly below one, as far as they are seen."""
    return [unit for unit in units if unit.parent_id == top.pk]


def leaves(units: Sequence[Unit], top: Unit) -> list[Unit]:
    """Return the lowest units below one (itself when there are none below)."""
    within = [unit for unit in units if unit.path.startswith(top.path)]
    parents = {unit.parent_id for unit in within}
    return [unit for unit in within if unit.pk not in parents]


def tiles(
    units: Sequence[Unit], values: Mapping[int, float | None], texts: Mapping[int, str], page: StudyPage
) -> list[Tile]:
    """Return the units as tiles, on the map of China where most of them are its provinces, else in their order.

    Of several units in the same province the one with the greatest value is drawn; the table has them all.
    """
    dark, mapped = shades(values), drawn_as_map(unit.name for unit in units)
    places = {unit.pk: place_of(unit.name) if mapped else None for unit in units}
    greatest: dict[object, Unit] = {}
    for unit in sorted(units, key=lambda unit: values.get(unit.pk) or 0.0):
        greatest[places[unit.pk] or unit.pk] = unit
    drawn = set(greatest.values())
    return [
        Tile(
            unit.name,
            texts.get(unit.pk, ""),
            dark.get(unit.pk, 0),
            *(places[unit.pk] or (0, 0)),
            url=page.turn(unit=unit.pk),
        )
        for unit in units
        if unit in drawn
    ]
