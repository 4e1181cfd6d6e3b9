"""PostgreSQL itself, on its live tables: nothing is copied, and the same figures come out."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import polars as pl


class Postgres:
    """A PostgreSQL server; each thread has a connection of its own, on which the facts are views that go with it.

    reader: a role that may read these views, besides the one that signs in.
    """

    dialect = "postgres"

    def __init__(self, url: str, reader: str = "") -> None:
        """Remember where it is; connections are opened when they are asked."""
        self._url = url
        self._reader = reader
        self._views: dict[str, str] = {}
        self._frames: dict[str, Callable[[], pl.DataFrame]] = {}
        self._local = threading.local()

    def frame(self, sql: str) -> pl.DataFrame:
        """The answer to a query."""
        return self.between(sql)

    def between(self, sql: str, before: str = "", after: str = "") -> pl.DataFrame:
        """The answer to a query asked between two statements; a connection on which any of them fails is given up."""
        connection = self._connection()
        try:
            with connection.cursor() as cursor:
                if before:
                    cursor.execute(before)
                cursor.execute(sql)
                answer = pl.DataFrame(pl.from_arrow(_plain(cursor.fetch_arrow_table())))
                if after:
                    cursor.execute(after)
        except BaseException:
            del self._local.connection
            connection.close()
            raise
        return answer

    def held(self, sql: str) -> str | None:
        """Nothing is kept: its tables are live, so no answer stays good."""
        return None

    def view(self, name: str, select: str) -> str:
        """A name for a query over live tables; the name must stand for this query alone."""
        self._views[name] = select
        return name

    def hold(self, name: str, make: Callable[[], pl.DataFrame]) -> str:
        """A name for a table that is given to each connection once; the name must stand for this table alone."""
        self._frames.setdefault(name, make)
        return name

    def _connection(self) -> Any:  # noqa: ANN401 - an ADBC connection
        from adbc_driver_postgresql import dbapi

        local = self._local
        if not hasattr(local, "connection"):
            local.connection, local.known = dbapi.connect(self._url, autocommit=True), set()
        with local.connection.cursor() as cursor:
            for name in self._frames.keys() - local.known:
                cursor.adbc_ingest(name, self._frames[name]().to_arrow(), mode="create", temporary=True)
            for name in self._views.keys() - local.known:
                cursor.execute(f'CREATE TEMPORARY VIEW "{name}" AS {self._views[name]}')
                if self._reader:
                    cursor.execute(f'GRANT SELECT ON "{name}" TO {self._reader}')
        local.known |= {*self._views, *self._frames}
        return local.connection


class Narrowed:
    """A server that is asked by somebody who may not see all: each query stands between two statements."""

    dialect = Postgres.dialect

    def __init__(self, server: Postgres, before: str, after: str) -> None:
        """before: narrows what the queries after it see; after: takes that off again."""
        self._server, self._before, self._after = server, before, after

    def frame(self, sql: str) -> pl.DataFrame:
        """The answer to a query, within what the statement before it lets through."""
        return self._server.between(sql, self._before, self._after)

    def held(self, sql: str) -> str | None:
        """Nothing is kept, as on the server."""
        return None


def _plain(table: Any) -> Any:  # noqa: ANN401 - Arrow tables
    """Numeric columns as the text they travel as: PostgreSQL makes numeric of a sum of whole numbers."""
    import pyarrow as pa

    columns = [
        column.cast(column.type.storage_type) if isinstance(column.type, pa.BaseExtensionType) else column
        for column in table.columns
    ]
    return pa.table(dict(zip(table.column_names, columns, strict=True)))
