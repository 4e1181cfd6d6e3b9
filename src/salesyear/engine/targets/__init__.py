"""Targets: one number shared out so that it adds up in every direction and says why."""

from salesyear.engine.targets.cells import BadCells, Cells
from salesyear.engine.targets.numeric.newton import Effort
from salesyear.engine.targets.numeric.response import Distance
from salesyear.engine.targets.params import Params
from salesyear.engine.targets.plan import Plan
from salesyear.engine.targets.rules import BadRule, Kind, Priority, Rule, Rules
from salesyear.engine.targets.solving import solve

__all__ = [
    "BadCells",
    "BadRule",
    "Cells",
    "Distance",
    "Effort",
    "Kind",
    "Params",
    "Plan",
    "Priority",
    "Rule",
    "Rules",
    "solve",
]
