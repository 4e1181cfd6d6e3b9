"""The rows and columns of a table as asked for: the same after every edit, so kept beside the version's arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from salesyear.targets.editing.desk import Desk, Ints
from salesyear.targets.editing.held import Held
from salesyear.targets.table.asked import DOWN, Asked
from salesyear.targets.table.sums import Columns, Rows, columns_of, rows_of

Place = tuple[str, str]  # row, column


@dataclass(frozen=True)
class Drawn:
    """What somebody sees of a version, by what they asked for."""

    asked: Asked
    rows: Rows
    columns: Columns
    _held: dict[int, Place | None] = field(default_factory=dict, repr=False)

    @cached_property
    def _by_where(self) -> dict[tuple[tuple[str, int], ...], str]:
        """Rows by the cells they mean, in any order of columns."""
        return {_canonical(dict(row.path)): row.key for row in self.rows.rows}

    def place_of(self, one: Held) -> Place | None:
        """Return where an edit stands in this table, if it has a place here."""
        if one.number not in self._held:
            self._held[one.number] = self.place(one.where)
        return self._held[one.number]

    def place(self, where: Mapping[str, Sequence[int]]) -> Place | None:
        """Return the row and column of some cells, if they are one row and column here."""
        column, rest = self._column({name: keys[0] for name, keys in where.items() if name != "month"}, where)
        row = self._by_where.get(_canonical(rest))
        return (row, column) if row and column in self.columns.ids else None

    def _column(self, keys: dict[str, int], where: Mapping[str, Sequence[int]]) -> tuple[str, dict[str, int]]:
        months = list(where.get("month", ()))
        if months:
            return (str(months[0]) if len(months) == 1 else f"q{(months[0] + 2) // 3}"), keys
        name, letter = {"lines": ("line", "l"), "new": ("new", "n")}.get(self.asked.across, ("", ""))
        if name in keys and name not in self.asked.down:
            return f"{letter}{keys[name]}", {column: key for column, key in keys.items() if column != name}
        return "total", keys


def _canonical(keys: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple((name, keys[name]) for name in DOWN if name in keys)


def drawn(desk: Desk, asked: Asked, seen: Ints) -> Drawn:
    """Return the rows and columns of what somebody sees: those of the last such question, where there was one."""
    key = asked.down, asked.across, seen.tobytes()
    kept: Drawn = desk.drawn.of(
        key, lambda: Drawn(asked, rows_of(desk, asked, seen), columns_of(desk, asked.across, seen))
    )
    return kept
