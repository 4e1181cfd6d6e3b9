"""The table a plan is made of: one row per cell, with its place in the organisation and its prior."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from salesyear.engine.messages import EngineError, noop
from salesyear.engine.targets.numeric.tree import Floats

COMPANY = "company"


class BadCells(EngineError):
    """The table of cells cannot be planned on."""


@dataclass(frozen=True)
class Cells:
    """One row per cell: level columns from the top (region, territory, rep), attributes, and amounts.

    prior: what is expected of the cell if no rule says otherwise. Columns that may be there: `floor` and `cap` bound
    single cells (null: no bound); `locked` holds a cell at an amount, and `locked_by` says who did it and why. A null
    in a lower level column means: the leaf is the level above. The company needs no column.
    """

    frame: pl.DataFrame
    levels: tuple[str, ...]
    prior: str = "prior"
    month: str = "month"

    def __post_init__(self) -> None:
        """Refuse tables that have no answer, naming what is missing."""
        for column in (*self.levels, self.prior):
            if column not in self.frame.columns:
                raise BadCells(noop("The cells have no column “%(column)s”."), column=column)
        if COMPANY in self.levels:
            raise BadCells(noop("The company stands above all levels: leave it out of the levels."))
        if self.frame.is_empty():
            raise BadCells(noop("There are no cells to plan on."))
        known = self.frame[self.prior].cast(pl.Float64).is_finite().fill_null(value=False)
        if not known.all():
            row = int((~known).arg_max() or 0) + 1
            raise BadCells(noop("The prior is missing or not a number in row %(row)d."), row=row)

    def amounts(self, column: str) -> Floats:
        """Return one amount column, nulls as 0."""
        if column not in self.frame.columns:
            raise BadCells(noop("The cells have no column “%(column)s”."), column=column)
        return self.frame[column].cast(pl.Float64).fill_nan(None).fill_null(0.0).to_numpy().astype(np.float64)

    def bound(self, column: str, missing: float) -> Floats:
        """`floor` or `cap` of every cell; `missing` where there is none."""
        if column not in self.frame.columns:
            return np.full(self.frame.height, missing)
        return self.frame[column].cast(pl.Float64).fill_nan(None).fill_null(missing).to_numpy().astype(np.float64)

    def labels(self, column: str) -> pl.Series:
        """Values of an attribute as text; `quarter` follows from a month number where there is no such column."""
        if column in self.frame.columns:
            return self.frame[column].cast(pl.String)
        if column == "quarter" and self.month in self.frame.columns and self.frame[self.month].dtype.is_integer():
            return ((self.frame[self.month].cast(pl.Int64) - 1) // 3 + 1).cast(pl.String)
        raise BadCells(noop("The cells have no column “%(column)s”."), column=column)
