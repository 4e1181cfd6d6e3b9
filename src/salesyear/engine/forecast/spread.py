"""How far off the forecasts may be: shocks of company, region, territory … and own noise, fitted on past errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats

from salesyear.engine.forecast.tree import Floats, Tree

NORMAL_DOF = 200.0
HEAVIEST_DOF = 3.0
ENOUGH_NODES = 30
OWN_WORTH = 4
LEAST_OWN = 0.05
ROUNDS = 30


@dataclass(frozen=True)
class SpreadParams:
    """How the past errors are trusted. The three numbers were set once, on the sets of benchmarks/intervals.py.

    dependent: False makes reps independent of each other (for tests: it makes upper levels absurdly certain). power:
    how much its many nodes help to know a level's size of error (0: not at all, 1: as if they were independent), so
    that a level has blocks × nodes ^ power cases to go by. caution: the variance is multiplied by 1 + caution / cases,
    because the next year may be of a kind that the few back-tested ones were not. least_doubt: degrees of freedom of
    Student's t for that size, where there are fewer cases.
    """

    dependent: bool = True
    power: float = 0.3
    caution: float = 2.5
    least_doubt: float = 12.0


@dataclass(frozen=True)
class Spread:
    """The fitted law of the errors.

    shock: standard deviation of each node's own shock at step 1 of the profile, (nodes,). share: for each level, the
    part of its ancestor's shock that a leaf takes, (levels, leaves). profile: growth with the horizon, (horizon,),
    mean square 1. root: square root of the correlation between months, (horizon, horizon). dof: weight of the tails
    per level, (levels,), NORMAL_DOF for none. doubt: degrees of freedom that a level's size of error is known with,
    (levels,). sd: standard deviation meant for each node, (nodes,).
    """

    shock: Floats
    share: Floats
    profile: Floats
    root: Floats
    dof: Floats
    doubt: Floats
    sd: Floats


def fit_spread(tree: Tree, errors: Floats, mean: Floats, scale: Floats, blocks: float, params: SpreadParams) -> Spread:
    """Fit the law of the errors.

    errors: coherent out-of-sample errors in today's size (origins, nodes, h), not a number where there is none. mean:
    coherent forecast (nodes, horizon), horizon >= h. scale: a size of error for each node that is known without a
    back-test (nodes,), for nodes and histories too short. blocks: how many of the origins are independent of each
    other. With few of them the size of the common shocks is itself in doubt: see SpreadParams.

    The variance of every node is matched (method of moments for nested random effects; Searle, Casella & McCulloch
    1992, Variance Components, ch. 5), tails by the ratio of the 95 % and 80 % points of the errors.
    """
    horizon = mean.shape[1]
    if not len(errors):
        errors = np.ones((1, tree.size, 1)) * scale[None, :, None]
    size = _sizes(tree, errors, scale)
    profile = _profile(tree, errors / size[None, :, None], horizon)
    unit = errors / (size[:, None] * profile[: errors.shape[2]])
    dof, factor = _tails(tree, unit)
    fading = [_fading(unit[:, tree.nodes(level)], horizon) for level in range(len(tree.levels))]
    cases = blocks * np.diff(tree.starts) ** params.power
    sd = size * (factor * np.sqrt(1 + params.caution / cases))[tree.level_of]
    share = _shares(tree, mean)
    shock = _shocks(tree, sd, mean) if params.dependent else _own_noise_only(tree, sd)
    doubt = np.maximum(cases, params.least_doubt)
    return Spread(shock, share, profile, _root(np.mean(fading, axis=0)), dof, doubt, sd)


def _sizes(tree: Tree, errors: Floats, scale: Floats) -> Floats:
    """Root mean square error of each node, drawn to what its level makes of a node of its scale."""
    known = np.isfinite(errors[:, :, 0])
    count = known.sum(axis=0)
    raw = np.nan_to_num((errors**2).mean(axis=2)).sum(axis=0) / np.maximum(count, 1)
    out = np.empty_like(raw)
    for level in range(len(tree.levels)):
        span = tree.nodes(level)
        told = count[span] > 0
        law = float(raw[span][told].sum() / (scale[span][told] ** 2).sum()) if told.any() else 1.0
        out[span] = (count[span] * raw[span] + OWN_WORTH * law * scale[span] ** 2) / (count[span] + OWN_WORTH)
    return np.asarray(np.sqrt(np.maximum(out, 1e-18)))


def _profile(tree: Tree, unit: Floats, horizon: int) -> Floats:
    """Growth of the error with the horizon: an own level per step, smoothed by a line in the square."""
    steps = np.arange(1, unit.shape[2] + 1)
    levels = [unit[:, tree.nodes(level)] for level in range(len(tree.levels))]
    square = np.mean([np.nanmean(one**2, axis=(0, 1)) for one in levels if np.isfinite(one).any()], axis=0)
    if len(steps) < 3:
        return np.ones(horizon)
    slope, start = np.polyfit(steps, square, 1)
    line = np.maximum(start + max(slope, 0.0) * np.arange(1, horizon + 1), 0.05)
    return np.asarray(np.sqrt(line / line[: len(steps)].mean()))


def _tails(tree: Tree, unit: Floats) -> tuple[Floats, Floats]:
    """Degrees of freedom per level, and the factor from root mean square to the standard deviation that covers.

    The factor makes the 80 % and the 95 % point right on average in the logarithm. A level of few nodes has too few
    errors to tell its tails by: it keeps the root mean square and the normal law.
    """
    dof, factor = [], []
    for level in range(len(tree.levels)):
        one = unit[:, tree.nodes(level)]
        one = one[np.isfinite(one).all(axis=2)]
        if tree.nodes(level).stop - tree.nodes(level).start < ENOUGH_NODES or not len(one):
            dof.append(NORMAL_DOF)
            factor.append(float(np.sqrt((one**2).mean())) if len(one) else 1.0)
            continue
        inner, outer = np.quantile(np.abs(one), [0.8, 0.95])
        nu = _dof(outer / max(inner, 1e-12))
        stretch = np.sqrt(inner / stats.t.ppf(0.9, nu) * outer / stats.t.ppf(0.975, nu))
        dof.append(nu)
        factor.append(max(stretch * np.sqrt(nu / (nu - 2)), 1e-6))
    return np.array(dof), np.array(factor)


def _dof(ratio: float) -> float:
    """Student's t whose 95 % point stands to its 80 % point as given."""

    def off(nu: float) -> float:
        return float(stats.t.ppf(0.975, nu) / stats.t.ppf(0.9, nu)) - ratio

    if off(NORMAL_DOF) > 0:
        return NORMAL_DOF
    return HEAVIEST_DOF if off(HEAVIEST_DOF) < 0 else float(optimize.brentq(off, HEAVIEST_DOF, NORMAL_DOF))


