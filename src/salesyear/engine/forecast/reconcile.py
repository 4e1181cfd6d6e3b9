"""Makes forecasts of all nodes of a tree add up: diagonal MinT by an exact recursion in two passes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from salesyear.engine.forecast.tree import Bools, Floats, Tree
from salesyear.engine.messages import EngineError, noop

MAX_EXCHANGES = 200


class NotSettled(EngineError):
    """The non-negative projection did not come to rest (a bug, not a property of the data)."""


@dataclass(frozen=True)
class Reconciled:
    """Coherent values (nodes, h), how many (leaf, h) cells the floor holds at 0, and how many exchanges that took."""

    values: Floats
    held: int
    exchanges: int


def reconcile(tree: Tree, base: Floats, variance: Floats) -> Floats:
    """Coherent forecasts nearest to `base`: minimises the sum of (x - base)^2 / variance over all nodes.

    base: (nodes, h). variance: (nodes,) or (nodes, h), positive above the leaves; a leaf of variance 0 keeps its
    value. This is MinT with a diagonal error covariance (Wickramasuriya, Athanasopoulos & Hyndman 2019, JASA
    114:804-819); on a tree its normal equations are eliminated like a Kalman filter: up, the children's sum is
    blended with the node's own forecast; down, what the parent changed is handed out by variance.
    """
    spread = variance if variance.ndim == 2 else variance[:, None]
    means, weights, sums, totals = _upward(tree, base, spread)
    return _downward(tree, means, weights, sums, totals)


def _upward(
    tree: Tree, base: Floats, variance: Floats
) -> tuple[list[Floats], list[Floats], list[Floats], list[Floats]]:
    """Filtered mean and variance per level; the children's sum and its variance for each level above the last."""
    means, weights = [base[tree.leaf_nodes]], [variance[tree.leaf_nodes]]
    sums: list[Floats] = []
    totals: list[Floats] = []
    for level in tree.bottom_up():
        own = tree.nodes(level)
        below, total = tree.gather[level] @ means[0], tree.gather[level] @ weights[0]
        gain = total / (total + variance[own])
        means.insert(0, below + gain * (base[own] - below))
        weights.insert(0, total * (1 - gain))
        sums.insert(0, below)
        totals.insert(0, total)
    return means, weights, sums, totals


def _downward(
    tree: Tree, means: list[Floats], weights: list[Floats], sums: list[Floats], totals: list[Floats]
) -> Floats:
    """Hand each parent's change to its children in proportion to their variance."""
    settled = [means[0]]
    for level in tree.top_down():
        total = totals[level - 1]
        rate = np.divide(settled[-1] - sums[level - 1], total, out=np.zeros_like(sums[level - 1]), where=total > 0)
        settled.append(means[level] + weights[level] * tree.spread(rate, level))
    return np.concatenate(settled)


def reconcile_above_zero(tree: Tree, base: Floats, variance: Floats) -> Reconciled:
    """As `reconcile`, with no leaf below 0: the exact optimum of the bounded problem.

    Block pivoting (Portugal, Judice & Vicente 1994, Math. Comp. 63:625-643): leaves below 0 are held at 0, held
    leaves whose release would raise them are freed, until neither is left. Each exchange is one recursion. Raises
    NotSettled after MAX_EXCHANGES exchanges.
    """
    values = reconcile(tree, base, variance)
    leaf = tree.leaf_nodes
    if (values[leaf] >= 0).all():
        return Reconciled(values, 0, 0)
    spread = np.broadcast_to(variance if variance.ndim == 2 else variance[:, None], base.shape)
    held = np.zeros(values[leaf].shape, dtype=bool)
    fewest, patience = held.size + 1, 3
    for exchange in range(1, MAX_EXCHANGES + 1):
        wrong = _wrong(tree, values, base, spread, held)
        count = int(wrong.sum())
        if not count:
            return Reconciled(_sealed(tree, values), int(held.sum()), exchange - 1)
        fewest, patience = (count, 3) if count < fewest else (fewest, patience - 1)
        held ^= wrong if patience > 0 else _last_of_each_column(wrong)
        values = _with_held(tree, base, spread, held)
    raise NotSettled(noop("The forecasts could not be made non-negative in %(count)s steps."), count=MAX_EXCHANGES)


def _with_held(tree: Tree, base: Floats, spread: Floats, held: Bools) -> Floats:
    """The recursion with the held leaves fixed at 0."""
    leaf = tree.leaf_nodes
    fixed, tight = base.copy(), spread.copy()
    fixed[leaf][held] = 0.0
    tight[leaf][held] = 0.0
    return reconcile(tree, fixed, tight)


def _wrong(tree: Tree, values: Floats, base: Floats, spread: Floats, held: Bools) -> Bools:
    """Free leaves below 0, and held leaves that would rise if they were let go (negative multiplier)."""
    leaf = tree.leaf_nodes
    scale = np.abs(base[leaf]).max(axis=0) + 1e-300
    pull = (values - base) / spread
    slope = pull[:1]
    for level in tree.top_down():
        slope = tree.spread(slope, level) + pull[tree.nodes(level)]
    return np.asarray(np.where(held, slope * spread[leaf] < -1e-12 * scale, values[leaf] < -1e-12 * scale))


def _last_of_each_column(wrong: Bools) -> Bools:
    """Murty's rule, which always ends: exchange one leaf per column, the one numbered last."""
    rows = len(wrong)
    last = rows - 1 - np.argmax(wrong[::-1], axis=0)
    single = np.zeros_like(wrong)
    columns = wrong.any(axis=0)
    single[last[columns], np.flatnonzero(columns)] = True
    return single


def _sealed(tree: Tree, values: Floats) -> Floats:
    """Cut the last rounding crumbs below 0 and add up again, so that sums stay exact."""
    return tree.add_up(np.maximum(values[tree.leaf_nodes], 0.0))
