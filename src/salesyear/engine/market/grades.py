"""A, B and C: customers and leads graded by weights anybody can edit, or by a learned scorecard, with the reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from salesyear.engine.market.scorecard import Scorecard
from salesyear.engine.market.tables import Floats, Sentence, floats, need
from salesyear.engine.messages import EngineError, noop

REASON = pl.Struct({"feature": pl.String, "value": pl.String, "points": pl.Float64})


class NoWeight(EngineError):
    """Criteria that weigh nothing together."""


@dataclass(frozen=True)
class Criterion:
    """A column that counts, with its weight: a number rising from `low` (nothing) to `high` (all of the weight; may be
    the smaller one), or words with the part of the weight each earns (`levels`, 0 to 1; others earn nothing).
    """

    column: str
    weight: float
    low: float = 0.0
    high: float = 1.0
    levels: Mapping[str, float] = field(default_factory=dict)

    def part(self, frame: pl.DataFrame) -> Floats:
        """How much of the weight each row earns, 0 to 1; an empty value earns nothing."""
        if self.levels:
            words = frame[self.column].cast(pl.String).to_list()
            return np.array([self.levels.get(word, 0.0) if word is not None else 0.0 for word in words])
        span = (floats(frame, self.column) - self.low) / (self.high - self.low)
        return np.asarray(np.clip(np.nan_to_num(span, nan=0.0), 0.0, 1.0))


@dataclass(frozen=True)
class GradePolicy:
    """top, middle: shares of the list graded A, and B (ties go up). a_from, b_from: a score (0 to 100) from which on a
    row is A, or B, instead of the shares. heads: a true/false column whose rows come first: one grade higher.
    worth: a column of money; the list is then ranked by chance × worth. reasons: how many are told.
    """

    top: float = 0.2
    middle: float = 0.3
    a_from: float | None = None
    b_from: float | None = None
    heads: str | None = None
    worth: str | None = None
    reasons: int = 3


def grade_by_weights(
    rows: pl.DataFrame, criteria: tuple[Criterion, ...], policy: GradePolicy | None = None
) -> pl.DataFrame:
    """`rows` with `score` (0 to 100), `grade` and `reasons`; raises NoWeight, MissingColumns.

    Score = 100 × sum of weight × part earned ÷ sum of weights. A reason's points say how far the criterion lifts the
    score above (below) the list's mean; over all criteria they add up to score - mean score.
    """
    total = sum(one.weight for one in criteria)
    need(rows, *(one.column for one in criteria))
    if total <= 0:
        raise NoWeight(noop("Grades need at least one criterion with a weight above 0."))
    earned = {one.column: 100.0 * one.weight / total * one.part(rows) for one in criteria}
    score = np.asarray(sum(earned.values()))
    pulls = pl.DataFrame({name: points - points.mean() for name, points in earned.items()})
    return _graded(rows.with_columns(score=pl.Series(score)), pulls, policy or GradePolicy())


def grade_by_card(rows: pl.DataFrame, card: Scorecard, policy: GradePolicy | None = None) -> pl.DataFrame:
    """`rows` with `chance`, `score` (100 × chance), `grade` and `reasons`, by a scorecard learned from outcomes.

    A reason's points are the log odds that the feature (or pair of features) adds against the average row: the card's
    constant and all its reasons add up to the log odds of `chance`.
    """
    chance = card.chance(rows)
    scored = rows.with_columns(chance=pl.Series(chance), score=pl.Series(100.0 * chance))
    return _graded(scored, card.contributions(rows), policy or GradePolicy())


def why_graded(reason: Mapping[str, Any]) -> Sentence:
    """One reason of a graded row in words."""
    values = {"feature": reason["feature"], "value": reason["value"], "points": f"{abs(reason['points']):.1f}"}
    if reason["points"] >= 0:
        return Sentence(noop("%(feature)s is %(value)s: raises the score by %(points)s."), values)
    return Sentence(noop("%(feature)s is %(value)s: lowers the score by %(points)s."), values)


def _graded(scored: pl.DataFrame, pulls: pl.DataFrame, policy: GradePolicy) -> pl.DataFrame:
    reasons = _reasons(scored, pulls, policy.reasons)
    level = _level(scored, policy)
    if policy.heads is not None:
        level = level - scored[policy.heads].fill_null(value=False).cast(pl.Int64).to_numpy()
    grade = np.array(["A", "B", "C"])[np.clip(level, 0, 2)]
    return scored.with_columns(grade=pl.Series(grade, dtype=pl.String), reasons=reasons)


def _level(scored: pl.DataFrame, policy: GradePolicy) -> np.ndarray[Any, np.dtype[np.int64]]:
    """0 for A, 1 for B, 2 for C: by score where the policy says from which on, else by place in the list."""
    score = floats(scored, "score")
    if policy.a_from is not None and policy.b_from is not None:
        return np.asarray((score < policy.a_from).astype(np.int64) + (score < policy.b_from))
    ranked = score * floats(scored, policy.worth) if policy.worth else score
    better = (len(ranked) - np.searchsorted(np.sort(ranked), ranked, side="right")) / max(len(ranked), 1)
    return np.asarray((better >= policy.top).astype(np.int64) + (better >= policy.top + policy.middle))


def _reasons(rows: pl.DataFrame, pulls: pl.DataFrame, most: int) -> pl.Series:
    """The strongest pulls of each row, strongest first, as a list of feature, value, points."""
    points = pulls.to_numpy()
    first = np.argsort(-np.abs(points), axis=1, kind="stable")[:, :most]
    names = pulls.columns
    shown = {name: _shown(rows, name) for name in names}
    told = [
        [
            {"feature": names[at], "value": shown[names[at]][row], "points": float(points[row, at])}
            for at in order
            if points[row, at] != 0.0
        ]
        for row, order in enumerate(first)
    ]
    return pl.Series(told, dtype=pl.List(REASON))


def _shown(rows: pl.DataFrame, name: str) -> list[str]:
    """The values a feature, or a pair of them, has on each row."""
    parts = [pl.col(part).cast(pl.String).fill_null("--") for part in name.split(" × ")]
    return rows.select(pl.concat_str(parts, separator=" × ")).to_series().to_list()
