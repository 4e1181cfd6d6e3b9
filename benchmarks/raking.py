"""The target solve against the classical method: cyclic raking, compiled, over the full arrays of cells.

python benchmarks/raking.py [--quick] [--seconds 60]

Raking meets one rule after the other by scaling its cells (closed form for totals, a few Newton steps for shares) and
goes round until every rule holds to 1e-11. Both solve the same instances (published seeds) and write every cell. Times
are CPU seconds of one thread; compiling is not counted. Raking that runs out of time "did not finish".
"""

from __future__ import annotations

import argparse
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy is loaded

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import process_time
from typing import Any

import numba
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from salesyear.engine.targets.examples import Family, Instance, make_instance
from salesyear.engine.targets.numeric.lumping import spread
from salesyear.engine.targets.numeric.newton import Effort
from salesyear.engine.targets.numeric.response import Distance, cost
from salesyear.engine.targets.numeric.solving import solve_task
from salesyear.engine.targets.numeric.sparse import sparse_system

SEED = 0
RUNS = 5
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


def rake(instance: Instance, compiled: Sweep, seconds: float) -> Raked:
    """Run rounds until the miss is 1e-11 or the time is up."""
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
    while miss > 1e-11 and process_time() - start < seconds:
        miss = compiled(x, y, kept.indices, kept.indptr, kept.data, low - away, high - away)
        rounds += 1
    took = process_time() - start
    return Raked(np.where(free, x, instance.low), took, rounds, miss)


def compare(compiled: Sweep, reps: int, family: Family, band: float, seconds: float) -> None:
    """Print one line: ours, raking, and how far apart they are."""
    instance = make_instance(reps, family, seed=SEED, slots=4 if reps == 20 else 8, band=band)
    cells, out, times = instance.cells(), np.empty_like(instance.prior), []
    for _ in range(RUNS):
        start = process_time()
        task = instance.task(cells)
        spread(cells, task.system.pull(solve_task(task, Effort(), digit=2e-5).y), out)
        times.append(process_time() - start)
    own, raked = median(times), rake(instance, compiled, seconds)
    name = f"{len(out):>9,} cells, {family}" + (f" {100 * band:g} %" if family == "tight" else "")
    line = f"{name:28s} ours {1e3 * own:8.1f} ms | raking {1e3 * raked.seconds:10.1f} ms, {raked.rounds:5d} rounds"
    if raked.miss > 1e-11:
        print(f"{line} | did not finish: {raked.miss:.0e} off", flush=True)
        return
    best = cost(Distance.PRO_RATA, out, instance.prior)
    apart = cost(Distance.PRO_RATA, raked.cells, instance.prior) / best - 1
    print(f"{line} | objective {apart:+.0e} | 1/{raked.seconds / own:,.0f}", flush=True)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="the target solve against compiled cyclic raking")
    parser.add_argument("--quick", action="store_true", help="the two smaller sizes only")
    parser.add_argument("--seconds", type=float, default=60.0, help="limit for raking")
    arguments = parser.parse_args()
    compiler: Any = numba.njit
    globals()["share_step"] = compiler(share_step)  # the sweep finds it by name when it is compiled
    compiled: Sweep = compiler(sweep)
    rake(make_instance(10, "std", seed=SEED, slots=4), compiled, 1.0)
    for reps in (20, 100) if arguments.quick else (20, 100, 1_000):
        for family, band in (("std", 0.0), ("tight", 0.05), ("tight", 0.01)):
            compare(compiled, reps, "std" if family == "std" else "tight", band, arguments.seconds)


if __name__ == "__main__":
    main()
