"""Figures measured once and summed as often as a page needs: every number of a board comes from one small table.

The table has a row for each month, region, territory and salesperson that somebody sees, and a column for each figure
whose parts add up; ratios are the catalogue's own expressions over sums (case 4). It is kept in memory under the key
of the facts, which names the rows and who sees them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from salesyear.engine.metrics import BY_NAME, Facts, Period, measure, missing_of
from salesyear.engine.metrics.bridge import bridge
from salesyear.engine.metrics.figure import Base, Derived
from salesyear.performance.board.kept import Kept

SPLITS = ("month", "region", "territory", "rep")
ADD_UP = (
    "ordered",
    "ordered_year_before",
    "ordered_strategic",
    "new_customer_sales",
    "target",
    "target_to_date",
    "received",
    "due",
    "cash_target",
)
RATIOS = ("attainment", "pace", "growth", "strategic_mix", "new_customer_share", "collection_rate")
COUNTED = ("coverage", "repurchase_rate", "penetration")
ROOM = 256_000_000  # bytes of measured tables in a process: thousands of a place's, some dozens of all customers'
_kept: Kept[pl.DataFrame] = Kept(ROOM, lambda table: int(table.estimated_size()) + 1_000)
_steps: Kept[Mapping[str, int]] = Kept(64)
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Source:
    """What a board is made from: the facts within a scope, the year's first day, and the day it is looked at."""

    facts: Facts
    starts_on: date
    as_of: date

    @property
    def year(self) -> Period:
        """The plan's year."""
        return Period.of_months(self.starts_on, 12)


def known(names: Iterable[str]) -> tuple[str, ...]:
    """Return those of some figures that the catalogue has and whose rows are stored."""
    return tuple(name for name in names if name in BY_NAME and not missing_of(name))


def cube(source: Source) -> pl.DataFrame:
    """Return the table that everything additive is summed from."""
    return measured(source, known(ADD_UP), by=SPLITS, period=source.year)


def measured(
    source: Source,
    figures: Sequence[str],
    *,
    by: Sequence[str] = (),
    where: Mapping[str, int] | None = None,
    period: Period,
    as_of: date | None = None,
) -> pl.DataFrame:
    """Measure figures, or give back what was measured of the same facts before."""
    day = as_of or source.as_of
    asked = (tuple(figures), tuple(by), tuple((where or {}).items()), period, day)
    values = {split: [one] for split, one in (where or {}).items()}

    def made() -> pl.DataFrame:
        return measure(list(figures), source.facts, by=list(by), where=values, period=period, as_of=day)

    return _kept.get((source.facts.key, *asked), made)


def at(
    source: Source, figures: Sequence[str], where: Mapping[str, int], by: Sequence[str], period: Period
) -> pl.DataFrame:
    """Measure figures in a place, split further: out of one table of all such places, so that the next place is there.

    A customer stands for so few rows that a table of all of them would not pay.
    """
    day = min(period.last, source.as_of)
    splits = list(dict.fromkeys((*where, *by)))
    if "customer" in where:
        return measured(source, figures, by=by, where=where, period=period, as_of=day)
    table = measured(source, figures, by=splits, period=period, as_of=day)
    here = pl.all_horizontal(pl.lit(value=True), *(pl.col(split) == key for split, key in where.items()))
    return table.filter(here).select(*by, *figures)


def summed(table: pl.DataFrame, by: Sequence[str] = ()) -> pl.DataFrame:
    """Sum what adds up, by some columns, and add the ratios that can be made of the sums."""
    bases = [name for name in table.columns if name in BY_NAME and isinstance(BY_NAME[name], Base)]
    sums = table.group_by(list(by)).agg(pl.col(bases).sum()) if by else table.select(pl.col(bases).sum())
    return with_ratios(sums.sort(list(by)) if by else sums)


def with_ratios(sums: pl.DataFrame) -> pl.DataFrame:
    """Add the ratios of a board whose parts are all there, each by the catalogue's own expression."""
    for name in RATIOS:
        figure = BY_NAME.get(name)
        if isinstance(figure, Derived) and {*figure.of} <= {*sums.columns}:
            ratio: pl.Expr = figure.result(None)  # of sums alone: what is asked makes no difference to it
            sums = sums.with_columns(ratio.alias(name))
    return sums


def only(table: pl.DataFrame, where: Mapping[str, int], period: Period) -> pl.DataFrame:
    """Keep the rows of a place and a stretch of time."""
    kept = pl.col("month").is_between(period.first, period.last)
    for split, key in where.items():
        kept &= pl.col(split) == key
    return table.filter(kept)


def one(table: pl.DataFrame) -> dict[str, Any]:
    """Return the only row of a table."""
    return table.row(0, named=True) if table.height else {}


def orders(source: Source, where: Mapping[str, int], period: Period) -> pl.DataFrame:
    """Return the orders of a place and stretch of time: `order` (0: a return of none), `day`, `amount`, the last first.

    They are the rows that sales are summed from, so they add up to them.
    """
    import ibis

    facts = source.facts
    rows = facts.table("sold")
    last = min(period.last, source.as_of)
    kept = [rows.day >= period.first, rows.day <= last]
    kept += [rows[level] == key for level, key in where.items() if level in {"rep", "customer"}]
    units = facts.all_rows("units")
    for level in ("region", "territory"):
        if level in where:
            kept.append(rows.unit.isin(units.filter(units[level] == where[level]).row))
    found = rows.filter(kept).group_by("order").aggregate(day=rows.day.max(), amount=rows.amount.sum())
    return facts.engine.frame(str(ibis.to_sql(found, dialect=facts.engine.dialect))).sort(
        ["day", "order"], descending=True
    )


def steps(source: Source, where: Mapping[str, int], period: Period) -> Mapping[str, int]:
    """Return what leads from the year before to sales: `before`, price, volume, mix, new, lost, `after`; it adds up."""
    days = period.until(source.as_of)

    def made() -> Mapping[str, int]:
        values = {split: [one] for split, one in where.items()}
        return bridge(source.facts, days.a_year_before(), days, where=values).total

    return _steps.get((source.facts.key, tuple(where.items()), days), made)
