"""The organisation as arrays: levels from the company down to the leaves, children side by side."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Tree:
    """An organisation of any depth; level 0 is the company, the last level holds the leaves.

    up: for every level the parent's position in the level above (level 0: a single zero). Each level is in the
    order of its parents and every node above the leaves has a child, so a sum over children is one pass.
    """

    up: tuple[Ints, ...]

    @property
    def depth(self) -> int:
        """Number of levels, the company and the leaves included."""
        return len(self.up)

    @property
    def leaves(self) -> int:
        """Number of leaves."""
        return self.size(self.depth - 1)

    def size(self, level: int) -> int:
        """Number of nodes on a level."""
        return len(self.up[level])

    def first_children(self, level: int) -> Ints:
        """Return, for every node of `level` - 1, where its children begin on `level`."""
        return self._first_children[level]

    @cached_property
    def _first_children(self) -> tuple[Ints, ...]:
        return tuple(np.flatnonzero(np.r_[True, np.diff(up) > 0]).astype(np.int64) for up in self.up)

    def ancestors(self, level: int) -> Ints:
        """Position of every leaf's ancestor on `level`, in the order of the leaves."""
        found = np.arange(self.leaves, dtype=np.int64)
        for below in range(self.depth - 1, level, -1):
            found = self.up[below][found]
        return found

    def sum_up(self, leaves: Floats) -> list[Floats]:
        """Sums of a leaf table (leaves x anything) on every level, the company first."""
        sums = [leaves]
        for level in range(self.depth - 1, 0, -1):
            sums.append(np.add.reduceat(sums[-1], self.first_children(level), axis=0))
        return sums[::-1]


def regular_tree(*branches: int) -> Tree:
    """Build a tree in which every node of a level has the same number of children: (3, 4) = 3 nodes with 4 each."""
    sizes = np.cumprod((1, *branches))
    up = [np.zeros(1, dtype=np.int64)]
    for size, branch in zip(sizes[:-1], branches, strict=True):
        up.append(np.repeat(np.arange(size, dtype=np.int64), branch))
    return Tree(tuple(up))
