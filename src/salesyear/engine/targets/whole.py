"""A real plan in whole units: the table the rounding works on, its limits, and the way back."""

from __future__ import annotations

import numpy as np

from salesyear.engine.rounding import Limits, OrgTree, round_plan
from salesyear.engine.targets.mending import mend
from salesyear.engine.targets.model import Model
from salesyear.engine.targets.numeric.tree import Floats, Ints
from salesyear.engine.targets.promises import FAR, Promises, promises_of


def limits_of(model: Model, promises: Promises, months: int, tree: OrgTree) -> Limits:
    """Bounds of whole years and single months, for every node; the others are left to mending."""
    limits = Limits.none(tree, months)
    first = np.cumsum([0, *(model.org.tree.size(level) for level in range(model.org.tree.depth))])
    unit = model.params.unit
    for row in promises.rows:
        if row.period is None:
            continue
        nodes = first[row.level] + np.arange(model.org.tree.size(row.level))
        least, most = (
            (limits.year_least, limits.year_most)
            if row.period < 0
            else (limits.month_least[:, row.period], limits.month_most[:, row.period])
        )
        has_low, has_high = row.low > -FAR, row.high < FAR
        least[nodes[has_low]] = np.maximum(least[nodes[has_low]], row.low[has_low] * unit)
        most[nodes[has_high]] = np.minimum(most[nodes[has_high]], row.high[has_high] * unit)
    return limits


def whole_plan(model: Model, real: Floats) -> Ints:
    """Round a plan that keeps its rules to whole units that keep them too; amounts in the table's order.

    Raises the errors of `round_plan`, and BrokenPromise if a rule does not hold in integers at the end.
    """
    where, tree = model.ground.layout, model.ground.table.tree
    promises = promises_of(model, where.of_class)
    locked = model.bounds.low == model.bounds.high
    rounded = round_plan(
        where.full(real), tree, where.months, unit=model.params.unit, seed=model.params.seed,
        limits=limits_of(model, promises, len(where.months), tree), locks=where.full(locked).astype(bool),
    )  # fmt: skip
    units = rounded.units.ravel()[where.place]
    units = mend(model, promises, units, real / model.params.unit)
    return units * model.params.unit
