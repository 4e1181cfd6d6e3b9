"""The tree that figures add up along: company, region, territory, rep, customer, line, whatever levels are named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import sparse

from salesyear.engine.messages import EngineError, noop

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

ROOT = "company"


class NoLeaves(EngineError):
    """A tree was asked for and there is no row to build it from."""


@dataclass(frozen=True)
class Tree:
    """Nodes numbered root first, level by level, siblings side by side; every leaf lies on the last level.

    levels: level names, the root's first. starts: first node of each level, and one past the last node. parent:
    parent of each node, -1 for the root. leaves: the path of each leaf, one column per level below the root.
    """

    levels: tuple[str, ...]
    starts: Ints
    parent: Ints
    leaves: pl.DataFrame

    @property
    def size(self) -> int:
        """Number of nodes, the root and the leaves included."""
        return int(self.starts[-1])

    @property
    def depth(self) -> int:
        """Number of steps from the root to a leaf."""
        return len(self.levels) - 1

    def nodes(self, level: int) -> slice:
        """The nodes of a level (0 is the root; -1 the leaves) as a slice."""
        level %= len(self.levels)
        return slice(int(self.starts[level]), int(self.starts[level + 1]))

    @property
    def leaf_nodes(self) -> slice:
        """The nodes of the last level."""
        return self.nodes(-1)

    def parents(self, level: int) -> Ints:
        """For each node of a level below the root, its parent's place within the level above."""
        return np.asarray(self.parent[self.nodes(level)] - self.starts[level - 1])

    @cached_property
    def level_of(self) -> Ints:
        """Level of each node."""
        return np.repeat(np.arange(len(self.levels), dtype=np.int64), np.diff(self.starts))

    @cached_property
    def gather(self) -> tuple[sparse.csr_array, ...]:
        """For each level but the last, the 0/1 matrix that adds the children of its nodes up."""
        return tuple(self._gather(level) for level in range(self.depth))

    def _gather(self, level: int) -> sparse.csr_array:
        counts = self.children(level)
        edges = np.concatenate(([0], np.cumsum(counts)))
        n = int(edges[-1])
        return sparse.csr_array((np.ones(n), np.arange(n), edges), shape=(len(counts), n))

    def children(self, level: int) -> Ints:
        """Number of children of each node of a level above the last."""
        return np.bincount(self.parents(level + 1), minlength=int(self.starts[level + 1] - self.starts[level]))

    def spread(self, values: Floats, level: int) -> Floats:
        """Hand each node of `level` its parent's row of `values` (rows of the level above)."""
        return np.repeat(values, self.children(level - 1), axis=0)

    def add_up(self, leaves: npt.NDArray[np.floating]) -> Floats:
        """Values of all nodes, (size, ...), from those of the leaves, (leaves, ...)."""
        flat = leaves.reshape(len(leaves), -1).astype(np.float64)
        rows = [flat]
        for level in reversed(range(self.depth)):
            rows.append(self.gather[level] @ rows[-1])
        return np.concatenate(rows[::-1]).reshape((self.size, *leaves.shape[1:]))

    def above(self, level: int) -> Ints:
        """For each leaf, its ancestor's place within `level`."""
        place = np.arange(self.starts[-1] - self.starts[-2])
        for step in range(self.depth, level % len(self.levels), -1):
            place = self.parents(step)[place]
        return place

    def bottom_up(self) -> Iterator[int]:
        """Levels from the one above the leaves to the root."""
        return iter(reversed(range(self.depth)))

    def top_down(self) -> Iterator[int]:
        """Levels from the one below the root to the leaves."""
        return iter(range(1, self.depth + 1))

    def table(self) -> pl.DataFrame:
        """One row per node: `node`, `level`, and the path, empty below the node's own level."""
        return pl.concat([self._level_table(level) for level in range(len(self.levels))], how="diagonal").select(
            "node", "level", *self.levels[1:]
        )

    def _level_table(self, level: int) -> pl.DataFrame:
        path = list(self.levels[1 : level + 1])
        span = self.nodes(level)
        nodes = pl.DataFrame({"node": np.arange(span.start, span.stop)}).with_columns(level=pl.lit(self.levels[level]))
        rows = self.leaves.unique(path, keep="first", maintain_order=True).select(path) if path else pl.DataFrame()
        return pl.concat([nodes, rows], how="horizontal")


def tree_of(rows: pl.DataFrame, levels: Sequence[str]) -> Tree:
    """The tree of all paths seen in `rows` (columns `levels`, outermost first; a path of one level is enough).

    A name seen under two parents makes two nodes: a node is its whole path. Raises NoLeaves without rows.
    """
    paths = rows.select(levels).unique().sort(levels)
    if paths.is_empty():
        raise NoLeaves(noop("There is nothing to forecast: the facts have no rows."))
    runs = [paths.select(pl.struct(levels[: depth + 1]).rle_id()).to_series() for depth in range(len(levels))]
    ids = [np.zeros(len(paths), dtype=np.int64), *(run.to_numpy().astype(np.int64) for run in runs)]
    starts = np.concatenate(([0], np.cumsum([place[-1] + 1 for place in ids])))
    parent = [np.array([-1])]
    for level in range(1, len(ids)):
        first = np.unique(ids[level], return_index=True)[1]
        parent.append(ids[level - 1][first] + starts[level - 1])
    return Tree((ROOT, *levels), starts, np.concatenate(parent), paths)
