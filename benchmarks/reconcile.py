"""Diagonal MinT on trees of 1,111 to 110,111 series: our recursion beside hierarchicalforecast's sparse solve.

Run: python benchmarks/reconcile.py. Both sides get the same base forecasts and the same weights, one thread; medians
of five. At 110,111 the library solves iteratively and is a little off; the normal equations judge both.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np
import polars as pl
from hierarchicalforecast.methods import MinTraceSparse
from scipy import sparse

from salesyear.engine.forecast.reconcile import reconcile, reconcile_above_zero
from salesyear.engine.forecast.tree import Floats, Tree, tree_of

HORIZON = 12


def tree_with(*sizes: int) -> Tree:
    """Company, then so many children of each node: regions, territories, reps, customers."""
    grid = np.indices(sizes).reshape(len(sizes), -1)
    names = ["region", "territory", "rep", "customer"][: len(sizes)]
    return tree_of(pl.DataFrame(dict(zip(names, grid, strict=True))), names)


def summing(tree: Tree) -> sparse.csr_array:
    """The summing matrix, (nodes, leaves)."""
    bottom = tree.leaves.height
    place = np.arange(bottom)
    rows = [tree.above(level) + tree.starts[level] for level in range(len(tree.levels))]
    index = (np.concatenate(rows), np.tile(place, len(rows)))
    return sparse.csr_array((np.ones(len(rows) * bottom), index), shape=(tree.size, bottom))


def unsettled(tree: Tree, base: Floats, variance: Floats, settled: Floats) -> float:
    """The judge: how far S'W^-1(base - settled) is from the 0 it is at the optimum, relative to S'W^-1 base."""
    total = summing(tree)
    pull = total.T @ ((base - settled) / variance[:, None])
    return float(np.abs(pull).max() / np.abs(total.T @ (base / variance[:, None])).max())


def median_ms(work: Callable[[], object], runs: int = 5) -> float:
    """Median wall time in milliseconds."""
    seen = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        seen.append(1e3 * (time.perf_counter() - start))
    return statistics.median(seen)


def compare(tree: Tree) -> None:
    """One size: times, ratio, greatest difference."""
    rng = np.random.default_rng(1)
    truth = tree.add_up(rng.gamma(2.0, 50.0, (tree.leaves.height, HORIZON)))
    base = truth * np.exp(0.2 * rng.standard_normal(truth.shape))
    total = summing(tree)
    variance = np.asarray(total.sum(axis=1)).ravel()
    library = MinTraceSparse(method="wls_struct")
    matrix = sparse.csr_matrix(total)

    def theirs() -> Floats:
        return np.asarray(library.fit_predict(S=matrix, y_hat=base)["mean"])

    ours_ms = median_ms(lambda: reconcile(tree, base, variance), 9)
    theirs_ms = median_ms(theirs)
    apart = float(np.abs(reconcile(tree, base, variance) - theirs()).max() / np.abs(truth).max())
    line = f"{tree.size:>8,} series  ours {ours_ms:8.2f} ms  library {theirs_ms:8.1f} ms"
    line += f"  ratio 1/{theirs_ms / ours_ms:.0f}  greatest difference {apart:.1e} of the total"
    rest = [unsettled(tree, base, variance, one) for one in (reconcile(tree, base, variance), theirs())]
    line += f"; normal equations left over: ours {rest[0]:.0e}, library {rest[1]:.0e}"
    print(line)


def compare_bounded(tree: Tree) -> None:
    """The non-negative problem: ours against the library's quadratic programme."""
    rng = np.random.default_rng(2)
    leaves = np.maximum(rng.normal(10, 15, (tree.leaves.height, HORIZON)), 0)
    base = tree.add_up(leaves) + rng.normal(0, 20, (tree.size, HORIZON))
    total = summing(tree)
    variance = np.asarray(total.sum(axis=1)).ravel()
    library = MinTraceSparse(method="wls_struct", nonnegative=True)
    matrix = sparse.csr_matrix(total)
    start = time.perf_counter()
    theirs = np.asarray(library.fit_predict(S=matrix, y_hat=base)["mean"])
    theirs_ms = 1e3 * (time.perf_counter() - start)
    found = reconcile_above_zero(tree, base, variance)
    ours_ms = median_ms(lambda: reconcile_above_zero(tree, base, variance), 3)
    cost = [float(((one - base) ** 2 / variance[:, None]).sum()) for one in (found.values, theirs)]
    print(
        f"{tree.size:>8,} series, none below 0  ours {ours_ms:8.1f} ms"
        f" ({found.held:,} held at 0, {found.exchanges} exchanges)  library {theirs_ms:8.0f} ms"
        f"  ratio 1/{theirs_ms / ours_ms:.0f}"
        f"  objective ÷ library's - 1 = {cost[0] / cost[1] - 1:.1e}"
    )


def main() -> None:
    """All sizes."""
    small, medium, large = tree_with(10, 10, 10), tree_with(10, 10, 10, 10), tree_with(10, 10, 100, 10)
    for tree in (small, medium, large):
        compare(tree)
    for tree in (small, medium):
        compare_bounded(tree)


if __name__ == "__main__":
    main()
