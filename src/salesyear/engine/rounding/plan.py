"""A real plan made whole: integers of a chosen unit that keep every promise of the plan."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from salesyear.engine.rounding.tree import Ints, OrgTree

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

NO_LEAST = -(2**62)
NO_MOST = 2**62


@dataclass(frozen=True)
class Limits:
    """Least and most of protected totals, in the currency's smallest unit; fixed where both are equal.

    year_least, year_most: (nodes,); month_least, month_most: (nodes, months). NO_LEAST and NO_MOST mean none.
    """

    year_least: Ints
    year_most: Ints
    month_least: Ints
    month_most: Ints

    @classmethod
    def none(cls, tree: OrgTree, months: int) -> Limits:
        """No limit anywhere: arrays to write into before rounding."""
        nodes = len(tree.keys)
        return cls(
            np.full(nodes, NO_LEAST),
            np.full(nodes, NO_MOST),
            np.full((nodes, months), NO_LEAST),
            np.full((nodes, months), NO_MOST),
        )


@dataclass(frozen=True)
class ShareFloor:
    """At least `numerator / denominator` of a node's year total is in the cells marked in `inside`.

    node: number in the tree; inside: (cells,) bool, the same cells in every leaf-month.
    """

    node: int
    inside: tuple[bool, ...]
    numerator: int
    denominator: int


@dataclass(frozen=True)
class RoundedPlan:
    """Whole numbers of `unit`: units (leaves, months, cells)."""

    units: Ints
    unit: int
    moves: int

    @property
    def amounts(self) -> Ints:
        """The plan in the currency's smallest unit: (leaves, months, cells)."""
        return self.units * self.unit


def round_plan(
    real: Floats,
    tree: OrgTree,
    months: Sequence[Hashable],
    *,
    unit: int = 1,
    seed: int = 0,
    limits: Limits | None = None,
    locks: Bools | None = None,
    shares: Sequence[ShareFloor] = (),
) -> RoundedPlan:
    """Round a real plan to whole units so that it still adds up and nobody is favoured.

    real: (leaves, months, cells) amounts in the currency's smallest unit, rows as `tree.leaves`; put cells of one
    class next to each other. months: one label per month. unit: what to round to, 100000 for 千元 if the
    smallest unit is 分. locks: cells (same shape) that must not change; they must be whole units already.

    What holds for the result, all checked in integers before it is given back:
    every cell, every (node, month), every (node, year), every (leaf, quarter) and (root, quarter) and every
    run of neighbouring cells of a leaf-month is the real value rounded up or down (less than one unit away);
    limits, locks and share floors hold exactly; zero stays zero; a plan of whole units comes back unchanged.
    Before the share floors are repaired, the mean over seeds is the real plan. The same plan, seed and keys give the
    same result in whatever order the rows come.

    Raises LockNotWhole, LimitsContradict, ShareOutOfReach, and BrokenPromise if the check at the end fails.
    """
    raise NotImplementedError
