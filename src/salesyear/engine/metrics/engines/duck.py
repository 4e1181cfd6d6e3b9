"""DuckDB on this machine, in memory, locked down: it reads the folders it was given and nothing else."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

_LOCKED = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}


class Duck:
    """One DuckDB for a process; each thread has a cursor of its own."""

    dialect = "duckdb"

    def __init__(self, folder: Path | None = None, *, memory: str = "2GB", threads: int = 2) -> None:
        """Open it; folder: where the columnar files are, the only place it may read."""
        self._main = duckdb.connect(config={**_LOCKED, "memory_limit": memory, "threads": str(threads)})
        if folder is not None:
            self._main.execute(f"SET allowed_directories = ['{folder}']")
        self._main.execute("SET enable_object_cache = true")
        self._main.execute("SET enable_external_access = false")
        self._main.execute("SET lock_configuration = true")
        self._local = threading.local()

    def frame(self, sql: str) -> pl.DataFrame:
        """The answer to a query."""
        found: pl.DataFrame = self._cursor().execute(sql).pl()
        return found

    def keep(self, name: str, frame: pl.DataFrame) -> str:
        """Hold a table in memory under a name; returns the name."""
        cursor = self._cursor()
        cursor.register("_given", frame)
        cursor.execute(f'CREATE OR REPLACE TABLE "{name}" AS SELECT * FROM _given')
        cursor.unregister("_given")
        return name

    def view(self, name: str, files: Sequence[Path]) -> str:
        """A name for just these files; the same files have the same name."""
        listed = ", ".join(f"'{file}'" for file in files)
        mark = hashlib.sha256(listed.encode()).hexdigest()[:16]
        known = f"{name}_{mark}"
        self._cursor().execute(f'CREATE VIEW IF NOT EXISTS "{known}" AS SELECT * FROM read_parquet([{listed}])')
        return known

    def _cursor(self) -> Any:  # noqa: ANN401 - a DuckDB cursor
        if not hasattr(self._local, "cursor"):
            self._local.cursor = self._main.cursor()
        return self._local.cursor


def in_memory(tables: Mapping[str, pl.DataFrame]) -> tuple[Duck, dict[str, str]]:
    """A DuckDB that holds these tables, and their names in it."""
    duck = Duck()
    return duck, {name: duck.keep(name, frame) for name, frame in tables.items()}
