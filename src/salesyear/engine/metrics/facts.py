"""The rows figures are made from, as an engine holds them, within what somebody may see."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from salesyear.engine.messages import EngineError, noop
from salesyear.engine.metrics.tables import LIGHTER, TABLES

if TYPE_CHECKING:
    import polars as pl

POLICY: Mapping[str, int] = {"new_customer_lookback": 24, "churn_days": 365, "win_back_days": 180}


class NotKept(EngineError):
    """Rows that a figure needs are not stored yet."""


class Engine(Protocol):
    """Something that answers SQL: `dialect` is what Ibis calls its language."""

    dialect: str

    def frame(self, sql: str) -> pl.DataFrame:
        """The answer to a query."""
        ...

    def held(self, sql: str) -> str | None:
        """A name for the answer to a query, if this engine keeps answers: worked out once, good while rows are."""
        ...


@lru_cache(maxsize=4096)
def weekdays(first: date, last: date) -> int:
    """Mondays to Fridays from one day to another, both included: the working days where nothing better is known."""
    return sum((first + timedelta(days=step)).weekday() < 5 for step in range((last - first).days + 1))


@dataclass(frozen=True)
class Facts:
    """Tables by name, as their engine calls them, and the filter that leaves what somebody may see.

    tables: name → the name in the engine. within: takes the table's name, the unfiltered Ibis table and a function
    that gives another table; returns what may be seen. seen_by: columns by which it decides, besides whose a row is.
    key: of the rows and of who sees them; two facts with the same key answer alike. patterned: says what `within` is;
    where it says nothing, SQL is written anew for each question (`patterns`). working: the working days from one day
    to another, both included.
    """

    engine: Engine
    tables: Mapping[str, str]
    within: Callable[[str, Any, Callable[..., Any]], Any] | None = None
    seen_by: frozenset[str] = frozenset()
    key: str = ""
    patterned: str = ""
    policy: Mapping[str, int] = field(default_factory=lambda: dict(POLICY))
    working: Callable[[date, date], int] = weekdays

    def table(self, name: str) -> Any:  # noqa: ANN401 - an Ibis table
        """The rows of a table that may be seen. Raises NotKept."""
        rows = self.all_rows(name)
        return self.within(name, rows, self.all_rows) if self.within else rows

    def rows_with(self, name: str, columns: Collection[str]) -> Any:  # noqa: ANN401 - an Ibis table
        """The rows of a table that may be seen, with these columns of it at least. Raises NotKept."""
        rows = self.all_rows(name, self.seen_by.union(columns))
        return self.within(name, rows, self.all_rows) if self.within else rows

    def all_rows(self, name: str, columns: Collection[str] | None = None) -> Any:  # noqa: ANN401 - an Ibis table
        """The rows of a table, whoever asks. Raises NotKept.

        columns: those that are needed besides amounts, days and whose a row is; where the engine has the rows summed
        up without some of the others, these sums are enough.
        """
        import ibis

        if name not in self.tables:
            en, _zh = TABLES[name].words
            raise NotKept(noop("There are no rows of “%(table)s” (%(what)s) yet."), table=name, what=en)
        kinds = {**TABLES[name].columns, **self.hidden(name)}
        for light, (of, without) in LIGHTER.items():
            if columns is not None and of == name and light in self.tables and not without.intersection(columns):
                kept = {column: kind for column, kind in kinds.items() if column not in without}
                return ibis.table(kept, name=self.tables[light])
        return ibis.table(kinds, name=self.tables[name])

    def held(self, rows: Any) -> Any:  # noqa: ANN401 - an Ibis table
        """The same rows, worked out once for all questions that need them where the engine keeps such answers."""
        import ibis

        name = self.engine.held(str(ibis.to_sql(rows, dialect=self.engine.dialect)))
        return ibis.table(rows.schema(), name=name) if name else rows

    def hidden(self, name: str) -> Mapping[str, str]:
        """Columns of a table that only serve to say who may see a row."""
        return HIDDEN.get(name, {}) if self.within else {}


HIDDEN: Mapping[str, Mapping[str, str]] = {
    "sold": {"line_unit": "int64", "line_rep": "int64"},
    "customers": {"agency": "int64"},
}
