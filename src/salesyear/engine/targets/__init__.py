"""Targets: one number shared out so that it adds up in every direction and says why."""

from salesyear.engine.targets.breakback import CellEdit, Session, nearest, open_session
from salesyear.engine.targets.cells import BadCells, Cells
from salesyear.engine.targets.compare import compare
from salesyear.engine.targets.conflicts import Conflict, conflicts
from salesyear.engine.targets.numeric.newton import Effort
from salesyear.engine.targets.numeric.response import Distance
from salesyear.engine.targets.params import Params
from salesyear.engine.targets.plan import Plan
from salesyear.engine.targets.rules import BadRule, Kind, Priority, Rule, Rules
from salesyear.engine.targets.solver import Solver
from salesyear.engine.targets.solving import solve
from salesyear.engine.targets.why import Part, Why, explain
from salesyear.engine.targets.written import levels_from, params_from, rules_from, rules_to

__all__ = [
    "BadCells",
    "BadRule",
    "CellEdit",
    "Cells",
    "Conflict",
    "Distance",
    "Effort",
    "Kind",
    "Params",
    "Part",
    "Plan",
    "Priority",
    "Rule",
    "Rules",
    "Session",
    "Solver",
    "Why",
    "compare",
    "conflicts",
    "explain",
    "levels_from",
    "nearest",
    "open_session",
    "params_from",
    "rules_from",
    "rules_to",
    "solve",
]
