"""Cells as a full table leaves x months x slots, which is what rounding works on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from salesyear.engine.targets.model import Model
from salesyear.engine.targets.numeric.tree import Floats, Ints


@dataclass(frozen=True)
class Layout:
    """Where each cell of the table stands in a full table leaves x months x slots.

    place: of each cell; of_class: month of each attribute class, -1 where it spans several.
    Cells of one class stand side by side; slots that a leaf does not use stay 0.
    """

    months: tuple[str, ...]
    slots: int
    place: Ints
    leaves: int
    of_class: Ints

    def full(self, values: Floats) -> Floats:
        """Cells of the table into the full one: (leaves, months, slots)."""
        table = np.zeros(self.leaves * len(self.months) * self.slots, dtype=values.dtype)
        table[self.place] = values
        return table.reshape(self.leaves, len(self.months), self.slots)


def layout(model: Model) -> Layout:
    """Order cells within a leaf-month by class and then by their own labels, never by the order of the table."""
    cells, org = model.cells, model.org
    months, names = month_of(model)
    kind = kinds(model)[model.attributes.cell]
    skip = {*cells.levels, cells.month, cells.prior, "floor", "cap", "locked", "locked_by"}
    labels = [column for column, dtype in cells.frame.schema.items() if column not in skip and not dtype.is_float()]
    places = {"_leaf": org.leaf, "_month": months, "_kind": kind, "_row": np.arange(len(kind))}
    frame = pl.DataFrame(places).with_columns(*(cells.frame[label] for label in labels))
    ordered = frame.sort("_leaf", "_month", "_kind", *labels, "_row", nulls_last=False)
    run = ordered.select(pl.int_range(pl.len()).over("_leaf", "_month", "_kind")).to_series().to_numpy()
    kind = ordered["_kind"].to_numpy()
    room = np.zeros(int(kind.max(initial=0)) + 1, np.int64)
    np.maximum.at(room, kind, run + 1)
    start = np.r_[0, np.cumsum(room)[:-1]]
    slots = int(room.sum())
    where = (ordered["_leaf"].to_numpy() * len(names) + ordered["_month"].to_numpy()) * slots + start[kind] + run
    place = np.empty(len(where), np.int64)
    place[ordered["_row"].to_numpy()] = where
    of_class = _months_of_classes(model, months, len(names))
    return Layout(names, slots, place, org.tree.leaves, of_class)


def month_of(model: Model) -> tuple[Ints, tuple[str, ...]]:
    """Month of every cell as a number in calendar order, and the names; one month if the table has none."""
    cells = model.cells
    if cells.month not in cells.frame.columns:
        return np.zeros(cells.frame.height, np.int64), ("year",)
    months = cells.frame[cells.month]
    names = months.unique().sort()
    number = months.rank("dense").to_numpy().astype(np.int64) - 1
    return number, tuple(names.cast(pl.String).fill_null("").to_list())


def kinds(model: Model) -> Ints:
    """Attribute classes without their time: classes that differ by month or quarter alone are one kind."""
    known = model.attributes
    timeless = [i for i, column in enumerate(known.columns) if column not in (model.cells.month, "quarter")]
    _, kind = np.unique(known.code[:, timeless], axis=0, return_inverse=True)
    return kind.ravel().astype(np.int64)


def _months_of_classes(model: Model, months: Ints, count: int) -> Ints:
    """Month of each attribute class, -1 where a class spans several."""
    low, high = np.full(model.attributes.count, count), np.full(model.attributes.count, -1)
    np.minimum.at(low, model.attributes.cell, months)
    np.maximum.at(high, model.attributes.cell, months)
    return np.where(low == high, low, -1)
