"""A, B and C: customers and leads graded by weights anybody can edit, or by what outcomes have taught."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from salesyear.engine.market.learning import Chances
from salesyear.engine.messages import EngineError, noop

REASON_ABOVE = noop("%(feature)s %(value)s: better than %(share)s of the list (weight %(weight)s)")
REASON_BELOW = noop("%(feature)s %(value)s: lower than %(share)s of the list (weight %(weight)s)")
REASON_LEARNED = noop("%(feature)s %(value)s: chance %(chance)s; with the usual %(usual)s it would be %(with_usual)s")


class NoWeight(EngineError):
    """All criteria weigh nothing, or a criterion names no column."""


@dataclass(frozen=True)
class Criterion:
    """A column that counts: how much, and whether more of it is better."""

    column: str
    weight: float
    more_is_better: bool = True


@dataclass(frozen=True)
class GradePolicy:
    """criteria: editable weights. top, middle: shares of the list graded A, and A or B. reasons: how many are told."""

    criteria: tuple[Criterion, ...]
    top: float = 0.2
    middle: float = 0.5
    reasons: int = 3


@dataclass(frozen=True)
class ChancePolicy:
    """From which chance on a lead is graded A, and B; how many reasons are told."""

    a: float = 0.5
    b: float = 0.2
    reasons: int = 3


def grade_by_weights(rows: pl.DataFrame, policy: GradePolicy) -> pl.DataFrame:
    """`rows` with `score` (0 to 1), `grade` and `reasons`: what speaks for and against, strongest first.

    The score is the weighted mean of each criterion's place in the list (share of the others below it, ties half; an
    empty value stands in the middle), so that no unit outweighs another. Raises NoWeight.
    """
    total = sum(abs(one.weight) for one in policy.criteria)
    missing = [one.column for one in policy.criteria if one.column not in rows.columns]
    if not total or missing:
        raise NoWeight(
            noop("Grades need at least one criterion with a weight; not in the list: %(missing)s."),
            missing=", ".join(missing) or "-",
        )
    places = rows.select(_place(one).alias(one.column) for one in policy.criteria)
    score = places.select(pl.sum_horizontal(pl.col(one.column) * one.weight for one in policy.criteria) / total)
    reasons = [
        _weight_reasons(row, place, policy) for row, place in zip(rows.to_dicts(), places.to_dicts(), strict=True)
    ]
    graded = rows.with_columns(score=score.to_series(), reasons=pl.Series(reasons, dtype=REASONS))
    rank = (pl.col("score").rank("min", descending=True) - 1) / pl.len()
    return graded.with_columns(
        grade=pl.when(rank < policy.top)
        .then(pl.lit("A"))
        .when(rank < policy.middle)
        .then(pl.lit("B"))
        .otherwise(pl.lit("C"))
    )


REASONS = pl.List(pl.Struct({"text": pl.String, "values": pl.List(pl.Struct({"name": pl.String, "value": pl.String}))}))


def _place(one: Criterion) -> pl.Expr:
    column = pl.col(one.column).cast(pl.Float64)
    below = (column.rank("average") - 1) / (column.count() - 1).clip(lower_bound=1)
    return (below if one.more_is_better else 1 - below).fill_null(0.5)


def _weight_reasons(row: dict[str, object], place: dict[str, float], policy: GradePolicy) -> list[dict[str, object]]:
    """The criteria that moved the score furthest from the middle, each with its sentence."""
    pulls = sorted(policy.criteria, key=lambda one: -abs(one.weight * (place[one.column] - 0.5)))
    told = []
    for one in pulls[: policy.reasons]:
        share = place[one.column]
        words = {
            "feature": one.column,
            "value": str(row[one.column]),
            "share": f"{max(share, 1 - share):.0%}",
            "weight": f"{one.weight:g}",
        }
        told.append(reason(REASON_ABOVE if share >= 0.5 else REASON_BELOW, words))
    return told


def reason(text: str, words: dict[str, str]) -> dict[str, object]:
    """A sentence with its places kept apart, so that it can be shown in another language."""
    return {"text": text, "values": [{"name": name, "value": value} for name, value in words.items()]}


def grade_by_chance(features: pl.DataFrame, chances: Chances, policy: ChancePolicy) -> pl.DataFrame:
    """`features` with `chance`, `grade` and `reasons`, as learned from outcomes."""
    chance = chances.of(features)
    told: list[list[dict[str, object]]] = [[] for _ in range(len(features))]
    for row in chances.reasons(features, policy.reasons).to_dicts():
        words = {
            "feature": row["feature"],
            "value": row["value"] or "-",
            "usual": row["usual"] or "-",
            "chance": f"{row['chance']:.0%}",
            "with_usual": f"{row['with_usual']:.0%}",
        }
        told[row["row"]].append(reason(REASON_LEARNED, words))
    grade = pl.when(pl.col("chance") >= policy.a).then(pl.lit("A")).when(pl.col("chance") >= policy.b).then(pl.lit("B"))
    return features.with_columns(chance=pl.Series(chance), reasons=pl.Series(told, dtype=REASONS)).with_columns(
        grade=grade.otherwise(pl.lit("C"))
    )
