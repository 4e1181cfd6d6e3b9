"""A scorecard learned from what became of earlier leads or customers."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib import import_module
from itertools import combinations
from typing import Any

import numpy as np
import polars as pl

from salesyear.engine.market.bins import Bins, learn_bins
from salesyear.engine.market.calibration import calibrate, log_losses
from salesyear.engine.market.scorecard import Scorecard, Term
from salesyear.engine.market.tables import Bools, Floats, Ints, need
from salesyear.engine.messages import EngineError, noop

LEAST_OUTCOMES = 30
# A pair of features that never moves the log odds by this much is no reason for anything.
LEAST_EFFECT = 1e-6


class TooFewOutcomes(EngineError):
    """A scorecard was asked of too few successes or failures."""


@dataclass(frozen=True)
class Way:
    """How to learn: which features a tree may join, its leaves, and the most levels of a feature."""

    joins: str
    leaves: int
    levels: int


WAYS = {"single features": Way("no_interactions", 4, 48), "pairs of features": Way("pairwise", 31, 200)}


@dataclass(frozen=True)
class LearnParams:
    """features: columns to learn from, all but the outcome when None; leave out what is known only afterwards.
    rising, falling: number features whose points may only rise (fall) with the value. ways: of learning to choose
    from, the simplest first. levels: most levels of a feature instead of the way's own, few for a card people edit.
    folds, repeats, rate, rounds: of the boosting. seed: of its folds.
    """

    features: tuple[str, ...] | None = None
    rising: tuple[str, ...] = ()
    falling: tuple[str, ...] = ()
    ways: tuple[str, ...] = tuple(WAYS)
    levels: int | None = None
    folds: int = 5
    repeats: int = 1
    rate: float = 0.1
    rounds: int = 400
    seed: int = 0


@dataclass(frozen=True)
class _Boosted:
    """Models of one way of learning, and what each row was given by those that had not seen it (log odds)."""

    bins: tuple[Bins, ...]
    codes: Ints
    models: tuple[Any, ...]
    unseen: Floats

    def score(self, codes: Floats) -> Floats:
        return np.asarray(np.mean([model.decision_function(codes) for model in self.models], axis=0))


def learn_scorecard(frame: pl.DataFrame, outcome: str, params: LearnParams | None = None) -> Scorecard:
    """Learn points from rows whose `outcome` (0 or 1) is known; raises TooFewOutcomes below 30 of either.

    Boosted trees (scikit-learn) that may join one feature, or two, are fitted on folds, stopped by the fold left out
    and averaged; the simpler way is kept unless the other's out-of-fold log loss is better by more than one standard
    error. Such a model *is* a sum of tables (Lou, Caruana, Gehrke & Hooker 2013, KDD), which are read off exactly,
    freed of each other's means (Lengerich et al. 2020, AISTATS) and calibrated on the out-of-fold scores.
    """
    params = params or LearnParams()
    need(frame, outcome)
    happened = np.asarray(frame[outcome].cast(pl.Int64).to_numpy())
    _enough(happened)
    features = params.features or tuple(name for name in frame.columns if name != outcome)
    with _one_thread():
        tried = {way: _boost(frame.select(features), happened, WAYS[way], params) for way in params.ways}
        return _best_card(tried, happened)


def _one_thread() -> AbstractContextManager[object]:
    """The same sums in the same order everywhere, and no fight with other processes for the cores."""
    from threadpoolctl import threadpool_limits

    import_module("sklearn.ensemble")  # only a pool that is loaded can be limited
    limits: AbstractContextManager[object] = threadpool_limits(1)
    return limits


def _best_card(tried: dict[str, _Boosted], happened: Ints) -> Scorecard:
    """The simplest good way as tables, calibrated."""
    losses = {way: log_losses(_chance(made.unseen), happened) for way, made in tried.items()}
    way = _simplest_good(losses)
    best = tried[way]
    slope, offset = calibrate(best.unseen, happened)
    constant, terms = _tables(best.score, best.codes, best.bins)
    card = Scorecard(
        intercept=constant,
        terms=terms,
        bins=best.bins,
        evidence=_evidence(best.codes, happened, best.bins),
        tried=pl.DataFrame({"method": list(losses), "log_loss": [float(loss.mean()) for loss in losses.values()]}),
        method=way,
    )
    return card.stretched(slope, offset)


def _enough(happened: Ints) -> None:
    hits = int(happened.sum())
    if min(hits, len(happened) - hits) < LEAST_OUTCOMES:
        text = noop(
            "Learning grades needs at least %(least)s successes and as many failures; "
            "here are %(hits)s and %(misses)s. Grade by weights instead."
        )
        raise TooFewOutcomes(text, least=LEAST_OUTCOMES, hits=hits, misses=len(happened) - hits)


def _chance(score: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-score)))


def _design(codes: Ints, bins: tuple[Bins, ...]) -> Floats:
    """Levels as the trees take them: empty as NaN."""
    empty = np.array([one.size - 1 for one in bins])
    return np.where(codes == empty, np.nan, codes)


def _boost(known: pl.DataFrame, happened: Ints, way: Way, params: LearnParams) -> _Boosted:
    """One model per fold and repeat, stopped by the rows of the fold."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.model_selection import RepeatedStratifiedKFold

    bins = learn_bins(known, tuple(known.columns), params.levels or way.levels)
    codes = np.column_stack([one.codes(known) for one in bins])
    design = _design(codes, bins)
    folds = RepeatedStratifiedKFold(n_splits=params.folds, n_repeats=params.repeats, random_state=params.seed)
    trend = [int(one.feature in params.rising) - int(one.feature in params.falling) for one in bins]
    models, unseen = [], np.zeros(len(happened))
    for learn, check in folds.split(design, happened):
        model = HistGradientBoostingClassifier(
            learning_rate=params.rate,
            max_iter=params.rounds,
            max_leaf_nodes=way.leaves,
            min_samples_leaf=20,
            l2_regularization=5.0,
            categorical_features=[not one.numeric for one in bins],
            monotonic_cst=trend,
            interaction_cst=way.joins,
            early_stopping=True,
            n_iter_no_change=20,
            random_state=params.seed,
        )
        model.fit(design[learn], happened[learn], X_val=design[check], y_val=happened[check])
        models.append(model)
        unseen[check] += model.decision_function(design[check]) / params.repeats
    return _Boosted(bins, codes, tuple(models), unseen)


