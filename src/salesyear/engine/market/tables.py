"""Words shared by the computations on the market: sentences a page can translate, columns that must be there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from salesyear.engine.messages import EngineError, noop

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]
Bools: TypeAlias = npt.NDArray[np.bool_]


class MissingColumns(EngineError):
    """A table lacks columns that the computation reads."""


@dataclass(frozen=True)
class Sentence:
    """A reason in words: the English text with named places, and what goes into them."""

    text: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        """The sentence in English."""
        return self.text % dict(self.values) if self.values else self.text


def need(frame: pl.DataFrame, *columns: str) -> None:
    """Refuse a table without these columns (MissingColumns), naming what is missing and what is there."""
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        text = noop("The table has no column %(missing)s. It has: %(present)s.")
        raise MissingColumns(text, missing=", ".join(missing), present=", ".join(frame.columns))


def floats(frame: pl.DataFrame, column: str) -> Floats:
    """A column as numbers, empty as NaN."""
    return np.asarray(frame[column].cast(pl.Float64).to_numpy(), dtype=np.float64)
