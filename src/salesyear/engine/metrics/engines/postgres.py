"""PostgreSQL itself, on its live tables: nothing is copied, and the same figures come out."""

from __future__ import annotations

import threading
from typing import Any

import polars as pl


class Postgres:
    """A PostgreSQL server; each thread has a connection of its own, on which the facts are views that go with it."""

    dialect = "postgres"

    def __init__(self, url: str) -> None:
        """Remember where it is; connections are opened when they are asked."""
        self._url = url
        self._views: dict[str, str] = {}
        self._local = threading.local()

    def frame(self, sql: str) -> pl.DataFrame:
        """The answer to a query."""
        with self._connection().cursor() as cursor:
            cursor.execute(sql)
            return pl.DataFrame(pl.from_arrow(_plain(cursor.fetch_arrow_table())))

    def view(self, name: str, select: str) -> str:
        """A name for a query over live tables; returns the name."""
        self._views[name] = select
        return name

    def keep(self, name: str, frame: pl.DataFrame) -> str:
        """Hold a table for as long as this thread's connection lives; returns the name."""
        with self._connection().cursor() as cursor:
            cursor.adbc_ingest(name, frame.to_arrow(), mode="replace", temporary=True)
        return name

    def _connection(self) -> Any:  # noqa: ANN401 - an ADBC connection
        from adbc_driver_postgresql import dbapi

        if not hasattr(self._local, "connection"):
            self._local.connection, self._local.views = dbapi.connect(self._url, autocommit=True), {}
        for name, select in self._views.items():
            if self._local.views.get(name) != select:
                with self._local.connection.cursor() as cursor:
                    cursor.execute(f'DROP VIEW IF EXISTS pg_temp."{name}"')
                    cursor.execute(f'CREATE TEMPORARY VIEW "{name}" AS {select}')
                self._local.views[name] = select
        return self._local.connection


def _plain(table: Any) -> Any:  # noqa: ANN401 - Arrow tables
    """Numeric columns as the text they travel as: PostgreSQL makes numeric of a sum of whole numbers."""
    import pyarrow as pa

    columns = [
        column.cast(column.type.storage_type) if isinstance(column.type, pa.BaseExtensionType) else column
        for column in table.columns
    ]
    return pa.table(dict(zip(table.column_names, columns, strict=True)))
