"""`solve`: cells and rules in, one plan out that adds up in every direction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from salesyear.engine.targets.cells import Cells
from salesyear.engine.targets.ground import Grounds
from salesyear.engine.targets.lines import Whole
from salesyear.engine.targets.model import Draft, Model, assemble
from salesyear.engine.targets.numeric.lumping import spread
from salesyear.engine.targets.numeric.solving import solve_task
from salesyear.engine.targets.numeric.tree import Floats
from salesyear.engine.targets.params import Params
from salesyear.engine.targets.places import organisation
from salesyear.engine.targets.plan import Plan
from salesyear.engine.targets.rules import Rules
from salesyear.engine.targets.whole import whole_plan

DIGIT = 2e-5  # of a unit: rows are solved to this, so that rounding starts from sums that are right
MARGINS = (1.0, 0.0)  # units left free at bounds that rounding does not protect; none where there is no room


Told = Callable[[str], None]  # hears the name of each part of the work as it begins: rules, solve, round


def solve(cells: Cells, rules: Rules, params: Params | None = None, told: Told | None = None) -> Plan:
    """Change the prior as little as the rules allow; rounded to whole units where all rules can be met.

    cells: one row per cell; amounts in the currency's smallest unit. Where rules clash, the plan misses them by the
    least total amount, the lowest priority first, and is not rounded: see `Plan.rows` and `conflicts`.
    Raises BadCells, BadRule, and the errors of `engine.rounding`. Method: iterative proportional fitting with
    inequalities, as a dual solved by Newton's method (Csiszar 1975; Deville & Sarndal 1992; docs: target-solve).
    """
    params, told = params or Params(), told or _nobody
    told("rules")
    return solve_draft(Draft.of(Grounds(cells, organisation(cells)), cells, rules, params), told)


def _nobody(_step: str) -> None:
    """Nobody listens."""


def solve_draft(draft: Draft, told: Told = _nobody) -> Plan:
    """Solve from nothing and round: the same draft gives the same plan to the last unit."""
    unit = draft.params.unit
    told("solve")
    for margin in MARGINS if draft.params.whole else ():
        plan = plan_of(assemble(draft, Whole(unit, margin * unit)))
        if plan.met:
            told("round")
            return replace(plan, whole=whole_plan(plan.model, plan.real))
    return plan_of(assemble(draft))


def plan_of(model: Model, start: Floats | None = None) -> Plan:
    """Solve a compiled model, unrounded."""
    answer = solve_task(model.task, model.params.effort, start, DIGIT * model.params.unit)
    real = in_table_order(model, spread(model.arrays, answer.t))
    return Plan(model, answer, real, None)


def in_table_order(model: Model, sales: Floats) -> Floats:
    """Cells from the order of their classes back to the order of the table."""
    if model.ground.in_order:
        return sales
    real = np.empty_like(sales)
    real[model.order] = sales
    return real
