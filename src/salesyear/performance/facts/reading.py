"""Reading many rows into a frame: through a driver that speaks columns, or through Django's own connection.

The first is several times faster. The second sees what an open transaction has not committed yet, and serves a database
that lives in memory; both answer the same query alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from django.db import connection

from salesyear.core import rls

if TYPE_CHECKING:
    import polars as pl


def frame(sql: str, schema: Mapping[str, Any]) -> pl.DataFrame:
    """The rows of a query, whoever asks (the scope is applied where rows are used), with these column types."""
    import polars as pl

    found = _by_columns(sql) if _apart() else _by_rows(sql)
    dates = [name for name, kind in schema.items() if kind == pl.Date and found.schema[name] == pl.String]
    found = found.with_columns(pl.col(dates).str.to_date()) if dates else found
    return found.select(pl.col(name).cast(kind) for name, kind in schema.items())


def _apart() -> bool:
    """Whether another connection sees what this one sees."""
    return not connection.in_atomic_block and "memory" not in str(connection.settings_dict["NAME"])


def _by_columns(sql: str) -> pl.DataFrame:
    import polars as pl

    with _driver() as opened, opened.cursor() as cursor:
        cursor.execute(sql)
        return pl.DataFrame(pl.from_arrow(cursor.fetch_arrow_table()))


def _driver() -> Any:  # noqa: ANN401 - an ADBC connection
    if connection.vendor == "postgresql":
        from adbc_driver_postgresql import dbapi

        return dbapi.connect(postgresql_url())
    from adbc_driver_sqlite import dbapi as sqlite

    return sqlite.connect(str(connection.settings_dict["NAME"]))


def postgresql_url() -> str:
    """The address of Django's database, as drivers want it."""
    own = connection.settings_dict
    user = quote(own["USER"], safe="") + (":" + quote(own["PASSWORD"], safe="") if own["PASSWORD"] else "")
    host, port = own["HOST"], f":{own['PORT']}" if own["PORT"] else ""
    if host.startswith("/"):  # a folder with the server's socket
        return f"postgresql://{user}@/{quote(own['NAME'], safe='')}?host={quote(host, safe='/')}"
    return f"postgresql://{user}@{host}{port}/{quote(own['NAME'], safe='')}"


def _by_rows(sql: str) -> pl.DataFrame:
    import polars as pl

    with rls.as_owner(), connection.cursor() as cursor:
        cursor.execute(sql)
        names, rows = [column[0] for column in cursor.description], cursor.fetchall()
    return pl.DataFrame(rows, schema=names, orient="row", infer_schema_length=None)
