"""What an import would change: rows to create, rows to change with what they were before, rows as they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models

from salesyear.engine.messages import noop
from salesyear.importing.checking import NO_PROGRESS, Fault, Progress, Reading
from salesyear.importing.references import CHUNK


@dataclass(frozen=True, slots=True)
class Changed:
    """A row that is there and becomes different: what it was, what it becomes."""

    key: Any
    before: dict[str, Any]
    after: dict[str, Any]


@dataclass
class Delta:
    """What happens to one table.

    created: new rows, by column of the database. A row that names a row created by the same import holds its
    placeholder, a negative number: -1 is the first row created in that table.
    """

    model: str
    created: list[dict[str, Any]] = field(default_factory=list)
    changed: list[Changed] = field(default_factory=list)

    def create(self, row: dict[str, Any]) -> int:
        """Take a row to create; returns its placeholder."""
        self.created.append(row)
        return -len(self.created)


def is_placeholder(key: object) -> bool:
    """Whether a key stands for a row that does not exist yet."""
    return isinstance(key, int) and key < 0


@dataclass(frozen=True, slots=True)
class Counts:
    """Where the rows of a file went: `rows` is always the sum of the other four."""

    rows: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0


@dataclass(frozen=True)
class Draft:
    """Everything an import would do, and everything wrong with its file."""

    reading: Reading
    deltas: tuple[Delta, ...]
    counts: Counts
    faults: tuple[Fault, ...]


def counted(reading: Reading, created: int, changed: int) -> Counts:
    """The counts of a file of which so many rows are new and so many differ."""
    rejected = len(reading.bad) + len(reading.table.broken)
    rows = reading.table.height + len(reading.table.broken)
    return Counts(rows, created, changed, rows - rejected - created - changed, rejected)


def in_order(reading: Reading) -> tuple[Fault, ...]:
    """Faults as they follow each other in the file: row by row, heading by heading."""
    places = {heading: place for place, heading in enumerate(reading.table.headings)}
    return tuple(sorted(reading.faults, key=lambda fault: (fault.row, places.get(fault.heading, len(places)))))


def table_of(model: str) -> type[models.Model]:
    """The model of this name."""
    return apps.get_model(model)


@cache
def columns_of(model: str) -> dict[str, models.Field[Any, Any]]:
    """The fields of a table by the name of their column."""
    return {one.attname: one for one in table_of(model)._meta.concrete_fields}


def naming(model: str, other: str) -> list[str]:
    """The columns of a table that hold the keys of another."""
    wanted = table_of(other)
    return [column for column, one in columns_of(model).items() if one.is_relation and one.related_model is wanted]


def pruned(deltas: Sequence[Delta]) -> tuple[Delta, ...]:
    """Deltas without rows to create that nothing names; the last one's rows are what it is all about."""
    for place in range(len(deltas) - 2, -1, -1):
        _prune(deltas[place], deltas[place + 1 :])
    return tuple(deltas)


def _prune(delta: Delta, later: Sequence[Delta]) -> None:
    """Leave out rows that no later delta names, and renumber the placeholders of the others."""
    rows = [
        (row, column)
        for other in later
        for column in naming(other.model, delta.model)
        for row in (*other.created, *(change.after for change in other.changed))
        if is_placeholder(row.get(column))
    ]
    used = {row[column] for row, column in rows}
    kept = [place for place in range(1, len(delta.created) + 1) if -place in used]
    if len(kept) == len(delta.created):
        return
    moved = {-place: -number for number, place in enumerate(kept, start=1)}
    delta.created = [delta.created[place - 1] for place in kept]
    for row, column in rows:
        row[column] = moved[row[column]]


def existing(
    reading: Reading,
    model: str,
    field_: str,
    wanted: Iterable[Any],
    columns: Sequence[str],
    progress: Progress = NO_PROGRESS,
) -> Iterable[tuple[Any, ...]]:
    """Rows that are there already: primary key and columns, where `field_` is one of the values wanted."""
    rows = table_of(model)._default_manager.within(reading.scope)  # type: ignore[attr-defined]  # scoped managers only
    keys = list(dict.fromkeys(key for key in wanted if key is not None and not is_placeholder(key)))
    for start in range(0, len(keys), CHUNK):
        progress(noop("comparing"), start, len(keys))
        part = rows.filter(**{f"{field_}__in": keys[start : start + CHUNK]})
        yield from part.values_list("pk", *columns).order_by("pk")


def difference(key: object, columns: Sequence[str], before: Sequence[Any], after: Mapping[str, Any]) -> Changed | None:
    """What an import changes in a row: empty cells change nothing."""
    apart = [
        (column, old, after[column])
        for column, old in zip(columns, before, strict=True)
        if after.get(column) is not None and after[column] != old
    ]
    if not apart:
        return None
    return Changed(key, {column: old for column, old, _ in apart}, {column: new for column, _, new in apart})
