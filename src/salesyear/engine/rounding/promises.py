"""The last look before a rounded plan is given back: every promise, checked in integers alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from salesyear.engine.messages import EngineError, noop
from salesyear.engine.rounding.cells import Split
from salesyear.engine.rounding.halving import ONE
from salesyear.engine.rounding.limits import Limits
from salesyear.engine.rounding.shares import ShareFloor
from salesyear.engine.rounding.tree import Ints, OrgTree

Bools = NDArray[np.bool_]


class BrokenPromise(EngineError):
    """A rounded plan does not keep what was promised: a fault of the program, never of the plan."""


def check_promises(
    units: Ints,
    parts: Split,
    ticks: Ints,
    tree: OrgTree,
    unit: int,
    limits: Limits | None,
    locks: Bools | None,
    shares: Sequence[ShareFloor],
) -> None:
    """Raise BrokenPromise at the first promise that does not hold.

    units: (leaves, months, cells) as rounded; parts, ticks: what was rounded, (leaves, months, cells) and
    (leaves, months) in 2**-18 units.
    """
    for fault, kept in _promises(units, parts, ticks, tree, unit, limits, locks, shares):
        if not kept:
            raise BrokenPromise(fault)


def _promises(
    units: Ints,
    parts: Split,
    ticks: Ints,
    tree: OrgTree,
    unit: int,
    limits: Limits | None,
    locks: Bools | None,
    shares: Sequence[ShareFloor],
) -> Iterator[tuple[str, bool]]:
    step = units - parts.whole
    yield (
        noop("A fault in rounding, please report it: a cell is not next to its real value."),
        bool(((step == 0) | ((step == 1) & (parts.fraction > 0))).all()),
    )
    yield noop("A fault in rounding, please report it: a held cell changed."), locks is None or not step[locks].any()
    leaf_months = units.sum(axis=-1)
    off = tree.roll_up(leaf_months * ONE - ticks)
    yield (
        noop("A fault in rounding, please report it: a month is a unit or more away."),
        bool((np.abs(off) < ONE).all()),
    )
    yield (
        noop("A fault in rounding, please report it: a year is a unit or more away."),
        bool((np.abs(off.sum(axis=1)) < ONE).all()),
    )
    quarters = np.add.reduceat(off, np.arange(0, off.shape[1], 3), axis=1) if off.shape[1] else off
    ends = np.concatenate((tree.leaves, np.flatnonzero(tree.up < 0)))
    yield (
        noop("A fault in rounding, please report it: a quarter is a unit or more away."),
        bool((np.abs(quarters[ends]) < ONE).all()),
    )
    if limits is not None:
        totals = tree.roll_up(leaf_months)
        table = np.column_stack((totals.sum(axis=1), totals))
        least, most = limits.table(unit)
        yield (
            noop("A fault in rounding, please report it: a limit does not hold."),
            bool(((table >= least) & (table <= most)).all()),
        )
    by_cell = tree.roll_up(units.sum(axis=1)) if shares else units
    yield (
        noop("A fault in rounding, please report it: a share floor does not hold."),
        all(share.missing(by_cell[share.node]) <= 0 for share in shares),
    )
