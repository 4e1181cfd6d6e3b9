"""SQL that was written once for a kind of question, filled in for the next one of the same kind.

Building an Ibis expression and writing it as SQL takes longer than most answers of the engine. Two questions that
differ in keys (another place), in days (another month) or in the state of the files alone have the same SQL but for
these. So it is written with stand-ins for them, which are replaced by what is asked. Before a pattern is kept, what it
gives is compared with what is written straight from the question: where they differ in a single letter, the question
is of a kind that is always written anew.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from salesyear.engine.metrics.asking import Asked, Period, is_time, month_number
from salesyear.engine.metrics.facts import Facts
from salesyear.engine.metrics.figure import Base, Span
from salesyear.engine.metrics.rows import COMPUTED, edges_of

if TYPE_CHECKING:
    import ibis

Write = Callable[[Asked, Facts], "ibis.Table"]
MOST = 4_096  # patterns of a process
_KEY = 8_100_000_000_000_000_000  # stand-ins for keys count from here
_DAYS = Period(date(2711, 3, 5), date(2712, 11, 23))  # stand-in for a period, far from all others
_BY_DAYS_ALONE = frozenset({"", "buyers", "repeat", "covered", "universe", "strategic", "orders", "lines"})
_TOKEN = re.compile(r"MAKE_DATE\(\d+, \d+, \d+\)|'(?:[^']|'')*'|\"[^\"]*\"|\d+")


@dataclass
class _Recorder:
    """An engine that is not asked: it only remembers which answers are to be kept, in which order."""

    dialect: str
    steps: list[tuple[str, str]] = field(default_factory=list)

    def held(self, sql: str) -> str:
        """A stand-in for the name of an answer."""
        name = f"kept answer {len(self.steps)}"
        self.steps.append((name, sql))
        return name


@dataclass(frozen=True)
class Pattern:
    """The SQL of a kind of question with stand-ins, those of answers that are kept on the way first."""

    steps: tuple[tuple[str, str], ...]
    sql: str


_patterns: OrderedDict[object, Pattern | None] = OrderedDict()
_guard = threading.Lock()


def sql_of(asked: Asked, facts: Facts, base: Base, kind: object, write: Write) -> str:
    """The SQL that `write` makes of a question; kind: of what, so that questions of one kind differ as said above."""
    import ibis

    def straight() -> str:
        return str(ibis.to_sql(write(asked, facts), dialect=facts.engine.dialect))

    if not facts.patterned or facts.engine.dialect != "duckdb":
        return straight()
    lifted = _lifted(asked, base)
    key = (kind, lifted, tuple(sorted(facts.tables)), facts.patterned, facts.engine.dialect, _policy(facts))
    own = {_quoted(f"table {name}"): _quoted(own) for name, own in facts.tables.items()}
    values = {**_values(asked, lifted, base), **own}
    known, pattern = _known(key)
    if pattern:
        return _filled(pattern, values, facts)
    sql = straight()
    if not known:
        made = _made(lifted, facts, write)
        _keep(key, made if _filled(made, values, facts) == sql else None)
    return sql


def _known(key: object) -> tuple[bool, Pattern | None]:
    """Whether a kind was seen before, and its pattern, if it has one."""
    with _guard:
        if key in _patterns:
            _patterns.move_to_end(key)
        return key in _patterns, _patterns.get(key)


def _keep(key: object, pattern: Pattern | None) -> None:
    with _guard:
        _patterns[key] = pattern
        while len(_patterns) > MOST:
            _patterns.popitem(last=False)


def _policy(facts: Facts) -> tuple[object, ...]:
    return (*sorted(facts.policy.items()), facts.working)


def _lifted(asked: Asked, base: Base) -> Asked:
    """The question with stand-ins for the keys of its filters, and for its days where they are nothing but limits."""
    where: list[tuple[str, tuple[int | str, ...]]] = []
    for split, values in asked.where:
        plain = not is_time(split) and split not in COMPUTED and all(isinstance(value, int) for value in values)
        where.append((split, tuple(_KEY + 1_000 * len(where) + n for n, _ in enumerate(values)) if plain else values))
    lifted = replace(asked, where=tuple(where))
    return replace(lifted, period=_DAYS, as_of=None) if _days_alone(asked, base) else lifted


def _days_alone(asked: Asked, base: Base) -> bool:
    splits = {*asked.by, *(split for split, _ in asked.where)}
    spans = {Span.PERIOD, Span.TO_DATE, Span.YEAR_BEFORE, Span.ALWAYS}
    return bool(asked.period) and base.how in _BY_DAYS_ALONE and base.span in spans and not splits & {*COMPUTED}


def _values(asked: Asked, lifted: Asked, base: Base) -> Mapping[str, str]:
    """What each stand-in stands for, both as SQL."""
    found: dict[str, str] = {}
    for (_, own), (_, stand_ins) in zip(asked.where, lifted.where, strict=True):
        found |= {str(one): str(value) for one, value in zip(stand_ins, own, strict=True) if one != value}
    if lifted.period != asked.period or lifted.as_of != asked.as_of:
        span = Span.TO_DATE if base.how == "covered" else base.span
        for stand_in, day in zip(edges_of(span, lifted), edges_of(span, asked), strict=True):
            if stand_in and day:
                found[_date(stand_in)] = _date(day)
                found[str(month_number(stand_in))] = str(month_number(day))
    return found


def _date(day: date) -> str:
    return f"MAKE_DATE({day.year}, {day.month}, {day.day})"


def _quoted(name: str) -> str:
    return f'"{name}"'


def _made(lifted: Asked, facts: Facts, write: Write) -> Pattern:
    import ibis

    recorder: Any = _Recorder(facts.engine.dialect)
    blank = replace(facts, engine=recorder, tables={name: f"table {name}" for name in facts.tables})
    sql = str(ibis.to_sql(write(lifted, blank), dialect=facts.engine.dialect))
    return Pattern(tuple(recorder.steps), sql)


def _filled(pattern: Pattern, values: Mapping[str, str], facts: Facts) -> str:
    known = dict(values)
    for name, sql in pattern.steps:
        own = facts.engine.held(_replaced(sql, known))
        if own is None:
            return ""  # an engine that keeps nothing has no use for a pattern with kept answers
        known[_quoted(name)] = _quoted(own)
    return _replaced(pattern.sql, known)


def _replaced(sql: str, values: Mapping[str, str]) -> str:
    return _TOKEN.sub(lambda found: values.get(found[0], found[0]), sql)


__all__: Sequence[str] = ["Pattern", "sql_of"]
