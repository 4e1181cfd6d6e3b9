"""The shape of the year: seasonal indices of every node, the weak ones drawn to their parent's."""

from __future__ import annotations

import warnings

import numpy as np

from salesyear.engine.forecast.tree import Floats, Ints, Tree

LOWEST = 0.05
ENOUGH_YEARS = 4


def seasonal_indices(tree: Tree, values: Floats, first: Ints, season: int) -> Floats:
    """Multiplicative indices (nodes, season), mean 1, place 0 for the series' first period.

    Classical decomposition by ratio to the moving level, then shrinkage to the parent's index (the root's to none) by
    w = max(0, d - v) / d: d the mean squared distance between the two, v the sampling variance of the own one (group
    seasonal indices: Dalhart 1974; Miller & Williams 2003, IJF 19:669-684). A node with fewer than two ratios for some
    season takes its parent's shape whole: short and intermittent series are pooled, never dropped.
    """
    if season < 2 or values.shape[1] < season:
        return np.ones((len(values), season))
    own, noise = _own_indices(values, first, season)
    shape = np.empty_like(own)
    shape[:1] = _drawn_to(np.ones((1, season)), own[:1], noise[:1])
    for level in tree.top_down():
        above = tree.spread(shape[tree.nodes(level - 1)], level)
        mine, doubt = own[tree.nodes(level)], noise[tree.nodes(level)]
        shape[tree.nodes(level)] = _drawn_to(above, mine, doubt)
    return shape


def indices_alone(values: Floats, first: Ints, season: int) -> Floats:
    """Indices (rows, season) of series that have no parent: each drawn to no seasons at all."""
    if season < 2 or values.shape[1] < season:
        return np.ones((len(values), season))
    own, noise = _own_indices(values, first, season)
    return _drawn_to(np.ones_like(own), own, noise)


def _drawn_to(above: Floats, own: Floats, noise: Floats) -> Floats:
    distance = ((own - above) ** 2).mean(axis=1)
    trusted = np.isfinite(noise) & np.isfinite(distance) & (distance > noise)
    weight = np.where(trusted, (distance - np.where(trusted, noise, 0.0)) / np.where(trusted, distance, 1.0), 0.0)[
        :, None
    ]
    shape = np.maximum(np.where(weight > 0, weight * own, 0.0) + (1 - weight) * above, LOWEST)
    return np.asarray(shape / shape.mean(axis=1, keepdims=True))


def _own_indices(values: Floats, first: Ints, season: int) -> tuple[Floats, Floats]:
    """Each node's own indices, and the mean sampling variance of them (infinite when it cannot be told)."""
    average, offset = _usual(values, season)
    middle = values[:, offset : offset + average.shape[1]]
    known = (np.arange(average.shape[1]) + offset >= first[:, None]) & (average > 0)
    ratio = np.where(known, middle / np.where(known, average, 1.0), np.nan)
    place = (np.arange(average.shape[1]) + offset) % season
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        mean = np.stack([np.nanmean(ratio[:, place == s], axis=1) for s in range(season)], axis=1)
        var = np.stack([np.nanvar(ratio[:, place == s], axis=1, ddof=1) for s in range(season)], axis=1)
    count = np.stack([known[:, place == s].sum(axis=1) for s in range(season)], axis=1)
    noise = (var / np.maximum(count, 1)).mean(axis=1)
    usable = (count.min(axis=1) >= 1) & np.isfinite(mean).all(axis=1) & (np.nan_to_num(mean).sum(axis=1) > 0)
    total = np.where(usable, np.nan_to_num(mean).mean(axis=1), 1.0)[:, None]
    own = np.where(usable[:, None], np.maximum(np.nan_to_num(mean) / total, LOWEST), 1.0)
    told = usable & (count.min(axis=1) >= 2)
    return own / own.mean(axis=1, keepdims=True), np.where(told, noise, np.inf)


def _usual(values: Floats, season: int) -> tuple[Floats, int]:
    """What a period would have sold without seasons, and the first period this is known for.

    From four years on the centred moving average; before, which would leave too few ratios, the line through the
    means of the whole years (a line through the single periods would take the shape of the year for a trend).
    """
    years = values.shape[1] // season
    if years >= ENOUGH_YEARS:
        return centred_average(values, season)
    start = values.shape[1] - years * season
    means = values[:, start:].reshape(len(values), years, season).mean(axis=2)
    middle = np.arange(years) * season + (season - 1) / 2
    off = middle - middle.mean()
    slope = (means * off).sum(axis=1) / max(float((off**2).sum()), 1.0)
    return means.mean(axis=1)[:, None] + slope[:, None] * (np.arange(years * season) - middle.mean()), start


def centred_average(values: Floats, season: int) -> tuple[Floats, int]:
    """Centred moving average of one year (half weights at the ends when `season` is even) and its first period."""
    sums = np.cumsum(np.pad(values, ((0, 0), (1, 0))), axis=1)
    plain = (sums[:, season:] - sums[:, :-season]) / season
    if season % 2:
        return plain, season // 2
    return (plain[:, 1:] + plain[:, :-1]) / 2, season // 2


def unfold(shape: Floats, start: int, length: int) -> Floats:
    """The indices laid along `length` periods, the first of which is period `start` of the series."""
    return shape[:, (start + np.arange(length)) % shape.shape[1]]
