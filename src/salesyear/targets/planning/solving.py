"""Solves a plan's cells; rules that clash give way by the least amount, and what gave way is written down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import ceil, floor, isfinite

import numpy as np
from numpy.typing import NDArray

from salesyear.engine.targets import Cells, Params, Plan, Rule, Rules, solve
from salesyear.engine.targets.rules import SHARES

Ints = NDArray[np.int64]
TRIES = 4
MILLION = 1_000_000


@dataclass(frozen=True)
class Relaxation:
    """A bound that could not be kept: which rule, where (a path; empty: company), what was asked and what is now asked.

    Bounds are amounts in minor units, or shares.
    """

    rule: str
    level: str
    path: str
    values: str
    asked: tuple[float | None, float | None]
    now: tuple[float | None, float | None]


@dataclass(frozen=True)
class Solved:
    """A whole plan, the rules as they hold in it, and how they had to give way."""

    plan: Plan
    rules: Rules
    relaxed: tuple[Relaxation, ...]

    @property
    def whole(self) -> Ints:
        """Every cell in minor units."""
        if self.plan.whole is None:
            raise CannotSolve("A plan that is not met was not rounded.")
        return self.plan.whole


class CannotSolve(ValueError):
    """Rules that clash even after giving way; this is not expected to happen."""


def solve_somehow(cells: Cells, rules: Rules, params: Params) -> Solved:
    """Solve; where rules clash the lowest priority gives way by the least total amount (docs: what-cannot-be-met)."""
    relaxed: list[Relaxation] = []
    for _try in range(TRIES):
        plan = solve(cells, rules, params)
        if plan.met:
            return Solved(plan, rules, tuple(relaxed))
        steps = list(least_relaxation(plan, params.unit))
        rules = relax(rules, steps)
        relaxed += steps
    raise CannotSolve("The rules clash even after giving way.")


def least_relaxation(plan: Plan, step: int) -> Iterator[Relaxation]:
    """Bounds a plan misses, moved just far enough (to whole steps) to be kept."""
    missed = plan.rows.filter(plan.rows["missed"] != 0)
    shares = {rule.name for rule in plan.model.rules.rules if rule.kind in SHARES}
    for row in missed.iter_rows(named=True):
        asked = _finite(row["at_least"]), _finite(row["at_most"])
        now = _moved(asked, row["value"], 1 / MILLION if row["rule"] in shares else step)
        yield Relaxation(row["rule"], row["level"], row["path"], row["values"].replace(" ", "/"), asked, now)


def _finite(bound: float) -> float | None:
    return bound if isfinite(bound) else None


def _moved(asked: tuple[float | None, float | None], value: float, step: float) -> tuple[float | None, float | None]:
    """One step of room on the side that is missed, so that whole amounts fit."""
    low, high = asked
    if low is not None and value < low:
        low = max(0.0, (floor(value / step) - 1) * step)
    if high is not None and value > high:
        high = (ceil(value / step) + 1) * step
    if low is not None and high is not None and low > high:
        low, high = min(low, high), max(low, high)
    return low, high


def relax(rules: Rules, steps: list[Relaxation]) -> Rules:
    """Put the moved bounds into the rules."""
    for step in steps:
        rule = next(rule for rule in rules.rules if rule.name == step.rule)
        rules = Rules(tuple(_with(rule, step) if one is rule else one for one in rules.rules))
    return rules


def _with(rule: Rule, step: Relaxation) -> Rule:
    """One rule with other bounds at one node: the general ones become amounts that this one stands beside."""
    key = "/".join(part for part in (step.path or rule.at, step.values) if part)
    if rule.amounts:
        return replace(rule, amounts={**rule.amounts, key: step.now})
    if rule.at == "company" and not rule.each:
        return replace(rule, at_least=step.now[0], at_most=step.now[1])
    # A rule with amounts speaks only where it has one: `bounds_for` falls back on the general bounds.
    return replace(rule, amounts={key: step.now})
