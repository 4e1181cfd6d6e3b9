"""Rounding of a whole plan: ours against OR-tools' min-cost flow on the same network, in the same run.

python benchmarks/rounding.py [--quick]

Both get the same real plan (fractions of rep-months drawn with a published seed) and the same arrays of the
org tree; neither's time holds building those. Ours: plain NumPy, and the compiled loops if numba is there.
Theirs: adding the arcs, solving, reading the flows. The peer minimises the sum of absolute deviations, ours
is unbiased.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import min_cost_flow

from salesyear.engine.rounding import OrgTree, compiled, round_plan
from salesyear.engine.rounding.halving import ONE, Network, network, round_fractions
from salesyear.engine.rounding.noise import cross_words, name_words

MONTHS = 12
SEED = 20270101
Ints = NDArray[np.int64]


def organisation(reps: int) -> OrgTree:
    """Company, regions, territories of ten reps."""
    regions, territories = max(2, min(10, reps // 100)), reps // 10
    keys = ["company", *(f"region {i}" for i in range(regions))]
    parents = [-1, *([0] * regions)]
    keys += [f"territory {i}" for i in range(territories)]
    parents += [1 + i * regions // territories for i in range(territories)]
    keys += [f"rep {i}" for i in range(reps)]
    parents += [1 + regions + i // 10 for i in range(reps)]
    return OrgTree(tuple(keys), tuple(parents))


@dataclass(frozen=True)
class Case:
    """One instance: fractions of rep-months in ticks, in the order of the tree's leaves."""

    tree: OrgTree
    net: Network
    fractions: Ints

    def rises(self, seed: int) -> Ints:
        """Our rounding: 0 or 1 per rep-month."""
        words = cross_words(self.tree.leaf_words, name_words(range(MONTHS)), seed)
        order = self.tree.canonical
        rises = np.empty_like(self.fractions)
        rises[order] = round_fractions(self.fractions[order], words[order], self.net)
        return rises


def case(reps: int) -> Case:
    tree = organisation(reps)
    fractions = np.random.default_rng(SEED).integers(0, ONE, (reps, MONTHS))
    return Case(tree, network(tree, MONTHS), fractions)


def violations(case_: Case, rises: Ints) -> int:
    """How many cells, months and years of all nodes are a whole unit or more away."""
    off = case_.tree.roll_up(rises * ONE - case_.fractions)
    return int((np.abs(off) >= ONE).sum() + (np.abs(off.sum(axis=1)) >= ONE).sum())


@dataclass(frozen=True)
class Arcs:
    """The network for the peer: arcs with a real flow each, in ticks."""

    tail: Ints
    head: Ints
    flow: Ints
    leaf_months: slice

    @classmethod
    def of(cls, case_: Case) -> Arcs:
        tree, flows = case_.tree, case_.tree.roll_up(case_.fractions)
        nodes, month = len(tree.keys), np.arange(MONTHS)
        below = np.flatnonzero(tree.up >= 0)
        inner = np.setdiff1d(below, tree.leaves)

        def vertex(node: Ints) -> Ints:
            return nodes + node[:, None] * MONTHS + month

        tails = [
            tree.up[below],
            np.repeat(tree.leaves, MONTHS),
            vertex(inner).ravel(),
            vertex(np.array([0])).ravel(),
        ]
        heads = [
            below,
            vertex(tree.up[tree.leaves]).ravel(),
            vertex(tree.up[inner]).ravel(),
            np.zeros(MONTHS, int),
        ]
        amounts = [flows[below].sum(axis=1), flows[tree.leaves].ravel(), flows[inner].ravel(), flows[0]]
        start = below.size
        return cls(
            np.concatenate(tails),
            np.concatenate(heads),
            np.concatenate(amounts),
            slice(start, start + case_.fractions.size),
        )


