"""The measures of a table, rows × columns; NaN (in words: `--`) where there is none."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from salesyear.core.scope import Scope
from salesyear.plans import queries
from salesyear.plans.commitments import counting
from salesyear.plans.models import Version
from salesyear.targets.editing.desk import MONTHS, Desk
from salesyear.targets.planning.cash import cash_inputs, cash_of
from salesyear.targets.planning.cells import sums_by
from salesyear.targets.table.chance import chances
from salesyear.targets.table.sums import Columns, Rows

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class Measures:
    """Computes what is asked for, each measure once."""

    def __init__(
        self, scope: Scope, version: Version, desk: Desk, amounts: Ints, seen: Ints, rows: Rows, columns: Columns
    ) -> None:
        self._scope, self._version, self._desk = scope, version, desk
        self._amounts, self._seen, self._rows, self._columns = amounts, seen, rows, columns
        self._kept: dict[str, Floats] = {}

    def of(self, name: str) -> Floats:
        """Return one measure."""
        if name not in self._kept:
            self._kept[name] = self._make(name)
        return self._kept[name]

    def _make(self, name: str) -> Floats:
        special: dict[str, Callable[[], Floats]] = {
            "growth": self._growth, "chance": self._chance, "committed": self._committed,
            "difference": self._difference, "cash": self._cash,
        }  # fmt: skip
        if name in special:
            return special[name]()
        table = {"target": self._amounts, "last_year": self._desk.last_year, "baseline": self._desk.baseline}[name]
        return self._sums(table[self._seen])

    def _sums(self, of_seen: Ints) -> Floats:
        return self._rows.sums(self._columns.of(of_seen)).astype(np.float64)

    def _growth(self) -> Floats:
        now, before = self.of("target"), self.of("last_year")
        return np.where(before > 0, now / np.where(before > 0, before, 1) - 1, np.nan)

    def _nothing(self) -> Floats:
        return np.full((len(self._rows.rows), len(self._columns.ids)), np.nan)

    def _chance(self) -> Floats:
        return chances(self._scope, self._version, self._desk, self._rows, self._columns.ids, self.of("target"))

    def _cash(self) -> Floats:
        """Collections belong to leaves and months: rows of the organisation, columns of time."""
        if self._columns.slots is not None:
            return self._nothing()
        desk, count = self._desk, len(self._desk.sheets)
        last, target = (sums_by(desk.layout.leaf, table, count) for table in (desk.last_year, self._amounts))
        cash = cash_of(last, target, *cash_inputs(self._version.inputs))
        spread = np.zeros((desk.layout.slots, MONTHS), np.int64)
        held = desk.starts[:-1] < desk.starts[1:]
        spread[desk.starts[:-1][held]] = cash[held]
        found = self._sums(spread[self._seen])
        found[[not row.of_organisation for row in self._rows.rows]] = np.nan
        return found

    def _committed(self) -> Floats:
        """What salespeople commit themselves to for the year, as the commitments' own page adds it up."""
        found = self._nothing()
        standing = queries.standing(self._scope, self._version.plan)
        by = {named: counting(standing, by_line=named) for named in (False, True)}
        for place, row in enumerate(self._rows.rows):
            answers = by["line" in dict(row.path)]
            if amounts := [amount for key, amount in answers.items() if self._inside(row.path, key)]:
                found[place, 0] = sum(amounts)
        return found

    def _inside(self, path: tuple[tuple[str, int], ...], key: tuple[int, int, int]) -> bool:
        mine = dict(zip(("rep", "customer", "line"), key, strict=True))
        places = self._places.get(key[0], set())
        for name, wanted in path:
            if name in mine and mine[name] != wanted:
                return False
            if name in ("region", "territory") and (name, wanted) not in places:
                return False
        return "new" not in dict(path)

    @cached_property
    def _places(self) -> dict[int, set[tuple[str, int]]]:
        """Units in which each salesperson has cells."""
        found: dict[int, set[tuple[str, int]]] = {}
        for leaf in self._desk.layout.leaves:
            found.setdefault(leaf.rep, set()).update({("region", leaf.region), ("territory", leaf.territory)})
        return found

    def _difference(self) -> Floats:
        return self.of("committed") - self.of("target")
