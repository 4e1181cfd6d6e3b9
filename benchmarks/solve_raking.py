"""The classical method: cyclic raking, compiled, over the full arrays of cells.

Used by `benchmarks/solve.py`. Raking meets one rule after the other by scaling its cells (closed form for totals, a few
Newton steps for shares) and goes round until every rule holds to 1e-11. Compiling is not counted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from time import process_time
from typing import Any

import numba
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from salesyear.engine.targets.examples import Instance, make_instance
from salesyear.engine.targets.numeric.sparse import sparse_system

ENOUGH = 1e-11  # of every row
Floats = NDArray[np.float64]
Places = NDArray[np.int32]
Sweep = Callable[[Floats, Floats, Places, Places, Floats, Floats, Floats], float]


def sweep(x: Floats, y: Floats, cells: Places, starts: Places, a: Floats, low: Floats, high: Floats) -> float:
    """Meet every row in turn, changing x (free cells) and y; largest miss before it was met, relative to the row.

    cells, a: free cells and coefficients of each row, from starts[row] on; low, high: bounds less what is locked.
    """
    worst = 0.0
    for row in range(low.size):
        first, last = starts[row], starts[row + 1]
        value = size = 0.0
        plain = True
        for k in range(first, last):
            part = a[k] * x[cells[k]]
            value += part
            size += abs(part)
            plain = plain and a[k] == 1.0
        worst = max(worst, max(low[row] - value, value - high[row]) / size)
        if plain:
            # Closed form: the sum without the row's own multiplier, brought to the nearest bound.
            without = value * np.exp(-y[row])
            scale = min(max(without, low[row]), high[row]) / value
            step = np.log(scale)
            for k in range(first, last):
                x[cells[k]] *= scale
        else:
            step = share_step(x, y[row], cells, first, last, a, low[row], high[row])
            for k in range(first, last):
                x[cells[k]] *= np.exp(step * a[k])
        y[row] += step
    return worst


def share_step(
    x: Floats, own: float, cells: Places, first: int, last: int, a: Floats, low: float, high: float
) -> float:
    """Newton's steps to the bound a share row is on without its own multiplier, or back to none."""
    step = 0.0
    for _ in range(30):
        now = slope = without = 0.0
        for k in range(first, last):
            part = a[k] * x[cells[k]]
            now += part * np.exp(step * a[k])
            slope += a[k] * part * np.exp(step * a[k])
            without += part * np.exp(-own * a[k])
        if without < low:
            change = (low - now) / slope
        elif without > high:
            change = (high - now) / slope
        else:
            change = -own - step
        change = min(max(change, -1.0), 1.0)
        step += change
        if abs(change) < 1e-14:
            break
    return step


@dataclass(frozen=True)
class Raked:
    """Cells, seconds, rounds, and the last round's largest miss."""

    cells: Floats
    seconds: float
    rounds: int
    miss: float

    @property
    def done(self) -> bool:
        """Every rule holds."""
        return self.miss <= ENOUGH


@cache
def _compiled() -> Sweep:
    """Compile once, on a plan of ten reps."""
    compiler: Any = numba.njit
    globals()["share_step"] = compiler(share_step)  # the sweep finds it by name when it is compiled
    compiled: Sweep = compiler(sweep)
    _rake(make_instance(10, "std", seed=0, slots=4), compiled, 1.0)
    return compiled


def rake(instance: Instance, seconds: float) -> Raked:
    """Run rounds until the miss is small enough or the time is up."""
    return _rake(instance, _compiled(), seconds)


def _rake(instance: Instance, compiled: Sweep, seconds: float) -> Raked:
    count = instance.tree.leaves * instance.attributes
    low, high = (np.concatenate([np.ravel(getattr(b, side)) for b in instance.blocks]) for side in ("low", "high"))
    rows = sp.csc_matrix(sparse_system(instance.tree, instance.blocks, np.arange(count)).rows)
    full = sp.csr_matrix(rows[:, instance.classes])
    free = instance.low < instance.high
    away = full @ np.where(free, 0.0, instance.low)
    kept = sp.csr_matrix(full @ sp.diags(free.astype(np.float64)))
    kept.eliminate_zeros()
    x, y = instance.prior.copy(), np.zeros(len(low))
    start, rounds, miss = process_time(), 0, np.inf
    while miss > ENOUGH and process_time() - start < seconds:
        miss = compiled(x, y, kept.indices, kept.indptr, kept.data, low - away, high - away)
        rounds += 1
    took = process_time() - start
    return Raked(np.where(free, x, instance.low), took, rounds, miss)
