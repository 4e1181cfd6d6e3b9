"""The last look: each broken promise is seen, here by breaking a good plan in one way at a time."""

from __future__ import annotations

import numpy as np
import pytest

from salesyear.engine.rounding import BrokenPromise, Limits, OrgTree, ShareFloor
from salesyear.engine.rounding.cells import split
from salesyear.engine.rounding.halving import ONE
from salesyear.engine.rounding.promises import check_promises

pytestmark = pytest.mark.once

TEAM = OrgTree.from_pairs([("region", None), ("wang", "region"), ("li", "region")])
REAL = np.array([[[1.5, 2.5]], [[3.5, 4.5]]])
GOOD = np.array([[[2, 2]], [[3, 5]]])


def check(units: list[list[list[int]]], *, limit: int = 12, floor: int = 5, held: bool = False) -> None:
    parts = split(REAL, 1, None)
    ticks = parts.whole.sum(axis=-1) * ONE + parts.fraction.sum(axis=-1, dtype=np.int64)
    limits = Limits.none(TEAM, 1)
    limits.year_most[0] = limit
    share = ShareFloor(0, (True, False), floor, 12)
    locks = np.full(REAL.shape, held)
    check_promises(np.array(units), parts, ticks, TEAM, 1, limits, locks, [share])


def test_a_good_plan_passes() -> None:
    check(GOOD.tolist())


@pytest.mark.parametrize(
    ("units", "fault"),
    [
        ([[[0, 4]], [[3, 5]]], "a cell is not next to its real value"),
        ([[[2, 3]], [[3, 5]]], "a month is a unit or more away"),
    ],
)
def test_cells_and_totals_are_looked_at(units: list[list[list[int]]], fault: str) -> None:
    with pytest.raises(BrokenPromise, match=fault):
        check(units)


def test_limits_shares_and_holds_are_looked_at() -> None:
    with pytest.raises(BrokenPromise, match="a limit does not hold"):
        check(GOOD.tolist(), limit=11)
    with pytest.raises(BrokenPromise, match="a share floor does not hold"):
        check(GOOD.tolist(), floor=6)
    with pytest.raises(BrokenPromise, match="a held cell changed"):
        check(GOOD.tolist(), held=True)
