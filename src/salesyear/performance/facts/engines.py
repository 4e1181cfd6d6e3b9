"""Which engine answers, as SALESYEAR_ENGINE says: DuckDB here, PostgreSQL itself, or a Spark cluster."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from salesyear.engine.metrics.tables import LIGHTER
from salesyear.performance.facts import columnar, reading, selects
from salesyear.performance.facts.selects import Money

if TYPE_CHECKING:
    from salesyear.engine.metrics.facts import Engine

SPARK = "spark://"
Files = Mapping[str, Sequence[Path]]
_guard = threading.Lock()


class WrongEngine(ValueError):
    """SALESYEAR_ENGINE names an engine that cannot answer here."""


def holding(files: Files, money: Money) -> tuple[Engine, dict[str, str]]:
    """The engine, and under which name it knows each kind of facts. Raises WrongEngine."""
    asked = settings.ENGINE
    with _guard:
        if asked == "duckdb":
            engine: Any = _duck(str(columnar.folder()))
        elif asked.startswith(SPARK):
            engine = _spark(asked)
        elif connection.vendor == "postgresql":
            return _live(files, money)
        else:
            raise WrongEngine(_("SALESYEAR_ENGINE is postgresql, but DATABASE_URL names no PostgreSQL database."))
        return engine, {name: engine.view(name, paths) for name, paths in files.items()}


def _live(files: Files, money: Money) -> tuple[Engine, dict[str, str]]:
    """PostgreSQL on its live tables; what is packed there (sheets of a plan) it is given unpacked."""
    import polars as pl

    engine = _postgres(reading.postgresql_url())
    live = {name: make(money) for name, make in selects.DATED.items()}
    live |= {"customers": selects.CUSTOMERS, "products": selects.PRODUCTS}
    tables = {name: engine.view(f"{name}_{columnar.mark_of([select])}", select) for name, select in live.items()}
    for name, paths in files.items():
        if name not in live and name not in LIGHTER:
            mark = columnar.mark_of([str(path) for path in paths])
            tables[name] = engine.hold(f"{name}_{mark}", lambda paths=paths: pl.read_parquet(list(paths)))
    return engine, tables


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

    return Postgres(url)
