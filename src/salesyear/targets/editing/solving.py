"""The plan that a version's rules and edits make together: one answer, whatever order they came in.

First everything that was said for the whole company; then, area by area, what was said inside an area: there every
month's total is kept as it came from above, so that nobody outside notices (docs: breakback).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from salesyear.engine.messages import noop
from salesyear.engine.targets import Kind, Plan, Priority, Rule, Rules
from salesyear.targets.editing.asking import asked_by, without_the_same
from salesyear.targets.editing.desk import MONTHS, Desk, Selection
from salesyear.targets.editing.held import Change, Held, Log
from salesyear.targets.planning.cells import LEVELS, path_of
from salesyear.targets.planning.solving import Relaxation, relax

Ints = NDArray[np.int64]
FROM_ABOVE = noop("Monthly totals from above")


class Clashing(Exception):
    """Rules and edits that cannot all hold; `plan` is the engine's answer that misses some."""

    def __init__(self, plan: Plan, desk: Desk, area: int) -> None:
        """Keep what the explanation needs."""
        super().__init__()
        self.plan, self.desk, self.area = plan, desk, area


@dataclass(frozen=True)
class Area:
    """A unit whose insides are planned by themselves: its path, and its slots."""

    unit: int
    depth: int
    path: str
    slots: Ints


def amounts_of(desk: Desk, log: Log) -> Ints:
    """Return every cell's whole amount, (slots, months). Raises Clashing, and the engine's own refusals."""
    amounts = _planned(desk, log.binding)
    if all(one.cells.sum(amounts) == one.amount for one in log.quiet):
        return amounts
    return _planned(desk, log)  # held amounts that an earlier release of the engine had come to


def nearest_of(desk: Desk, shown: Ints, log: Log) -> Ints:
    """Return every cell's amount, moved as little as possible from those that are shown. Raises Clashing."""
    return _planned(replace(desk, prior=shown.astype(np.float64)), log)


def _planned(desk: Desk, log: Log) -> Ints:
    rules = changed_rules(desk.rules, log.changes)
    everywhere = [one for one in log.held if not one.area]
    amounts = _solved(desk, rules, everywhere, 0)
    for area in areas_of(desk, log.held):
        amounts = _inside(desk, rules, log.held, area, amounts)
    return amounts


def changed_rules(rules: Rules, changes: Sequence[Change]) -> Rules:
    """Put bounds that were moved on purpose into the rules of the plan."""
    for change in changes:
        steps = [_step(one) for one in change.rule.get("relax", ())]
        rules = relax(rules, [step for step in steps if any(rule.name == step.rule for rule in rules.rules)])
    return rules


def _step(said: dict[str, Any]) -> Relaxation:
    """Read a relaxation as the log keeps it: pairs have become lists there."""
    asked, now = tuple(said["asked"]), tuple(said["now"])
    return Relaxation(said["rule"], said["level"], said["path"], said["values"], asked, now)


def _solved(desk: Desk, rules: Rules, held: Sequence[Held], area: int) -> Ints:
    asked = asked_by(desk, held)
    whole = Rules((*without_the_same(rules, asked).rules, *asked.rules))
    solver = desk.solvers.of(asked.parts)
    plan = solver.solve(asked.cells(solver.cells), whole, desk.params)
    if plan.whole is None:
        raise Clashing(plan, desk, area)
    return plan.whole.reshape(-1, MONTHS)


def areas_of(desk: Desk, held: Sequence[Held]) -> list[Area]:
    """Areas in which something was said for themselves, the larger first."""
    found = [area_of(desk, unit) for unit in sorted({one.area for one in held if one.area})]
    return sorted((area for area in found if area), key=lambda area: (area.depth, area.unit))


def area_of(desk: Desk, unit: int) -> Area | None:
    """Return a region or territory of the plan as an area."""
    for depth, level in enumerate(LEVELS[:2], start=1):
        slots = np.flatnonzero(desk.columns[level] == unit)
        if len(slots):
            return Area(unit, depth, path_of(desk.layout.leaves[desk.layout.leaf[slots[0]]], depth), slots)
    return None


