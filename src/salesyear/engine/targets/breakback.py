"""Breakback: change a cell or a subtotal and everything else makes room for it.

The plan of record is always the original prior, changed as little as all rules and edits together allow; so it does
not depend on the order of the edits, and taking edits back leads to the identical plan. A session keeps the
multipliers of the last state, which makes the next one a matter of one to three Newton steps.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from salesyear.engine.messages import noop
from salesyear.engine.targets.cells import Cells
from salesyear.engine.targets.foresight import Before, foresee
from salesyear.engine.targets.ground import Grounds
from salesyear.engine.targets.lines import Line, Lines, blocks_of, by_level, lines_of
from salesyear.engine.targets.model import REAL, Draft, Model, assemble, class_sums_at, strength_of
from salesyear.engine.targets.numeric.lumping import class_of, relump, spread
from salesyear.engine.targets.numeric.response import Distance, Response, factor
from salesyear.engine.targets.numeric.rows import Block
from salesyear.engine.targets.numeric.solving import Answer, Task, make_task, solve_task
from salesyear.engine.targets.numeric.system import TreeSystem
from salesyear.engine.targets.numeric.tree import Floats, Ints
from salesyear.engine.targets.numeric.warm import State
from salesyear.engine.targets.params import Params
from salesyear.engine.targets.places import Attributes, organisation
from salesyear.engine.targets.plan import Plan
from salesyear.engine.targets.rules import SUMS, BadRule, Rule, Rules
from salesyear.engine.targets.selection import localised
from salesyear.engine.targets.solving import DIGIT, in_table_order, solve, solve_draft

SHOWN = 1e-9  # relative tolerance of what a session shows; plans of record are solved further


@dataclass(frozen=True)
class CellEdit:
    """A cell set by hand: row of the table, amount, and who did it when and why."""

    row: int
    amount: float
    owner: str = ""
    reason: str = ""
    made_at: str = ""


@dataclass(frozen=True)
class Writer:
    """Cells in the order of the table and the class of each: one pass from multipliers to a full table.

    alike: classes of one leaf's cells, counted within the leaf, where the table holds every leaf in turn with the same
    cells: then a short list is read again and again instead of one as long as the table. Where cells of one class stand
    in pairs, each pair is in it once.
    """

    model: Model
    free: Floats
    classes: Ints
    alike: Ints | None

    def write(self, t: Floats, out: Floats | None, factors: Floats | None = None) -> Floats:
        """Sales of every cell; a table in the order of its classes needs no look-up. factors: of classes, if known."""
        model, arrays = self.model, self.model.arrays
        if model.ground.in_order or arrays.distance is Distance.LEAST_SQUARES:
            return in_table_order(model, spread(arrays, t, out if model.ground.in_order else None))
        sales = self._driven(factor(arrays.distance, t) if factors is None else factors, out)
        sales *= self.free
        if len(arrays.private):
            sales[model.order[arrays.private]] = arrays.private_sales(t)
        sales[model.order[arrays.held]] = arrays.held_at
        return sales

    def _driven(self, factors: Floats, out: Floats | None) -> Floats:
        """Return each cell's factor."""
        if self.alike is None:
            return np.take(factors, self.classes, out=out, mode="clip")
        leaves = self.model.org.tree.leaves
        table = np.empty(len(self.classes)) if out is None else out
        wide, kind = table, factors
        if 2 * len(self.alike) * leaves == len(table):  # cells of a class in pairs: fetched two at a time
            wide, kind = table.view(np.complex128), np.repeat(factors, 2).view(np.complex128)
        np.take(kind.reshape(leaves, -1), self.alike, axis=1, out=wide.reshape(leaves, -1), mode="clip")
        return table


def _writer(model: Model) -> Writer:
    free = np.empty_like(model.arrays.free)
    free[model.order] = model.arrays.free
    classes = model.ground.class_of
    return Writer(model, free, classes, _alike(classes, model.org.tree.leaves, model.attributes.count))


def _alike(classes: Ints, leaves: int, count: int) -> Ints | None:
    """Classes of a leaf's cells within the leaf, if they are the same in every leaf and the leaves come in turn."""
    if len(classes) % leaves or not len(classes):
        return None
    table = classes.reshape(leaves, -1)
    same = (table == table[0] + count * np.arange(leaves, dtype=np.int64)[:, None]).all()
    if not same:
        return None
    mine: Ints = table[0]
    pairs = len(mine) % 2 == 0 and bool((mine[::2] == mine[1::2]).all())
    return mine[::2].copy() if pairs else mine.copy()