def _simplest_good(losses: dict[str, Floats]) -> str:
    """The first way that no other beats by more than one standard error of the difference, row by row."""
    best = min(losses, key=lambda way: float(losses[way].mean()))
    for way, loss in losses.items():
        behind = loss - losses[best]
        if behind.mean() <= behind.std() / np.sqrt(len(behind)):
            return way
    return best


def _tables(score: Callable[[Floats], Floats], codes: Ints, bins: tuple[Bins, ...]) -> tuple[float, tuple[Term, ...]]:
    """The constant and the tables whose sum is the score, by differences from the most common row."""
    base = np.array([np.bincount(column).argmax() for column in codes.T])
    level = [np.arange(one.size) for one in bins]
    pairs = list(combinations(range(len(bins)), 2))
    blocks = [base[None, :], *(_varied(base, {j: level[j]}) for j in range(len(bins)))]
    for j, k in pairs:
        rows, columns = (grid.ravel() for grid in np.meshgrid(level[j], level[k], indexing="ij"))
        blocks.append(_varied(base, {j: rows, k: columns}))
    scores = score(_design(np.concatenate(blocks), bins))
    parts = np.split(scores, np.cumsum([len(block) for block in blocks])[:-1])
    zero = float(parts[0][0])
    single = [part - zero for part in parts[1 : 1 + len(bins)]]
    double = {}
    for (j, k), both in zip(pairs, parts[1 + len(bins) :], strict=True):
        joint = both.reshape(len(level[j]), len(level[k])) - zero - single[j][:, None] - single[k][None, :]
        if np.abs(joint).max() > LEAST_EFFECT:
            double[j, k] = joint
    return _freed(zero, single, double, codes, bins)


def _varied(base: Ints, changes: dict[int, Ints]) -> Ints:
    """Copies of one row with some features changed."""
    rows = np.tile(base, (len(next(iter(changes.values()))), 1))
    for feature, levels in changes.items():
        rows[:, feature] = levels
    return rows


def _freed(
    zero: float, single: list[Floats], double: dict[tuple[int, int], Floats], codes: Ints, bins: tuple[Bins, ...]
) -> tuple[float, tuple[Term, ...]]:
    """Move the mean of each pair's rows and columns to the single features, and theirs to the constant."""
    for (j, k), joint in double.items():
        weight = np.zeros(joint.shape)
        np.add.at(weight, (codes[:, j], codes[:, k]), 1.0)
        by_row, by_column = _purified(joint, weight)
        single[j] = single[j] + by_row
        single[k] = single[k] + by_column
        # A level nobody had says nothing, by itself or with another.
        there = (weight.sum(axis=1) > 0)[:, None] & (weight.sum(axis=0) > 0)[None, :]
        double[j, k] = np.where(there, joint - by_row[:, None] - by_column[None, :], 0.0)
    for j, points in enumerate(single):
        mean = float(points[codes[:, j]].mean())
        single[j] = np.where(np.bincount(codes[:, j], minlength=len(points)) > 0, points - mean, 0.0)
        zero += mean
    names = [one.feature for one in bins]
    terms = [Term((names[j],), points) for j, points in enumerate(single)]
    pairs = [Term((names[j], names[k]), points) for (j, k), points in double.items()]
    return zero, tuple(terms + pairs)


def _purified(joint: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """What rows and columns of a table can carry by themselves, by turns until nothing moves."""
    by_row, by_column = np.zeros(joint.shape[0]), np.zeros(joint.shape[1])
    rows, columns = weight.sum(axis=1), weight.sum(axis=0)
    for _ in range(100):
        left = joint - by_row[:, None] - by_column[None, :]
        step = np.divide((left * weight).sum(axis=1), rows, out=np.zeros_like(by_row), where=rows > 0)
        by_row += step
        left -= step[:, None]
        move = np.divide((left * weight).sum(axis=0), columns, out=np.zeros_like(by_column), where=columns > 0)
        by_column += move
        if max(np.abs(step).max(), np.abs(move).max()) < 1e-9:
            break
    return by_row, by_column


def _evidence(codes: Ints, happened: Ints, bins: tuple[Bins, ...]) -> pl.DataFrame:
    """By feature and level: rows, and the share of them that succeeded."""
    parts = []
    for j, one in enumerate(bins):
        rows = np.bincount(codes[:, j], minlength=one.size)
        hits = np.bincount(codes[:, j], weights=happened, minlength=one.size)
        some: Bools = rows > 0
        rate = [float(hit / row) if ok else None for hit, row, ok in zip(hits, rows, some, strict=True)]
        parts.append(pl.DataFrame({"feature": one.feature, "level": one.names, "rows": rows, "rate": rate}))
    return pl.concat(parts)