def peer(arcs: Arcs) -> tuple[float, Ints]:
    """Least sum of absolute deviations by OR-tools: seconds, 0 or 1 per rep-month."""
    low, part = arcs.flow // ONE, arcs.flow % ONE
    size = int(max(arcs.tail.max(), arcs.head.max())) + 1
    supply = np.zeros(size, dtype=np.int64)
    np.add.at(supply, arcs.tail, -low)
    np.add.at(supply, arcs.head, low)
    start = perf_counter()
    solver = min_cost_flow.SimpleMinCostFlow()
    numbers = solver.add_arcs_with_capacity_and_unit_cost(
        arcs.tail, arcs.head, (part > 0).astype(np.int64), (ONE - 2 * part) * 1000 // ONE
    )
    solver.set_nodes_supplies(np.arange(size), supply)
    status = solver.solve()
    flows = solver.flows(numbers)
    seconds = perf_counter() - start
    if status != solver.OPTIMAL:
        raise SystemExit(f"OR-tools did not finish: {status}")
    return seconds, np.asarray(flows)[arcs.leaf_months]


def timed(run: Callable[[], object], repeats: int) -> float:
    run()
    seconds = []
    for _ in range(repeats):
        start = perf_counter()
        run()
        seconds.append(perf_counter() - start)
    return median(seconds)


def compare(reps: int, repeats: int) -> None:
    instance = case(reps)
    arcs = Arcs.of(instance)
    theirs = median(peer(arcs)[0] for _ in range(repeats))
    flows = peer(arcs)[1].reshape(instance.fractions.shape)
    off = [np.abs(r * ONE - instance.fractions).sum() / ONE for r in (instance.rises(1), flows)]
    compiled.cool_down()
    plain = timed(lambda: instance.rises(1), repeats)
    reference = [instance.rises(seed) for seed in range(5)]
    loops = timed(lambda: instance.rises(1), repeats) if compiled.warm_up() else float("nan")
    if not all((instance.rises(seed) == rises).all() for seed, rises in enumerate(reference)):
        raise SystemExit("The compiled loops differ from the reference.")
    bad = sum(violations(instance, rises) for rises in reference)
    print(
        f"{reps * MONTHS:>10,} {theirs * 1e3:>10.2f} {plain * 1e3:>9.2f} {plain / theirs:>6.2f} "
        f"{loops * 1e3:>9.2f} {loops / theirs:>6.2f} "
        f"{bad:>10} {violations(instance, flows):>6} {off[0] / off[1]:>7.2f}"
    )


def whole_plan(reps: int, repeats: int) -> None:
    tree = organisation(reps)
    real = np.random.default_rng(SEED).lognormal(4, 1, (reps, MONTHS, 80))
    seconds = timed(lambda: round_plan(real, tree, range(MONTHS), seed=1), repeats)
    worst = np.abs(round_plan(real, tree, range(MONTHS), seed=1).units - real).max()
    print(f"{real.size:>10,} cells, rounded and verified: {seconds * 1e3:8.1f} ms; worst {worst:.4f} off")


def fairness(seeds: int) -> None:
    instance = case(20)
    total = np.zeros(instance.fractions.shape)
    for seed in range(seeds):
        total += instance.rises(seed)
    share = instance.fractions / ONE
    error = (total / seeds - share) / np.sqrt(share * (1 - share) / seeds)
    worst, spread = np.abs(error).max(), error.std()
    print(f"mean over {seeds:,} seeds of 240 rep-months: worst {worst:.2f} s.e., rms {spread:.2f} s.e.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, few repeats")
    quick = parser.parse_args().quick
    print("rep-months  OR-tools ms  NumPy ms  ratio  loops ms  ratio  violations (ours, theirs)  L1 ours/theirs")
    for reps in (100, 1_000) if quick else (100, 1_000, 10_000):
        compare(reps, 3 if quick else 7)
    for reps in (100,) if quick else (1_000, 10_000):
        whole_plan(reps, 3)
    fairness(1_000 if quick else 10_000)


if __name__ == "__main__":
    main()
