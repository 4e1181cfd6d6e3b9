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


def require(frame: pl.DataFrame, *columns: str) -> None:
    """Refuse a table that lacks a column, and say which it has."""
    for column in columns:
        if column not in frame.columns:
            raise _no_column(frame, column)


def _no_column(frame: pl.DataFrame, column: str) -> BadCells:
    have = ", ".join(frame.columns)
    return BadCells(noop("The cells have no column “%(column)s”. They have: %(columns)s."), column=column, columns=have)


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
        require(self.frame, *self.levels, self.prior)
        if COMPANY in self.levels:
            raise BadCells(noop("The company stands above all levels: leave it out of the levels."))
        if self.frame.is_empty():
            raise BadCells(noop("There are no cells to plan on."))
        known = self._numbers(self.prior).is_finite().fill_null(value=False)
        if not known.all():
            row = int((~known).arg_max() or 0) + 1
            raise BadCells(
                noop("The prior is missing or not a number in row %(row)d: write 0 where nothing is expected."), row=row
            )

    def _numbers(self, column: str) -> pl.Series:
        """One column as numbers; what is not one is named with its row."""
        require(self.frame, column)
        found, numbers = self.frame[column], self.frame[column].cast(pl.Float64, strict=False)
        wrong = numbers.is_null() & found.is_not_null()
        if wrong.any():
            row = int(wrong.arg_max() or 0)
            raise BadCells(
                noop("“%(column)s” in row %(row)d is “%(value)s”, which is not a number: write it with digits and "
                     "a decimal point, without thousands separators or units."),
                column=column, row=row + 1, value=str(found[row]),
            )  # fmt: skip
        return numbers

    def amounts(self, column: str) -> Floats:
        """Return one amount column, nulls as 0."""
        return self._numbers(column).fill_nan(None).fill_null(0.0).to_numpy().astype(np.float64)

    def bound(self, column: str, missing: float) -> Floats:
        """`floor` or `cap` of every cell; `missing` where there is none."""
        if column not in self.frame.columns:
            return np.full(self.frame.height, missing)
        return self._numbers(column).fill_nan(None).fill_null(missing).to_numpy().astype(np.float64)

    def labels(self, column: str) -> pl.Series:
        """Values of an attribute as text; `quarter` follows from a month number where there is no such column."""
        if column in self.frame.columns:
            return self.frame[column].cast(pl.String)
        if column == "quarter" and self.month in self.frame.columns and self.frame[self.month].dtype.is_integer():
            return ((self.frame[self.month].cast(pl.Int64) - 1) // 3 + 1).cast(pl.String)
        raise _no_column(self.frame, column)
