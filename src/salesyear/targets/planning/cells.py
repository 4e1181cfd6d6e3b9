"""A plan's slots as the table the engine solves: one row for each slot and month, with keys as names.

Names are made of keys (`r2`, `t7`, `p12`), so that they stay the same whatever people are called later.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from salesyear.engine.targets import Cells
from salesyear.targets.planning.facts import Leaf

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
MONTHS = 12
LEVELS = ("region", "territory", "rep")


@dataclass(frozen=True)
class Layout:
    """Where every slot stands: the leaves, each slot's leaf, and [customer, line, new] of each slot."""

    leaves: tuple[Leaf, ...]
    leaf: Ints
    keys: Ints
    strategic: frozenset[int]

    @property
    def slots(self) -> int:
        """Number of slots."""
        return len(self.leaf)

    def frame(self, prior: Floats, last_year: Ints, baseline: Ints) -> pl.DataFrame:
        """Return the cells in the order of slots and months; amounts are (slots, months)."""
        places = {name: self._names(name) for name in LEVELS}
        of_slot = {name: np.array(names, dtype=object)[self.leaf] for name, names in places.items()}
        customer, line, new = self.keys.T
        strategic = np.isin(line, list(self.strategic)).astype(np.int64)
        columns = {name: pl.Series(np.repeat(values, MONTHS).astype(str)) for name, values in of_slot.items()}
        numbers = {"customer": customer, "line": line, "new": new, "strategic": strategic}
        columns |= {name: pl.Series(np.repeat(values, MONTHS)) for name, values in numbers.items()}
        amounts = {"prior": prior, "last_year": last_year, "baseline": baseline}
        return pl.DataFrame(
            columns
            | {"month": np.tile(np.arange(1, MONTHS + 1), self.slots)}
            | {name: np.ravel(values) for name, values in amounts.items()}
        )

    def cells(self, prior: Floats, last_year: Ints, baseline: Ints) -> Cells:
        """Return the engine's table."""
        return Cells(self.frame(prior, last_year, baseline), LEVELS)

    def _names(self, level: str) -> list[str]:
        return [name_of(level, getattr(leaf, level)) for leaf in self.leaves]


def name_of(level: str, key: int) -> str:
    """Return what a node is called in the engine's tables."""
    return f"{ {'region': 'r', 'territory': 't', 'rep': 'p'}[level] }{key}"


def path_of(leaf: Leaf, depth: int) -> str:
    """Return the path of the node above a leaf at a depth (1 region, 2 territory, 3 the leaf itself)."""
    return "/".join(name_of(level, getattr(leaf, level)) for level in LEVELS[:depth])


def sums_by(leaf: Ints, amounts: Ints, count: int) -> Ints:
    """Sum (slots, months) by leaf: (leaves, months)."""
    out = np.zeros((count, amounts.shape[1]), amounts.dtype)
    np.add.at(out, leaf, amounts)
    return out
