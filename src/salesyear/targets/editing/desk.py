"""A version as arrays: everything about it that no edit changes, read once and kept for the next edit."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from salesyear.core.scope import Scope
from salesyear.engine.targets import Cells, Params, Rules, rules_from
from salesyear.plans.models import Sheet, Version
from salesyear.sales.frames import places
from salesyear.targets.editing.kept import Kept, Solvers
from salesyear.targets.planning.cells import LEVELS, Layout, path_of
from salesyear.targets.planning.facts import Leaf

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Where = Mapping[str, Sequence[int]]
MONTHS = 12
YEAR = tuple(range(MONTHS))
AREAS = 16  # whose insides are planned by themselves, kept at once
PLACES = 4_096  # of rows, kept at once
TABLES = 16  # of one version, kept at once
SLOT = {"customer": 0, "line": 1, "new": 2}


@dataclass(frozen=True)
class Selection:
    """Some slots (places in the desk) in some months (0 to 11)."""

    slots: Ints
    months: tuple[int, ...]

    @cached_property
    def key(self) -> bytes:
        """The same for the same cells, whatever words chose them."""
        return hashlib.blake2b(self.slots.tobytes() + bytes(self.months), digest_size=16).digest()

    def sum(self, amounts: Ints) -> int:
        """What the cells come to in a table of (slots, months)."""
        if len(self.slots) == len(self.months) == 1:
            return int(amounts[self.slots[0], self.months[0]])
        return int(amounts[self.slots][:, self.months].sum())


@dataclass(frozen=True)
class Desk:
    """sheets: keys of the sheets, in the order of the leaves. Amounts are (slots, months)."""

    version: int
    layout: Layout
    sheets: tuple[int, ...]
    prior: Floats
    last_year: Ints
    baseline: Ints
    rules: Rules
    params: Params

    @cached_property
    def starts(self) -> Ints:
        """Where each leaf's slots begin, and one past the last."""
        return np.searchsorted(self.layout.leaf, np.arange(len(self.sheets) + 1))

    @cached_property
    def columns(self) -> dict[str, Ints]:
        """Key of every slot in every column that a selection can name."""
        of_leaf = {name: np.array([getattr(leaf, name) for leaf in self.layout.leaves], np.int64) for name in LEVELS}
        found = {name: keys[self.layout.leaf] for name, keys in of_leaf.items()}
        return found | {name: self.layout.keys[:, place] for name, place in SLOT.items()}

    @cached_property
    def paths(self) -> list[list[str]]:
        """Path of the node above each leaf, by depth (0 the company, 3 the leaf itself)."""
        return [[path_of(leaf, depth) for leaf in self.layout.leaves] for depth in range(len(LEVELS) + 1)]

    @cached_property
    def room(self) -> dict[tuple[int, str], int]:
        """Number of slots below each node."""
        found: Counter[tuple[int, str]] = Counter()
        for depth, paths in enumerate(self.paths):
            for path, size in zip(paths, np.diff(self.starts).tolist(), strict=True):
                found[depth, path] += size
        return found

    @cached_property
    def cells(self) -> Cells:
        """The engine's table, before any edit."""
        return self.layout.cells(self.prior, self.last_year, self.baseline)

    @cached_property
    def solvers(self) -> Solvers:
        """What solves these cells, kept from edit to edit."""
        return Solvers(self.cells)

    @cached_property
    def parts(self) -> Kept[int, Desk]:
        """Desks of areas by unit, kept from edit to edit."""
        return Kept(AREAS)

    @cached_property
    def drawn(self) -> Kept[Hashable, Any]:
        """What tables were drawn of it, for the next answer (see `table.drawn`)."""
        return Kept(TABLES)

    def select(self, where: Where) -> Selection:
        """Return the cells a place means: column → keys; `month` counts from 1 within the plan's year."""
        place = tuple((column, *keys) for column, keys in where.items() if column != "month")
        slots = self._places.of(place, lambda: self._slots(where))
        months = tuple(sorted(int(month) - 1 for month in where["month"])) if "month" in where else YEAR
        return Selection(slots, months)

    @cached_property
    def _places(self) -> Kept[Hashable, Ints]:
        """Slots of the places asked for last: a paste asks for each row twelve times."""
        return Kept(PLACES)

    def _slots(self, where: Where) -> Ints:
        chosen = np.ones(self.layout.slots, bool)
        for column, keys in where.items():
            if column != "month":
                mine = self.columns[column]
                chosen &= mine == keys[0] if len(keys) == 1 else np.isin(mine, list(keys))
        return np.flatnonzero(chosen).astype(np.int64)


def open_desk(version: Version) -> Desk:
    """Read a version's sheets and rules."""
    sheets = list(Sheet.objects.within(_system()).filter(version=version).order_by("pk"))
    leaves = _leaves(version, sheets)
    keys = [np.array(sheet.slots, np.int64).reshape(-1, 3) for sheet in sheets]
    leaf = np.repeat(np.arange(len(sheets)), [len(part) for part in keys])
    layout = Layout(leaves, leaf, np.concatenate(keys), frozenset(version.inputs.get("strategic", ())))
    params = Params(unit=version.inputs.get("unit", 1), seed=version.inputs.get("seed", 0))
    return Desk(
        version.pk,
        layout,
        tuple(sheet.pk for sheet in sheets),
        np.frombuffer(_joined(sheet.prior for sheet in sheets), dtype="<f8").reshape(-1, MONTHS),
        _whole(sheet.last_year for sheet in sheets),
        _whole(sheet.baseline for sheet in sheets),
        rules_from(version.inputs.get("rules", {})),
        params,
    )


def targets_now(version: Version) -> Ints:
    """Read the amounts a version's sheets hold, (slots, months)."""
    rows = Sheet.objects.within(_system()).filter(version=version).order_by("pk")
    return _whole(rows.values_list("target", flat=True))


def _joined(parts: Iterable[bytes | memoryview]) -> bytes:
    return b"".join(bytes(part) for part in parts)


def _whole(parts: Iterable[bytes | memoryview]) -> Ints:
    return np.frombuffer(_joined(parts), dtype="<i8").reshape(-1, MONTHS)


def _leaves(version: Version, sheets: Sequence[Sheet]) -> tuple[Leaf, ...]:
    """Where each sheet's leaf stood when the plan was made (today, where nobody wrote it down)."""
    keys = [(sheet.unit_id or 0, sheet.rep_id or 0) for sheet in sheets]
    if "places" in version.inputs:
        known = {(unit, rep): (region, territory) for region, territory, unit, rep in version.inputs["places"]}
        return tuple(Leaf(*known[key], *key) for key in keys)
    today = {row: (region, territory) for row, _unit, region, territory in places(_system()).iter_rows()}
    return tuple(Leaf(*today[unit], unit, rep) for unit, rep in keys)


def _system() -> Scope:
    return Scope.system("changing a plan")