def _shares(tree: Tree, mean: Floats) -> Floats:
    """Each leaf's part of each ancestor's forecast, (levels, leaves)."""
    total = np.maximum(mean.sum(axis=1), 0.0)
    leaf = total[tree.leaf_nodes]
    rows = []
    for level in range(len(tree.levels)):
        place = tree.above(level)
        whole = total[tree.nodes(level)]
        mates = np.bincount(place, minlength=len(whole))
        safe = np.where(whole > 0, whole, 1.0)
        rows.append(np.where(whole[place] > 0, leaf / safe[place], 1 / mates[place]))
    return np.array(rows)


def _own_noise_only(tree: Tree, sd: Floats) -> Floats:
    shock = np.zeros(tree.size)
    shock[tree.leaf_nodes] = sd[tree.leaf_nodes]
    return shock


def _shocks(tree: Tree, sd: Floats, mean: Floats) -> Floats:
    """Own shock of each node such that its variance, what lies above and below it counted in, comes out as meant.

    A fixed point, reached by halving the way to it: what a node lacks is its own shock. Where the leaves' noise alone
    exceeds what a node is meant to have, its shock is 0 and it stays too wide.
    """
    meant = sd**2
    least = np.where(tree.level_of == tree.depth, LEAST_OWN * meant, 0.0)
    part = _part_of_parent(tree, mean)
    own = np.where(tree.level_of == tree.depth, meant, 0.0)
    for _ in range(ROUNDS):
        lacking = meant - _from_below(tree, own) - _from_above(tree, own, part)
        own = (own + np.maximum(lacking, least)) / 2
    return np.asarray(np.sqrt(own))


def _from_below(tree: Tree, own: Floats) -> Floats:
    """Variance that the shocks of all nodes below it bring to each node."""
    below = [np.zeros(tree.leaves.height)]
    for level in tree.bottom_up():
        below.insert(0, tree.gather[level] @ (below[0] + own[tree.nodes(level + 1)]))
    return np.concatenate(below)


def _from_above(tree: Tree, own: Floats, part: Floats) -> Floats:
    """Variance that the shocks of its ancestors bring to each node, which takes its `part` of its parent's."""
    above = [np.zeros(1)]
    for level in tree.top_down():
        handed = tree.spread((above[-1] + own[tree.nodes(level - 1)])[:, None], level)[:, 0]
        above.append(part[tree.nodes(level)] ** 2 * handed)
    return np.concatenate(above)


def _part_of_parent(tree: Tree, mean: Floats) -> Floats:
    """Each node's part of its parent's forecast; an even part where the parent has none."""
    total = np.maximum(mean.sum(axis=1), 0.0)
    parent = np.maximum(tree.parent, 0)
    mates = np.bincount(parent[1:], minlength=tree.size)[parent]
    part = np.where(
        total[parent] > 0, total / np.where(total[parent] > 0, total[parent], 1.0), 1 / np.maximum(mates, 1)
    )
    return np.asarray(part)


def _fading(unit: Floats, horizon: int) -> Floats:
    """Correlation of the errors of a level by the number of steps between them, (horizon,), never rising.

    Steps further apart than the back-test looks keep the last value seen.
    """
    steps = unit.shape[2] if len(unit) else 0
    unit = unit[np.isfinite(unit).all(axis=2)]
    power = max(float((unit**2).mean()), 1e-12) if len(unit) else 1.0
    by_lag = np.ones(horizon)
    for lag in range(1, horizon):
        if lag < steps and len(unit):
            seen = float((unit[..., :-lag] * unit[..., lag:]).mean()) / power
            by_lag[lag] = min(by_lag[lag - 1], max(seen, 0.0))
        else:
            by_lag[lag] = by_lag[lag - 1]
    return by_lag


def _root(by_lag: Floats) -> Floats:
    """Square root of the correlation between steps, (horizon, horizon): how long an error lasts."""
    steps = np.arange(len(by_lag))
    values, vectors = np.linalg.eigh(by_lag[np.abs(np.subtract.outer(steps, steps))])
    half = vectors * np.sqrt(np.maximum(values, 0.0))
    return np.asarray(half / np.sqrt((half**2).sum(axis=1, keepdims=True)))
