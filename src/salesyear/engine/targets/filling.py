"""Parts without any prior that a rule wants sales from: an even prior, written down (all zero -> even)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from salesyear.engine.targets.numeric.lumping import class_sums
from salesyear.engine.targets.numeric.rows import Block, coefficients
from salesyear.engine.targets.numeric.tree import Floats, Ints, Tree
from salesyear.engine.targets.params import Params


@dataclass(frozen=True)
class Filled:
    """prior: every cell's prior after filling; cells: which ones were given a prior of their own."""

    prior: Floats
    cells: Ints


def fill_empty(
    tree: Tree, blocks: tuple[Block, ...], classes: Ints, prior: Floats, low: Floats, high: Floats, params: Params
) -> Filled:
    """Give empty parts that must sell an even prior of the size asked for, the finest rules first.

    Pro rata multiplies, and nothing multiplied from zero becomes anything. Least squares weighs a cell by its prior and
    has the same limit.
    """
    empty = (prior == 0) & (low < high) & (high > 0)
    if not (params.fill_empty and empty.any()):
        return Filled(prior, np.zeros(0, np.int64))
    work = _Filling(tree, classes, prior.copy(), empty, np.where(low == high, low, 0.0))
    for level in range(tree.depth - 1, -1, -1):
        for place in range(blocks[level].width):
            work.fill(level, blocks[level], place)
    return Filled(work.prior, np.flatnonzero(empty & (work.prior != 0)))


@dataclass
class _Filling:
    tree: Tree
    classes: Ints
    prior: Floats
    empty: np.ndarray
    held: Floats

    def _sums(self, level: int, values: Floats) -> Floats:
        count = self.tree.leaves * self.width
        leaves = class_sums(self.classes, values, count).reshape(self.tree.leaves, -1)
        return self.tree.sum_up(leaves)[level]

    def fill(self, level: int, block: Block, place: int) -> None:
        """Fill the part of one row at every node where it has nothing to grow from."""
        self.width = block.pattern.shape[1]
        free = self._sums(level, np.where(self.empty & (self.prior == 0), 1.0, 0.0))
        known, held = self._sums(level, np.abs(self.prior) * (self.held == 0)), self._sums(level, self.held)
        for node in np.flatnonzero(np.isfinite(block.low[:, place])):
            row = coefficients(block, int(node), place)
            part = row > 0
            wanted = block.low[node, place] - held[node] @ row - np.minimum(row, 0.0) @ known[node]
            if wanted > 0 and not known[node][part].any() and free[node][part].any():
                amount = wanted / (row[part] @ free[node][part])
                self._give(level, int(node), part, amount)

    def _give(self, level: int, node: int, part: np.ndarray, amount: float) -> None:
        leaf, attribute = np.divmod(self.classes, self.width)
        inside = (self.tree.ancestors(level)[leaf] == node) & part[attribute]
        self.prior[inside & self.empty & (self.prior == 0)] = amount
