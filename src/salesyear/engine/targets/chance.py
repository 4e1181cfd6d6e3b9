"""How likely each target is to be reached, at every level of the organisation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from salesyear.engine.messages import EngineError, noop
from salesyear.engine.rounding.tree import OrgTree

Floats = NDArray[np.float64]


class PathsDoNotFit(EngineError):
    """The sample paths, targets and actuals do not belong to the same organisation and year."""


class TotalOutOfReach(EngineError):
    """No sample path comes as far as the total asked for."""


@dataclass(frozen=True)
class Chances:
    """Share of sample paths that reach each target; NaN where there is none. Paths tell how exact that is.

    year: (nodes,); month: (nodes, months).
    """

    year: Floats
    month: Floats
    paths: int

    @property
    def error(self) -> Floats:
        """Standard error of `year` from the number of paths alone: (nodes,)."""
        return np.asarray(np.sqrt(self.year * (1 - self.year) / self.paths))


@dataclass(frozen=True)
class EqualDifficulty:
    """Targets every rep reaches with the same chance: targets (leaves, months) sum to the total asked for."""

    chance: float
    targets: Floats


def chances(paths: Floats, targets: Floats, tree: OrgTree, *, sold: Floats | None = None) -> Chances:
    """Chance of reaching each target: the share of paths that sum to it or more.

    paths: (paths, leaves, months) sales that may come, drawn together: path 7 is one future of the whole
    company. targets: (nodes, months), NaN for none (a year with a NaN month has no target). sold: (leaves,
    closed months) replaces the first months by what was really sold; the paths must then be drawn after
    these months closed. Adding up paths and not distributions keeps what reps have in common (a bad market
    hits all): engine design 2.7; Hyndman & Athanasopoulos, Forecasting (3rd ed., 2021), sections 5.5 and 11.
    Raises PathsDoNotFit.
    """
    _refuse_misfits(paths, targets, tree, sold)
    order = tree.canonical
    sums = _with_actuals(paths, sold)
    sums = sums if (np.diff(order) == 1).all() else sums[:, order]
    above = tree.ancestors[:, order]
    month = np.full(targets.shape, np.nan)
    year = np.full(targets.shape[0], np.nan)
    for depth in range(above.shape[0] - 1, -1, -1):
        level = above[depth]
        starts = np.flatnonzero(np.diff(level, prepend=-1))
        sums = sums if starts.size == level.size else np.add.reduceat(sums, starts, axis=1)
        node, above = level[starts], above[:, starts]
        month[node] = (sums >= targets[node]).mean(axis=0)
        year[node] = (sums.sum(axis=2) >= targets[node].sum(axis=1)).mean(axis=0)
    month[np.isnan(targets)] = np.nan
    year[np.isnan(targets).any(axis=1)] = np.nan
    return Chances(year, month, paths.shape[0])


def equal_difficulty(paths: Floats, total: float, *, sold: Floats | None = None) -> EqualDifficulty:
    """Year targets at one quantile of each rep's own possible years, the quantile that meets the total.

    paths: (paths, leaves, months); total: sum of all targets. Each rep's quantile function is linear between
    his ordered paths, so the sum of all reps is linear between the sums of equally ranked paths and
    the quantile is read off directly. Months follow each rep's mean path. Raises TotalOutOfReach.
    """
    futures = _with_actuals(paths, sold)
    ranked = np.sort(futures.sum(axis=2), axis=0)
    rank = np.linspace(0, 1, ranked.shape[0])
    sums = ranked.sum(axis=1)
    if not sums[0] <= total <= sums[-1]:
        raise TotalOutOfReach(
            noop("%(total).0f is out of reach: in all paths together reps sell between %(least).0f and %(most).0f."),
            total=total,
            least=float(sums[0]),
            most=float(sums[-1]),
        )
    level = float(np.interp(total, sums, rank))
    year = np.array([np.interp(level, rank, rep) for rep in ranked.T])
    mean = futures.mean(axis=0)
    whole = mean.sum(axis=1, keepdims=True)
    profile = np.where(whole > 0, mean / np.where(whole > 0, whole, 1), 1 / mean.shape[1])
    return EqualDifficulty(1 - level, year[:, None] * profile)


def as_if_independent(paths: Floats, *, seed: int) -> Floats:
    """The same reps with nothing in common: each rep's paths in a random order of his own.

    For comparison only: what reps share does not average out over them, so chances of upper levels from such
    paths are absurdly certain.
    """
    rng = np.random.default_rng(seed)
    apart = np.empty_like(paths)
    for leaf in range(paths.shape[1]):
        apart[:, leaf] = paths[rng.permutation(paths.shape[0]), leaf]
    return apart


def _with_actuals(paths: Floats, sold: Floats | None) -> Floats:
    if sold is None:
        return paths
    futures = paths.copy()
    futures[:, :, : sold.shape[1]] = sold
    return futures


def _refuse_misfits(paths: Floats, targets: Floats, tree: OrgTree, sold: Floats | None) -> None:
    count, leaves, months = paths.shape
    fits = count > 0 and leaves == tree.leaves.size and targets.shape == (len(tree.keys), months)
    fits = fits and (sold is None or (sold.shape[0] == leaves and sold.shape[1] <= months))
    if not fits:
        raise PathsDoNotFit(
            noop("%(paths)s paths × reps × months do not fit %(nodes)d positions with %(leaves)d reps."),
            paths=" × ".join(str(side) for side in paths.shape),
            nodes=len(tree.keys),
            leaves=tree.leaves.size,
        )
