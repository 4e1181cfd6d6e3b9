"""Sums of a version's cells by rows and columns: one pass over the slots for each level of rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from salesyear.targets.editing.desk import MONTHS, Desk
from salesyear.targets.table.asked import ORGANISATION, Asked

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Columns:
    """ids: of the columns, `total` first; each: months that one sums; slots: which it is of, where slots decide."""

    ids: tuple[str, ...]
    each: int
    slots: Ints | None = None

    def of(self, amounts: Ints) -> Ints:
        """Amounts of slots and months as slots × columns."""
        total = amounts.sum(axis=1, keepdims=True)
        if self.slots is not None:
            return np.asarray(total * self.slots)
        parts = amounts if self.each == 1 else amounts.reshape(len(amounts), -1, self.each).sum(axis=2)
        return np.hstack([total, parts])


def columns_of(desk: Desk, across: str, seen: Ints) -> Columns:
    """Return the columns of a table; lines are those that somebody sees."""
    if across == "months":
        return Columns(("total", *(str(place) for place in range(1, MONTHS + 1))), 1)
    if across == "quarters":
        return Columns(("total", *(f"q{place}" for place in range(1, 5))), MONTHS // 4)
    column, letter = ("line", "l") if across == "lines" else ("new", "n")
    keys = np.unique(desk.columns[column][seen])
    mine = (desk.columns[column][seen][:, None] == keys[None, :]).astype(np.int64)
    ids = ("total", *(f"{letter}{key}" for key in keys))
    return Columns(ids, MONTHS, np.hstack([np.ones((len(seen), 1), np.int64), mine]))


@dataclass(frozen=True)
class Row:
    """One row: its path of (column, key) pairs, and the places it sums in the order of `Rows.order`."""

    path: tuple[tuple[str, int], ...]
    first: int
    last: int

    @cached_property
    def key(self) -> str:
        """The row's path as the table names it."""
        return "/".join(f"{name}:{key}" for name, key in self.path) or "company"

    @property
    def parent(self) -> str:
        """The key of the row above; empty for the company's."""
        if not self.path:
            return ""
        return "/".join(f"{name}:{key}" for name, key in self.path[:-1]) or "company"

    @property
    def level(self) -> str:
        """What the row is about."""
        return self.path[-1][0] if self.path else "company"

    @property
    def of_organisation(self) -> bool:
        """Whether it is the company, a unit or a salesperson."""
        return all(name in ORGANISATION for name, _key in self.path)


@dataclass(frozen=True)
class Rows:
    """Rows in reading order; order: the slots seen, sorted so that every row is one stretch of them."""

    rows: tuple[Row, ...]
    order: Ints

    def sums(self, values: Ints) -> Ints:
        """Sum slots × columns (in the order of the slots seen) into rows × columns."""
        running = np.vstack([np.zeros((1, values.shape[1]), values.dtype), np.cumsum(values[self.order], axis=0)])
        first, last = self._ends
        return running[last] - running[first]

    @cached_property
    def _ends(self) -> tuple[Ints, Ints]:
        """Where each row's stretch begins and ends."""
        first, last = (np.array([getattr(row, end) for row in self.rows], np.int64) for end in ("first", "last"))
        return first, last


def rows_of(desk: Desk, asked: Asked, seen: Ints) -> Rows:
    """Return the rows somebody sees: every path of the asked columns, the company's first."""
    keys = [desk.columns[name][seen] for name in asked.down]
    order = np.lexsort([_rank(name, values) for name, values in reversed(list(zip(asked.down, keys, strict=True)))])
    if not asked.down:
        order = np.arange(len(seen))
    rows = [Row((), 0, len(seen)), *_below(asked.down, [values[order] for values in keys], (), (0, len(seen)))]
    return Rows(tuple(rows), order.astype(np.int64))


def _rank(name: str, values: Ints) -> Ints:
    """The others come after the named."""
    return np.where((values == 0) & (name != "new"), np.iinfo(np.int64).max, values)


def _below(
    names: Sequence[str], keys: Sequence[Ints], path: tuple[tuple[str, int], ...], span: tuple[int, int]
) -> Iterator[Row]:
    if not names or span[0] == span[1]:
        return
    mine = keys[0][span[0] : span[1]]
    starts = [0, *(np.flatnonzero(np.diff(mine)) + 1).tolist(), len(mine)]
    for first, last in pairwise(starts):
        here = (*path, (names[0], int(mine[first])))
        inside = (span[0] + first, span[0] + last)
        yield Row(here, *inside)
        yield from _below(names[1:], keys[1:], here, inside)
