"""A table as text that either database reads: PostgreSQL's own COPY format, written and read on SQLite as well."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection
from django.db.models import Model

# Signed-in browsers and running workers belong to the moment, not to the data.
LEFT_OUT = frozenset({"django_session", "usersessions_usersession", "core_worker"})
_BLOCK = 2_000  # rows

_OUT = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\b": "\\b", "\f": "\\f", "\v": "\\v"}
_IN = {escape[1]: plain for plain, escape in _OUT.items()}
_ESCAPABLE, _ESCAPED = re.compile(r"[\\\t\n\r\b\f\v]"), re.compile(r"\\(.)", re.DOTALL)
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:\.(\d+))?(?:\+00(?::00)?)?")


@dataclass(frozen=True, slots=True)
class Table:
    """A table's name and its columns with Django's name for their type, in a fixed order."""

    name: str
    columns: tuple[tuple[str, str], ...]

    @property
    def names(self) -> str:
        """The columns as SQL lists them."""
        return ", ".join(f'"{name}"' for name, _kind in self.columns)


def tables() -> list[Table]:
    """Return every table this version keeps data in, in a stable order."""
    return sorted((_table(model) for model in models()), key=lambda table: table.name)


def models() -> list[type[Model]]:
    """Return every model with a table of its own."""
    managed = apps.get_models(include_auto_created=True)
    return [model for model in managed if model._meta.managed and not model._meta.proxy]


def read_sqlite(source: sqlite3.Connection, table: Table) -> Iterator[bytes]:
    """Yield a table's rows as text, some thousand at a time, in the order of their keys."""
    cursor = source.execute(f'SELECT {table.names} FROM "{table.name}" ORDER BY 1')  # noqa: S608 - names of our own models
    writers = [_WRITERS.get(kind, _plain) for _name, kind in table.columns]
    while rows := cursor.fetchmany(_BLOCK):
        lines = (
            "\t".join("\\N" if value is None else write(value) for write, value in zip(writers, row, strict=True))
            for row in rows
        )
        yield "".join(f"{line}\n" for line in lines).encode()


def read_postgresql(table: Table) -> Iterator[bytes]:
    """Yield a table's rows as PostgreSQL writes them."""
    sql = f'COPY (SELECT {table.names} FROM "{table.name}" ORDER BY 1) TO STDOUT'  # noqa: S608 - names of our own models
    with connection.cursor() as cursor, cursor.copy(sql) as copy:
        for block in copy:
            yield bytes(block)


def write(table: Table, lines: Iterable[bytes]) -> None:
    """Put rows into a table, in the transaction at hand. lines: whole lines, each with its line end."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({table.names}) FROM STDIN') as copy:
            for line in lines:
                copy.write(line)
        return
    readers = [_READERS.get(kind, _text) for _name, kind in table.columns]
    places = ", ".join(["?"] * len(readers))
    sql = f'INSERT INTO "{table.name}" ({table.names}) VALUES ({places})'  # noqa: S608 - names of our own models
    with connection.cursor() as cursor:
        # Past Django's cursor, which would look for its own placeholders in every statement.
        cursor.cursor.connection.executemany(sql, (_row(line, readers) for line in lines))


def clear() -> None:
    """Empty every table, in the transaction at hand."""
    names = [f'"{table.name}"' for table in tables()]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"TRUNCATE {', '.join(names)}")
            return
        for name in names:
            cursor.execute(f"DELETE FROM {name}")  # noqa: S608 - names of our own models


def count(table: str) -> int:
    """Return how many rows a table has."""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608 - names of our own models
        return int(cursor.fetchone()[0])


def renumber() -> None:
    """Let new rows be numbered after the restored ones."""
    with connection.cursor() as cursor:
        for sql in connection.ops.sequence_reset_sql(no_style(), models()):
            cursor.execute(sql)


def _table(model: type[Model]) -> Table:
    columns = tuple((str(field.column), field.get_internal_type()) for field in model._meta.local_concrete_fields)
    return Table(model._meta.db_table, columns)


def _row(line: bytes, readers: list[Callable[[str], Any]]) -> list[Any]:
    cells = line.decode().rstrip("\n").split("\t")
    if len(cells) != len(readers):
        raise ValueError(f"a row has {len(cells)} cells instead of {len(readers)}")
    return [None if cell == "\\N" else read(cell) for read, cell in zip(readers, cells, strict=True)]


def _plain(value: object) -> str:
    if isinstance(value, bytes):
        return f"\\\\x{value.hex()}"
    return _ESCAPABLE.sub(lambda found: _OUT[found[0]], str(value))


def _text(cell: str) -> str:
    return _ESCAPED.sub(lambda found: _IN.get(found[1], found[1]), cell)


def _moment_in(cell: str) -> str:
    found = _MOMENT.fullmatch(cell)
    if not found:
        raise ValueError(f"“{cell}” is not a moment")
    return found[1] + (f".{found[2]:0<6}" if found[2] else "")


_WRITERS: dict[str, Callable[[Any], str]] = {
    "BooleanField": lambda value: "t" if value else "f",
    "DateTimeField": lambda value: f"{value}+00",
}
_READERS: dict[str, Callable[[str], Any]] = {
    "BooleanField": lambda cell: int(cell == "t"),
    "DateTimeField": _moment_in,
    "UUIDField": lambda cell: cell.replace("-", ""),
    "BinaryField": lambda cell: bytes.fromhex(_text(cell).removeprefix("\\x")),
}
