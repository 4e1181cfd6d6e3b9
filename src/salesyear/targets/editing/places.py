"""Where a cell of the table is: the path of its row and its column, as column → keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from salesyear.targets.access import Reach
from salesyear.targets.editing.desk import MONTHS, Desk, Ints, Selection

COLUMNS = ("region", "territory", "rep", "customer", "line", "new")
COMPANY = "company"
Where = dict[str, list[int]]


class NoPlace(ValueError):
    """A row or column that the plan does not have."""


def where_of(row: str, column: str = "total") -> Where:
    """Read a row's path and a column: `region:3/territory:7` and `2` are February of territory 7. Raises NoPlace."""
    return {name: [key] for name, key in _path(row)} | _column(column)


@lru_cache(4_096)  # a paste names each row twelve times
def _path(row: str) -> tuple[tuple[str, int], ...]:
    """The column:key pairs of a row's path."""
    where: dict[str, int] = {}
    for part in [] if row == COMPANY else row.split("/"):
        name, _, key = part.partition(":")
        if name not in COLUMNS or name in where or not key.isdecimal() or len(key) > 18:
            raise NoPlace(row)
        where[name] = int(key)
    return tuple(where.items())


def _column(column: str) -> Where:
    """`total`, a month's place `1` to `12`, a quarter `q1`, a product line `l3`, old or new customers `n0` `n1`."""
    if column == "total":
        return {}
    kind, key = (column[0], column[1:]) if column[:1] in {"q", "l", "n"} else ("m", column)
    if not key.isdecimal() or len(key) > 18:
        raise NoPlace(column)
    number = int(key)
    if kind == "m" and 1 <= number <= MONTHS:
        return {"month": [number]}
    if kind == "q" and 1 <= number <= 4:
        return {"month": [3 * number - 2, 3 * number - 1, 3 * number]}
    if kind == "l":
        return {"line": [number]}
    if kind == "n" and number in (0, 1):
        return {"new": [number]}
    raise NoPlace(column)


def row_of(where: Mapping[str, list[int]]) -> str:
    """Return the row's path again, without its months."""
    return "/".join(f"{name}:{keys[0]}" for name, keys in where.items() if name != "month") or COMPANY


@dataclass(frozen=True)
class Found:
    """The cells somebody means, as they may name them; area: unit whose monthly totals stay (0: whole company)."""

    where: Where
    cells: Selection
    area: int


class NotYours(ValueError):
    """Cells that somebody may not change; `why` is `total` where only their sum is kept from above."""

    def __init__(self, why: str) -> None:
        """Keep the reason."""
        super().__init__(why)
        self.why = why


def found_by(desk: Desk, where: Where, reach: Reach, seen: Ints) -> Found:
    """Return the cells a place means for somebody, and in which area they may change them.

    seen: slots that they see. Raises NoPlace when there are none, NotYours when they may not change them.
    """
    cells = desk.select(where)
    if not len(cells.slots):
        raise NoPlace(row_of(where))
    if reach.everything:
        return Found(where, cells, 0)
    mine = np.intersect1d(cells.slots, seen)
    if not len(mine):
        raise NoPlace(row_of(where))
    for unit in sorted(reach.units):
        level, area = _unit(desk, unit)
        if not level or not np.isin(mine, area).all():
            continue
        if len(mine) == len(area):
            raise NotYours("total")
        inside = where if len(mine) == len(cells.slots) else {level: [unit], **where}
        return Found(inside, desk.select(inside), unit)
    raise NotYours("outside")


def _unit(desk: Desk, unit: int) -> tuple[str, Ints]:
    for level in ("region", "territory"):
        slots = np.flatnonzero(desk.columns[level] == unit)
        if len(slots):
            return level, slots
    return "", np.zeros(0, np.int64)
