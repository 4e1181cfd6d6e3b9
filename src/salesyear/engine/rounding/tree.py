"""The org tree as arrays: who is above whom, in an order that does not depend on how the rows came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from salesyear.engine.messages import EngineError, noop
from salesyear.engine.rounding.noise import Words, name_words

Ints = NDArray[np.int64]


class NotATree(EngineError):
    """The parents given do not form trees."""


@dataclass(frozen=True)
class OrgTree:
    """Positions of an organisation: node i is called `keys[i]` and reports to `parents[i]` (-1 at a root).

    Several roots are several companies that share nothing. A node nobody reports to is a leaf: it carries
    the plan's cells. Leaves are numbered in the order in which they stand in `keys`.
    Raises NotATree when keys repeat, a parent does not exist, or the lines of reporting form a ring.
    """

    keys: tuple[str, ...]
    parents: tuple[int, ...]

    def __post_init__(self) -> None:
        """Refuse what is not a forest."""
        if len(self.keys) != len(self.parents):
            raise NotATree(
                noop("%(keys)d positions have %(parents)d parents; each needs one."),
                keys=len(self.keys),
                parents=len(self.parents),
            )
        if len(set(self.keys)) != len(self.keys):
            twice = next(key for key in self.keys if self.keys.count(key) > 1)
            raise NotATree(noop("Position “%(key)s” is there twice."), key=twice)
        bad = next((p for p in self.parents if not -1 <= p < len(self.keys)), None)
        if bad is not None:
            raise NotATree(noop("There is no position number %(parent)d to report to."), parent=bad)

    @classmethod
    def from_pairs(cls, pairs: Sequence[tuple[str, str | None]]) -> OrgTree:
        """Build from (key, parent key) pairs in any order; the parent of a root is None."""
        place = {key: index for index, (key, _) in enumerate(pairs)}
        unknown = next((parent for _, parent in pairs if parent is not None and parent not in place), None)
        if unknown is not None:
            raise NotATree(noop("Unknown position “%(key)s” to report to."), key=unknown)
        parents = tuple(-1 if parent is None else place[parent] for _, parent in pairs)
        return cls(tuple(key for key, _ in pairs), parents)

    @cached_property
    def up(self) -> Ints:
        """Parent of each node, -1 at a root: (nodes,)."""
        return np.asarray(self.parents, dtype=np.int64)

    @cached_property
    def depth(self) -> Ints:
        """Steps from each node to its root: (nodes,)."""
        depth = np.zeros(len(self.keys), dtype=np.int64)
        above = self.up.copy()
        while (above >= 0).any():
            depth += above >= 0
            if depth.max() > len(self.keys):
                ring = self.keys[int(np.argmax(depth))]
                raise NotATree(noop("“%(key)s” reports to itself in a ring."), key=ring)
            above = np.where(above >= 0, self.up[above], -1)
        return depth

    @cached_property
    def leaves(self) -> Ints:
        """Node numbers of the leaves, in the order of `keys`: (leaves,)."""
        is_parent = np.zeros(len(self.keys), dtype=bool)
        is_parent[self.up[self.up >= 0]] = True
        return np.flatnonzero(~is_parent)

    @cached_property
    def ancestors(self) -> Ints:
        """Ancestor of each leaf at each depth, itself from its own depth on: (depths, leaves)."""
        rows = [self.leaves]
        for depth in range(int(self.depth.max(initial=0)), 0, -1):
            last = rows[-1]
            rows.append(np.where(self.depth[last] >= depth, self.up[last], last))
        return np.stack(rows[::-1])

    @cached_property
    def canonical(self) -> Ints:
        """Leaf numbers in tree order, brothers by key: the same whatever the order of `keys`: (leaves,)."""
        rank = np.empty(len(self.keys), dtype=np.int64)
        rank[sorted(range(len(self.keys)), key=self.keys.__getitem__)] = np.arange(len(self.keys))
        return np.lexsort(rank[self.ancestors][::-1])

    @cached_property
    def leaf_words(self) -> Words:
        """One random-looking word per leaf, from its key alone: (leaves,)."""
        return name_words(self.keys[leaf] for leaf in self.leaves)

    def roll_up(self, leaf_values: Ints) -> Ints:
        """Totals of every node from values of the leaves: (leaves, ...) -> (nodes, ...)."""
        totals = np.zeros((len(self.keys), *leaf_values.shape[1:]), dtype=leaf_values.dtype)
        totals[self.leaves] = leaf_values
        for depth in range(int(self.depth.max(initial=0)), 0, -1):
            level = np.flatnonzero(self.depth == depth)
            np.add.at(totals, self.up[level], totals[level])
        return totals
