"""Whole plans that rounding left a unit or two off a share, a quarter or a product total: single units moved.

Rounding keeps every (node, month) and (node, year). Rules that cut across those two families are mended by moving
one unit at a time, first within a leaf's month, then between months of a leaf, then as a pair of opposite moves of two
leaves; a move is made only if all rules together come nearer to being kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product

import numpy as np

from salesyear.engine.messages import noop
from salesyear.engine.rounding import BrokenPromise
from salesyear.engine.targets.lines import MILLIONTH
from salesyear.engine.targets.model import Model
from salesyear.engine.targets.numeric.tree import Bools, Floats, Ints
from salesyear.engine.targets.promises import Promises, integer_sums

TRIES = 100  # leaves looked at for one move
MOST = 10_000  # moves for one row at one node
ROUNDS = 10  # mending one row may cost another less than it gains
FEW = 10  # of them, those for which a partner is sought

Step = tuple[int, int, int]  # leaf, attribute class to raise, attribute class to lower


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


Pairs = list[tuple[int, int]]  # attribute classes to raise and to lower, the best first


@dataclass
class _Bench:
    """The plan while it is mended: cells, sums per class, and values of all rows."""

    model: Model
    promises: Promises
    units: Ints
    real: Floats
    part: list[list[int]]
    whole: list[list[int]]
    order: Ints  # cells by class, in an order of their own
    starts: Ints
    effects: dict[tuple[int, int], list[tuple[int, int, int]]] = field(default_factory=dict)
    moves: int = 0

    def mend(self, place: int, node: int) -> None:
        """Move units until one row is kept at one node, as long as moves help."""
        row = self.promises.rows[place]
        leaves = np.flatnonzero(self.model.org.tree.ancestors(row.level) == node).tolist()
        part = row.part.astype(np.float64)
        share = 0.0 if row.whole is None else float(row.share[node]) / MILLIONTH
        gain = part if row.whole is None else part - share * row.whole
        ways: dict[bool, tuple[Pairs, Pairs]] = {}
        for _ in range(MOST):
            off = row.off_at(self.part[place][node], self.whole[place][node], node)
            if off == 0:
                return
            more = off < 0
            if more not in ways:
                ways[more] = self._ways(gain if more else -gain)
            if not self._move(leaves, ways[more]):
                return

    def _move(self, leaves: list[int], ways: tuple[Pairs, Pairs]) -> bool:
        """Make one move that helps, at another leaf each time so that no one carries it all."""
        start = self.moves % len(leaves)
        turn = (leaves[start : start + TRIES] + leaves[:start])[:TRIES]
        self.moves += 1
        swaps, shifts = ways
        for pairs in ways:
            for leaf, (up, down) in product(turn, pairs):
                if self._try(((leaf, up, down),)):
                    return True
        for leaf, (up, down), other in product(turn[:FEW], swaps + shifts, self._partners(leaves)):
            if self._try(((leaf, up, down), (other, down, up))):
                return True
        return False

    def _partners(self, leaves: list[int]) -> list[int]:
        """Leaves outside the row's own for the opposite move, the nearest in the organisation first."""
        outside = np.setdiff1d(np.arange(self.model.org.tree.leaves), leaves)
        near = np.argsort(np.abs(outside - np.mean(leaves)), kind="stable")
        return [int(leaf) for leaf in outside[near[:TRIES]]]

    def _ways(self, gain: Floats) -> tuple[Pairs, Pairs]:
        """Pairs that gain: two kinds in one month, or one kind in two months."""
        months, kinds = self.model.ground.layout.of_class, self.model.ground.kinds
        together, alike = (own[:, None] == own[None, :] for own in (months, kinds))
        better = gain[:, None] - gain[None, :]

        def best(allowed: Bools) -> Pairs:
            up, down = np.nonzero(allowed & (better > 0))
            order = np.argsort(-better[up, down], kind="stable")
            return list(zip(up[order].tolist(), down[order].tolist(), strict=True))

        return best(together), best(alike & ~together)

    def _try(self, moves: tuple[Step, ...]) -> bool:
        """Make the moves if all rows together come nearer to their bounds and the cells have room."""
        change = self._change(moves)
        gained = 0.0
        for (place, node), (part, whole) in change.items():
            row, old = self.promises.rows[place], (self.part[place][node], self.whole[place][node])
            gained += abs(row.off_at(*old, node)) - abs(row.off_at(old[0] + part, old[1] + whole, node))
        if gained < 1e-9:
            return False
        steps = [step for leaf, up, down in moves for step in ((leaf, up, 1), (leaf, down, -1))]
        cells = [self._cell(*step) for step in steps]
        if any(cell < 0 for cell in cells):
            return False
        for cell, (_, _, step) in zip(cells, steps, strict=True):
            self.units[cell] += step
        for (place, node), (part, whole) in change.items():
            self.part[place][node] += part
            self.whole[place][node] += whole
        return True

    def _change(self, moves: tuple[Step, ...]) -> dict[tuple[int, int], tuple[int, int]]:
        """Rows touched and their nodes: change of part and whole."""
        found: dict[tuple[int, int], tuple[int, int]] = {}
        for leaf, up, down in moves:
            for place, part, whole in self._effect(up, down):
                key = place, self.model.ground.above[self.promises.rows[place].level][leaf]
                old = found.get(key, (0, 0))
                found[key] = old[0] + part, old[1] + whole
        return found

    def _effect(self, up: int, down: int) -> list[tuple[int, int, int]]:
        """Rows whose part or whole changes when a unit goes from one attribute class to another."""
        if (up, down) not in self.effects:
            found = []
            for place, row in enumerate(self.promises.rows):
                part = int(row.part[up]) - int(row.part[down])
                whole = part if row.whole is None else int(row.whole[up]) - int(row.whole[down])
                if part or whole:
                    found.append((place, part, whole))
            self.effects[up, down] = found
        return self.effects[up, down]

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
    sums = integer_sums(model, units)
    pairs = [row.sums(sums[row.level]) for row in promises.rows]
    ground, count = model.ground, model.arrays.classes
    order = ground.by_place
    starts = np.searchsorted(ground.class_of[order], np.arange(count + 1)).astype(np.int64)
    return _Bench(
        model, promises, units.copy(), real, [part.tolist() for part, _ in pairs],
        [whole.tolist() for _, whole in pairs], order, starts,
    )  # fmt: skip
