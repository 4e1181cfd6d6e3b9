"""A few rows as a linear program in which every row may be missed: which of them cannot hold together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.optimize import linprog

from salesyear.engine.targets.model import Model
from salesyear.engine.targets.numeric.lumping import class_of, class_sums
from salesyear.engine.targets.numeric.rows import coefficients, row_address
from salesyear.engine.targets.numeric.tree import Floats, Ints
from salesyear.engine.targets.why import CELL_BOUNDS, IN_TABLE_NAME

ENOUGH = 1e-9  # of the largest bound: a smaller miss is noise


@dataclass(frozen=True)
class Elastic:
    """rows: rows x columns (classes that look alike to all rows are one column); low, high: bounds of the rows.

    least, most: bounds of the columns. scale: what the amounts were divided by. bounds_names: locks and cell bounds
    that take part in some column.
    """

    rows: sp.csr_array
    low: Floats
    high: Floats
    least: Floats
    most: Floats
    scale: float
    bounds_names: tuple[str, ...]

    def support(self, chosen: Ints) -> Ints | None:
        """Among the chosen rows those that clash: None if all can hold together."""
        if not len(chosen):
            return None
        missed, force = self._least_miss(chosen)
        size = np.abs(np.r_[self.low[chosen], self.high[chosen], self._held()])
        if missed <= ENOUGH * max(1.0, float(np.max(size[np.isfinite(size)], initial=1.0))):
            return None
        return chosen[np.abs(force) > 1e-7]

    def least_miss(self) -> float:
        """Least total amount by which all rows together must be missed."""
        return self._least_miss(np.arange(len(self.low)))[0] * self.scale

    def multipliers(self) -> Floats:
        """What each row contributes to the clash: + where its floor is missed, - its cap."""
        return self._least_miss(np.arange(len(self.low)))[1]

    def _held(self) -> Floats:
        return np.asarray(np.r_[0.0, self.least[np.isfinite(self.least)]])

    def _least_miss(self, chosen: Ints) -> tuple[float, Floats]:
        """Minimise the sum of misses; return it and each row's dual value, + for its floor, - for its cap."""
        rows, low, high = self.rows[chosen], self.low[chosen], self.high[chosen]
        above, below = np.isfinite(low), np.isfinite(high)
        up, down = np.flatnonzero(above), np.flatnonzero(below)
        count = len(chosen)
        slack = sp.identity(count, format="csr")
        matrix = sp.vstack(
            [
                sp.hstack([-rows[up], -slack[up], sp.csr_array((len(up), count))]),
                sp.hstack([rows[down], sp.csr_array((len(down), count)), -slack[down]]),
            ],
            format="csr",
        )
        right = np.r_[-low[up], high[down]]
        cost = np.r_[np.zeros(rows.shape[1]), np.ones(2 * count)]
        limits = np.c_[np.r_[self.least, np.zeros(2 * count)], np.r_[self.most, np.full(2 * count, np.inf)]]
        result = linprog(cost, A_ub=matrix, b_ub=right, bounds=limits, method="highs-ds")
        force = np.zeros(count)
        np.add.at(force, up, -result.ineqlin.marginals[: len(up)])
        np.add.at(force, down, result.ineqlin.marginals[len(up) :])
        return float(result.fun), force

    def reach(self, head: int, others: Ints) -> tuple[float, float]:
        """Least and most of one row while the others hold; infinite where nothing stops it."""
        row = self.rows[[head]].toarray()[0]
        rows, low, high = self.rows[others], self.low[others], self.high[others]
        above, below = np.isfinite(low), np.isfinite(high)
        matrix = sp.vstack([-rows[np.flatnonzero(above)], rows[np.flatnonzero(below)]], format="csr")
        right = np.r_[-low[above], high[below]]
        limits = np.c_[self.least, self.most]
        found = []
        for sign in (1.0, -1.0):
            result = linprog(sign * row, A_ub=matrix, b_ub=right, bounds=limits, method="highs-ds")
            found.append(sign * float(result.fun) * self.scale if result.status == 0 else -sign * np.inf)
        return found[0], found[1]


def elastic_rows(model: Model, rows: Ints, bounds_names: tuple[str, ...] | None = None) -> Elastic:
    """Build the program of some rows; `bounds_names`: which locks and cell bounds still hold (default: all)."""
    matrix = _matrix(model, rows)
    low, high = (_side(model, rows, side) for side in ("low", "high"))
    pieces = _pieces(model, matrix, bounds_names)
    kind, first = _alike(matrix, pieces)
    count = len(first)
    least = class_sums(kind, pieces.least, count)
    most = class_sums(kind, pieces.most, count)
    finite = np.abs(np.r_[low[np.isfinite(low)], high[np.isfinite(high)], 1.0])
    scale = float(finite.max())
    columns = matrix[:, pieces.classes[first]]
    return Elastic(columns, low / scale, high / scale, least / scale, most / scale, scale, pieces.names)


