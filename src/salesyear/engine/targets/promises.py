"""What a whole plan must keep, in integers: every row of every rule, and every cell's own bounds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from salesyear.engine.targets.lines import HAIR, MILLIONTH, Line
from salesyear.engine.targets.model import Model
from salesyear.engine.targets.numeric.tree import Bools, Floats, Ints

FAR = 2**60


@dataclass(frozen=True)
class Row:
    """One row of a level in whole units, for every node.

    Amounts: low <= part <= high. Shares (`whole` given): low <= 1000000 part - share whole <= high with the share in
    millionths; an exact share (`exact` given) cannot always be hit by whole units, so its part may be off by less
    than one. period: a month's number when the row is that month's total, -1 for a year's total, else None.
    """

    rule: str
    level: int
    part: Bools
    whole: Bools | None
    share: Ints
    exact: Floats | None
    low: Ints
    high: Ints
    period: int | None

    def off(self, part: Ints, whole: Ints, node: int | slice = slice(None)) -> Floats:
        """How far sums are below (-) or above (+) their bounds, in units; 0 where the row is kept."""
        value = part if self.whole is None else MILLIONTH * part - self.share[node] * whole
        away = np.minimum(value - self.low[node], 0) + np.maximum(value - self.high[node], 0)
        found = np.asarray(away / (1 if self.whole is None else MILLIONTH))
        if self.exact is None:
            return found
        asked = np.isfinite(self.exact[node])
        return np.where(asked, np.trunc(part - np.where(asked, self.exact[node], 0.0) * whole), found)

    def off_at(self, part: int, whole: int, node: int) -> float:
        """Return `off` of one node, on plain numbers."""
        exact = float("nan") if self.exact is None else float(self.exact[node])
        if exact == exact:
            return float(int(part - exact * whole))
        value = part if self.whole is None else MILLIONTH * part - int(self.share[node]) * whole
        away = min(value - int(self.low[node]), 0) + max(value - int(self.high[node]), 0)
        return away / (1 if self.whole is None else MILLIONTH)

    def sums(self, classes: Ints) -> tuple[Ints, Ints]:
        """Part and whole from sums over nodes x attribute classes."""
        part = classes[:, self.part].sum(axis=1)
        return part, part if self.whole is None else classes[:, self.whole].sum(axis=1)


@dataclass(frozen=True)
class Promises:
    """All rows, and least and most of every cell in whole units (in the order of the table)."""

    rows: tuple[Row, ...]
    least: Ints
    most: Ints

    def broken(self, model: Model, units: Ints) -> list[tuple[int, Ints]]:
        """Places of rows that some node does not keep, with the nodes."""
        sums = integer_sums(model, units)
        found = [np.flatnonzero(row.off(*row.sums(sums[row.level]))).astype(np.int64) for row in self.rows]
        return [(place, nodes) for place, nodes in enumerate(found) if len(nodes)]


def integer_sums(model: Model, units: Ints) -> list[Ints]:
    """Sums over nodes x attribute classes on every level, in integers."""
    tree, count = model.org.tree, model.attributes.count
    leaves = np.zeros(tree.leaves * count, dtype=np.int64)
    runs = model.arrays.starts
    leaves[model.arrays.runs] = np.add.reduceat(units[model.order], runs)
    sums = [leaves.reshape(tree.leaves, count)]
    for level in range(tree.depth - 1, 0, -1):
        sums.append(np.add.reduceat(sums[-1], tree.first_children(level), axis=0))
    return sums[::-1]


def promises_of(model: Model, by_month: Ints) -> Promises:
    """Write the rules as integers; exact amounts that are no whole units may come out on either side."""
    unit = model.params.unit
    rows = [_row(line, level, by_month, unit) for level, lines in enumerate(model.levels) for line in lines]
    low, high = model.bounds.low / unit, model.bounds.high / unit
    return Promises(tuple(rows), *_whole_bounds(low, high))


def _row(line: Line, level: int, by_month: Ints, unit: int) -> Row:
    name, none = line.name.rule, np.zeros(len(line.low), np.int64)
    if line.whole is None:
        low, high = _whole_bounds(line.low / unit, line.high / unit)
        return Row(name, level, line.part, None, none, None, low, high, _period(line.part, by_month))
    low, high = np.where(np.isfinite(line.low), 0, -FAR), np.where(np.isfinite(line.high), 0, FAR)
    share = np.rint(line.share * MILLIONTH).astype(np.int64)
    exact = np.where(line.low == line.high, line.share, np.nan) if (line.low == line.high).any() else None
    return Row(name, level, line.part, line.whole, share, exact, low, high, None)


def _period(part: Bools, by_month: Ints) -> int | None:
    if part.all():
        return -1
    months = np.unique(by_month[part])
    if len(months) == 1 and months[0] >= 0 and (part == (by_month == months[0])).all():
        return int(months[0])
    return None


def _whole_bounds(low: Floats, high: Floats) -> tuple[Ints, Ints]:
    """Whole numbers inside the bounds; around them where there are none inside."""
    low, high = np.clip(low, -FAR, FAR), np.clip(high, -FAR, FAR)
    least, most = np.ceil(low - HAIR), np.floor(high + HAIR)
    none = least > most
    least, most = np.where(none, np.floor(low), least), np.where(none, np.ceil(high), most)
    return least.astype(np.int64), most.astype(np.int64)
