"""Many rows at once: keys taken in advance, one statement for some thousand rows, on both databases.

On PostgreSQL rows travel as one array per column and are unpacked by `unnest`, which row-level security lets
through (it refuses COPY); on SQLite the driver's executemany is as fast as it gets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from django.db import connection, models

Row = tuple[Any, ...]
CHUNK: Final = 10_000


def take_keys(model: type[models.Model], count: int) -> list[int]:
    """Primary keys for new rows, no one else's from now on. To be called inside the transaction that uses them."""
    if not count:
        return []
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            sequence = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
            cursor.execute(sequence, [table, count])
            return [key for (key,) in cursor.fetchall()]
        # An IMMEDIATE transaction is the only writer, so the next numbers are free until it ends.
        cursor.execute("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = %s", [table])
        (last,) = cursor.fetchone()
    return list(range(last + 1, last + 1 + count))


def insert(model: type[models.Model], columns: Sequence[str], rows: Sequence[Row], told: Callable[[int], None]) -> None:
    """Put rows into a table. columns: its own names; told: how many are in by now."""
    table, names = model._meta.db_table, ", ".join(f'"{column}"' for column in columns)
    for done, part in _parts(rows):
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                unpacked = ", ".join(f"%s::{_type(model, column)}[]" for column in columns)
                statement = f'INSERT INTO "{table}" ({names}) SELECT * FROM unnest({unpacked})'  # noqa: S608 (names of our own models)
                cursor.execute(statement, [list(values) for values in zip(*part, strict=True)])
            else:
                places = ", ".join(["%s"] * len(columns))
                cursor.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({places})', part)  # noqa: S608 (as above)
        told(done)


def update(model: type[models.Model], columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Change rows of a table; each row's last value is its primary key."""
    table, key = model._meta.db_table, _key(model)
    for _done, part in _parts(rows):
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                changes = ", ".join(f'"{column}" = given."{column}"' for column in columns)
                names = ", ".join(f'"{column}"' for column in (*columns, "its_key"))
                types = [*(_type(model, column) for column in columns), _type(model, key)]
                unpacked = ", ".join(f"%s::{kind}[]" for kind in types)
                statement = f'UPDATE "{table}" SET {changes} FROM unnest({unpacked}) AS given({names})'  # noqa: S608 (as above)
                statement += f' WHERE "{table}"."{key}" = given."its_key"'
                cursor.execute(statement, [list(values) for values in zip(*part, strict=True)])
            else:
                changes = ", ".join(f'"{column}" = %s' for column in columns)
                cursor.executemany(f'UPDATE "{table}" SET {changes} WHERE "{key}" = %s', part)  # noqa: S608 (as above)


def _parts(rows: Sequence[Row]) -> Iterator[tuple[int, Sequence[Row]]]:
    """Rows in portions, each with the number of rows up to its end."""
    for start in range(0, len(rows), CHUNK):
        part = rows[start : start + CHUNK]
        yield start + len(part), part


def _key(model: type[models.Model]) -> str:
    """The column of the primary key."""
    return str(model._meta.pk.column)


def _type(model: type[models.Model], column: str) -> str:
    """A column's type as PostgreSQL knows it."""
    field = next(one for one in model._meta.concrete_fields if one.column == column)
    return str(field.rel_db_type(connection) if field.primary_key else field.db_type(connection))
