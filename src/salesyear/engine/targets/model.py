"""A plan's cells and rules as one numeric problem, with everything needed to speak about the answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from salesyear.engine.messages import noop
from salesyear.engine.targets.cells import BadCells, Cells
from salesyear.engine.targets.filling import Filled, fill_empty
from salesyear.engine.targets.ground import Ground, Grounds
from salesyear.engine.targets.lines import Line, Lines, Whole, blocks_of, by_level, lines_of
from salesyear.engine.targets.numeric.lumping import CellArrays, arrange, class_sums, lump, on_grid
from salesyear.engine.targets.numeric.response import Distance
from salesyear.engine.targets.numeric.rows import flatten
from salesyear.engine.targets.numeric.solving import Task, make_task
from salesyear.engine.targets.numeric.sparse import sparse_system
from salesyear.engine.targets.numeric.system import System, TreeSystem
from salesyear.engine.targets.numeric.tree import Bools, Floats, Ints
from salesyear.engine.targets.params import Params
from salesyear.engine.targets.places import Attributes, Organisation, organisation
from salesyear.engine.targets.rules import SUMS, BadRule, Kind, Rule, Rules
from salesyear.engine.targets.selection import localised, select_for

NOBODY, IN_TABLE = -1, -2
NEAR = 6e-5  # of a unit: what rounding takes for whole
REAL = Whole()
SPARSE_BELOW = 0.1  # a full leaves x classes table emptier than this is kept as a list


@dataclass(frozen=True)
class Bounds:
    """Least and most of every cell, and the rule that said so (an index into `rules`, NOBODY, or IN_TABLE)."""

    low: Floats
    high: Floats
    locked_by: Ints


@dataclass(frozen=True)
class Model:
    """Everything about a plan before it is solved.

    cells: the table with what was locked by hand. local: rules on sums with level columns of `where` turned into
    nodes. prior: what every cell starts from, in the order of the table, empty parts filled. lines: rows of every
    rule; levels: the same, level by level, in the order of the task's rows.
    """

    ground: Ground
    cells: Cells
    rules: Rules
    local: tuple[Rule, ...]
    params: Params
    prior: Floats
    filled: Filled
    bounds: Bounds
    arrays: CellArrays
    lines: Lines
    levels: tuple[tuple[Line, ...], ...]
    task: Task

    @property
    def asked(self) -> Bools:
        """Rows that ask for something."""
        low, high = (flatten(self.task.blocks, side) for side in ("low", "high"))
        return np.isfinite(low) | np.isfinite(high)

    @property
    def org(self) -> Organisation:
        """The tree of the cells."""
        return self.ground.org

    @property
    def attributes(self) -> Attributes:
        """What rules tell apart."""
        return self.ground.attributes

    @property
    def order(self) -> Ints:
        """Cell numbers in the order of their classes."""
        return self.ground.order

    @property
    def classes(self) -> Ints:
        """Class of each cell, in that order."""
        return self.ground.classes


def build(cells: Cells, rules: Rules, params: Params, apart: tuple[str, ...] = (), whole: Whole = REAL) -> Model:
    """Compile tables into arrays.

    apart: attributes kept value by value, so that later edits need no new classes. whole: what
    rounding asks of the bounds.
    """
    return assemble(Draft.of(Grounds(cells, organisation(cells)), cells, rules, params, apart), whole)


@dataclass(frozen=True)
class Draft:
    """Cells and rules on their ground, with the rows of the rules: what is the same however a plan is rounded."""

    ground: Ground
    cells: Cells
    rules: Rules
    local: tuple[Rule, ...]
    params: Params
    lines: Lines

    @classmethod
    def of(cls, grounds: Grounds, cells: Cells, rules: Rules, params: Params, apart: tuple[str, ...] = ()) -> Draft:
        """Find the ground of some rules and write them as rows over it."""
        local = tuple(localised(rule, grounds.org) for rule in rules.of_kind(*SUMS))
        ground = grounds.of(local, apart)
        return cls(ground, cells, rules, local, params, _lines(ground, local))


def _lines(ground: Ground, local: tuple[Rule, ...]) -> Lines:
    """Rows of every rule; those of a rule that was written before are taken from there."""
    found: Lines = {}
    for rule in local:
        known = ground.lines.get(rule.name)
        if known is None or known[0] != rule:
            level = ground.org.level(rule)
            known = rule, level, lines_of(rule, ground.org, ground.attributes, class_sums_at(ground, level))
            ground.lines[rule.name] = known
        found[rule.name] = known[1:]
    return found


def class_sums_at(ground: Ground, level: int) -> Callable[[str], Floats]:
    """Sums of an amount column over nodes of a level x attribute classes."""
    tree, count = ground.org.tree, ground.org.tree.leaves * ground.attributes.count

    def of(column: str) -> Floats:
        amounts = on_grid(ground.cells.amounts(column), ground.class_of)
        return tree.sum_up(class_sums(ground.class_of, amounts, count).reshape(tree.leaves, -1))[level]

    return of


def assemble(draft: Draft, whole: Whole = REAL) -> Model:
    """Put bounds, priors and rows together as one numeric problem."""
    ground, params = draft.ground, draft.params
    org, known, order, classes = ground.org, ground.attributes, ground.order, ground.classes
    prior = _prior(draft.cells, params)
    bounds = cell_bounds(draft.cells, org, draft.rules, prior, params, whole)
    levels = by_level(org, draft.lines)
    blocks = blocks_of(org, known, levels, strength_of(params), whole)
    filled = fill_empty(org.tree, blocks, ground.class_of, prior, bounds.low, bounds.high, params)
    prior = filled.prior
    count = org.tree.leaves * known.count
    arrays = arrange(params.distance, prior[order], bounds.low[order], bounds.high[order], classes, count)
    system: System = TreeSystem(org.tree, blocks)
    if len(arrays.runs) < SPARSE_BELOW * count:
        system = sparse_system(org.tree, blocks, arrays.runs)
    task = make_task(org.tree, blocks, lump(arrays), system)
    return Model(
        ground, draft.cells, draft.rules, draft.local, params, prior, filled, bounds, arrays, draft.lines, levels, task
    )


def strength_of(params: Params) -> float:
    """Multipliers of least squares are growth, not its logarithm: their caps are that much higher."""
    return 1.0 if params.distance is Distance.PRO_RATA else 1000.0


def _prior(cells: Cells, params: Params) -> Floats:
    prior = cells.amounts(cells.prior)
    if params.distance is Distance.PRO_RATA and (prior < 0).any():
        row = int(np.argmax(prior < 0)) + 1
        raise BadCells(
            noop("The prior in row %(row)d is negative (%(amount)s): pro rata needs amounts of 0 or more. "
                 "Use least squares for plans with returns."),
            row=row, amount=float(prior[row - 1]),
        )  # fmt: skip
    return prior


def cell_bounds(cells: Cells, org: Organisation, rules: Rules, prior: Floats, params: Params, whole: Whole) -> Bounds:
    """Bounds of single cells: their sign, their own floor and cap, rules on cells, and locks above all."""
    keeps_sign = prior >= 0
    free_sign = params.distance is Distance.LEAST_SQUARES
    low = np.where(keeps_sign | (not free_sign), 0.0, -np.inf)
    high = np.where(keeps_sign, np.inf, 0.0)
    floor, cap = cells.bound("floor", -np.inf), cells.bound("cap", np.inf)
    low = np.where(np.isfinite(floor), floor, low)
    high = np.where(np.isfinite(cap), cap, high)
    for rule in rules.of_kind(Kind.CELL):
        _bound(cells, org, rule, low, high)
    _possible(cells, low, high)
    if whole.unit:
        low, high = whole.inside(low, high)
    locked_by = _locked_cells(cells, low, high)
    for rule in rules.of_kind(Kind.LOCK):
        _lock(cells, org, rules, rule, prior, low, high, locked_by)
    if whole.unit:
        _whole_locks(low, locked_by, whole.unit)
    return Bounds(low, high, locked_by)


def _whole_locks(amount: Floats, locked_by: Ints, unit: int) -> None:
    """A lock that is no multiple of the unit could not be kept by a rounded plan."""
    held = np.flatnonzero(locked_by != NOBODY)
    units = amount[held] / unit
    broken = np.abs(units - np.round(units)) > NEAR
    if broken.any():
        cell = int(held[np.argmax(broken)])
        raise BadCells(
            noop("The cell in row %(row)d is locked at %(amount)s, which is not a whole number of the unit %(unit)d. "
                 "Lock it at a multiple, or choose a smaller unit."),
            row=cell + 1, amount=f"{amount[cell]:g}", unit=unit,
        )  # fmt: skip


def _bound(cells: Cells, org: Organisation, rule: Rule, low: Floats, high: Floats) -> None:
    chosen = select_for(cells, org, rule)
    reference = cells.amounts(rule.relative_to)[chosen] if rule.relative_to else 1.0
    if rule.at_least is not None:
        low[chosen] = np.maximum(low[chosen], rule.at_least * reference)
    if rule.at_most is not None:
        high[chosen] = np.minimum(high[chosen], rule.at_most * reference)


def _possible(cells: Cells, low: Floats, high: Floats) -> None:
    if (low > high).any():
        row = int(np.argmax(low > high))
        raise BadCells(
            noop("The cell in row %(row)d has a floor of %(floor)s above its cap of %(cap)s."),
            row=row + 1, floor=float(low[row]), cap=float(high[row]),
        )  # fmt: skip


def _locked_cells(cells: Cells, low: Floats, high: Floats) -> Ints:
    """Locks that stand in the table itself, in the column `locked`."""
    amount = cells.bound("locked", np.nan)
    here = np.flatnonzero(~np.isnan(amount))
    outside = (amount[here] < low[here]) | (amount[here] > high[here])
    if outside.any():
        cell = int(here[np.argmax(outside)])
        raise BadCells(
            noop("The cell in row %(row)d is locked at %(amount)s, but it may only be between %(low)s and %(high)s."),
            row=cell + 1, amount=float(amount[cell]), low=float(low[cell]), high=float(high[cell]),
        )  # fmt: skip
    low[here] = high[here] = amount[here]
    locked_by = np.full(len(low), NOBODY, dtype=np.int64)
    locked_by[here] = IN_TABLE
    return locked_by


def _lock(
    cells: Cells, org: Organisation, rules: Rules, rule: Rule, prior: Floats, low: Floats, high: Floats,
    locked_by: Ints,
) -> None:  # fmt: skip
    chosen = np.flatnonzero(select_for(cells, org, rule))
    amount = prior[chosen]
    if rule.at_least is not None:
        if len(chosen) > 1:
            raise BadRule(
                noop("Lock “%(rule)s” has one amount for %(cells)d cells. "
                     "Name one cell, or use a total with priority “lock”."),
                rule=rule.name, cells=len(chosen),
            )  # fmt: skip
        amount = np.array([rule.at_least])
    outside = (amount < low[chosen]) | (amount > high[chosen])
    if outside.any():
        cell = chosen[int(np.argmax(outside))]
        raise BadRule(
            noop("Lock “%(rule)s” sets a cell to %(amount)s, but it may only be between %(low)s and %(high)s."),
            rule=rule.name, amount=float(amount[int(np.argmax(outside))]), low=float(low[cell]), high=float(high[cell]),
        )  # fmt: skip
    low[chosen] = high[chosen] = amount
    locked_by[chosen] = rules.rules.index(rule)
