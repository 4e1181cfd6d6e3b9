"""Rules as rows: on every level of the tree a few patterns over the attribute classes, bounds per node."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from salesyear.engine.targets.numeric.tree import Bools, Floats, Tree


@dataclass(frozen=True)
class Block:
    """The rows of one level: `low <= (pattern - share * base) . sales of the node <= high`.

    pattern, base: rows x attribute classes; share, low, high, give_up: nodes x rows. `base` is None when no row
    of the level has a share of its own per node. A row that a node does not have is unbounded on both sides.
    give_up: the largest multiplier before the row is rather missed than kept (its priority).
    """

    pattern: Floats
    base: Floats | None
    share: Floats
    low: Floats
    high: Floats
    give_up: Floats

    @property
    def width(self) -> int:
        """Number of rows per node."""
        return len(self.pattern)

    def acting(self, y: Floats) -> Floats:
        """Sum of the level's own multipliers on each class; nodes x rows -> nodes x attribute classes."""
        total: Floats = y @ self.pattern
        if self.base is not None:
            total -= (y * self.share) @ self.base
        return total

    @cached_property
    def even(self) -> bool:
        """No row of the level tells classes apart."""
        return self.base is None and bool((self.pattern == self.pattern[:, :1]).all())


def plain_block(pattern: Floats, low: Floats, high: Floats, give_up: float = 12.0) -> Block:
    """Rows with the same coefficients at every node; low and high: nodes x rows."""
    shape = low.shape
    return Block(pattern, None, np.zeros(shape), low, high, np.full(shape, give_up))


def no_rows(nodes: int, classes: int) -> Block:
    """Return the block of a level without rules."""
    empty = np.zeros((nodes, 0))
    return Block(np.zeros((0, classes)), None, empty, empty, empty, empty)


@dataclass(frozen=True)
class Bounds:
    """All rows behind one another, the company's first: what Newton's method sees."""

    low: Floats
    high: Floats
    give_up: Floats
    scale: Floats  # a typical size of the row, for tolerances
    noise: Floats  # what rounding errors of the sums leave at best

    @property
    def equal(self) -> Bools:
        """Rows that fix their sum."""
        return np.asarray(self.low == self.high)

    @property
    def present(self) -> Bools:
        """Rows that ask for something."""
        return np.isfinite(self.low) | np.isfinite(self.high)


def spans(tree: Tree, blocks: tuple[Block, ...]) -> Iterator[tuple[int, slice]]:
    """Level and place of every block in a vector that holds all rows."""
    start = 0
    for level, block in enumerate(blocks):
        size = tree.size(level) * block.width
        yield level, slice(start, start + size)
        start += size


def flatten(blocks: tuple[Block, ...], name: str) -> Floats:
    """One field of all blocks as one vector."""
    return np.concatenate([np.ravel(getattr(block, name)) for block in blocks])


def row_address(tree: Tree, blocks: tuple[Block, ...], row: int) -> tuple[int, int, int]:
    """Level, node and place within the level of a row of the long vector."""
    for level, span in spans(tree, blocks):
        if span.start <= row < span.stop:
            node, place = divmod(row - span.start, blocks[level].width)
            return level, node, place
    raise IndexError(row)


def coefficients(block: Block, node: int, place: int) -> Floats:
    """Coefficients of one row over the attribute classes."""
    if block.base is None:
        return np.asarray(block.pattern[place])
    found: Floats = block.pattern[place] - block.share[node, place] * block.base[place]
    return found
