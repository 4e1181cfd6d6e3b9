"""Cells into classes and back: the only two passes that touch every cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from salesyear.engine.targets.numeric.response import Bounded, Distance, Response, drive, factor, respond
from salesyear.engine.targets.numeric.tree import Bools, Floats, Ints


@dataclass(frozen=True)
class CellArrays:
    """Cells sorted by class; those that only follow their class's multiplier, and the two kinds that do not.

    free: the prior, zero at held and private cells. runs: class of each stretch of cells, starts: where it begins,
    counts: how long it is. held: positions of locked cells and their amounts; private: positions of cells with a floor
    or cap of their own, their priors and bounds. classes: how many classes there are, empty ones included.
    """

    distance: Distance
    free: Floats
    runs: Ints
    starts: Ints
    counts: Ints
    held: Ints
    held_at: Floats
    private: Ints
    private_prior: Floats
    low: Floats
    high: Floats
    classes: int

    @cached_property
    def bounded(self) -> Bounded | None:
        """Return the private cells as runs of one class each."""
        if not len(self.private):
            return None
        mine = class_of(self, self.private)
        starts = np.flatnonzero(np.r_[True, np.diff(mine) > 0])
        counts = np.diff(np.r_[starts, len(mine)])
        return Bounded(self.private_prior, self.low, self.high, mine[starts], starts, counts)

    def private_sales(self, t: Floats) -> Floats:
        """Sales of the private cells."""
        runs = self.bounded
        if runs is None:
            return np.zeros(0)
        driven = np.repeat(drive(self.distance, t[runs.classes]), runs.counts)
        return respond(self.distance, runs.prior, driven, runs.low, runs.high)[0]


def arrange(distance: Distance, prior: Floats, low: Floats, high: Floats, classes: Ints, count: int) -> CellArrays:
    """Sort the exceptions out of cells that are already in the order of their classes (low = high: locked).

    Priors are put on a fine binary grid, so that a class has the same sum in whatever order its cells come.
    """
    prior = on_grid(prior, classes)
    is_held = low == high
    is_private = private_cells(distance, prior, low, high)
    held, private = np.flatnonzero(is_held), np.flatnonzero(is_private)
    starts = np.flatnonzero(np.r_[True, np.diff(classes) > 0]) if len(classes) else np.zeros(0, np.int64)
    counts = np.diff(np.r_[starts, len(classes)])
    free = np.where(is_held | is_private, 0.0, prior)
    return CellArrays(
        distance, free, classes[starts], starts, counts, held, low[held], private, prior[private],
        low[private], high[private], count,
    )  # fmt: skip


def on_grid(prior: Floats, classes: Ints) -> Floats:
    """Round amounts so finely that no digit of a plan changes, and so coarsely that class sums are exact."""
    if not len(prior):
        return prior
    largest = float(np.abs(prior).max()) * float(np.bincount(classes).max())
    if largest == 0:
        return prior
    grid = 2.0 ** (np.ceil(np.log2(largest)) - 52)
    return np.asarray(np.round(prior / grid) * grid)


def private_cells(distance: Distance, prior: Floats, low: Floats, high: Floats) -> Bools:
    """Cells whose bounds say more than "keep your sign" and that are not locked."""
    if distance is Distance.PRO_RATA:
        said = (low > 0) | np.isfinite(high)
    else:
        said = np.where(prior >= 0, (low != 0) | np.isfinite(high), (high != 0) | np.isfinite(low))
    return np.asarray(said & (low != high))


def lump(cells: CellArrays) -> Response:
    """Sums per class."""
    positive = cells.free
    loss = None
    if cells.distance is Distance.LEAST_SQUARES and (cells.free < 0).any():
        positive = np.maximum(cells.free, 0.0)
        loss = _sums(cells, positive - cells.free)
    gain = _sums(cells, positive)
    kept = np.zeros(cells.classes)
    np.add.at(kept, class_of(cells, cells.held), cells.held_at)
    return Response(cells.distance, gain, loss, kept, cells.bounded)


def class_of(cells: CellArrays, positions: Ints) -> Ints:
    """Class of single cells."""
    return cells.runs[np.searchsorted(cells.starts, positions, side="right") - 1]


def class_sums(classes: Ints, values: Floats, count: int) -> Floats:
    """Sums of cells over classes numbered from 0 to count - 1."""
    return np.bincount(classes, weights=values, minlength=count).astype(np.float64, copy=False)


def cells_of(cells: CellArrays, one: int) -> slice:
    """Where the cells of a class are."""
    run = int(np.searchsorted(cells.runs, one))
    return slice(int(cells.starts[run]), int(cells.starts[run] + cells.counts[run]))


def relump(cells: CellArrays, response: Response, changed: Ints, held: Mapping[int, float]) -> Response:
    """Bring the sums of a few classes up to date after cells in them were held: position -> amount."""
    gain, kept = response.gain.copy(), response.held.copy()
    loss = None if response.loss is None else response.loss.copy()
    extra = np.array(sorted(held), dtype=np.int64)
    for one in changed.tolist():
        span = cells_of(cells, one)
        mine = extra[np.searchsorted(extra, span.start) : np.searchsorted(extra, span.stop)]
        free = cells.free[span].copy()
        free[mine - span.start] = 0.0
        gain[one] = np.maximum(free, 0.0).sum()
        if loss is not None:
            loss[one] = np.maximum(-free, 0.0).sum()
        old = cells.held_at[np.searchsorted(cells.held, span.start) : np.searchsorted(cells.held, span.stop)]
        kept[one] = old.sum() + sum(held[int(position)] for position in mine)
    return replace(response, gain=gain, loss=loss, held=kept)


def _sums(cells: CellArrays, values: Floats) -> Floats:
    total = np.zeros(cells.classes)
    if len(values):
        total[cells.runs] = np.add.reduceat(values, cells.starts)
    return total


def spread(cells: CellArrays, t: Floats, out: Floats | None = None) -> Floats:
    """Sales of every cell, in the order of the classes, from the multipliers of the classes."""
    sales = np.empty_like(cells.free) if out is None else out
    _scale_runs(cells, factor(cells.distance, t[cells.runs]), sales)
    if cells.distance is Distance.LEAST_SQUARES and (cells.free < 0).any():
        negative = np.flatnonzero(cells.free < 0)
        shrink = np.maximum(0.0, 1.0 - t[class_of(cells, negative)])
        sales[negative] = cells.free[negative] * shrink
    if len(cells.private):
        sales[cells.private] = cells.private_sales(t)
    sales[cells.held] = cells.held_at
    return sales


def _scale_runs(cells: CellArrays, factors: Floats, out: Floats) -> None:
    size = len(cells.free) // max(len(cells.runs), 1)
    if len(cells.runs) and (cells.counts == size).all():
        shape = (len(cells.runs), size)
        np.multiply(cells.free.reshape(shape), factors[:, None], out=out.reshape(shape))
    else:
        np.multiply(cells.free, np.repeat(factors, cells.counts), out=out)
