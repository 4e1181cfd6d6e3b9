"""`measure`: any figures, by anything they are known by, over any days; the same on every engine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from functools import reduce

import ibis
import polars as pl

from salesyear.engine.metrics import post
from salesyear.engine.metrics.asking import Asked, Period, Where, ask, bases_of, figure, is_time, month_number
from salesyear.engine.metrics.counted import COUNTED, TOGETHER, sum_of
from salesyear.engine.metrics.facts import Facts
from salesyear.engine.metrics.figure import Base, Derived, Span
from salesyear.engine.metrics.patterns import sql_of
from salesyear.engine.metrics.rows import LENGTHS, Rows
from salesyear.engine.metrics.tables import TABLES

WORDS = {name for table in TABLES.values() for name, kind in table.columns.items() if kind == "string"}


def measure(
    figures: Sequence[str],
    facts: Facts,
    *,
    by: Sequence[str] = (),
    where: Where | None = None,
    period: Period | None = None,
    as_of: date | None = None,
) -> pl.DataFrame:
    """Measure figures: one row for each combination of what they are split by, in order, a column for each figure.

    where: split → values that are kept. period: the days asked about (all there are unless said). as_of: the day
    on which somebody looks; what comes later is not counted as done yet. Months and quarters come as their first day,
    years as numbers, the rest as keys (0: none named). A figure that cannot be said is null, never 0.
    Raises UnknownFigure, NotSplitBy, NeedsPeriod, NotKept.
    """
    asked = ask(figures, by, where, period, as_of)
    return _dated(_measured(asked, facts))


def _measured(asked: Asked, facts: Facts) -> pl.DataFrame:
    names = _in_order(asked.figures)
    plain = [figure(name) for name in names]
    bases = [one for one in plain if isinstance(one, Base)]
    table = _together(asked, list(_base_frames(asked, facts, bases)))
    for one in plain:
        if isinstance(one, Derived):
            table = _with(table, one, asked, facts)
    return table.select(*asked.by, *asked.figures).sort(asked.by) if asked.by else table.select(*asked.figures)


def _in_order(names: Iterable[str]) -> list[str]:
    """The figures asked for and those they are made of, parts first; what is measured apart is left out."""
    found: dict[str, None] = {}
    for name in names:
        one = figure(name)
        if isinstance(one, Derived) and not one.each:
            found |= dict.fromkeys(_in_order(one.of))
        found[name] = None
    return list(found)


def _with(table: pl.DataFrame, one: Derived, asked: Asked, facts: Facts) -> pl.DataFrame:
    if one.each:
        return _joined(table, _apart(one, asked, facts), asked.by)
    return table.with_columns(one.result(asked).alias(one.name))


def _apart(one: Derived, asked: Asked, facts: Facts) -> pl.DataFrame:
    """Measure a figure's parts more finely, then reckon."""
    by = tuple(dict.fromkeys((*asked.by, *one.each)))
    parts = _measured(replace(asked, figures=one.of, by=by), facts)
    return post.REDUCED[one.reduce](parts, one.name, asked)


def _base_frames(asked: Asked, facts: Facts, bases: Sequence[Base]) -> Iterable[tuple[Base, pl.DataFrame]]:
    """Answer sums over the same rows with one query, the others with one each."""
    together: dict[object, list[Base]] = {}
    for base in bases:
        alone = base.how and base.how not in TOGETHER
        same = (
            base.name
            if alone
            else (TOGETHER.get(base.how), base.table, base.span, base.day, base.month, base.spread, base.reads)
        )
        together.setdefault(same, []).append(base)
    for alike in together.values():
        frame = _run(facts, asked, alike)
        yield from ((base, frame.select(*_splits(asked, base), base.name)) for base in alike)


def _expression(asked: Asked, facts: Facts, alike: Sequence[Base]) -> ibis.Table:
    rows = Rows.of(facts, asked, alike[0])
    how = alike[0].how
    if how in TOGETHER:
        return TOGETHER[how](rows, alike)
    if how:
        return COUNTED[how](rows)
    return rows.totals({base.name: sum_of(base) for base in alike})


def _splits(asked: Asked, base: Base) -> list[str]:
    return [split for split in asked.by if split not in base.spread]