def pieces_of(model: Model, rows: Ints, bounds_names: tuple[str, ...]) -> Pieces:
    """Return what the cells under some rows can carry, single locks and bounds apart."""
    return _pieces(model, _matrix(model, rows), bounds_names)


def _matrix(model: Model, rows: Ints) -> sp.csc_array:
    """Coefficients of some rows over all classes."""
    count = model.attributes.count
    leaves = {}
    data, where, indptr = [], [], [0]
    for row in rows.tolist():
        level, node, place = row_address(model.org.tree, model.task.blocks, row)
        if level not in leaves:
            leaves[level] = model.org.tree.ancestors(level)
        below = np.flatnonzero(leaves[level] == node)
        pattern = coefficients(model.task.blocks[level], node, place)
        used = np.flatnonzero(pattern)
        where.append((below[:, None] * count + used).ravel())
        data.append(np.tile(pattern[used], len(below)))
        indptr.append(indptr[-1] + len(where[-1]))
    shape = (len(rows), model.org.tree.leaves * count)
    empty = np.zeros(0)
    return sp.csr_array(
        (np.concatenate([empty, *data]), np.concatenate([empty.astype(np.int64), *where]), indptr), shape=shape
    ).tocsc()


def _side(model: Model, rows: Ints, side: str) -> Floats:
    flat = np.concatenate([np.ravel(getattr(block, side)) for block in model.task.blocks])
    return np.asarray(flat[rows])


@dataclass(frozen=True)
class Pieces:
    """Parts of classes: free cells, cells under bounds, and cells of each lock; with what each can carry."""

    classes: Ints
    least: Floats
    most: Floats
    names: tuple[str, ...]


def _pieces(model: Model, matrix: sp.csc_array, kept: tuple[str, ...] | None) -> Pieces:
    """List what the classes touched by the rows are made of."""
    arrays = model.arrays
    touched = np.zeros(arrays.classes, bool)
    touched[np.flatnonzero(np.diff(matrix.indptr))] = True
    response = model.task.response
    free = np.flatnonzero(touched & (response.gain > 0))
    parts = [(free, np.zeros(len(free)), np.full(len(free), np.inf))]
    if response.loss is not None:
        owing = np.flatnonzero(touched & (response.loss > 0))
        parts.append((owing, np.full(len(owing), -np.inf), np.zeros(len(owing))))
    names: list[str] = []
    bounded = class_of(arrays, arrays.private)
    mine = touched[bounded] if len(bounded) else np.zeros(0, bool)
    if mine.any():
        names.append(CELL_BOUNDS)
        here = kept is None or CELL_BOUNDS in kept
        # Without its own bounds a cell keeps its sign.
        sign = np.sign(arrays.private_prior[mine])
        least = arrays.low[mine] if here else np.where(sign < 0, -np.inf, 0.0)
        most = arrays.high[mine] if here else np.where(sign < 0, 0.0, np.inf)
        parts.append((bounded[mine], least, most))
    for part, name in _locked(model, touched, kept):
        parts.append(part)
        if name not in names:
            names.append(name)
    classes, least, most = (np.concatenate([part[i] for part in parts]) for i in range(3))
    return Pieces(classes.astype(np.int64), least, most, tuple(names))


def _locked(
    model: Model, touched: np.ndarray, kept: tuple[str, ...] | None
) -> list[tuple[tuple[Ints, Floats, Floats], str]]:
    arrays, found = model.arrays, []
    classes = class_of(arrays, arrays.held) if len(arrays.held) else np.zeros(0, np.int64)
    owner = model.bounds.locked_by[model.order[arrays.held]]
    for index in np.unique(owner[touched[classes]] if len(classes) else owner):
        mine = (owner == index) & touched[classes]
        name = model.rules.rules[index].name if index >= 0 else IN_TABLE_NAME
        here = kept is None or name in kept
        amount = arrays.held_at[mine]
        wide = np.full(len(amount), np.inf)
        found.append(((classes[mine], amount if here else 0 * amount, amount if here else wide), name))
    return found


def _alike(matrix: sp.csc_array, pieces: Pieces) -> tuple[Ints, Ints]:
    """Number pieces whose classes have equal columns alike: (number of each piece, first piece of each number)."""
    rng = np.random.default_rng(0)
    marks = matrix.T @ rng.standard_normal((matrix.shape[0], 2))
    own = marks[pieces.classes]
    # Columns with the same entries give the same sums, bit for bit: they are added in the same order.
    _, first, kind = np.unique(own, axis=0, return_index=True, return_inverse=True)
    return kind.ravel().astype(np.int64), first.astype(np.int64)
