"""Why a number is what it is: its prior, what each rule and hand made of it, and the edits behind that."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from django.utils.translation import gettext as _

from salesyear.core import rls
from salesyear.core.scope import Scope
from salesyear.engine.targets import Cells, Rules, solve
from salesyear.engine.targets.why import Part, explain
from salesyear.plans.models import Comment, Edit, EditKind, Version
from salesyear.targets.editing.asking import BY_HAND, asked_by, without_the_same
from salesyear.targets.editing.desk import MONTHS, Selection
from salesyear.targets.editing.places import where_of
from salesyear.targets.editing.solving import changed_rules
from salesyear.targets.editing.state import slots_seen, state_of

if TYPE_CHECKING:
    from salesyear.targets.editing.state import State


class NoSuchCell(ValueError):
    """A row or column that somebody does not see."""


@dataclass(frozen=True)
class WhyPart:
    """What one rule did: an amount that adds up, a factor that multiplies up (None where a side is zero)."""

    name: str
    amount: int
    factor: float | None


@dataclass(frozen=True)
class WhyReport:
    """prior + the parts' amounts = target, to the unit. edits, comments: what was done and said at these cells."""

    cells: int
    last_year: int
    baseline: int
    prior: int
    parts: tuple[WhyPart, ...]
    target: int
    edits: tuple[Edit, ...]
    comments: tuple[Comment, ...]


def why(scope: Scope, version: Version, row: str, column: str) -> WhyReport:
    """Explain a cell or subtotal, of what `scope` sees. Raises NoPlace, NoSuchCell."""
    where = where_of(row, column)
    with rls.as_owner():
        now = state_of(version)
    cells = now.desk.select(where)
    seen = set(slots_seen(scope, version, now.desk).tolist())
    mine = cells.slots[[slot in seen for slot in cells.slots.tolist()]]
    if not len(mine):
        raise NoSuchCell(row)
    cells = Selection(mine, cells.months)
    prior, parts = _parts(now, cells)
    return WhyReport(
        len(cells.slots) * len(cells.months),
        cells.sum(now.desk.last_year),
        cells.sum(now.desk.baseline),
        prior,
        parts,
        cells.sum(now.amounts),
        _edits(scope, version, now, cells),
        _comments(scope, version, now, cells),
    )


def _parts(now: State, cells: Selection) -> tuple[int, tuple[WhyPart, ...]]:
    """What each rule did, by the plan of the whole company; what areas moved inside themselves is one part more."""
    held = [one for one in now.present.binding.held if not one.area]
    asked = asked_by(now.desk, held)
    rules = without_the_same(changed_rules(now.desk.rules, now.present.changes), asked)
    table = asked.cells(now.desk.solvers.of(asked.parts).cells)
    plan = solve(_marked(now, table, cells), Rules((*rules.rules, *asked.rules)), now.desk.params)
    found = explain(plan, {"asked": ("1",)})
    prior, target = round(found.prior), cells.sum(now.amounts)
    parts = [WhyPart(_name(part), round(part.amount), part.factor) for part in found.parts if round(part.amount)]
    rest = target - prior - sum(part.amount for part in parts)
    inside = target - round(found.target)
    if inside:
        parts.append(WhyPart(_("Moved inside the area by its manager"), inside, _factor(inside, target)))
        rest -= inside
    if rest:
        parts.append(WhyPart(_("Rounding of the parts above"), rest, None))
    return prior, tuple(parts)


def _marked(now: State, table: Cells, cells: Selection) -> Cells:
    """Mark the cells that are asked about in a column of the engine's table."""
    mark = np.zeros((now.desk.layout.slots, MONTHS), np.int64)
    mark[np.ix_(cells.slots, np.array(cells.months, np.int64))] = 1
    return replace(table, frame=table.frame.with_columns(pl.Series("asked", mark.ravel())))


def _factor(amount: int, target: int) -> float | None:
    before = target - amount
    return target / before if before > 0 and target > 0 else None


def _name(part: Part) -> str:
    return _(BY_HAND) if part.name.startswith(BY_HAND) else _(part.name)


def _edits(scope: Scope, version: Version, now: State, cells: Selection) -> tuple[Edit, ...]:
    """What was set, locked or lifted at cells among these, the newest first."""
    mine = set(cells.slots.tolist())
    rows = Edit.objects.within(scope).filter(version=version).exclude(kind=EditKind.RULE).select_related("actor")
    return tuple(one for one in rows.order_by("-number")[:200] if _touches(now, one.where, mine, cells.months))[:10]


def _comments(scope: Scope, version: Version, now: State, cells: Selection) -> tuple[Comment, ...]:
    rows = Comment.objects.within(scope).filter(version=version).select_related("actor").order_by("-pk")
    mine = set(cells.slots.tolist())
    return tuple(one for one in rows[:200] if _touches(now, one.where, mine, cells.months))[:10]


def _touches(now: State, where: dict[str, list[int]], mine: set[int], months: tuple[int, ...]) -> bool:
    if not where:
        return len(mine) == now.desk.layout.slots and len(months) == MONTHS
    other = now.desk.select(where)
    return bool(set(other.months) & set(months)) and not mine.isdisjoint(other.slots.tolist())