@dataclass(frozen=True)
class Session:
    """A plan being worked on: frozen, every edit gives a new one.

    base: the model before any edit. rules: those of the base and those added. edits: cells set by hand, by row.
    answer: multipliers and rows of this state. grounds: what was worked out for other rules, shared by all states.
    """

    base: Model
    grounds: Grounds = field(repr=False)
    rules: Rules
    edits: Mapping[int, CellEdit]
    task: Task
    lines: Lines
    levels: tuple[tuple[Line, ...], ...]
    answer: Answer
    place: Ints = field(repr=False)
    writer: Writer = field(repr=False)

    @property
    def met(self) -> bool:
        """All rules and edits can hold together."""
        return self.answer.met

    def amounts(self, out: Floats | None = None) -> Floats:
        """All cells as they are now, before rounding, in the order of the table; `out`: a buffer to write into."""
        sales = self.writer.write(self.answer.t, out, self.task.response.factors(self.answer.outcome.point.slope))
        if self.edits:
            rows = np.fromiter(self.edits, dtype=np.int64, count=len(self.edits))
            sales[rows] = [edit.amount for edit in self.edits.values()]
        return sales

    def set_cell(self, edit: CellEdit) -> Session:
        """Set one cell (again)."""
        return self._with_cells({**self.edits, edit.row: edit}, edit.row)

    def set_cells(self, edits: Iterable[CellEdit]) -> Session:
        """Set many cells at once."""
        new = {edit.row: edit for edit in edits}
        return self._with_cells({**self.edits, **new}, *new) if new else self

    def release_cell(self, row: int) -> Session:
        """Take back what was set in one cell."""
        if row not in self.edits:
            raise BadRule(noop("The cell in row %(row)d was not set by hand."), row=row + 1)
        return self._with_cells({key: edit for key, edit in self.edits.items() if key != row}, row)

    def _with_cells(self, edits: Mapping[int, CellEdit], *changed: int) -> Session:
        positions = self.place[list(changed)]
        for position in positions.tolist():
            self._editable(position)
        held = {int(self.place[row]): edit.amount for row, edit in edits.items()}
        classes = np.unique(class_of(self.base.arrays, positions))
        response = relump(self.base.arrays, self.task.response, classes, held)
        return self._again(replace(self, edits=edits), self.task.blocks, response, self.answer.y)

    def _editable(self, position: int) -> None:
        arrays = self.base.arrays
        for taken, text in (
            (arrays.held, noop("The cell in row %(row)d is locked by a rule: lift the rule first.")),
            (arrays.private, noop("The cell in row %(row)d has a floor or cap of its own: change that instead.")),
        ):
            at = int(np.searchsorted(taken, position))
            if at < len(taken) and taken[at] == position:
                raise BadRule(text, row=int(self.base.order[position]) + 1)

    def with_rule(self, rule: Rule) -> Session:
        """Add a rule on sums, in place of the one of that name; other kinds of rules need a new session."""
        if rule.kind not in SUMS:
            raise BadRule(noop("Rule “%(rule)s” is not about a sum: open the plan again with it."), rule=rule.name)
        rules = self.rules.with_rule(rule)
        own = localised(rule, self.base.org)
        if not _expressible(self.base, own):
            return reopen(self, rules)
        level = self.base.org.level(own)
        mine = lines_of(own, self.base.org, self.base.attributes, class_sums_at(self.base.ground, level))
        return self._with_lines(rules, {**self.lines, rule.name: (level, mine)})

    def without(self, name: str) -> Session:
        """Lift a rule on sums."""
        rules = self.rules.without(name)
        if name not in self.lines:
            return reopen(self, rules)
        return self._with_lines(rules, {key: lines for key, lines in self.lines.items() if key != name})

    def _with_lines(self, rules: Rules, lines: Lines) -> Session:
        base = self.base
        levels = by_level(base.org, lines)
        pairs = list(zip(levels, self.levels, self.task.blocks, strict=True))
        kept = tuple(block if _same(new, old) else None for new, old, block in pairs)
        blocks = blocks_of(base.org, base.attributes, levels, strength_of(base.params), REAL, kept)
        start = foresee(Before(self.task, self.levels, self.answer), blocks, levels)
        changed = replace(self, rules=rules, lines=lines, levels=levels)
        return self._again(changed, blocks, self.task.response, start)

    def _again(self, changed: Session, blocks: tuple[Block, ...], response: Response, start: Floats) -> Session:
        base = self.base
        if blocks is self.task.blocks:
            task = replace(self.task, response=response)
        else:
            system = TreeSystem(base.org.tree, blocks)
            task = make_task(base.org.tree, blocks, response, system, self.task.weights)
        was = State(self.task.system, self.task.response, self.answer.outcome.point)
        answer = solve_task(task, replace(base.params.effort, tolerance=SHOWN), start, was=was)
        return replace(changed, task=task, answer=answer)

    def plan(self) -> Plan:
        """Return the plan of record of this state: solved from nothing, so that it has no memory of the way here.

        It is `solve` of `cells()` and `rules` to the last unit; what no amount changes is not worked out again.
        """
        return solve_draft(Draft.of(self.grounds, self.cells(), self.rules, self.base.params))

    def cells(self) -> Cells:
        """Return the cells with those set by hand in the columns `locked` and `locked_by`."""
        cells, rows = self.base.cells, list(self.edits)
        if not rows:
            return cells
        frame = cells.frame
        amounts = [edit.amount for edit in self.edits.values()]
        who = [", ".join(filter(None, (own.owner, own.made_at, own.reason))) for own in self.edits.values()]
        empty = pl.Series([None], dtype=pl.Float64).new_from_index(0, frame.height)
        locked = frame["locked"].cast(pl.Float64).fill_nan(None) if "locked" in frame.columns else empty
        by = frame["locked_by"] if "locked_by" in frame.columns else empty.cast(pl.String)
        columns = locked.scatter(rows, amounts).alias("locked"), by.scatter(rows, who).alias("locked_by")
        return replace(cells, frame=frame.with_columns(*columns))


