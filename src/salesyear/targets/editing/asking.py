"""Edits as rules of the engine: single cells are held, sums become rows at the node they belong to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from salesyear.engine.messages import noop
from salesyear.engine.targets import Cells, Priority, Rule, Rules
from salesyear.targets.editing.desk import MONTHS, YEAR, Desk, Selection
from salesyear.targets.editing.held import Held
from salesyear.targets.planning.cells import LEVELS

Ints = NDArray[np.int64]
BY_HAND = noop("Changes by hand")
DEPTHS = ("company", *LEVELS)


@dataclass
class Asked:
    """What edits ask of a table of cells: rules, columns that tell their parts apart, and cells held at an amount."""

    rules: list[Rule] = field(default_factory=list)
    labels: dict[str, Ints] = field(default_factory=dict)
    locked: dict[int, int] = field(default_factory=dict)

    @property
    def parts(self) -> dict[str, Ints]:
        """The columns that tell parts apart, cell by cell."""
        return {name: np.repeat(values, MONTHS) for name, values in self.labels.items()}

    def cells(self, cells: Cells) -> Cells:
        """Return the table with the held cells."""
        if not self.locked:
            return cells
        amounts = np.full(cells.frame.height, np.nan)
        amounts[list(self.locked)] = list(self.locked.values())
        locked = pl.Series("locked", amounts).fill_nan(None)
        return replace(cells, frame=cells.frame.with_columns(locked))


@dataclass(frozen=True)
class _Place:
    """The node an edit belongs to, and whether it means all of it."""

    depth: int
    path: str
    whole: bool


def asked_by(desk: Desk, held: Iterable[Held]) -> Asked:
    """Turn edits into what the engine understands."""
    asked = Asked()
    groups: dict[tuple[int, str, str], list[tuple[Held, _Place]]] = defaultdict(list)
    for one in sorted(held, key=lambda one: one.cells.key):  # so that the order they came in is forgotten
        if len(one.cells.slots) == 1 and len(one.cells.months) == 1:
            asked.locked[int(one.cells.slots[0]) * MONTHS + one.cells.months[0]] = one.amount
            continue
        place = _place(desk, one.cells)
        shape = "" if place.whole else ",".join(sorted(set(one.where) - {"month"}))
        groups[place.depth, _period(one.cells.months), shape].append((one, place))
    for number, ((depth, period, shape), members) in enumerate(sorted(groups.items(), key=lambda item: item[0]), 1):
        _add(asked, desk, depth, period, members, f"{BY_HAND} {number}", labelled=bool(shape))
    return asked


def _place(desk: Desk, cells: Selection) -> _Place:
    """Find the lowest node that all cells are in."""
    first, last = desk.layout.leaf[cells.slots[[0, -1]]]  # leaves are in the order of the tree
    depth = next(depth for depth in (3, 2, 1, 0) if desk.paths[depth][first] == desk.paths[depth][last])
    path = desk.paths[depth][first]
    return _Place(depth, path, desk.room[depth, path] == len(cells.slots))


def _period(months: tuple[int, ...]) -> str:
    if months == YEAR:
        return ""
    return "month" if len(months) == 1 else "quarter"


def _add(
    asked: Asked, desk: Desk, depth: int, period: str, members: Sequence[tuple[Held, _Place]], name: str, *,
    labelled: bool,
) -> None:  # fmt: skip
    """One rule for edits of one kind: an amount for each node, part and period."""
    each = (period,) if period else ()
    label = np.zeros(desk.layout.slots, np.int64)
    ranks: dict[str, dict[bytes, int]] = defaultdict(dict)
    amounts: dict[str, tuple[float | None, float | None]] = {}
    for one, place in members:
        tail = [str(_number(one.cells.months, period))] if period else []
        if labelled:
            known = ranks[place.path]
            rank = known.setdefault(one.cells.slots.tobytes(), len(known) + 1)
            label[one.cells.slots] = rank
            tail = [str(rank), *tail]
        amounts["/".join([place.path or "company", *tail])] = (float(one.amount), float(one.amount))
    if labelled:
        column = f"part {len(asked.labels) + 1}"
        asked.labels[column] = label
        each = (column, *each)
    asked.rules.append(Rule(name=name, at=DEPTHS[depth], each=each, amounts=amounts, priority=Priority.LOCK))


def _number(months: tuple[int, ...], period: str) -> int:
    return months[0] + 1 if period == "month" else months[0] // 3 + 1


def without_the_same(rules: Rules, asked: Asked) -> Rules:
    """Rules of the plan, save totals that an edit has just set anew."""
    fixed: dict[str, set[str]] = defaultdict(set)
    for rule in asked.rules:
        if not rule.each:
            fixed[rule.at] |= set(rule.amounts)
    return Rules(tuple(kept for rule in rules.rules if (kept := _less(rule, fixed[rule.at]))))


def _less(rule: Rule, fixed: set[str]) -> Rule | None:
    if not rule.exact or rule.where or rule.each or not fixed or (rule.at_least is None and not rule.amounts):
        return rule
    if not rule.amounts:
        return None if "company" in fixed and rule.at == "company" else rule
    amounts = {key: pair for key, pair in rule.amounts.items() if key not in fixed}
    return replace(rule, amounts=amounts) if amounts else None
