"""The CDNOW sample for tests: its purchases, and its histories of the 39 weeks the published fit was made on."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import polars as pl

from salesyear.engine.market.histories import purchase_histories

FILE = Path(__file__).parent / "engine" / "market" / "golden" / "cdnow" / "purchases.csv.gz"
CALIBRATION_END = date(1997, 9, 30)


@cache
def purchases() -> pl.DataFrame:
    """`customer`, `date`, `amount` of 2,357 customers, January 1997 to June 1998."""
    return pl.read_csv(FILE, try_parse_dates=True, schema_overrides={"customer": pl.String})


@cache
def repeat_purchases() -> pl.DataFrame:
    """Histories to 30 September 1997; free orders count as purchases, as in the publication."""
    return purchase_histories(purchases(), CALIBRATION_END, least=0.0)
