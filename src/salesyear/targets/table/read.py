"""The planning table as plain data: what the page draws, and what it gets after an edit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from salesyear.core import rls
from salesyear.core.scope import Scope
from salesyear.org import tree
from salesyear.plans.models import Comment, State, Version
from salesyear.plans.months import months_of
from salesyear.targets.access import reach_of
from salesyear.targets.editing.desk import Where
from salesyear.targets.editing.held import Held
from salesyear.targets.editing.state import State as Now
from salesyear.targets.editing.state import slots_seen, state_at, state_of
from salesyear.targets.editing.steps import steps_of
from salesyear.targets.names import Names, names_for
from salesyear.targets.table.asked import KINDS, Asked, words_of
from salesyear.targets.table.drawn import Drawn, Place, drawn
from salesyear.targets.table.measures import Measures
from salesyear.targets.table.sums import Columns, Row

Ints = NDArray[np.int64]
Places = dict[Place, Any]


@dataclass(frozen=True)
class Table:
    """A version as somebody sees it, by what was asked for. comments: which cells they are about."""

    scope: Scope
    version: Version
    asked: Asked
    now: Now
    seen: Ints
    names: Names
    comments: tuple[Where, ...]

    @cached_property
    def _drawn(self) -> Drawn:
        return drawn(self.now.desk, self.asked, self.seen)

    @property
    def columns(self) -> Columns:
        """The columns, the total's first."""
        return self._drawn.columns

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows, the company's first."""
        return self._drawn.rows.rows

    def as_json(self) -> dict[str, Any]:
        """Return the whole table."""
        return {
            "edition": self.now.edition,
            "state": self.version.state,
            "may_edit": self.version.state == State.DRAFT and reach_of(self.scope).anything,
            "unit": self.unit(),
            "columns": [{"id": one, "title": self.title(one)} for one in self.columns.ids],
            "measures": [self._measure(name) for name in self.asked.measures],
            "rows": self.written(range(len(self.rows))),
            **self.steps(),
        }

    def steps(self) -> dict[str, bool]:
        """Return whether the person has something to take back or to do again."""
        done, taken = steps_of_user(self.now, self.scope)
        return {"undo": bool(done), "redo": bool(taken)}

    def written(self, places: Iterable[int]) -> list[dict[str, Any]]:
        """Return some rows as the page reads them."""
        chosen = list(places)
        values = {name: self._plain(name, chosen) for name in self.asked.measures}
        return [
            self._row(self.rows[place], {name: said[at] for name, said in values.items()})
            for at, place in enumerate(chosen)
        ]

    def _row(self, row: Row, values: dict[str, Any]) -> dict[str, Any]:
        return {
            "key": row.key,
            "parent": row.parent,
            "level": row.level,
            "name": self.name_of(row),
            "leaf": len(row.path) == len(self.asked.down),
            "values": values,
            "locks": self._locks_by_row.get(row.key, {}),
            "marks": self._marks_by_row.get(row.key, {}),
        }

    def changed(self, before: Now) -> list[dict[str, Any]]:
        """Return the rows that differ from an earlier state: in an amount, a lock or a mark."""
        old = replace(self, now=before)
        moved = np.zeros(len(self.rows), bool)
        for name in self.asked.measures:
            one, other = self.values(name), old.values(name)
            moved |= ((one != other) & ~(np.isnan(one) & np.isnan(other))).any(axis=1)
        marked = self._touched(old)
        return self.written(place for place, row in enumerate(self.rows) if moved[place] or row.key in marked)

    def _touched(self, other: Table) -> set[str]:
        """Return the keys of rows whose locks or marks are not those of the other state."""
        pairs = ((self._locks_by_row, other._locks_by_row), (self._marks_by_row, other._marks_by_row))
        return {key for mine, theirs in pairs for key in {*mine, *theirs} if mine.get(key) != theirs.get(key)}

    def values(self, name: str) -> NDArray[np.float64]:
        """Return a measure as rows × columns, NaN where there is none."""
        return self._measures.of(name)

    @cached_property
    def _measures(self) -> Measures:
        rows, columns = self._drawn.rows, self._drawn.columns
        return Measures(self.scope, self.version, self.now.desk, self.now.amounts, self.seen, rows, columns)

    def title(self, column: str) -> str:
        """Return what a column is called."""
        if column == "total":
            return self.version.plan.name if self.asked.across in {"months", "quarters"} else _("total")
        if column.startswith("q"):
            return _("Q%(number)s") % {"number": column[1:]}
        if column.startswith("l"):
            return self.names.of("line", int(column[1:]))
        if column.startswith("n"):
            return self.names.of("new", int(column[1:]))
        month = months_of(self.version.plan)[int(column) - 1]
        return f"{month.month}月" if (get_language() or "").startswith("zh") else date_format(month, "M")

    def name_of(self, row: Row) -> str:
        """Return what a row is called."""
        return self.names.of(*row.path[-1]) if row.path else self.names.by["company"][0]

    def unit(self) -> dict[str, Any]:
        """Return the currency, its digits and the step amounts are rounded to."""
        currency = self.version.plan.currency
        return {"code": currency.code, "digits": currency.digits, "rounding": self.now.desk.params.unit}

    def _measure(self, name: str) -> dict[str, Any]:
        return {"id": name, "title": words_of(name), "kind": KINDS.get(name, "money"), "editable": name == "target"}

    def _plain(self, name: str, places: list[int]) -> list[dict[str, int | float | None]]:
        """Write a measure of some rows: money as whole numbers, shares to six digits, nothing as None."""
        values, ids = self.values(name)[places], self.columns.ids
        none = np.isnan(values)
        whole = np.where(none, 0, values)
        said = whole.round(6).tolist() if name in KINDS else whole.astype(np.int64).tolist()
        rows = [dict(zip(ids, row, strict=True)) for row in said]
        for at, column in zip(*np.nonzero(none), strict=True):
            rows[at][ids[column]] = None
        return rows

    @cached_property
    def _locks(self) -> Places:
        return {place: _lock(one) for one in self.now.present.held if one.locked and (place := self._place(one))}

    @cached_property
    def _marks(self) -> Places:
        held = [one for one in self.now.present.held if not one.locked]
        found: Places = {place: {"edited": True, "id": one.number} for one in held if (place := self._place(one))}
        comments = Counter(place for where in self.comments if (place := self._drawn.place(where)))
        for place, count in comments.items():
            found[place] = {**found.get(place, {}), "comments": count}
        return found

    def _place(self, one: Held) -> Place | None:
        return self._drawn.place_of(one)

    @cached_property
    def _locks_by_row(self) -> dict[str, dict[str, Any]]:
        return _by_row(self._locks)

    @cached_property
    def _marks_by_row(self) -> dict[str, dict[str, Any]]:
        return _by_row(self._marks)


