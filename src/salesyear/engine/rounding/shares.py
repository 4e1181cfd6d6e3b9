"""Share floors after rounding: single units moved inside a leaf-month until the share holds in integers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from salesyear.engine.messages import EngineError, noop
from salesyear.engine.rounding.cells import Split
from salesyear.engine.rounding.halving import ONE
from salesyear.engine.rounding.noise import Words
from salesyear.engine.rounding.tree import Ints, OrgTree

Bools = NDArray[np.bool_]


class ShareOutOfReach(EngineError):
    """A share floor that single units cannot mend."""


@dataclass(frozen=True)
class ShareFloor:
    """At least `numerator / denominator` of a node's year total is in the cells marked in `inside`.

    node: number in the tree; inside: (cells,) bool, the same cells in every leaf-month.
    """

    node: int
    inside: tuple[bool, ...]
    numerator: int
    denominator: int

    def missing(self, totals: Ints) -> int:
        """Units that must move inside, from the node's totals per cell (cells,); 0 or less when it holds."""
        within, whole = int(totals[np.asarray(self.inside)].sum()), int(totals.sum())
        return -(-(self.numerator * whole - self.denominator * within) // self.denominator)


def repair_shares(
    units: Ints, parts: Split, tree: OrgTree, shares: Sequence[ShareFloor], words: Words
) -> tuple[Ints, int]:
    """Move single units between two cells of one leaf-month, so no total of a month or year changes.

    Only cells that were rounded down go up and the reverse, so every cell stays next to its real value; a
    move for one floor never takes from another. Of all leaf-months the ones where it costs least deviation
    move. Gives the units and how many moves were made. Raises ShareOutOfReach when there are not enough.
    """
    masks = sorted({share.inside for share in shares}, reverse=True)
    moves = 0
    for share in shares:
        rows = np.flatnonzero(tree.ancestors[tree.depth[share.node]] == share.node)
        pairs = list(_pairs_of_kinds(masks, masks.index(share.inside)))
        while (missing := share.missing(units[rows].sum(axis=(0, 1)))) > 0:
            made = _move(units, parts, rows, pairs, missing, words)
            if not made:
                raise _out_of_reach(share, tree, missing)
            moves += made
    return units, moves


def _pairs_of_kinds(masks: Sequence[tuple[bool, ...]], wanted: int) -> Iterator[tuple[Bools, Bools]]:
    """Pairs (cells to raise, cells to lower) that gain for the wanted mask and lose for none."""
    kinds, which = np.unique(np.array(masks).T, axis=0, return_inverse=True)
    which = which.ravel()
    for gain, raised in enumerate(kinds):
        for lose, lowered in enumerate(kinds):
            if raised[wanted] and not lowered[wanted] and (raised >= lowered).all():
                yield which == gain, which == lose


def _move(
    units: Ints,
    parts: Split,
    rows: Ints,
    pairs: Sequence[tuple[Bools, Bools]],
    wanted: int,
    words: Words,
) -> int:
    """Make up to `wanted` moves, at most one in each leaf-month; how many were made."""
    fraction = parts.fraction[rows]
    risen = units[rows] > parts.whole[rows]
    best = np.full(fraction.shape[:2], 2 * ONE)
    gain, lose = np.zeros_like(best), np.zeros_like(best)
    for raised, lowered in pairs:
        up = np.where(raised & ~risen & (fraction > 0), fraction, -2 * ONE)
        down = np.where(lowered & risen, fraction, 2 * ONE)
        cost = down.min(axis=-1).astype(np.int64) - up.max(axis=-1)
        better = cost < best
        best[better] = cost[better]
        gain[better], lose[better] = up.argmax(axis=-1)[better], down.argmin(axis=-1)[better]
    chosen = np.lexsort((words[rows].ravel(), best.ravel()))[:wanted]
    chosen = chosen[best.ravel()[chosen] < ONE]
    leaf, month = np.unravel_index(chosen, best.shape)
    units[rows[leaf], month, gain.ravel()[chosen]] += 1
    units[rows[leaf], month, lose.ravel()[chosen]] -= 1
    return int(chosen.size)


def _out_of_reach(share: ShareFloor, tree: OrgTree, missing: int) -> ShareOutOfReach:
    return ShareOutOfReach(
        noop(
            "“%(node)s” misses its share of %(numerator)d/%(denominator)d by %(missing)d units; "
            "round to a smaller unit."
        ),
        node=tree.keys[share.node],
        numerator=share.numerator,
        denominator=share.denominator,
        missing=missing,
    )
