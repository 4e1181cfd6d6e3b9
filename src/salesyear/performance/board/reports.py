"""Reads and computes a board: what the place comes to, what it is made of, its months, and what moved of late."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, cast

import polars as pl

from salesyear.engine.metrics import Period, splits_of
from salesyear.performance.board import sums
from salesyear.performance.board.asked import LAST_YEAR, LEVELS, Asked, Span, span_of
from salesyear.performance.board.sums import Source

Values = Mapping[str, Any]
PER_PAGE = 50
_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Part:
    """A piece of what is shown: which level and key, and its figures by name."""

    level: str
    key: int
    values: Values


@dataclass(frozen=True)
class Moved:
    """What moved in the last seven days: sales then and in the seven before, receipts, and who moved most."""

    first: date
    last: date
    sales: int
    before: int
    received: int
    most: Sequence[tuple[int, int]] = ()


@dataclass(frozen=True)
class Board:
    """Everything a board says, without a word in it.

    total: of the place and period. parts: those on this page of `of` in all, the furthest behind first. months: the
    whole year's. level: of the parts, "" where there are only `orders` below (key, last day, amount).
    """

    asked: Asked
    source: Source
    period: Period
    total: Values
    parts: Sequence[Part]
    of: int
    level: str
    months: Sequence[Values]
    moved: Moved | None
    orders: Sequence[tuple[int, date, int]] = ()
    steps: Mapping[str, int] | None = None

    @property
    def behind(self) -> str:
        """The name of the figure that parts are held against."""
        return against(self.asked)


def against(asked: Asked) -> str:
    """What sales are held against: the plan so far, or the same days of the year before."""
    return "ordered_year_before" if asked.compare == LAST_YEAR else "target_to_date"


def board(source: Source, asked: Asked, *, whole: bool = False) -> Board:
    """Make the board that an address asks for; `whole` has all parts on one page."""
    period = cast("Span", span_of(asked.span)).period(source.starts_on)  # read() lets no other through
    cube = sums.cube(source)
    inside = {level: key for level, key in asked.where if level in sums.SPLITS}
    base = cube if "customer" not in asked.keys else _of_customer(source, asked.keys)
    here = sums.only(base, inside, period)
    level = _next_level(here, asked)
    parts = _parts(source, asked, here, level, period)
    start = 0 if whole else (asked.page - 1) * PER_PAGE
    end = None if whole else start + PER_PAGE
    return Board(
        asked,
        source,
        period,
        _total(source, here, asked, period),
        [Part(level, row[level], row) for row in parts[start:end].iter_rows(named=True)],
        parts.height,
        level,
        _months(sums.only(base, inside, source.year), source.year),
        _moved(source, asked),
        [] if level else list(sums.orders(source, asked.keys, period).iter_rows()),
        sums.steps(source, asked.keys, period) if asked.steps else None,
    )


def _of_customer(source: Source, where: Mapping[str, int]) -> pl.DataFrame:
    """A customer's months, as the table of everything else."""
    names = _known_by(sums.ADD_UP, ("customer",))
    return sums.measured(source, names, by=sums.SPLITS, where=where, period=source.year)


def _next_level(here: pl.DataFrame, asked: Asked) -> str:
    """The first level below on which there is anything to tell apart; a salesperson comes at once to the customers."""
    gone = set(asked.keys)
    if "customer" in gone:
        return ""
    below = [level for level in LEVELS[:3] if level not in gone and LEVELS.index(level) >= len(gone)]
    return next((level for level in below if here[level].n_unique() > 1), "customer")


def _parts(source: Source, asked: Asked, here: pl.DataFrame, level: str, period: Period) -> pl.DataFrame:
    """The parts of a place, the furthest behind first."""
    if not level:
        return pl.DataFrame()
    if level == "customer":
        table = _customers(source, asked, period)
    else:
        table = _with_counted(source, asked, sums.summed(here, [level]), level, period)
    held = against(asked)
    behind = pl.col("ordered") - pl.col(held) if held in table.columns else pl.col("ordered")
    return table.with_columns(ahead=behind).sort(["ahead", level])


def _customers(source: Source, asked: Asked, period: Period) -> pl.DataFrame:
    """The customers of a place. A salesperson's are so few that the whole year is measured, for all its periods."""
    if "rep" not in asked.keys:
        names = _known_by(sums.ADD_UP, ("customer",))
        return sums.with_ratios(sums.measured(source, names, by=["customer"], where=asked.keys, period=period))
    names = _known_by(sums.ADD_UP, ("month", "customer"))
    year = sums.measured(source, names, by=["month", "customer"], where=asked.keys, period=source.year)
    return sums.summed(sums.only(year, {}, period), ["customer"])


def _with_counted(source: Source, asked: Asked, table: pl.DataFrame, level: str, period: Period) -> pl.DataFrame:
    """Add the figures that are counted and do not add up, each measured on this very level."""
    names = _known_by(sums.COUNTED, (*asked.keys, level))
    if not names or table.is_empty():
        return table
    return table.join(sums.at(source, names, asked.keys, [level], period), on=level, how="left")


def _total(source: Source, here: pl.DataFrame, asked: Asked, period: Period) -> Values:
    total = sums.one(sums.summed(here))
    names = _known_by(sums.COUNTED, tuple(asked.keys))
    return total | (sums.one(sums.at(source, names, asked.keys, [], period)) if names else {})


def _months(base: pl.DataFrame, year: Period) -> list[Values]:
    """The twelve months of the year; one in which nothing happened and nothing was planned is there as well."""
    table = sums.summed(base, ["month"])
    by_month = {row["month"]: row for row in table.iter_rows(named=True)}
    number = year.first.year * 12 + year.first.month - 1
    days = [date((number + place) // 12, (number + place) % 12 + 1, 1) for place in range(12)]
    return [by_month.get(day, {"month": day}) for day in days]


def _moved(source: Source, asked: Asked) -> Moved | None:
    """What moved in the seven days up to the day looked at, within the place."""
    last = source.as_of
    week, before = (
        Period(last - _WEEK + timedelta(days=1), last),
        Period(last - 2 * _WEEK + timedelta(days=1), last - _WEEK),
    )
    names = _known_by(("ordered", "received"), (*asked.keys, "customer"))
    now = sums.at(source, names, asked.keys, ["customer"], week)
    then = sums.at(source, names[:1], asked.keys, ["customer"], before)
    if not now["ordered"].sum() and not then["ordered"].sum():
        return None
    both = now.join(then, on="customer", how="full", coalesce=True, suffix="_before").with_columns(
        pl.col("ordered", "ordered_before").fill_null(0)
    )
    change = pl.col("ordered") - pl.col("ordered_before")
    most = both.with_columns(change=change).filter(change != 0)
    most = most.sort(pl.col("change").abs(), "customer", descending=[True, False]).head(3)
    return Moved(
        week.first,
        last,
        int(both["ordered"].sum()),
        int(both["ordered_before"].sum()),
        int(now["received"].sum()) if "received" in now.columns else 0,
        list(most.select("customer", "change").iter_rows()),
    )


def _known_by(names: Sequence[str], splits: Sequence[str]) -> tuple[str, ...]:
    """Those of some figures that are stored, and known by all of some splits."""
    return tuple(name for name in sums.known(names) if {*splits} <= {*splits_of(name)})


__all__ = ["Board", "Moved", "Part", "against", "board"]
