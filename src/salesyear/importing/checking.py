"""A table read as rows of a kind: every cell typed, every name resolved, every problem named in one pass."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any, Final

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.utils import timezone

from salesyear.core.columns import Column, ImportKind, Type
from salesyear.core.scope import Scope
from salesyear.engine.messages import noop
from salesyear.importing.kinds import kind_named
from salesyear.importing.layouts import Layout
from salesyear.importing.reading import Table
from salesyear.importing.references import Lookup, folded
from salesyear.importing.values import Figure, Problem, manner_of, problem, read_column

#: Rows shown as understood.
SAMPLE: Final = 20
#: Told of work done: what is being done, how much, of how much.
Progress = Callable[[str, int, int], None]
NO_PROGRESS: Final[Progress] = lambda _doing, _done, _of: None  # noqa: E731 (a constant that does nothing)


@dataclass(frozen=True, slots=True)
class Fault:
    """A problem in its place: the row as numbered in the file, the heading, the value as found."""

    row: int
    heading: str
    value: str
    problem: Problem


@dataclass
class Reading:
    """A table while it is read: per column of the kind one list of values, None where nothing is said.

    A row with a fault is bad: it is counted as rejected and takes no further part.
    """

    kind: ImportKind
    layout: Layout
    table: Table
    scope: Scope
    values: dict[str, list[Any]] = field(default_factory=dict)
    texts: dict[str, list[str]] = field(default_factory=dict)
    typed: dict[str, list[Any]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    bad: set[int] = field(default_factory=set)
    lookups: dict[str, Lookup] = field(default_factory=dict)

    def refuse(self, row: int, column: str, fault: Problem) -> None:
        """Put a problem beside a row (its place in the table) and a column of the kind."""
        self.bad.add(row)
        value = self.texts[column][row] if column in self.texts else ""
        self.faults.append(Fault(self.table.numbers[row], self.heading(column), value, fault))

    def heading(self, column: str) -> str:
        """The file's heading over a column, else the column's own label."""
        headings = self.layout.columns.get(column)
        return " + ".join(headings) if headings else str(self.kind.by_name[column].label)

    def good(self) -> list[int]:
        """Places of the rows without a problem."""
        return [row for row in range(self.table.height) if row not in self.bad]

    def lookup(self, model: str, named: Iterable[str] = ()) -> Lookup:
        """The rows of a table by name, read once."""
        if model not in self.lookups:
            self.lookups[model] = Lookup(model, self.scope, named)
        return self.lookups[model]

    def column(self, name: str) -> list[Any]:
        """The values of a column, all None when the file does not have it."""
        return self.values.get(name) or self._nothing

    def understood(self, column: str, row: int) -> str:
        """A cell as it was understood, for people to look at: what was made of it, not what became of it."""
        value = self.typed[column][row]
        if isinstance(value, Problem):
            return self.texts[column][row]
        if isinstance(value, Figure):
            return f"{value.value:f}"
        if isinstance(value, bool):
            return "✓" if value else "×"
        return "" if value is None else f"{value:f}" if isinstance(value, Decimal) else str(value)

    @cached_property
    def _nothing(self) -> list[Any]:
        """A column of a file that does not have it."""
        return [None] * self.table.height


def read_rows(table: Table, layout: Layout, scope: Scope, progress: Progress = NO_PROGRESS) -> Reading:
    """Every cell of the mapped columns as a typed value; what cannot be read or is lacking is a fault."""
    reading = Reading(kind_named(layout.kind), layout, table, scope)
    for number, cells, fault in table.broken:
        reading.faults.append(Fault(number, "", table.separator.join(cells)[:200], fault))
    given = [column for column in reading.kind.columns if column.name in {*layout.columns, *layout.constants}]
    for done, column in enumerate(given):
        progress(noop("reading"), done, len(given))
        _read(reading, column)
    return reading


def _read(reading: Reading, column: Column) -> None:
    """One column's values, and its faults."""
    texts = _texts(reading.table, reading.layout, column)
    if column.masked:
        texts = ["" if "*" in text else text for text in texts]
    order = reading.layout.orders.get(column.name, "")
    zone = timezone.get_default_timezone()
    manner = manner_of(
        column.type, set(texts), order=order, choices=column.choices, longest=_longest(reading.kind, column), zone=zone
    )
    values = read_column(texts, manner)
    reading.texts[column.name], reading.values[column.name] = texts, values
    reading.typed[column.name] = values[:SAMPLE]
    needed = column.required and column.name not in reading.kind.defaults
    kinds = set(map(type, values))
    if Problem not in kinds and not (needed and type(None) in kinds):
        return
    for row, value in enumerate(values):
        if isinstance(value, Problem):
            reading.refuse(row, column.name, value)
        elif value is None and needed:
            reading.refuse(row, column.name, problem(_EMPTY, _FILL_IN))


_EMPTY: Final = noop("The cell is empty, and a value is needed here.")
_FILL_IN: Final = noop("Fill it in, or give one value for all rows.")


def _texts(table: Table, layout: Layout, column: Column) -> list[str]:
    """The cells of a column: one heading's, several headings' joined, or a constant; empty ones take the constant."""
    constant = layout.constants.get(column.name, "")
    places = [table.headings.index(heading) for heading in layout.columns.get(column.name, ())]
    if not places:
        return [constant] * table.height
    if len(places) > 1:
        parts = zip(*(table.columns[place] for place in places), strict=True)
        return [" ".join(cell for cell in cells if cell) or constant for cells in parts]
    cells = table.columns[places[0]]
    return [cell or constant for cell in cells] if constant else cells


def _longest(kind: ImportKind, column: Column) -> int | None:
    """How many characters fit, as the model says: the kind's own, or the one the column belongs to."""
    if column.longest or column.to or column.type not in (Type.TEXT, Type.CODE):
        return column.longest
    for model in (kind.model, column.creates):
        with suppress(FieldDoesNotExist, LookupError, ValueError):
            most: int | None = apps.get_model(model)._meta.get_field(column.name).max_length
            return most
    return None


def resolve(reading: Reading, column: Column, pending: dict[str, int] | None = None) -> None:
    """Turn the names of a column into primary keys; unknown names are faults.

    pending: names that the same file brings in → their placeholder, for rows that name each other.
    """
    values = reading.values[column.name]
    lookup = reading.lookup(column.to, {value for value in values if isinstance(value, str)})
    for row, value in enumerate(values):
        if not isinstance(value, str):
            continue
        found = lookup.find(value)
        if isinstance(found, Problem) and pending and folded(value) in pending:
            found = pending[folded(value)]
        if isinstance(found, Problem):
            reading.refuse(row, column.name, found)
            found = None
        values[row] = found


def same_key_twice(reading: Reading, keys: Sequence[tuple[Any, ...] | None], column: str) -> None:
    """Refuse a row whose key stands in an earlier row of the file; keys of bad rows are None."""
    first: dict[tuple[Any, ...], int] = {}
    for row, key in enumerate(keys):
        if key is None:
            continue
        earlier = first.setdefault(key, row)
        if earlier != row:
            rule = noop("The same row stands in row %(earlier)s already.")
            mend = noop("Delete one of the two.")
            reading.refuse(row, column, problem(rule, mend, earlier=reading.table.numbers[earlier]))


def by_row(faults: Iterable[Fault]) -> dict[int, list[Fault]]:
    """Faults by the row of the file they stand in."""
    rows: dict[int, list[Fault]] = defaultdict(list)
    for fault in faults:
        rows[fault.row].append(fault)
    return rows
