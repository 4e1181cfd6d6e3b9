"""The ground a plan stands on: where every cell is, which no amount, bound or edit changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import polars as pl

from salesyear.engine.rounding import OrgTree
from salesyear.engine.targets.cells import Cells
from salesyear.engine.targets.lines import Line
from salesyear.engine.targets.numeric.tree import Floats, Ints
from salesyear.engine.targets.places import Attributes, Grouping, Labels, Organisation, attributes, grouping
from salesyear.engine.targets.rules import Rule, Rules

KEPT = 8  # grounds of one session: each edit that tells new things apart makes one


@dataclass(frozen=True)
class Layout:
    """Where each cell of the table stands in a full table leaves x months x slots.

    place: of each cell; of_class: month of each attribute class, -1 where it spans several.
    Cells of one class stand side by side; slots that a leaf does not use stay 0.
    """

    months: tuple[str, ...]
    slots: int
    place: Ints
    leaves: int
    of_class: Ints

    def full(self, values: Floats) -> Floats:
        """Cells of the table into the full one: (leaves, months, slots)."""
        table = np.zeros(self.leaves * len(self.months) * self.slots, dtype=values.dtype)
        table[self.place] = values
        return table.reshape(self.leaves, len(self.months), self.slots)


@dataclass
class Grounds:
    """Grounds of one table under different rules; those used before are kept."""

    cells: Cells
    org: Organisation
    labels: Labels = field(init=False)
    known: dict[Grouping, Ground] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Read no label before a rule asks for it."""
        self.labels = Labels(self.cells)

    def of(self, local: tuple[Rule, ...], apart: tuple[str, ...] = ()) -> Ground:
        """Ground of rules that name nodes by path; `apart`: attributes kept value by value."""
        groups = grouping(self.labels, Rules(local), apart)
        if groups not in self.known:
            if len(self.known) >= KEPT:
                self.known.pop(next(iter(self.known)))
            self.known[groups] = self._make(groups)
        return self.known[groups]

    def _make(self, groups: Grouping) -> Ground:
        known = attributes(self.labels, groups)
        classes = self.org.leaf * known.count + known.cell
        order = _sorted(classes)
        return Ground(self, known, order, classes[order])

    @cached_property
    def rank(self) -> Ints:
        """Place of each cell by its own labels; rows decide only between cells that are labelled alike."""
        cells = self.cells
        skip = {*cells.levels, cells.month, cells.prior, "floor", "cap", "locked", "locked_by"}
        schema = cells.frame.schema.items()
        labels = [column for column, dtype in schema if column not in skip and not dtype.is_float()]
        frame = pl.DataFrame({"_row": np.arange(cells.frame.height)}).with_columns(
            cells.frame[label] for label in labels
        )
        rank = np.empty(frame.height, np.int64)
        rank[frame.sort(*labels, "_row", nulls_last=False)["_row"].to_numpy()] = np.arange(frame.height)
        return rank

    @cached_property
    def months(self) -> tuple[Ints, tuple[str, ...]]:
        """Month of every cell as a number in calendar order, and the names; one month if the table has none."""
        cells = self.cells
        if cells.month not in cells.frame.columns:
            return np.zeros(cells.frame.height, np.int64), ("year",)
        months = cells.frame[cells.month]
        names = months.unique().sort()
        number = months.rank("dense").to_numpy().astype(np.int64) - 1
        return number, tuple(names.cast(pl.String).fill_null("").to_list())

    @cached_property
    def tree(self) -> OrgTree:
        """Give every node of every level a key of its own: its level and its path."""
        pairs: list[tuple[str, str | None]] = []
        for level, paths in enumerate(self.org.paths):
            for node, path in enumerate(paths):
                above = self.org.paths[level - 1][self.org.tree.up[level][node]] if level else ""
                pairs.append((f"{level}:{path}", f"{level - 1}:{above}" if level else None))
        return OrgTree.from_pairs(pairs)


@dataclass(frozen=True, eq=False)
class Ground:
    """Cells in their organisation and classes. order: cell numbers by class; classes: class of each, in that order."""

    table: Grounds
    attributes: Attributes
    order: Ints
    classes: Ints

    @property
    def cells(self) -> Cells:
        """The table as it came."""
        return self.table.cells

    @property
    def org(self) -> Organisation:
        """The tree of the cells."""
        return self.table.org

    @cached_property
    def in_order(self) -> bool:
        """The table already is in the order of its classes."""
        return bool((self.order[1:] > self.order[:-1]).all())

    @cached_property
    def class_of(self) -> Ints:
        """Class of every cell, in the order of the table."""
        found = np.empty(len(self.order), np.int64)
        found[self.order] = self.classes
        return found

    @cached_property
    def above(self) -> list[list[int]]:
        """Every leaf's ancestor, per level."""
        return [self.org.tree.ancestors(level).tolist() for level in range(self.org.tree.depth)]

    @cached_property
    def kinds(self) -> Ints:
        """Attribute classes without their time: classes that differ by month or quarter alone are one kind."""
        known = self.attributes
        timeless = [i for i, column in enumerate(known.columns) if column not in (self.cells.month, "quarter")]
        _, kind = np.unique(known.code[:, timeless], axis=0, return_inverse=True)
        return kind.ravel().astype(np.int64)

    @cached_property
    def layout(self) -> Layout:
        """Cells as the full table that rounding works on."""
        return _layout(self)

    @cached_property
    def by_place(self) -> Ints:
        """Cells by class, in an order that does not depend on the table's."""
        size = int(self.layout.place.max()) + 1
        return np.argsort(self.class_of * size + self.layout.place).astype(np.int64)

    @cached_property
    def lines(self) -> dict[str, tuple[Rule, int, list[Line]]]:
        """Rows of the rules written so far, by the rule's name."""
        return {}


def _sorted(classes: Ints) -> Ints:
    if (np.diff(classes) >= 0).all():
        return np.arange(len(classes), dtype=np.int64)
    return np.argsort(classes, kind="stable").astype(np.int64)


def _layout(ground: Ground) -> Layout:
    """Order cells within a leaf-month by class and then by their own labels, never by the order of the table."""
    org, table = ground.org, ground.table
    months, names = table.months
    kind = ground.kinds[ground.attributes.cell]
    kinds = int(kind.max(initial=0)) + 1
    group = (org.leaf * len(names) + months) * kinds + kind
    order = np.argsort(group * len(kind) + table.rank)
    first = np.flatnonzero(np.diff(group[order], prepend=-1))
    run = np.arange(len(order)) - np.repeat(first, np.diff(np.r_[first, len(order)]))
    room = np.zeros(kinds, np.int64)
    np.maximum.at(room, kind[order], run + 1)
    start = np.r_[0, np.cumsum(room)[:-1]]
    slots = int(room.sum())
    place = np.empty(len(order), np.int64)
    place[order] = group[order] // kinds * slots + start[kind[order]] + run
    of_class = _months_of_classes(ground.attributes, months, len(names))
    return Layout(names, slots, place, org.tree.leaves, of_class)


def _months_of_classes(known: Attributes, months: Ints, count: int) -> Ints:
    """Month of each attribute class, -1 where a class spans several."""
    low, high = np.full(known.count, count), np.full(known.count, -1)
    np.minimum.at(low, known.cell, months)
    np.maximum.at(high, known.cell, months)
    return np.where(low == high, low, -1)