def open_session(cells: Cells, rules: Rules, params: Params | None = None, *, apart: tuple[str, ...] = ()) -> Session:
    """Open a plan for editing; `apart`: attributes whose values will be edited (others cost a rebuild)."""
    grounds = Grounds(cells, organisation(cells))
    return _session(grounds, assemble(Draft.of(grounds, cells, rules, params or Params(), apart)))


def _session(grounds: Grounds, model: Model) -> Session:
    answer = solve_task(model.task, model.params.effort, None, DIGIT * model.params.unit)
    place = np.empty(len(model.order), dtype=np.int64)
    place[model.order] = np.arange(len(model.order))
    rules, writer = model.rules, _writer(model)
    return Session(model, grounds, rules, {}, model.task, model.lines, model.levels, answer, place, writer)


def reopen(session: Session, rules: Rules) -> Session:
    """Compile again with other rules, the edits of cells kept; what was told apart stays so."""
    base = session.base
    draft = Draft.of(session.grounds, base.cells, rules, base.params, base.attributes.columns)
    return _session(session.grounds, assemble(draft)).set_cells(session.edits.values())


def _same(new: tuple[Line, ...], old: tuple[Line, ...]) -> bool:
    """No row of a level was touched: the very same lines in the same order."""
    return len(new) == len(old) and all(one is other for one, other in zip(new, old, strict=True))


def _expressible(model: Model, rule: Rule) -> bool:
    """The classes tell apart everything the rule tells apart, and the tree is a full table."""
    known = model.attributes
    if not isinstance(model.task.system, TreeSystem):
        return False
    if not {*rule.where, *rule.within, *rule.each} <= {*known.columns}:
        return False
    cut = ((column, wanted) for part in (rule.where, rule.within) for column, wanted in part.items())
    single = ((column, (value,)) for column in rule.each for value in known.values[known.columns.index(column)])
    return all(_is_union(known, column, wanted) for column, wanted in (*cut, *single))


def _is_union(known: Attributes, column: str, wanted: tuple[str, ...]) -> bool:
    """The values fill whole groups of the column."""
    inside, groups = known.named(column, wanted), known.groups[known.columns.index(column)]
    return {*groups[inside].tolist()}.isdisjoint(groups[~inside].tolist())


def nearest(plan: Plan, rules: Rules) -> Plan:
    """Preview: meet the rules by moving as little as possible from the plan on the screen, not from the prior.

    A proposal, not the record: what it gives depends on the order of the edits.
    """
    model = plan.model
    frame = model.cells.frame.with_columns(pl.Series("_shown", plan.real))
    cells = replace(model.cells, frame=frame, prior="_shown")
    return solve(cells, rules, replace(model.params, whole=False))
