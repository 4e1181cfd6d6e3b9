"""Turns facts (one row per sale, or per month) into monthly series of every node of the tree."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import polars as pl

from salesyear.engine.forecast.tree import Floats, Ints, Tree, tree_of
from salesyear.engine.messages import EngineError, noop


class MissingColumn(EngineError):
    """A column named for the facts is not in them."""


class TooShort(EngineError):
    """There are too few periods to forecast from."""


@dataclass(frozen=True)
class PanelParams:
    """Which columns mean what: `levels` outermost first, `day` any day of it of the period, `amount` what is summed.

    every: a Polars duration, one period ("1mo", "1q"). season: periods in a year. until: last period counted, for
    facts whose last month is still running (None: the last one seen).
    """

    levels: tuple[str, ...]
    day: str = "date"
    amount: str = "amount"
    every: str = "1mo"
    season: int = 12
    until: date | None = None


@dataclass(frozen=True)
class Panel:
    """Series of all nodes: `values` is (nodes, periods), coherent; `first` the first period a node sold in."""

    tree: Tree
    periods: tuple[date, ...]
    values: Floats
    first: Ints
    season: int
    every: str
    fingerprint: str

    @property
    def length(self) -> int:
        """Number of periods."""
        return len(self.periods)

    def ahead(self, horizon: int) -> tuple[date, ...]:
        """The `horizon` periods after the last one."""
        start = pl.Series([self.periods[-1]])
        return tuple(start.dt.offset_by(f"{step + 1}{_step(self.every)}").item() for step in range(horizon))

    def up_to(self, length: int) -> Panel:
        """The panel as it was known after its first `length` periods; the tree stays whole."""
        return replace(
            self,
            periods=self.periods[:length],
            values=self.values[:, :length],
            first=np.minimum(self.first, length),
        )


def _step(every: str) -> str:
    return every.lstrip("0123456789")


def panel_of(facts: pl.DataFrame, params: PanelParams) -> Panel:
    """Sum the facts to one series per node.

    Periods without a sale are 0; returns lower the period they are booked in.

    Raises MissingColumn, NoLeaves (no rows) and TooShort (fewer than two periods).
    """
    rows = _rows(facts, params)
    tree = tree_of(rows, params.levels)
    periods = _periods(rows, params)
    sums = rows.group_by([*params.levels, "period"]).agg(pl.col("value").sum())
    leaf = tree.leaves.with_row_index("leaf")
    calendar = pl.DataFrame({"period": periods}).with_row_index("place")
    cells = sums.join(leaf, on=params.levels, nulls_equal=True).join(calendar, on="period")
    bottom = np.zeros((len(leaf), len(periods)))
    bottom[cells["leaf"].to_numpy(), cells["place"].to_numpy()] = cells["value"].to_numpy()
    return panel_from(tree, periods, bottom, params)


def panel_from(tree: Tree, periods: Sequence[date], bottom: Floats, params: PanelParams) -> Panel:
    """A panel from the leaves' series, (leaves, periods) in the order of `tree.leaves`."""
    values = tree.add_up(bottom)
    return Panel(
        tree,
        tuple(periods),
        values,
        first_sales(values),
        params.season,
        params.every,
        _fingerprint(tree, bottom),
    )


def first_sales(values: Floats) -> Ints:
    """First period with something in it, for each row; the number of periods where there is nothing."""
    sold = values != 0
    return np.asarray(np.where(sold.any(axis=1), sold.argmax(axis=1), values.shape[1]))


def _rows(facts: pl.DataFrame, params: PanelParams) -> pl.DataFrame:
    for name in (*params.levels, params.day, params.amount):
        if name not in facts.columns:
            raise MissingColumn(
                noop("The facts have no column “%(name)s”. They have: %(columns)s."),
                name=name,
                columns=", ".join(facts.columns),
            )
    rows = facts.select(
        *params.levels,
        period=pl.col(params.day).cast(pl.Date).dt.truncate(params.every),
        value=pl.col(params.amount).cast(pl.Float64),
    )
    return rows.filter(pl.col("period") <= params.until) if params.until else rows


def _periods(rows: pl.DataFrame, params: PanelParams) -> list[date]:
    first, last = rows["period"].min(), params.until or rows["period"].max()
    periods = pl.date_range(
        pl.lit(first, dtype=pl.Date),
        pl.lit(last, dtype=pl.Date).dt.truncate(params.every),
        params.every,
        eager=True,
    ).to_list()
    if len(periods) < 2:
        raise TooShort(
            noop("A forecast needs at least %(least)s periods of sales; there are %(count)s."),
            least=2,
            count=len(periods),
        )
    return periods


def _fingerprint(tree: Tree, bottom: Floats) -> str:
    """SHA-256 over the leaves' names and figures: the same facts give the same mark, whatever order they came in."""
    digest = hashlib.sha256(tree.leaves.write_csv().encode())
    digest.update(np.ascontiguousarray(bottom).tobytes())
    return digest.hexdigest()
