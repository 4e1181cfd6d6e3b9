"""Columns of a list become few levels each, so that every level can have its points."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl

from salesyear.engine.market.tables import Floats, Ints, need

RARE = 20


@dataclass(frozen=True)
class Bins:
    """Levels of one column: numbers by `edges` (a level reaches from one edge up to, not including, the next), words by
    `labels`. Two levels follow: any other word, and empty.
    """

    feature: str
    edges: tuple[float, ...] = ()
    labels: tuple[str, ...] = ()
    numeric: bool = True

    @property
    def size(self) -> int:
        """Number of levels, with those for other words and for empty."""
        return (len(self.edges) + 1 if self.numeric else len(self.labels)) + 2

    @property
    def names(self) -> list[str]:
        """Every level in words: `-inf..5`, `5..10`, or the word itself; `*` for any other, empty text for empty."""
        if not self.numeric:
            return [*self.labels, "*", ""]
        bounds = ["-inf", *(f"{edge:g}" for edge in self.edges), "inf"]
        return [f"{low}..{high}" for low, high in pairwise(bounds)] + ["*", ""]

    def codes(self, frame: pl.DataFrame) -> Ints:
        """The level of each row."""
        column = frame[self.feature]
        if self.numeric:
            values = np.asarray(column.cast(pl.Float64).to_numpy(), dtype=np.float64)
            found = np.searchsorted(np.asarray(self.edges), values, side="right")
            return np.where(np.isnan(values), self.size - 1, found).astype(np.int64)
        place = {label: code for code, label in enumerate(self.labels)}
        words = column.cast(pl.String).to_list()
        return np.array(
            [self.size - 1 if word is None else place.get(word, self.size - 2) for word in words], dtype=np.int64
        )


def learn_bins(frame: pl.DataFrame, features: tuple[str, ...], most: int) -> tuple[Bins, ...]:
    """Levels of each feature: numbers by equal counts, at most `most`; words that occur at least 20 times."""
    need(frame, *features)
    return tuple(_bins_of(frame[name], most) for name in features)


def _bins_of(column: pl.Series, most: int) -> Bins:
    if column.dtype.is_numeric():
        return Bins(column.name, edges=_edges(column.cast(pl.Float64).drop_nulls().to_numpy(), most))
    counts = column.cast(pl.String).drop_nulls().value_counts(sort=True)
    kept = counts.filter(pl.col("count") >= min(RARE, max(1, len(column) // 100))).head(most)
    return Bins(column.name, labels=tuple(sorted(kept[column.name].to_list())), numeric=False)


def _edges(values: Floats, most: int) -> tuple[float, ...]:
    """Edges between levels of about equal count; a value of its own for each where there are few."""
    distinct = np.unique(values)
    if len(distinct) <= most:
        return tuple(float(value) for value in distinct[1:])
    cuts = np.quantile(values, np.linspace(0.0, 1.0, most + 1)[1:-1], method="higher")
    return tuple(float(value) for value in np.unique(cuts) if value > distinct[0])