def _by_row(places: Places) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for (row, column), said in places.items():
        found.setdefault(row, {})[column] = said
    return found


def _lock(one: Held) -> dict[str, Any]:
    edit = one.edit
    at = timezone.localdate(edit.at).isoformat() if edit else ""
    return {
        "by": str(edit.actor) if edit and edit.actor else "--",
        "at": at,
        "reason": edit.reason if edit else "",
        "id": one.number,
    }


def steps_of_user(now: Now, scope: Scope) -> tuple[list[str], list[str]]:
    """Return the batches of whoever looks: those that stand and those taken back."""
    return steps_of(now.edits, scope.user_id)


def changed_since(table: Table, edition: int) -> list[dict[str, Any]]:
    """Return the rows that an earlier edition showed otherwise; all of them where it is not known what it showed."""
    with rls.as_owner():
        return table.changed(state_at(table.version, table.now, edition))


def table_of(scope: Scope, version: Version, asked: Asked, now: Now | None = None) -> Table:
    """Read a table for somebody: the rows of what they see, and sums of nothing else."""
    if now is None:
        with rls.as_owner():
            now = state_of(version)
    seen = slots_seen(scope, version, now.desk)
    wanted = {name: np.unique(now.desk.columns[name][seen]).tolist() for name in (*asked.down, "line") if name != "new"}
    names = names_for(scope, wanted)
    whole = {"company": {0: str(version.plan.unit or _company(scope))}}
    comments = Comment.objects.within(scope).filter(version=version).order_by().values_list("where", flat=True)
    return Table(scope, version, asked, now, seen, Names({**names.by, **whole}), tuple(comments))


def _company(scope: Scope) -> str:
    if scope.places:
        return " · ".join(scope.places)
    top = tree.company(scope)
    return top.name if top else _("Company")