def _run(facts: Facts, asked: Asked, alike: Sequence[Base]) -> pl.DataFrame:
    def write(asked: Asked, facts: Facts) -> ibis.Table:
        return _expression(asked, facts, alike)

    of = replace(asked, figures=())  # whatever else is asked at once makes no difference to these
    frame = facts.engine.frame(sql_of(of, facts, alike[0], tuple(base.name for base in alike), write))
    splits = _splits(asked, alike[0])
    kinds = {split: pl.String if split in WORDS else pl.Int64 for split in splits}
    empty = {split: "" if split in WORDS else 0 for split in splits}
    whole = {base.name: pl.Int64 if base.exact else pl.Float64 for base in alike}
    frame = frame.select(
        *(pl.col(split).cast(kind).fill_null(empty[split]) for split, kind in kinds.items()),
        *(pl.col(name).cast(kind).fill_null(0) for name, kind in whole.items()),
    )
    return _cumulated(frame, asked, alike[0]) if alike[0].span is Span.BALANCE else frame


def _together(asked: Asked, frames: Sequence[tuple[Base, pl.DataFrame]]) -> pl.DataFrame:
    """All base figures side by side; a combination that one of them does not have counts as 0 there."""
    known = [frame for base, frame in frames if not set(base.spread) & set(asked.by)]
    spread = [frame for base, frame in frames if set(base.spread) & set(asked.by)]
    table = reduce(lambda left, right: _joined(left, right, asked.by), known) if known else None
    for frame in spread:
        wide = _widened(frame, table, asked)
        table = wide if table is None else _joined(table, wide, asked.by)
    if table is None:
        return pl.DataFrame(schema=dict.fromkeys(asked.by, pl.Int64)) if asked.by else pl.DataFrame({"_": [0]})
    names = [base.name for base, _ in frames]
    return table.with_columns(pl.col(names).fill_null(0))


def _joined(left: pl.DataFrame, right: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    if not by:
        return pl.concat([left, right], how="horizontal")
    if not left.width or (left.columns == list(by) and left.is_empty()):
        return right
    return left.join(right, on=list(by), how="full", coalesce=True)


def _widened(frame: pl.DataFrame, table: pl.DataFrame | None, asked: Asked) -> pl.DataFrame:
    """Repeat what does not know a split for each of its values."""
    for split in (split for split in asked.by if split not in frame.columns):
        values = pl.DataFrame({split: _values(split, table, asked)})
        frame = frame.join(values, how="cross")
    return frame


def _values(split: str, table: pl.DataFrame | None, asked: Asked) -> pl.Series:
    found = table[split].unique() if table is not None and split in table.columns else pl.Series(split, [], pl.Int64)
    if is_time(split) and asked.to_date:
        found = pl.concat([found, pl.Series(split, _pieces(split, asked.to_date), pl.Int64)]).unique()
    return found


def _pieces(split: str, period: Period) -> list[int]:
    length = LENGTHS[split]
    return list(range(month_number(period.first) // length, month_number(period.last) // length + 1))


def _cumulated(frame: pl.DataFrame, asked: Asked, base: Base) -> pl.DataFrame:
    """Balances at the end of each piece of the calendar, out of what was added in each since the beginning."""
    times = [split for split in asked.by if is_time(split)]
    if not times or frame.is_empty():
        return frame
    time = times[0]
    others = [split for split in _splits(asked, base) if split != time]
    figures = [name for name in frame.columns if name not in (*others, time)]
    least, most = int(frame[time].min()), int(frame[time].max())  # type: ignore[arg-type]  # of whole numbers
    wanted = _pieces(time, asked.to_date) if asked.to_date else list(range(least, most + 1))
    grid = pl.DataFrame({time: list(range(min(least, *wanted), max(most, *wanted) + 1))}, schema={time: pl.Int64})
    if others:
        grid = frame.select(others).unique().join(grid, how="cross")
    full = (
        grid.join(frame, on=[*others, time], how="left").sort(*others, time).with_columns(pl.col(figures).fill_null(0))
    )
    run = pl.col(figures).cum_sum()
    full = full.with_columns(run.over(others) if others else run)
    return full.filter(pl.col(time).is_in(wanted)).select(frame.columns)


def _dated(frame: pl.DataFrame) -> pl.DataFrame:
    """Turn numbered months and quarters into their first days."""
    for split, length in (("month", 1), ("quarter", 3)):
        if split in frame.columns:
            number = pl.col(split) * length
            frame = frame.with_columns(pl.date(number // 12, number % 12 + 1, 1).alias(split))
    return frame


__all__ = ["bases_of", "measure"]
