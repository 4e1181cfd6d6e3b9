"""How good targets are before they are released: fair, reachable, of equal difficulty (docs: quota quality)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from salesyear.core import rls
from salesyear.core.scope import Scope
from salesyear.engine.targets.quality import Finding, Verdict, audit_plan
from salesyear.plans.models import Version
from salesyear.targets.editing.state import slots_seen, state_of
from salesyear.targets.models import BaselineCell, Level
from salesyear.targets.planning.cells import sums_by

Floats = NDArray[np.float64]
DRAWS = 400


@dataclass(frozen=True)
class Line:
    """One measure: its name, its verdict in words, what it says and what would mend it."""

    name: str
    verdict: str
    words: str
    says: str
    mend: str


@dataclass(frozen=True)
class AuditReport:
    """The measures of the salespeople somebody sees; reps: how many of them have outcomes to be measured by."""

    lines: tuple[Line, ...]
    reps: int
    worst: str

    @property
    def poor(self) -> bool:
        """Whether release needs a reason."""
        return self.worst == Verdict.POOR


def audit(scope: Scope, version: Version) -> AuditReport:
    """Audit the targets of the salespeople that `scope` sees."""
    with rls.as_owner():
        now = state_of(version)
    seen = set(now.desk.layout.leaf[slots_seen(scope, version, now.desk)].tolist())
    year = sums_by(now.desk.layout.leaf, now.amounts, len(now.desk.sheets)).sum(axis=1)
    last = sums_by(now.desk.layout.leaf, now.desk.last_year, len(now.desk.sheets)).sum(axis=1)
    grids = _grids(scope, version)
    known = [
        (grid, int(year[place]), int(last[place]))
        for place, leaf in enumerate(now.desk.layout.leaves)
        if place in seen and leaf.rep and year[place] > 0 and (grid := grids.get((leaf.unit, leaf.rep)))
    ]
    if not known:
        return AuditReport((), 0, Verdict.UNKNOWN)
    paths = np.stack([_drawn(grid) for grid, _target, _last in known], axis=1)
    targets, sizes = (np.array([one[place] for one in known], np.float64) for place in (1, 2))
    found = audit_plan(targets, paths, sizes)
    return AuditReport(tuple(_line(one) for one in found.findings), len(known), found.worst)


def _grids(scope: Scope, version: Version) -> dict[tuple[int, int], bytes]:
    cells = BaselineCell.objects.within(scope).filter(
        baseline=version.inputs.get("baseline"), level=Level.REP, months=12,
        starts_on=version.plan.starts_on, grid__isnull=False,
    )  # fmt: skip
    rows = cells.values_list("unit_id", "rep_id", "grid")
    return {(unit or 0, rep or 0): bytes(grid or b"") for unit, rep, grid in rows}


def _drawn(grid: bytes) -> Floats:
    """Possible years read off the quantiles, in the same order for everybody: a good year is good for all."""
    points = np.frombuffer(grid, dtype="<i8").astype(np.float64)
    return np.interp(np.linspace(0, 1, DRAWS), np.linspace(0, 1, len(points)), points)


def _line(one: Finding) -> Line:
    return Line(
        _names()[one.name],
        one.verdict,
        _verdicts()[one.verdict],
        _(one.says) % one.values,
        _(one.mend) % one.values if one.mend else "",
    )


def _names() -> dict[str, str]:
    return {
        "size": _("Large and small territories alike"),
        "near": _("Within reach"),
        "ratchet": _("Beats are not punished"),
        "chances": _("Equal difficulty"),
        "on_target": _("How many will make it"),
    }


def _verdicts() -> dict[str, str]:
    return {
        Verdict.GOOD: _("good"),
        Verdict.WATCH: _("to watch"),
        Verdict.POOR: _("poor"),
        Verdict.UNKNOWN: _("cannot be said"),
    }
