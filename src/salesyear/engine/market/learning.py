"""Learns from outcomes how likely a customer or lead is to buy (or to leave), calibrated, with the reasons for each."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt
import polars as pl

from salesyear.engine.messages import EngineError, noop

if TYPE_CHECKING:
    import pandas as pd
    from sklearn.compose import ColumnTransformer

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
ENOUGH_FOR_ISOTONIC = 5_000
ENOUGH_FOR_THREADS = 20_000


class Classifier(Protocol):
    """What is used of scikit-learn's classifiers (the library ships no types)."""

    def fit(self, features: object, outcome: Bools) -> Classifier:
        """Learn."""

    def predict_proba(self, features: object) -> Floats:
        """Chances of not happening and of happening, (rows, 2)."""


class Calibration(Protocol):
    """From scores (log odds) to chances."""

    def __call__(self, score: Floats) -> Floats:
        """The chance of each score."""


class TooFewOutcomes(EngineError):
    """There are not enough outcomes of both kinds to learn from."""


@dataclass(frozen=True)
class LearnParams:
    """folds: of the cross-validation that blends and calibrates. seed: of folds and trees. least: of each outcome."""

    folds: int = 4
    seed: int = 0
    least: int = 30


@dataclass(frozen=True)
class Chances:
    """A fitted model.

    blend: weight of each member. usual: the most common value of each feature, what reasons are told against.
    auc, calibration_error, brier: of the out-of-fold chances, what to expect on those not seen yet.
    """

    blend: dict[str, float]
    usual: dict[str, object]
    auc: float
    calibration_error: float
    brier: float
    members: tuple[Classifier, ...]
    calibration: Calibration

    def of(self, features: pl.DataFrame) -> Floats:
        """Chance of the outcome for each row."""
        return self.calibration(self._score(features))

    def _score(self, features: pl.DataFrame) -> Floats:
        table = _as_table(features)
        with _calm(len(features)):
            logits = [_logit(member.predict_proba(table)[:, 1]) for member in self.members]
        return np.asarray(np.average(logits, axis=0, weights=list(self.blend.values())))

    def reasons(self, features: pl.DataFrame, most: int = 3) -> pl.DataFrame:
        """Why each row has the chance it has: `row`, `feature`, `value`, `usual`, `chance`, `with_usual`.

        The `most` features whose change to the usual value would move the chance most, in either direction.
        """
        chance = self.of(features)
        parts = []
        for name, usual in self.usual.items():
            changed = features.with_columns(pl.lit(usual, dtype=features[name].dtype).alias(name))
            parts.append(
                pl.DataFrame(
                    {
                        "row": np.arange(len(features)),
                        "feature": [name] * len(features),
                        "value": features[name].cast(pl.String),
                        "usual": [None if usual is None else str(usual)] * len(features),
                        "chance": chance,
                        "with_usual": self.of(changed),
                    },
                    schema_overrides={"usual": pl.String},
                )
            )
        effect = (_logit_of("chance") - _logit_of("with_usual")).abs()
        rows = pl.concat(parts).with_columns(effect=effect).filter(pl.col("effect") > 1e-9)
        ranked = rows.sort("row", "effect", descending=[False, True], maintain_order=True)
        return ranked.group_by("row", maintain_order=True).head(most).drop("effect")


def learn_chances(features: pl.DataFrame, outcome: Sequence[bool], params: LearnParams) -> Chances:
    """Learn from rows whose outcome is known. Text columns are categories; empty numbers count as 0.

    Three members: a logistic regression on splines of the numbers, and gradient boosting in two sizes; blended by the
    least out-of-fold log loss, then calibrated on the out-of-fold chances (isotonic from ENOUGH_FOR_ISOTONIC rows on,
    below by Platt's logistic; Niculescu-Mizil & Caruana 2005). Raises TooFewOutcomes.
    """
    happened = np.asarray(outcome, dtype=bool)
    least = int(min(happened.sum(), (~happened).sum()))
    if least < params.least:
        raise TooFewOutcomes(
            noop("There are only %(count)s outcomes of one kind; learning needs at least %(least)s of each."),
            count=least,
            least=params.least,
        )
    table = _as_table(features)
    names = ("splines", "small trees", "larger trees")
    with _calm(len(features)):
        unseen = np.array([_out_of_fold(member, table, happened, params) for member in _members(features, params)])
        fitted = tuple(member.fit(table, happened) for member in _members(features, params))
    weights = _best_blend(unseen, happened)
    score = np.average(unseen, axis=0, weights=weights)
    calibration = _calibrator(score, happened)
    chance = _cross_calibrated(score, happened, params)
    return Chances(
        dict(zip(names, weights, strict=True)),
        {name: _usual(features[name]) for name in features.columns},
        area_under_curve(happened, chance),
        calibration_error(happened, chance),
        float(((chance - happened) ** 2).mean()),
        fitted,
        calibration,
    )


def _calm(rows: int) -> AbstractContextManager[object]:
    """One thread for small tables: threads that wait for each other cost more there than they bring."""
    if rows >= ENOUGH_FOR_THREADS:
        return nullcontext()
    # Only libraries loaded by now can be held back, hence the first import; the second package ships no types.
    import_module("sklearn.ensemble")
    limits: AbstractContextManager[object] = import_module("threadpoolctl").threadpool_limits(limits=1)
    return limits


