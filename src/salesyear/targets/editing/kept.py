"""What a process keeps from one edit to the next: the newest few, safe for several threads."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from threading import Lock
from typing import Generic, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from salesyear.engine.targets import Cells, Solver

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
SOLVERS = 3  # of one plan: without parts, and with those that the last edits told apart


class Kept(Generic[Key, Value]):
    """The values asked for last, so many at most; two threads that make the same one at once both get the one kept."""

    def __init__(self, most: int) -> None:
        """Begin with nothing."""
        self._most, self._guard = most, Lock()
        self._values: OrderedDict[Key, Value] = OrderedDict()

    def of(self, key: Key, make: Callable[[], Value]) -> Value:
        """Return what is kept under a key, or make and keep it."""
        found = self.get(key)
        if found is not None:
            return found
        made = make()
        with self._guard:
            return self._keep(key, self._values.get(key, made))

    def get(self, key: Key) -> Value | None:
        """Return what is kept under a key."""
        with self._guard:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def put(self, key: Key, value: Value) -> Value:
        """Keep a value in place of the one there is; the one not asked for longest goes."""
        with self._guard:
            return self._keep(key, value)

    def clear(self) -> None:
        """Keep nothing."""
        with self._guard:
            self._values.clear()

    def _keep(self, key: Key, value: Value) -> Value:
        self._values[key] = value
        self._values.move_to_end(key)
        while len(self._values) > self._most:
            self._values.popitem(last=False)
        return value


class Solvers:
    """Solvers of one table of cells, with the columns that edits need to tell its parts apart."""

    def __init__(self, cells: Cells) -> None:
        """Make none yet."""
        self._cells = cells
        self._kept: Kept[bytes, Solver] = Kept(SOLVERS)

    def of(self, parts: Mapping[str, NDArray[np.int64]]) -> Solver:
        """Return the solver of the cells with these columns."""
        mark = hashlib.blake2b(digest_size=16)
        for name, values in parts.items():
            mark.update(name.encode() + values.tobytes())
        return self._kept.of(mark.digest(), lambda: Solver(self._with(parts)))

    def _with(self, parts: Mapping[str, NDArray[np.int64]]) -> Cells:
        columns = [pl.Series(name, values) for name, values in parts.items()]
        return replace(self._cells, frame=self._cells.frame.with_columns(*columns))
