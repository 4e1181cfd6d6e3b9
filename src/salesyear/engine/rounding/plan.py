"""A real plan made whole: integers of a chosen unit that keep every promise of the plan."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from salesyear.engine.messages import noop
from salesyear.engine.rounding.cells import Bools, Floats, NotAPlan, fill, roomiest, split
from salesyear.engine.rounding.halving import ONE, Network, network, round_fractions
from salesyear.engine.rounding.limits import Limits, check_whole, settle
from salesyear.engine.rounding.noise import Words, cross_words, mix, name_words
from salesyear.engine.rounding.promises import check_promises
from salesyear.engine.rounding.shares import ShareFloor, repair_shares
from salesyear.engine.rounding.tree import Ints, OrgTree

CARRIED = ONE >> 5  # Ticks that one leaf-month takes over from others at most, and the room it must have for it.


@dataclass(frozen=True)
class RoundedPlan:
    """Whole numbers of `unit`: units (leaves, months, cells); moves made for the share floors."""

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

    real: (leaves, months, cells) amounts in the currency's smallest unit, rows as `tree.leaves`; put cells
    of one class next to each other. months: one label per month, in order; three in a row are a quarter.
    unit: what to round to, 100000 for 千元 if the smallest unit is 分. limits: totals that must hold exactly.
    locks: cells (same shape) that must not change; they must be whole units already.

    What holds for the result, all checked in integers before it is given back: every cell, every
    (node, month), (node, year), (leaf, quarter) and (root, quarter), and every run of neighbouring cells of a
    leaf-month is the real value rounded up or down, that is less than one unit away (totals: of the plan in
    2**-18 units, which is itself within a few ticks of the real one); limits, locks and share floors hold
    exactly; zero stays zero; a plan of whole units comes back unchanged. The mean over seeds is the real
    plan (before share floors are repaired). The same plan, seed and keys give the same result in whatever
    order the rows come.

    Raises NotAPlan, LockNotWhole, LimitsContradict, ShareOutOfReach, and BrokenPromise if the check at the
    end fails. Method: see `halving` (leaf-months), `cells.fill`, `limits.settle`, `shares.repair_shares`.
    """
    _refuse_wrong_shape(real, tree, months, unit)
    words = cross_words(tree.leaf_words, name_words(months), seed)
    parts = split(real, unit, locks)
    cell, room = roomiest(parts)
    base = parts.whole.sum(axis=-1) * ONE + parts.fraction.sum(axis=-1, dtype=np.int64)
    ticks = base + _carry(real, unit, base, room, words, tree)
    if limits is not None:
        check_whole(limits, unit, tree, months)
        ticks = settle(ticks, room - np.abs(ticks - base), limits, unit, tree, months)
    units = fill(parts, ticks - base, cell, _rises(ticks, words, tree), words)
    units, moves = repair_shares(units, parts, tree, shares, words)
    check_promises(units, parts, ticks, tree, unit, limits, locks, shares)
    return RoundedPlan(units, unit, moves)


def _refuse_wrong_shape(real: Floats, tree: OrgTree, months: Sequence[Hashable], unit: int) -> None:
    if unit < 1:
        raise NotAPlan(noop("The rounding unit is %(unit)d; it must be 1 or more."), unit=unit)
    if real.ndim != 3 or real.shape[:2] != (tree.leaves.size, len(months)):
        raise NotAPlan(
            noop("The plan's table is %(found)s; %(leaves)d rows × %(months)d months × cells are needed."),
            found=" × ".join(str(side) for side in real.shape),
            leaves=tree.leaves.size,
            months=len(months),
        )


@lru_cache(maxsize=8)
def _network(tree: OrgTree, months: int) -> Network:
    return network(tree, months)


def _rises(ticks: Ints, words: Words, tree: OrgTree) -> Ints:
    order = tree.canonical
    net = _network(tree, ticks.shape[1])
    rises = np.empty_like(ticks)
    rises[order] = round_fractions(ticks[order] & (ONE - 1), words[order], net)
    return rises


def _carry(real: Floats, unit: int, base: Ints, room: Ints, words: Words, tree: OrgTree) -> Ints:
    """Ticks to add to leaf-months so that totals of months lose nothing to the cells' own conversion.

    Runs through each month in tree order and rounds the running difference with a random offset (unbiased);
    leaf-months without room pass it on to the next. Totals of months end within a few ticks of the real plan.
    """
    order = tree.canonical
    lost = ((real.sum(axis=-1) / unit) * ONE - base)[order].T
    offset = (mix(words[order[:1]].T) >> np.uint64(11)).astype(np.float64) * 2.0**-53
    free = room[order].T > CARRIED
    running = np.floor(np.cumsum(lost, axis=1) + offset)
    seen = np.maximum.accumulate(np.where(free, np.arange(free.shape[1]) + 1, 0), axis=1)
    before = np.concatenate((np.zeros_like(seen[:, :1]), seen[:, :-1]), axis=1)
    reached = np.concatenate((np.zeros_like(running[:, :1]), running), axis=1)
    steps = np.where(free, running - np.take_along_axis(reached, before, axis=1), 0)
    out = np.empty_like(base)
    out[order] = np.clip(steps, -CARRIED, CARRIED).T.astype(np.int64)
    return out
