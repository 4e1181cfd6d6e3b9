"""Whole plans that rounding left a unit or two off a share, a quarter or a product total: single units moved.

Rounding keeps every (node, month) and (node, year). Rules that cut across those two families are mended by moving
one unit at a time, first within a leaf's month, then between months of a leaf, then as a pair of opposite moves of two
leaves; a move is made only if all rules together come nearer to being kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from salesyear.engine.messages import noop
from salesyear.engine.rounding import BrokenPromise
from salesyear.engine.targets.lines import MILLIONTH
from salesyear.engine.targets.model import Model
from salesyear.engine.targets.numeric.tree import Floats, Ints
from salesyear.engine.targets.promises import Promises, Row, integer_sums

TRIES = 100  # leaves looked at for one move
MOST = 10_000  # moves for one row at one node
ROUNDS = 10  # mending one row may cost another less than it gains
FEW = 10  # of them, those for which a partner is sought

Step = tuple[int, int, int]  # leaf, attribute class, +1 or -1


def mend(model: Model, promises: Promises, units: Ints, real: Floats) -> Ints:
    """Return units that keep every promise. Raises BrokenPromise when moves of single units do not get there."""
    broken = promises.broken(model, units)
    bench = _bench(model, promises, units, real) if broken else None
    for _ in range(ROUNDS):
        if not broken or bench is None:
            break
        for place, nodes in broken:
            for node in nodes:
                bench.mend(place, int(node))
        units = bench.units
        broken = promises.broken(model, units)
    outside = (units < promises.least) | (units > promises.most)
    if broken or outside.any():
        name = promises.rows[broken[0][0]].rule if broken else noop("floors and caps of cells")
        raise BrokenPromise(noop("Rounding broke a promise: %(promise)s. Please report this."), promise=name)
    return units


@dataclass
class _Bench:
    """The plan while it is mended: cells, sums per class, and values of all rows."""

    model: Model
    promises: Promises
    units: Ints
    real: Floats
    rows: tuple[Row, ...]
    part: list[Ints]
    whole: list[Ints]
    above: list[Ints]  # every leaf's ancestor, per level
    order: Ints  # cells by class, in an order of their own
    starts: Ints
    months: Ints  # of the attribute classes
    kinds: Ints
    moves: int = 0

    def mend(self, place: int, node: int) -> None:
        """Move units until one row is kept at one node, as long as moves help."""
        row = self.rows[place]
        leaves = np.flatnonzero(self.model.org.tree.ancestors(row.level) == node).astype(np.int64)
        part = row.part.astype(np.float64)
        share = 0.0 if row.whole is None else float(row.share[node]) / MILLIONTH
        gain = part if row.whole is None else part - share * row.whole
        for _ in range(MOST):
            off = row.off(self.part[place][node], self.whole[place][node], node)
            if off == 0 or not self._move(leaves, -np.sign(off) * gain):
                return

    def _move(self, leaves: Ints, gain: Floats) -> bool:
        """Make one move that helps, at another leaf each time so that no one carries it all."""
        start = self.moves % len(leaves)
        turn = np.r_[leaves[start:], leaves[:start]][:TRIES].tolist()
        self.moves += 1
        swaps, shifts = self._pairs(gain, same_month=True), self._pairs(gain, same_month=False)
        for pairs in (swaps, shifts):
            for leaf, (up, down) in product(turn, pairs):
                if self._try(((leaf, up, 1), (leaf, down, -1))):
                    return True
        for leaf, (up, down), other in product(turn[:FEW], swaps + shifts, self._partners(leaves)):
            if self._try(((leaf, up, 1), (leaf, down, -1), (other, up, -1), (other, down, 1))):
                return True
        return False

    def _partners(self, leaves: Ints) -> list[int]:
        """Leaves outside the row's own for the opposite move, the nearest in the organisation first."""
        outside = np.setdiff1d(np.arange(self.model.org.tree.leaves), leaves)
        near = np.argsort(np.abs(outside - leaves.mean()), kind="stable")
        return [int(leaf) for leaf in outside[near[:TRIES]]]

    def _pairs(self, gain: Floats, *, same_month: bool) -> list[tuple[int, int]]:
        """Attribute classes to raise and to lower: two kinds in one month, or one kind in two months; best first."""
        together = self.months[:, None] == self.months[None, :]
        alike = self.kinds[:, None] == self.kinds[None, :]
        better = gain[:, None] - gain[None, :]
        allowed = (better > 0) & (together if same_month else alike & ~together)
        up, down = np.nonzero(allowed)
        best = np.argsort(-better[up, down], kind="stable")
        return list(zip(up[best].tolist(), down[best].tolist(), strict=True))

    def _try(self, moves: tuple[Step, ...]) -> bool:
        """Make the moves if all rows together come nearer to their bounds and the cells have room."""
        change = self._change(moves)
        if sum(after - before for _, _, _, _, before, after in change) > -1e-9:
            return False
        cells = [self._cell(*move) for move in moves]
        if any(cell < 0 for cell in cells):
            return False
        for cell, (_, _, step) in zip(cells, moves, strict=True):
            self.units[cell] += step
        for place, node, part, whole, _, _ in change:
            self.part[place][node] += part
            self.whole[place][node] += whole
        return True

    def _change(self, moves: tuple[Step, ...]) -> list[tuple[int, int, int, int, float, float]]:
        """Rows touched: which, node, change of part and whole, and how far off they are before and after."""
        found = []
        for place, row in enumerate(self.rows):
            ancestors = self.above[row.level]
            nodes = {int(ancestors[leaf]) for leaf, _, _ in moves}
            for node in nodes:
                mine = [(one, step) for leaf, one, step in moves if ancestors[leaf] == node]
                part = sum(step for one, step in mine if row.part[one])
                whole = part if row.whole is None else sum(step for one, step in mine if row.whole[one])
                if part or whole:
                    old = self.part[place][node], self.whole[place][node]
                    before = abs(float(row.off(*old, node)))
                    after = abs(float(row.off(old[0] + part, old[1] + whole, node)))
                    found.append((place, node, part, whole, before, after))
        return found

    def _cell(self, leaf: int, attribute: int, step: int) -> int:
        """Find the cell of a class that goes nearest to its real value by the step and has room for it; -1: none."""
        one = leaf * self.model.attributes.count + attribute
        mine = self.order[self.starts[one] : self.starts[one + 1]]
        moved = self.units[mine] + step
        free = (moved >= self.promises.least[mine]) & (moved <= self.promises.most[mine])
        free &= (self.real[mine] != 0) | (self.units[mine] != 0)
        if not free.any():
            return -1
        return int(mine[np.argmin(np.where(free, np.abs(moved - self.real[mine]), np.inf))])


def _bench(model: Model, promises: Promises, units: Ints, real: Floats) -> _Bench:
    tree, count = model.org.tree, model.attributes.count
    sums = integer_sums(model, units)
    pairs = [row.sums(sums[row.level]) for row in promises.rows]
    ground = model.ground
    order = ground.by_place
    starts = np.searchsorted(ground.class_of[order], np.arange(tree.leaves * count + 1)).astype(np.int64)
    return _Bench(
        model, promises, units.copy(), real, promises.rows, [part.copy() for part, _ in pairs],
        [whole.copy() for _, whole in pairs], ground.above, order, starts, ground.layout.of_class, ground.kinds,
    )  # fmt: skip
