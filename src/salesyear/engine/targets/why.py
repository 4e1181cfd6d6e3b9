"""Why a number is what it is: prior x one factor per rule, exactly, for a cell or for any sum of cells.

A cell's factors are its multipliers: x = p e^(sum of y a), so the factor of a rule is e^(its own part of the sum).
For a sum of cells the factors are weighted means of the cells' factors in which nothing is left over (logarithmic mean
Divisia index: Ang 2005, "The LMDI approach to decomposition analysis: a practical guide", Energy Policy 33, eq. 4-7).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from salesyear.engine.messages import EngineError, noop
from salesyear.engine.targets.model import IN_TABLE, NOBODY
from salesyear.engine.targets.numeric.lumping import class_sums
from salesyear.engine.targets.numeric.response import Distance
from salesyear.engine.targets.numeric.rows import spans
from salesyear.engine.targets.numeric.tree import Bools, Floats
from salesyear.engine.targets.plan import Plan
from salesyear.engine.targets.rules import Kind, Where
from salesyear.engine.targets.selection import select

NO_HISTORY = noop("No history: an even start, because a rule asks for sales here")
IN_TABLE_NAME = noop("Locked cells")
CELL_BOUNDS = noop("Floor or cap of single cells")
ROUNDING = noop("Rounding to whole units")


class NothingToExplain(EngineError):
    """The question selects no cell."""


@dataclass(frozen=True)
class Part:
    """What one rule did: `amount` adds up over the parts, `factor` multiplies up (None where a side is zero)."""

    name: str
    amount: float
    factor: float | None
    owner: str = ""
    reason: str = ""
    made_at: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Why:
    """prior + the parts' amounts = target, and prior x the parts' factors = target."""

    prior: float
    target: float
    cells: int
    parts: tuple[Part, ...]


def explain(plan: Plan, where: Where | None = None) -> Why:
    """Split target / prior of a cell or subtotal into what each rule did; parts that did nothing are left out.

    where: column -> values, over levels and attributes. Raises NothingToExplain.
    """
    chosen = select(plan.model.cells, where or {})
    if not chosen.any():
        raise NothingToExplain(noop("No cell is in this part of the plan."))
    start = float(plan.model.cells.amounts(plan.model.cells.prior)[chosen].sum())
    target = float(plan.amounts[chosen].sum())
    amounts = _amounts(plan, chosen)
    mean = float(log_mean(np.array([target]), np.array([start]))[0]) if target > 0 and start > 0 else None
    size = max(abs(start), abs(target), 1.0)
    parts = tuple(_part(plan, name, amount, mean) for name, amount in amounts.items() if abs(amount) > 1e-12 * size)
    return Why(start, target, int(chosen.sum()), parts)


def _part(plan: Plan, name: str, amount: float, mean: float | None) -> Part:
    factor = None if mean is None else float(np.exp(amount / mean))
    rule = next((rule for rule in plan.model.rules.rules if rule.name == name), None)
    if rule is None:
        return Part(name, amount, factor)
    return Part(name, amount, factor, rule.owner, rule.reason, rule.made_at, rule.kind.value)


def log_mean(a: Floats, b: Floats) -> Floats:
    """Logarithmic mean (a - b) / (log a - log b), which is a where both are equal; a, b > 0."""
    ratio = a / b
    near = np.abs(ratio - 1.0) < 1e-6
    safe = np.where(near, 2.0, ratio)
    # Near 1 the quotient loses its digits; the series b (1 + d/2 - d^2/12) does not.
    d = ratio - 1.0
    return np.where(near, b * (1.0 + d / 2 - d * d / 12), b * (safe - 1.0) / np.log(safe))


def _amounts(plan: Plan, chosen: Bools) -> dict[str, float]:
    """Amount of every part, rules first in their own order; they add up to target - prior."""
    model = plan.model
    original = model.cells.amounts(model.cells.prior)
    locked = model.bounds.locked_by
    free = chosen & (locked == NOBODY)
    amounts = {NO_HISTORY: float((model.prior - original)[chosen].sum())}
    wished, weights = _wishes(plan, free)
    amounts |= _by_rule(plan, weights)
    amounts |= _locks(plan, chosen)
    amounts[CELL_BOUNDS] = float((plan.real - wished)[free].sum())
    amounts[ROUNDING] = float((plan.amounts - plan.real)[chosen].sum())
    return amounts


def _wishes(plan: Plan, free: Bools) -> tuple[Floats, Floats]:
    """Return what the multipliers alone would make of each free cell, and each class's weight in the split."""
    model = plan.model
    t = np.empty(len(plan.real))
    t[model.order] = model.task.system.pull(plan.answer.y)[model.classes]
    prior = model.prior
    if model.params.distance is Distance.LEAST_SQUARES:
        wished, weight = prior + np.abs(prior) * t, np.abs(prior)
    else:
        wished = prior * np.exp(t)
        moved = prior > 0
        weight = np.zeros_like(prior)
        weight[moved] = log_mean(wished[moved], prior[moved])
    weight = np.where(free, weight, 0.0)
    count = model.arrays.classes
    return wished, class_sums(model.classes, weight[model.order], count)


def _by_rule(plan: Plan, weights: Floats) -> dict[str, float]:
    model = plan.model
    each = plan.answer.y * model.task.system.push(weights)
    amounts = {rule.name: 0.0 for rule in model.local}
    for level, span in spans(model.org.tree, model.task.blocks):
        width = model.task.blocks[level].width
        totals = each[span].reshape(-1, width).sum(axis=0) if width else []
        for line, amount in zip(model.levels[level], totals, strict=True):
            amounts[line.name.rule] += float(amount)
    return amounts


def _locks(plan: Plan, chosen: Bools) -> dict[str, float]:
    model = plan.model
    moved = plan.real - model.prior
    locked = model.bounds.locked_by
    amounts = {
        rule.name: float(moved[chosen & (locked == index)].sum())
        for index, rule in enumerate(model.rules.rules)
        if rule.kind is Kind.LOCK
    }
    return amounts | {IN_TABLE_NAME: float(moved[chosen & (locked == IN_TABLE)].sum())}
