"""Figures: each defined once, measured by anything it is known by, alike on DuckDB, PostgreSQL and Spark.

    measure(["ordered", "attainment"], facts, by=["region", "month"], period=Period.of_months(date(2026, 1, 1), 12))

The catalogue (`FIGURES`) is light; `measure` brings Ibis and Polars in when it is first called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesyear.engine.metrics.asking import (
    NeedsPeriod,
    NotSplitBy,
    Period,
    UnknownFigure,
    Where,
    missing_of,
    splits_of,
)
from salesyear.engine.metrics.catalogue import BY_NAME, FIGURES, Better, Figure, Unit
from salesyear.engine.metrics.facts import Facts, NotKept
from salesyear.engine.metrics.tables import SPLITS, TABLES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import polars as pl


def measure(
    figures: Sequence[str],
    facts: Facts,
    *,
    by: Sequence[str] = (),
    where: Where | None = None,
    period: Period | None = None,
    as_of: date | None = None,
) -> pl.DataFrame:
    """Measure figures; see `measuring.measure`, which this calls."""
    from salesyear.engine.metrics import measuring

    return measuring.measure(figures, facts, by=by, where=where, period=period, as_of=as_of)


__all__ = [
    "BY_NAME",
    "FIGURES",
    "SPLITS",
    "TABLES",
    "Better",
    "Facts",
    "Figure",
    "NeedsPeriod",
    "NotKept",
    "NotSplitBy",
    "Period",
    "Unit",
    "UnknownFigure",
    "Where",
    "measure",
    "missing_of",
    "splits_of",
]
