"""Rows of a table within what is asked, grouped: the Ibis expressions that every figure is made from.

Sums are made in two steps where a split is no column of the row: first by the row's own keys, then, a few thousand
rows later, by what those keys belong to. So ten million rows are never joined to anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from salesyear.engine.messages import noop
from salesyear.engine.metrics.asking import Asked, NeedsPeriod, Period, is_time, month_number
from salesyear.engine.metrics.facts import Facts
from salesyear.engine.metrics.figure import Base, Span
from salesyear.engine.metrics.tables import ATTRIBUTES, PLACES, TABLES


def _followed(rows: Any, end: date | None) -> Any:  # noqa: ANN401 - Ibis tables and columns, here and below
    """For how many days a deal was followed: to its close, or to the day somebody looks."""
    import ibis

    closed = rows.closes_on.delta(rows.created_on, unit="day")
    if end is None:
        raise NeedsPeriod(noop("“%(figure)s” compares days: say which period."), figure="conversion_cycle")
    so_far = ibis.literal(end).delta(rows.created_on, unit="day")
    return ibis.greatest(ibis.ifelse(_closed(rows, end), closed, so_far), 0).cast("int64")


def _won(rows: Any, end: date | None) -> Any:  # noqa: ANN401
    """1 for a deal that was won by the day somebody looks."""
    import ibis

    return ibis.ifelse((rows.state == "won") & _closed(rows, end), 1, 0).cast("int64")


def _closed(rows: Any, end: date | None) -> Any:  # noqa: ANN401
    return (rows.state != "open") & (rows.closes_on <= end)


COMPUTED: Mapping[str, Callable[[Any, date | None], Any]] = {"followed": _followed, "won": _won}
LENGTHS = {"month": 1, "quarter": 3, "year": 12}
YEAR = 12


@dataclass(frozen=True)
class Rows:
    """The rows of one base figure: `rows`, already filtered, and by what they are to be split."""

    facts: Facts
    asked: Asked
    base: Base
    rows: Any
    by: tuple[str, ...]

    @classmethod
    def of(cls, facts: Facts, asked: Asked, base: Base) -> Rows:
        """The rows a figure takes: of its span, its condition and the filters asked for."""
        by = tuple(split for split in asked.by if split not in base.spread)
        made = cls(facts, asked, base, None, by)
        made = replace(made, rows=facts.rows_with(base.table, made.keys() | base.reads))
        return made.kept(made._in_span).kept(made.asked_for)

    def kept(self, condition: Callable[[Any], Iterable[Any]]) -> Rows:
        """Only the rows for which all conditions hold."""
        conditions = list(condition(self.rows))
        return replace(self, rows=self.rows.filter(conditions)) if conditions else self

    def months(self, rows: Any) -> Any:  # noqa: ANN401 - Ibis tables and columns, here and below
        """The month a row counts in, as a number."""
        month = rows[self.base.month or "month"]
        return month + YEAR if self.base.span is Span.YEAR_BEFORE else month

    def totals(self, sums: Mapping[str, Callable[[Any], Any]]) -> Any:  # noqa: ANN401
        """Sums by what is asked; each is an aggregate whose parts add up."""
        rows = self.rows
        if not self.joins():
            return self._grouped(rows, self._finals(rows), {name: make(rows) for name, make in sums.items()})
        inner = self._grouped(rows, self._raws(rows), {name: make(rows) for name, make in sums.items()})
        joined = self._joined(inner)
        return self._grouped(
            joined, [joined[split] for split in self.by], {name: joined[name].sum().cast("int64") for name in sums}
        )

    def each(self, key: str, facts: Mapping[str, Callable[[Any], Any]]) -> Any:  # noqa: ANN401
        """One row for each value of a key within what is asked, with aggregates over its rows."""
        rows = self.rows
        if not self.joins():
            finals = self._finals(rows)
            return self._grouped(rows, [*finals, rows[key].name("_of")], {n: make(rows) for n, make in facts.items()})
        plain = self._grouped(rows, [*self._raws(rows), rows[key].name("_of")], {n: m(rows) for n, m in facts.items()})
        return self._joined(plain)

    def listed(self, key: str) -> Any:  # noqa: ANN401
        """Every row as it is: what it is split by and its key, where each row has a key of its own."""
        rows = self.rows
        raws = self._raws(rows) if self.joins() else self._finals(rows)
        return self._joined(rows.select(*raws, rows[key].name("_of")))

    def count_each(self, key: str) -> Any:  # noqa: ANN401
        """How many different values of a key there are by what is asked; they do not add up."""
        found = self.each(key, {"_rows": lambda rows: rows.count()})
        keys = [found[split] for split in self.by]
        return self._grouped(found, keys, {self.base.name: found["_of"].nunique().cast("int64")})

    def _grouped(self, rows: Any, keys: Sequence[Any], sums: Mapping[str, Any]) -> Any:  # noqa: ANN401
        return rows.group_by(list(keys)).aggregate(**sums) if keys else rows.aggregate(**sums)

    def joins(self) -> list[str]:
        """The splits that are looked up, because no row says them."""
        return [split for split in self.by if not self.own(split)]

    def keys(self) -> set[str]:
        """The row's own columns that splits and filters are looked up by."""
        splits = [*self.by, *(split for split, _ in self.asked.where)]
        named = {ATTRIBUTES[split].key if split in ATTRIBUTES else split for split in splits}
        return named & {*TABLES[self.base.table].columns}

    def own(self, split: str) -> bool:
        """Whether a row says a split by itself."""
        if split in PLACES:
            return self.base.table == "units"  # a unit is named as it was then; where it stands today is looked up
        return is_time(split) or split in COMPUTED or split in TABLES[self.base.table].columns

    def column(self, rows: Any, split: str) -> Any:  # noqa: ANN401
        """A split that a row says by itself."""
        if split in COMPUTED:
            return COMPUTED[split](rows, self.asked.end)
        if not is_time(split):
            return rows[split]
        months = self.months(rows)
        return months if split == "month" else months // LENGTHS[split]

    def _finals(self, rows: Any) -> list[Any]:  # noqa: ANN401
        return [self.column(rows, split).name(split) for split in self.by]

    def _raws(self, rows: Any) -> list[Any]:  # noqa: ANN401
        """The row's own keys from which all splits can be looked up, those looked up under a name of their own."""
        found = {split: self.column(rows, split).name(split) for split in self.by if self.own(split)}
        for split in self.joins():
            key = ATTRIBUTES[split].key
            found[f"_{key}"] = rows[key].name(f"_{key}")
        return list(found.values())

    def _joined(self, table: Any) -> Any:  # noqa: ANN401
        """Look up every split that is not on the row."""
        for of in dict.fromkeys(ATTRIBUTES[split].of for split in self.joins()):
            splits = [split for split in self.joins() if ATTRIBUTES[split].of == of]
            one = ATTRIBUTES[splits[0]]
            names = self.facts.all_rows(of)
            names = names.select(names[one.column].name(f"_{of}"), *(names[split] for split in splits))
            table = table.left_join(names, table[f"_{one.key}"] == names[f"_{of}"]).drop(f"_{of}")
        return table

    def asked_for(self, rows: Any) -> Iterable[Any]:  # noqa: ANN401
        """The conditions of the filters asked for."""
        for split, values in self.asked.where:
            if split in self.base.spread or split in self.base.knows:
                continue
            if self.own(split):
                yield self.column(rows, split).isin([_number(split, value) for value in values])
            else:
                one = ATTRIBUTES[split]
                names = self.facts.all_rows(one.of)
                yield rows[one.key].isin(names.filter(names[split].isin(list(values)))[one.column])

    def _in_span(self, rows: Any) -> Iterable[Any]:  # noqa: ANN401
        base, asked = self.base, self.asked
        day, counted = base.day or TABLES[base.table].day, base.month or "month"
        first, last = edges_of(base.span, asked)
        if day:
            yield from (rows[day] >= edge for edge in [first] if edge)
            yield from (rows[day] <= edge for edge in [last] if edge)
        if counted in TABLES[base.table].columns:
            # Months are counted, so that whole files and blocks of other months are left unread.
            month = rows[counted]
            yield from (month >= month_number(edge) for edge in [first] if edge)
            yield from (month <= month_number(edge) for edge in [last] if edge)


def edges_of(span: Span, asked: Asked) -> tuple[date | None, date | None]:
    """The first and last day of a span; none where it is open."""
    if span is Span.ALWAYS:
        return None, None
    if span in {Span.BALANCE, Span.HISTORY}:
        return None, asked.end
    if span is Span.PERIOD:
        return _edges(asked.period)
    if asked.period is None:
        return None, asked.as_of if span is Span.TO_DATE else None
    found = asked.period.until(asked.as_of)
    return _edges(found.a_year_before() if span is Span.YEAR_BEFORE else found)


def _edges(period: Period | None) -> tuple[date | None, date | None]:
    return (period.first, period.last) if period else (None, None)


def _number(split: str, value: int | str | date) -> int | str:
    """A piece of the calendar as its number: a day of it is understood too."""
    if not isinstance(value, date):
        return value
    return month_number(value) // LENGTHS[split]
