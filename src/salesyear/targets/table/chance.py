"""How likely a target is: read off the baseline's possible years, at nodes the baseline knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from salesyear.core.scope import Scope
from salesyear.plans.models import Version
from salesyear.plans.months import months_of
from salesyear.targets.models import BaselineCell, Level

if TYPE_CHECKING:
    from collections.abc import Mapping

    from salesyear.targets.editing.desk import Desk
    from salesyear.targets.table.sums import Row, Rows

Floats = NDArray[np.float64]
Node = tuple[int, int, int, int]  # level, unit, salesperson, line


def chance_of(grid: bytes, target: float) -> float:
    """Return the share of possible outcomes that reach a target, read off evenly spaced quantiles; 0 is reached."""
    if target <= 0:
        return 1.0
    points = np.frombuffer(grid, dtype="<i8").astype(np.float64)
    below = np.linspace(0, 1, len(points))
    # The last of equal points counts: an outcome that equals the target reaches it.
    place = int(np.searchsorted(points, target, side="left"))
    if place == 0:
        return 1.0
    if place == len(points):
        return 0.0
    low, high = points[place - 1], points[place]
    part = (target - low) / (high - low) if high > low else 1.0
    return float(1 - (below[place - 1] + part * (below[place] - below[place - 1])))


def chances(
    scope: Scope, version: Version, desk: Desk, rows: Rows, columns: tuple[str, ...], targets: Floats
) -> Floats:
    """Return the chance of every cell whose node and time the baseline has outcomes of; NaN for the others."""
    found = np.full(targets.shape, np.nan)
    wanted = {place: node for place, row in enumerate(rows.rows) if (node := _node(desk, row))}
    if not wanted:
        return found
    grids = _grids(scope, version, set(wanted.values()))
    for place, node in wanted.items():
        for number, column in enumerate(columns):
            grid = grids.get((node, column))
            if grid:
                found[place, number] = chance_of(grid, targets[place, number])
    return found


def _node(desk: Desk, row: Row) -> Node | None:
    """Return the node of the baseline that a row is, if it is one."""
    path = dict(row.path)
    names = tuple(path)
    if not names:
        return (Level.COMPANY, 0, 0, 0)
    if names == ("region",):
        return (Level.REGION, path["region"], 0, 0)
    if names == ("region", "territory"):
        return (Level.TERRITORY, path["territory"], 0, 0) if path["territory"] else None
    if names[:3] == ("region", "territory", "rep") and path["rep"]:
        unit = path["territory"] or path["region"]
        if len(names) == 3:
            return (Level.REP, unit, path["rep"], 0)
        if names[3:] == ("line",):
            return (Level.LINE, unit, path["rep"], path["line"])
    return None


def _grids(scope: Scope, version: Version, nodes: set[Node]) -> Mapping[tuple[Node, str], bytes]:
    """Read the outcomes of some nodes: `total` of the year, and each month by its place."""
    months = {month: str(place) for place, month in enumerate(months_of(version.plan), start=1)}
    levels = {node[0] for node in nodes}
    cells = BaselineCell.objects.within(scope).filter(
        baseline=version.inputs.get("baseline"), level__in=levels, starts_on__in=list(months), grid__isnull=False
    )
    found = {}
    rows = cells.values_list("level", "unit_id", "rep_id", "line_id", "months", "starts_on", "grid")
    for level, unit, rep, line, length, day, grid in rows.iterator(2_000):
        node = (level, 0 if level == Level.COMPANY else unit or 0, rep or 0, line or 0)
        column = "total" if length == 12 else months[day]
        if length == 1 or day == version.plan.starts_on:
            found[node, column] = bytes(grid or b"")
    return found