def _inside(desk: Desk, rules: Rules, held: Sequence[Held], area: Area, amounts: Ints) -> Ints:
    """Plan one area anew, its total of every month as it is."""
    part = desk.parts.of(area.unit, lambda: _part(desk, area))
    mine = np.zeros(desk.layout.slots, np.int64) - 1
    mine[area.slots] = np.arange(len(area.slots))
    inner = [moved for one in held if (moved := _moved(one, mine, amounts, area, desk))]
    own = Rules((*_rules_inside(rules, area), *_kept_sums(part, rules, area, amounts[area.slots])))
    solved = _solved(part, own, inner, area.unit)
    out = amounts.copy()
    out[area.slots] = solved
    return out


def _part(desk: Desk, area: Area) -> Desk:
    """The desk of an area alone."""
    numbers = np.unique(desk.layout.leaf[area.slots])
    leaf = np.searchsorted(numbers, desk.layout.leaf[area.slots])
    layout = replace(
        desk.layout,
        leaves=tuple(desk.layout.leaves[one] for one in numbers),
        leaf=leaf,
        keys=desk.layout.keys[area.slots],
    )
    return replace(
        desk,
        layout=layout,
        sheets=tuple(desk.sheets[one] for one in numbers),
        prior=desk.prior[area.slots],
        last_year=desk.last_year[area.slots],
        baseline=desk.baseline[area.slots],
    )


def _kept_sums(part: Desk, rules: Rules, area: Area, amounts: Ints) -> list[Rule]:
    """What the area owes those above: each month's total, and its parts of shares that hold above it."""
    level = LEVELS[area.depth - 1]
    months = {f"{area.path}/{month + 1}": (float(sum_),) * 2 for month, sum_ in enumerate(amounts.sum(axis=0))}
    kept = [Rule(name=FROM_ABOVE, at=level, each=("month",), amounts=months, priority=Priority.LOCK)]
    for rule in rules.rules:
        higher = rule.at == "company" or (area.depth == 2 and rule.at == "region")
        if higher and rule.where:
            sum_ = float(amounts[_matching(part, rule)].sum())
            name = f"{FROM_ABOVE}: {rule.name}"
            kept.append(Rule(name=name, at=level, where=rule.where, at_least=sum_, at_most=sum_))
    return kept


def _matching(part: Desk, rule: Rule) -> NDArray[np.bool_]:
    chosen = np.ones(part.layout.slots, bool)
    for column, values in rule.where.items():
        if column == "strategic":
            mine = np.isin(part.columns["line"], list(part.layout.strategic)).astype(np.int64)
        else:
            mine = part.columns[column]
        chosen &= np.isin(mine, [int(value) for value in values])
    return chosen


def _rules_inside(rules: Rules, area: Area) -> list[Rule]:
    """Rules of the plan that speak of the area or of what is in it."""
    found = []
    for rule in rules.rules:
        depth = 0 if rule.at == "company" else LEVELS.index(rule.at) + 1
        if depth < area.depth:
            continue
        inside = {key: pair for key, pair in rule.amounts.items() if f"{key}/".startswith(f"{area.path}/")}
        total = rule.kind is Kind.TOTAL and rule.exact and depth == area.depth
        if not total and (inside or not rule.amounts or rule.at_least is not None or rule.at_most is not None):
            found.append(replace(rule, amounts=inside, nodes=()))
    return found


def _moved(one: Held, mine: Ints, amounts: Ints, area: Area, desk: Desk) -> Held | None:
    """An edit as the area alone sees it: whole if it lies inside, its present part if it reaches outside."""
    inside = mine[one.cells.slots]
    inside = inside[inside >= 0]
    whole = len(inside) == len(area.slots)  # the totals of its months say it already
    if not len(inside) or whole or (one.area and one.area != area.unit and not _encloses(desk, one.area, area)):
        return None
    cells = Selection(inside, one.cells.months)
    if len(inside) == len(one.cells.slots):
        return replace(one, cells=cells)
    there = Selection(area.slots[inside], one.cells.months)
    return replace(one, cells=cells, amount=there.sum(amounts))


def _encloses(desk: Desk, outer: int, inner: Area) -> bool:
    found = area_of(desk, outer)
    return bool(found and inner.path.startswith(f"{found.path}/"))
