"""Leaf-months made whole cell by cell, once the leaf-months themselves are whole."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from salesyear.engine.messages import EngineError, noop
from salesyear.engine.rounding.halving import BITS, ONE
from salesyear.engine.rounding.noise import Words, mix
from salesyear.engine.rounding.tree import Ints

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
SNAP = 16  # Ticks (6e-5 unit): a cell as near to whole as this is whole.
LIMIT = 2**41  # Whole units a plan may hold: sums of ticks stay inside 64 bits.


class LockNotWhole(EngineError):
    """A held cell is not a whole number of the rounding unit."""


class NotAPlan(EngineError):
    """The table to round has the wrong shape or holds something that is no amount."""


@dataclass(frozen=True)
class Split:
    """A real plan as whole units and fractions of 2**-BITS unit: both (leaves, months, cells)."""

    whole: Ints
    fraction: NDArray[np.int32]


def split(real: Floats, unit: int, locks: Bools | None) -> Split:
    """Cut amounts into whole units and ticks; what is whole to within SNAP ticks is whole, as locked cells must be.

    A solver's last digits would otherwise leave cells that no fixed total can take up or give.
    """
    scaled = real / unit
    if not np.isfinite(scaled).all():
        raise NotAPlan(noop("The plan holds cells without an amount; give them 0."))
    if np.abs(scaled).sum() >= LIMIT:
        raise NotAPlan(noop("A plan over %(limit)d units cannot be rounded; choose a larger unit."), limit=LIMIT)
    floor = np.floor(scaled)
    ticks = np.rint((scaled - floor) * ONE).astype(np.int32)
    ticks[ticks <= SNAP] = 0
    ticks[ticks >= ONE - SNAP] = ONE
    if locks is not None:
        _refuse_broken_locks(ticks, locks, real, unit)
    return Split(floor.astype(np.int64) + (ticks >> BITS), ticks & (ONE - 1))


def _refuse_broken_locks(ticks: NDArray[np.int32], locks: Bools, real: Floats, unit: int) -> None:
    broken = np.argwhere(locks & (ticks % ONE != 0))
    if broken.size:
        leaf, month, cell = (int(i) for i in broken[0])
        raise LockNotWhole(
            noop("Row %(leaf)d, month %(month)d, cell %(cell)d is held at %(amount)s: not a whole number of %(unit)d."),
            leaf=leaf + 1,
            month=month + 1,
            cell=cell + 1,
            amount=f"{real[leaf, month, cell]:g}",
            unit=unit,
        )


def roomiest(parts: Split) -> tuple[Ints, Ints]:
    """Of each leaf-month, the cell furthest from whole and how far that is in ticks: twice (leaves,
    months)."""
    distance = np.minimum(parts.fraction, ONE - parts.fraction)
    distance[parts.fraction == 0] = 0
    cell = distance.argmax(axis=-1)
    return cell, np.take_along_axis(distance, cell[..., None], axis=-1)[..., 0].astype(np.int64)


def fill(parts: Split, moved: Ints, cell: Ints, rises: Ints, words: Words) -> Ints:
    """Whole cells of each leaf-month that sum to the leaf-month's whole total: (leaves, months, cells).

    moved: ticks each leaf-month took up, given to its roomiest `cell`; rises: 1 where the leaf-month was
    rounded up. Cumulative rounding with one offset u per leaf-month: the first k cells get floor(C_k + u),
    so every cell and every run of cells is rounded to a neighbour. Over u uniform on [0, 1) each cell is
    unbiased (systematic sampling: Madow 1949), and the total rises exactly when u >= 1 - fraction. Drawing u
    given that it did or did not therefore keeps both: the total already chosen and the mean.
    """
    fraction = parts.fraction.astype(np.int64)
    np.put_along_axis(
        fraction, cell[..., None], np.take_along_axis(fraction, cell[..., None], -1) + moved[..., None], -1
    )
    running = np.cumsum(fraction, axis=-1)
    part = running[..., -1] & (ONE - 1)
    low = np.where(rises == 1, ONE - part, 0)
    width = np.where(rises == 1, part, ONE - part)
    draw = (mix(words) >> np.uint64(12)).astype(np.int64) % np.maximum(width, 1)
    counted = (running + (low + draw)[..., None]) >> BITS
    whole = parts.whole + counted
    whole[..., 1:] -= counted[..., :-1]
    return whole