def _as_table(features: pl.DataFrame) -> pd.DataFrame:
    """The features as the table scikit-learn wants: text as it is, numbers with empty ones as 0."""
    numbers = pl.selectors.numeric() | pl.selectors.boolean()
    filled = features.with_columns(numbers.cast(pl.Float64).fill_null(0.0), pl.selectors.string().fill_null(""))
    return filled.to_pandas()


def _members(features: pl.DataFrame, params: LearnParams) -> tuple[Classifier, ...]:
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    words = features.select(pl.selectors.string()).columns
    numbers = [name for name in features.columns if name not in words]
    trees = {"random_state": params.seed, "categorical_features": list(range(len(words))), "early_stopping": False}
    small = HistGradientBoostingClassifier(
        learning_rate=0.05, max_iter=150, max_leaf_nodes=8, min_samples_leaf=40, l2_regularization=5, **trees
    )
    larger = HistGradientBoostingClassifier(
        learning_rate=0.05, max_iter=120, max_leaf_nodes=31, min_samples_leaf=30, l2_regularization=1, **trees
    )
    return (
        make_pipeline(_splines(words, numbers), LogisticRegression(max_iter=3000, C=0.3)),
        make_pipeline(_codes(words, numbers), small),
        make_pipeline(_codes(words, numbers), larger),
    )


def _splines(words: list[str], numbers: list[str]) -> ColumnTransformer:
    from sklearn.compose import ColumnTransformer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, SplineTransformer, StandardScaler

    curves = make_pipeline(SplineTransformer(5, degree=2, knots="quantile"), StandardScaler())
    kinds = OneHotEncoder(handle_unknown="ignore", min_frequency=20)
    return ColumnTransformer([("words", kinds, words), ("numbers", curves, numbers)])


def _codes(words: list[str], numbers: list[str]) -> ColumnTransformer:
    from sklearn.compose import ColumnTransformer
    from sklearn.preprocessing import OrdinalEncoder

    codes = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, max_categories=200)
    return ColumnTransformer([("words", codes, words), ("numbers", "passthrough", numbers)])


def _out_of_fold(member: Classifier, table: pd.DataFrame, happened: Bools, params: LearnParams) -> Floats:
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    folds = StratifiedKFold(params.folds, shuffle=True, random_state=params.seed)
    return _logit(cross_val_predict(member, table, happened, cv=folds, method="predict_proba")[:, 1])


def _best_blend(logits: Floats, happened: Bools) -> list[float]:
    """Weights in tenths with the least log loss."""
    grid = [w for w in itertools.product(range(11), repeat=len(logits)) if sum(w) == 10]
    losses = [_log_loss(np.average(logits, axis=0, weights=w), happened) for w in grid]
    return [one / 10 for one in grid[int(np.argmin(losses))]]


def _log_loss(score: Floats, happened: Bools) -> float:
    return float(np.logaddexp(0, np.where(happened, -score, score)).mean())


def _calibrator(score: Floats, happened: Bools) -> Calibration:
    from sklearn.isotonic import IsotonicRegression
    from sklearn.linear_model import LogisticRegression

    if len(score) < ENOUGH_FOR_ISOTONIC:
        platt = LogisticRegression(C=1e6).fit(score[:, None], happened)
        return lambda one: np.asarray(platt.predict_proba(one[:, None])[:, 1])
    steps = IsotonicRegression(out_of_bounds="clip", y_min=0.0005, y_max=0.9995).fit(score, happened)
    # Isotonic steps tie neighbours; a hundredth of the plain chance keeps their order.
    return lambda one: np.asarray(0.99 * steps.predict(one) + 0.01 / (1 + np.exp(-one)))


def _cross_calibrated(score: Floats, happened: Bools, params: LearnParams) -> Floats:
    """Chances calibrated on the other half of the rows, to judge the calibration by rows it has not seen."""
    half = np.random.default_rng(params.seed).permutation(len(score)) % 2 == 0
    chance = np.empty(len(score))
    for fitted_on in (half, ~half):
        chance[~fitted_on] = _calibrator(score[fitted_on], happened[fitted_on])(score[~fitted_on])
    return chance


def _logit(chance: Floats) -> Floats:
    safe = np.clip(chance, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(safe / (1 - safe)))


def _logit_of(name: str) -> pl.Expr:
    safe = pl.col(name).clip(1e-6, 1 - 1e-6)
    return (safe / (1 - safe)).log()


def _usual(column: pl.Series) -> object:
    """The most common word, or the middle number."""
    if column.dtype.is_numeric():
        return column.median()
    counts = column.drop_nulls().value_counts(sort=True)
    return counts[column.name][0] if counts.height else None


def area_under_curve(happened: Bools, chance: Floats) -> float:
    """Chance that one of those it happened to was ranked above one of the others (ties half)."""
    ranks = pl.Series(chance).rank("average").to_numpy()
    yes, no = int(happened.sum()), int((~happened).sum())
    return float((ranks[happened].sum() - yes * (yes + 1) / 2) / (yes * no))


def calibration_error(happened: Bools, chance: Floats, bins: int = 10) -> float:
    """Mean gap between foretold and observed share over ten groups of equal size (Naeini, Cooper & Hauskrecht 2015)."""
    groups = np.array_split(np.argsort(chance, kind="stable"), bins)
    gaps = [len(one) * abs(float(happened[one].mean() - chance[one].mean())) for one in groups if len(one)]
    return float(sum(gaps) / len(chance))
