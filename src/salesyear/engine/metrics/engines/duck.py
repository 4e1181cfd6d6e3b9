"""DuckDB on this machine, in memory, locked down: it reads the folders it was given and nothing else."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

_LOCKED = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}


HELD, HELD_ROWS = 16, 6_000_000  # answers that always stay, being in use; rows of all that stay


class _Answers:
    """Which answers are kept: the newest, and as many of the others as have room."""

    def __init__(self, least: int, rows: int) -> None:
        self._least, self._room = least, rows
        self._rows: OrderedDict[str, int] = OrderedDict()
        self._making: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()

    def asked(self, name: str, make: Callable[[], int]) -> list[str]:
        """Have an answer made unless it is there (of many who ask at once, one makes it); returns what is to go."""
        with self._guard:
            if self._known(name):
                return []
            mine = self._making.setdefault(name, threading.Lock())
        with mine:
            with self._guard:
                if self._known(name):
                    return []
            try:
                made = make()
            finally:  # what is refused leaves nothing behind
                with self._guard:
                    self._making.pop(name, None)
            with self._guard:
                self._rows[name] = made
                return self._too_many()

    def _known(self, name: str) -> bool:
        if name in self._rows:
            self._rows.move_to_end(name)
        return name in self._rows

    def _too_many(self) -> list[str]:
        gone = []
        while len(self._rows) > self._least and sum(self._rows.values()) > self._room:
            gone.append(self._rows.popitem(last=False)[0])
        return gone


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
        self._answers = _Answers(HELD, HELD_ROWS)

    def frame(self, sql: str) -> pl.DataFrame:
        """The answer to a query."""
        found: pl.DataFrame = self._cursor().execute(sql).pl()
        return found

    def held(self, sql: str) -> str:
        """The name of a table with the answer to a query, made when it is first asked.

        A query names its files by views that stand for just these files: its answer stays good.
        """
        name = f"held_{hashlib.sha256(sql.encode()).hexdigest()[:16]}"
        for old in self._answers.asked(name, lambda: self._answered(name, sql)):
            self._cursor().execute(f'DROP TABLE IF EXISTS "{old}"')
        return name

    def _answered(self, name: str, sql: str) -> int:
        """Make the table of an answer; returns how many rows it has."""
        cursor = self._cursor()
        cursor.execute(f'CREATE OR REPLACE TABLE "{name}" AS {sql}')
        return int(cursor.execute(f'SELECT COUNT(*) FROM "{name}"').fetchone()[0])

    def keep(self, name: str, frame: pl.DataFrame) -> str:
        """Hold a table in memory under a name; returns the name. Answers from what had the name before are let go."""
        self._answers = _Answers(HELD, HELD_ROWS)
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
