"""Which engine answers, as SALESYEAR_ENGINE says: DuckDB here, PostgreSQL itself, or a Spark cluster."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from salesyear.core import rls
from salesyear.core.scope import Scope
from salesyear.performance.facts import columnar, reading, selects
from salesyear.performance.facts.gates import gate_of
from salesyear.performance.facts.selects import Money

if TYPE_CHECKING:
    from salesyear.engine.metrics.facts import Engine

LIVE, SPARK = "postgresql", "spark://"
Files = Mapping[str, Sequence[Path]]
_guard = threading.Lock()


class WrongEngine(ValueError):
    """SALESYEAR_ENGINE names an engine that cannot answer here."""


def in_files() -> Collection[str]:
    """Which kinds of facts the engine that is asked reads from files: PostgreSQL has all but the tree as tables."""
    return {"units"} if settings.ENGINE == LIVE else columnar.KINDS


def holding(files: Files, money: Money, scope: Scope) -> tuple[Engine, dict[str, str]]:
    """The engine as `scope` may ask it, and under which name it knows each kind of facts. Raises WrongEngine."""
    with _guard:
        if settings.ENGINE == LIVE:
            return _live(files, money, scope)
        spark = settings.ENGINE.startswith(SPARK)
        engine: Any = _spark(settings.ENGINE) if spark else _duck(str(columnar.folder()))
        return engine, {name: engine.view(name, paths) for name, paths in files.items()}


def _live(files: Files, money: Money, scope: Scope) -> tuple[Engine, dict[str, str]]:
    """PostgreSQL on its live tables; what is packed there (sheets of a plan) it is given unpacked, from files.

    The views run with the owner's rights, for a shared sale is shared out over all who share it. Whoever asks wears the
    scoped role, may read these views alone, and each view lets through what the policies of its rows do.
    """
    import polars as pl

    from salesyear.engine.metrics.engines.postgres import Narrowed

    if connection.vendor != "postgresql":
        raise WrongEngine(_("SALESYEAR_ENGINE is postgresql, but DATABASE_URL names no PostgreSQL database."))
    server = _postgres(reading.postgresql_url())
    selected = {name: make(money) for name, make in selects.DATED.items()}
    selected |= {"customers": selects.CUSTOMERS, "products": selects.PRODUCTS}
    for name, paths in files.items():
        mark = columnar.mark_of([str(path) for path in paths])
        given = server.hold(f"{name}_{mark}_given", lambda paths=paths: pl.read_parquet(list(paths)))
        selected[name] = f'SELECT * FROM "{given}"'
    guarded = {name: f"SELECT * FROM ({select}) v WHERE {gate_of(name)}" for name, select in selected.items()}
    tables = {name: server.view(f"{name}_{columnar.mark_of([sql])}", sql) for name, sql in guarded.items()}
    return Narrowed(server, *rls.worn(scope)), tables


@lru_cache(maxsize=4)
def _duck(folder: str) -> Any:  # noqa: ANN401 - the engines are imported when they are asked
    from salesyear.engine.metrics.engines.duck import Duck

    return Duck(Path(folder))


@lru_cache(maxsize=4)
def _spark(master: str) -> Any:  # noqa: ANN401 - as above
    from salesyear.engine.metrics.engines.spark import Spark

    return Spark(master)


@lru_cache(maxsize=4)
def _postgres(url: str) -> Any:  # noqa: ANN401 - as above
    from salesyear.engine.metrics.engines.postgres import Postgres

    return Postgres(url, reader=rls.ROLE)
