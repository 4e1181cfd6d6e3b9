"""One table of cells solved again and again, under other rules and locks each time."""

from __future__ import annotations

from threading import Lock

from salesyear.engine.targets.cells import Cells
from salesyear.engine.targets.ground import Grounds
from salesyear.engine.targets.model import Draft
from salesyear.engine.targets.params import Params
from salesyear.engine.targets.places import organisation
from salesyear.engine.targets.plan import Plan
from salesyear.engine.targets.rules import Rules
from salesyear.engine.targets.solving import solve_draft


class Solver:
    """Keeps what no amount, bound or edit changes; its plans are those of `solve` to the last unit, only sooner.

    Several threads may ask at once.
    """

    def __init__(self, cells: Cells) -> None:
        """Work nothing out yet but the tree."""
        self.cells = cells
        self._grounds = Grounds(cells, organisation(cells))
        self._guard = Lock()

    def solve(self, cells: Cells, rules: Rules, params: Params) -> Plan:
        """Solve; `cells`: the solver's own rows and labels, with any prior, floors, caps and locks."""
        with self._guard:
            draft = Draft.of(self._grounds, cells, rules, params)
        return solve_draft(draft)
