"""What is asked: figures, splits, filters and days, checked before anything is read."""

from __future__ import annotations

import calendar
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import get_close_matches
from itertools import chain

from salesyear.engine.messages import EngineError, noop
from salesyear.engine.metrics.catalogue import BY_NAME, Base, Derived, Figure
from salesyear.engine.metrics.tables import SPLITS, TABLES, TIMES

Where = Mapping[str, Collection[int | str]]


class UnknownFigure(EngineError):
    """No figure has this name."""


class NotSplitBy(EngineError):
    """A figure's facts do not say this."""


class NeedsPeriod(EngineError):
    """A figure that compares days was asked without any."""


@dataclass(frozen=True, slots=True)
class Period:
    """The days asked about, both included."""

    first: date
    last: date

    @classmethod
    def of_months(cls, first: date, months: int) -> Period:
        """Whole months from the month of `first` on."""
        start = month_number(first)
        return cls(day_of_month(start), day_of_month(start + months) - timedelta(days=1))

    @property
    def days(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1

    def until(self, day: date | None) -> Period:
        """The part of it up to a day."""
        return self if day is None or day >= self.last else Period(self.first, day)

    def a_year_before(self) -> Period:
        """The same days of the year before."""
        whole_months = self.last == month_end(self.last)
        last = month_end(_a_year_before(self.last)) if whole_months else _a_year_before(self.last)
        return Period(_a_year_before(self.first), last)


def month_number(day: date) -> int:
    """A month as a number that goes up by one each month."""
    return day.year * 12 + day.month - 1


def day_of_month(number: int) -> date:
    """The first day of a numbered month."""
    return date(number // 12, number % 12 + 1, 1)


def month_end(day: date) -> date:
    """The last day of the month a day falls in."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _a_year_before(day: date) -> date:
    last = calendar.monthrange(day.year - 1, day.month)[1]
    return day.replace(year=day.year - 1, day=min(day.day, last))


@dataclass(frozen=True)
class Asked:
    """A question that makes sense: figures by name, splits, filters and days."""

    figures: tuple[str, ...]
    by: tuple[str, ...] = ()
    where: tuple[tuple[str, tuple[int | str, ...]], ...] = ()
    period: Period | None = None
    as_of: date | None = None

    @property
    def to_date(self) -> Period | None:
        """The days of the period that are over on `as_of`."""
        return self.period.until(self.as_of) if self.period else None

    @property
    def end(self) -> date | None:
        """The day on which balances are taken: `as_of`, or the period's last day."""
        if self.period and (self.as_of is None or self.as_of > self.period.last):
            return self.period.last
        return self.as_of

    def needed(self) -> Period:
        """The period. Raises NeedsPeriod when there is none."""
        if self.period is None:
            raise NeedsPeriod(noop("“%(figure)s” compares days: say which period."), figure=", ".join(self.figures))
        return self.period


def ask(
    figures: Sequence[str],
    by: Sequence[str] = (),
    where: Where | None = None,
    period: Period | None = None,
    as_of: date | None = None,
) -> Asked:
    """Check a question. Raises UnknownFigure and NotSplitBy, each saying what is possible."""
    kept = tuple(sorted((name, tuple(sorted(values, key=str))) for name, values in (where or {}).items()))
    for split in (*by, *(name for name, _ in kept)):
        for name in figures:
            _check_split(figure(name), split)
    return Asked(tuple(figures), tuple(by), kept, period, as_of)


def figure(name: str) -> Figure:
    """The figure of a name. Raises UnknownFigure, naming the nearest."""
    found = BY_NAME.get(name)
    if found:
        return found
    near = get_close_matches(name, BY_NAME, n=3)
    if near:
        raise UnknownFigure(noop("Unknown figure “%(name)s”. Did you mean: %(near)s?"), name=name, near=", ".join(near))
    raise UnknownFigure(noop("Unknown figure “%(name)s”. All are listed by: salesyear figures."), name=name)


def bases_of(names: Iterable[str]) -> list[Base]:
    """The base figures that some figures are made of, each once, in a stable order."""
    found: dict[str, Base] = {}
    for name in names:
        one = figure(name)
        if isinstance(one, Derived):
            found.update((base.name, base) for base in bases_of(one.of))
        elif isinstance(one, Base):
            found[name] = one
    return list(found.values())


def splits_of(name: str) -> tuple[str, ...]:
    """By what a figure can be split: what all its parts know."""
    possible = known(figure(name))
    return tuple(split for split in SPLITS if split in possible)


def known(one: Figure) -> frozenset[str]:
    """By what a figure can be split: what all its parts know, less what it does not bear itself."""
    if isinstance(one, Derived):
        return frozenset.intersection(*(known(figure(part)) for part in one.of)) - set(one.without)
    if isinstance(one, Base):
        return frozenset(chain(TABLES[one.table].splits, one.spread, one.knows)) - set(one.without)
    return frozenset()


def missing_of(name: str) -> tuple[str, ...]:
    """The tables that a figure needs and the product does not store yet."""
    tables = {table for base in bases_of([name]) for table in (base.table, *base.also)}
    return tuple(sorted(table for table in tables if not TABLES[table].here))


def _check_split(one: Figure, split: str) -> None:
    if split in known(one):
        return
    for part in one.of if isinstance(one, Derived) else ():
        _check_split(figure(part), split)  # the part that does not know it is named
    if split not in SPLITS:
        near = get_close_matches(split, SPLITS, n=3) or list(SPLITS)
        raise NotSplitBy(
            noop("“%(split)s” is nothing to split by. Did you mean: %(near)s?"), split=split, near=", ".join(near)
        )
    possible = [name for name in SPLITS if name in known(one)]
    raise NotSplitBy(
        noop("“%(figure)s” is not known by %(split)s. It can be split by: %(possible)s."),
        figure=one.name,
        split=split,
        possible=", ".join(possible),
    )


def is_time(split: str) -> bool:
    """Whether a split is a piece of the calendar."""
    return split in TIMES
