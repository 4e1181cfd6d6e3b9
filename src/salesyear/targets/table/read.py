"""The planning table as plain data: what the page draws, and what it gets after an edit."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
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
from salesyear.targets.editing.held import Held
from salesyear.targets.editing.state import State as Now
from salesyear.targets.editing.state import slots_seen, state_of
from salesyear.targets.names import Names, names_for
from salesyear.targets.services.editing import steps_of
from salesyear.targets.table.asked import DOWN, KINDS, Asked, words_of
from salesyear.targets.table.measures import Measures
from salesyear.targets.table.sums import Columns, Row, columns_of, rows_of

Ints = NDArray[np.int64]
Places = dict[tuple[str, str], Any]


@dataclass(frozen=True)
class Table:
    """A version as somebody sees it, by what was asked for."""

    scope: Scope
    version: Version
    asked: Asked
    now: Now
    seen: Ints
    names: Names

    @cached_property
    def columns(self) -> Columns:
        """The columns, the total's first."""
        return columns_of(self.now.desk, self.asked.across, self.seen)

    @cached_property
    def _rows(self) -> Any:  # noqa: ANN401 - rows of sums.py
        return rows_of(self.now.desk, self.asked, self.seen)

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """The rows, the company's first."""
        found: tuple[Row, ...] = self._rows.rows
        return found

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
        values = {name: self.values(name) for name in self.asked.measures}
        deepest = len(self.asked.down)
        return [
            {
                "key": row.key,
                "parent": row.parent,
                "level": row.level,
                "name": self.name_of(row),
                "leaf": len(row.path) == deepest,
                "values": {name: self._plain(name, table[place]) for name, table in values.items()},
                "locks": self._locks_by_row.get(row.key, {}),
                "marks": self._marks_by_row.get(row.key, {}),
            }
            for place in places
            for row in (self.rows[place],)
        ]

    def changed(self, before: Now) -> list[dict[str, Any]]:
        """Return the rows that differ from an earlier state: in an amount, a lock or a mark."""
        old = Table(self.scope, self.version, self.asked, before, self.seen, self.names)
        moved = np.zeros(len(self.rows), bool)
        for name in self.asked.measures:
            one, other = self.values(name), old.values(name)
            moved |= ((one != other) & ~(np.isnan(one) & np.isnan(other))).any(axis=1)
        marked = {row for table in (self, old) for row in table.touched(other=old if table is self else self)}
        return self.written(place for place, row in enumerate(self.rows) if moved[place] or row.key in marked)

    def touched(self, other: Table) -> set[str]:
        """Return the keys of rows with a lock or mark that the other state does not have."""
        mine = {**self._locks, **{(row, f"{column} "): mark for (row, column), mark in self._marks.items()}}
        theirs = {**other._locks, **{(row, f"{column} "): mark for (row, column), mark in other._marks.items()}}
        return {place[0] for place, said in mine.items() if theirs.get(place) != said}

    def values(self, name: str) -> NDArray[np.float64]:
        """Return a measure as rows × columns, NaN where there is none."""
        return self._measures.of(name)

    @cached_property
    def _measures(self) -> Measures:
        return Measures(self.scope, self.version, self.now.desk, self.now.amounts, self.seen, self._rows, self.columns)

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

    def _plain(self, name: str, values: NDArray[np.float64]) -> dict[str, int | float | None]:
        exact = name in KINDS
        return {
            column: None if np.isnan(value) else round(float(value), 6) if exact else int(value)
            for column, value in zip(self.columns.ids, values.tolist(), strict=True)
        }

    @cached_property
    def _locks(self) -> Places:
        return {
            place: _lock(one)
            for one in self.now.log().held
            if one.locked and (place := self._place(one.where)) is not None
        }

    @cached_property
    def _marks(self) -> Places:
        found: Places = {}
        for one in self.now.log().held:
            if not one.locked and (place := self._place(one.where)):
                found[place] = {"edited": True, "id": one.number}
        said = Comment.objects.within(self.scope).filter(version=self.version).values_list("where", flat=True)
        comments = Counter(place for where in said if (place := self._place(where)))
        for place, count in comments.items():
            found[place] = {**found.get(place, {}), "comments": count}
        return found

    @cached_property
    def _by_where(self) -> dict[str, str]:
        """Rows by the cells they mean, in any order of columns."""
        return {_canonical(dict(row.path)): row.key for row in self.rows}

    def _place(self, where: Mapping[str, Sequence[int]]) -> tuple[str, str] | None:
        """Return the row and column of an edit or comment in this table, if it has one here."""
        column, rest = self._column({name: keys[0] for name, keys in where.items() if name != "month"}, where)
        row = self._by_where.get(_canonical(rest))
        return (row, column) if row and column in self.columns.ids else None

    def _column(self, keys: dict[str, int], where: Mapping[str, Sequence[int]]) -> tuple[str, dict[str, int]]:
        months = list(where.get("month", ()))
        if months:
            return (str(months[0]) if len(months) == 1 else f"q{(months[0] + 2) // 3}"), keys
        name, letter = {"lines": ("line", "l"), "new": ("new", "n")}.get(self.asked.across, ("", ""))
        if name in keys and name not in self.asked.down:
            return f"{letter}{keys[name]}", {column: key for column, key in keys.items() if column != name}
        return "total", keys

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


def _canonical(keys: Mapping[str, int]) -> str:
    return json.dumps({name: keys[name] for name in DOWN if name in keys})


def _lock(one: Held) -> dict[str, Any]:
    edit = one.edit
    at = edit.at.date().isoformat() if edit else ""
    return {
        "by": str(edit.actor) if edit and edit.actor else "--",
        "at": at,
        "reason": edit.reason if edit else "",
        "id": one.number,
    }


def steps_of_user(now: Now, scope: Scope) -> tuple[list[str], list[str]]:
    """Return the batches of whoever looks: those that stand and those taken back."""
    return steps_of(now.edits, scope.user_id)


def table_of(scope: Scope, version: Version, asked: Asked, now: Now | None = None) -> Table:
    """Read a table for somebody: the rows of what they see, and sums of nothing else."""
    if now is None:
        with rls.as_owner():
            now = state_of(version)
    seen = slots_seen(scope, version, now.desk)
    wanted = {name: np.unique(now.desk.columns[name][seen]).tolist() for name in (*asked.down, "line") if name != "new"}
    names = names_for(scope, wanted)
    whole = {"company": {0: str(version.plan.unit or _company(scope))}}
    return Table(scope, version, asked, now, seen, Names({**names.by, **whole}))


def _company(scope: Scope) -> str:
    if scope.places:
        return " · ".join(scope.places)
    top = tree.company(scope)
    return top.name if top else _("Company")
