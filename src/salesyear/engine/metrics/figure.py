"""What a figure is: a name, its words in two languages, and how it is made from rows or from other figures.

Nothing here imports Ibis or Polars: a page that lists the figures does not pay for them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Unit(StrEnum):
    """What a figure is measured in."""

    MONEY = "money"
    SHARE = "share"
    COUNT = "count"
    DAYS = "days"
    TIMES = "times"
    POINTS = "points"
    MONEY_A_DAY = "money a day"


class Better(StrEnum):
    """Which way is better."""

    MORE = "more"
    LESS = "less"
    NEITHER = "neither"


class Span(StrEnum):
    """Which of its rows a figure takes."""

    PERIOD = "period"  # the whole period
    TO_DATE = "to date"  # the period up to the day asked about
    YEAR_BEFORE = "year before"  # the same days of the year before
    BALANCE = "balance"  # everything up to the day asked about: a balance
    HISTORY = "history"  # everything up to the day asked about, month by month
    ALWAYS = "always"  # rows that have no day


@dataclass(frozen=True, slots=True)
class Words:
    """The name and the formula, in English and in Chinese."""

    en: str
    zh: str
    formula_en: str
    formula_zh: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. grain: what is counted or summed; better: which way is good."""

    name: str
    words: Words
    unit: Unit
    better: Better
    grain: str


Column = Callable[[Any], Any]


def one(rows: Any) -> Any:  # noqa: ANN401 - an Ibis table in, an Ibis column out
    """Every row counts once."""
    import ibis

    return ibis.literal(1, type="int64")


@dataclass(frozen=True, slots=True)
class Base(Figure):
    """A figure made straight from rows of one table.

    adds: the column that is summed; parts of it add up. how: the name of the way rows are counted instead, for
    figures whose parts do not add (distinct customers). rows: which rows count. day: the dating column, unless it is
    the table's own; month: likewise. also: other tables it reads, from which it `knows` further splits. spread: splits
    it does not know, over which it is the same (a company has as many customers in March as in April). exact: whether
    it is a whole number. without: splits it does not bear.
    """

    table: str = ""
    adds: Column = one
    how: str = ""
    rows: Column | None = None
    span: Span = Span.TO_DATE
    day: str = ""
    month: str = ""
    also: tuple[str, ...] = ()
    knows: tuple[str, ...] = ()
    spread: tuple[str, ...] = ()
    exact: bool = True
    without: tuple[str, ...] = ()

    @property
    def reads(self) -> frozenset[str]:
        """The columns it reads besides amounts, days and whose a row is: each row by itself, unless it says less."""
        if not self.how and self.adds is not one:
            return frozenset()
        return READS.get(self.how, frozenset({"row"}))


READS = {
    **dict.fromkeys(
        ("buyers", "repeat", "covered", "new_customers", "new_sales", "known", "churned"), frozenset({"customer"})
    ),
    "strategic": frozenset({"product"}),
    "lines": frozenset({"customer", "product"}),
    "orders": frozenset({"order"}),
}


def none(_asked: Any = None) -> Any:  # noqa: ANN401 - a Polars expression
    """No expression: the figure is reckoned otherwise."""
    import polars as pl

    return pl.lit(None)


@dataclass(frozen=True, slots=True)
class Derived(Figure):
    """A figure made from others: of their totals, never a mean of rates.

    of: the figures it is made of. result: an expression of them. each: splits for which the parts are measured
    besides, before `reduce` (the name of a small reckoning in `post`) makes one figure of them.
    """

    of: tuple[str, ...] = ()
    result: Callable[..., Any] = none
    each: tuple[str, ...] = ()
    reduce: str = ""
    without: tuple[str, ...] = ()


def ratio(above: str, below: str) -> Callable[..., Any]:
    """One total over another; nothing when the lower one is 0."""

    def expression(_asked: Any = None) -> Any:  # noqa: ANN401 - a Polars expression; Polars is imported when one is made
        import polars as pl

        return pl.col(above) / unless_0(pl.col(below))

    return expression


def formula(make: Callable[[Callable[[str], Any]], Any]) -> Callable[..., Any]:
    """An expression of columns, written `lambda c: c("a") - c("b")`."""

    def expression(_asked: Any = None) -> Any:  # noqa: ANN401 - as above
        import polars as pl

        return make(pl.col)

    return expression


def per_day(above: str, below: str) -> Callable[..., Any]:
    """One total over another times the days of the period: how many days of the lower one the upper one is."""

    def expression(asked: Any = None) -> Any:  # noqa: ANN401 - as above
        import polars as pl

        from salesyear.engine.metrics.post import days_of

        if asked is None:
            return pl.lit(None, dtype=pl.Float64)  # of nobody knows how many days
        return pl.col(above) / unless_0(pl.col(below)) * days_of(asked)

    return expression


def unless_0(below: Any) -> Any:  # noqa: ANN401 - as above
    """A divisor, or nothing: what is divided by 0 cannot be said."""
    import polars as pl

    return pl.when(below != 0).then(below)


def column(name: str) -> Column:
    """A column by its name."""
    return lambda rows: rows[name]
