"""Two versions beside each other: where they differ, the largest change first."""

from __future__ import annotations

from dataclasses import dataclass

from salesyear.core.scope import Scope
from salesyear.plans.frames import sheet_cells
from salesyear.plans.models import Version
from salesyear.targets.names import names_for

MOST = 200


@dataclass(frozen=True)
class Changed:
    """A part in which two versions differ. growth: change on the old amount, None from nothing."""

    name: str
    level: str
    old: int
    new: int
    change: int
    growth: float | None


@dataclass(frozen=True)
class Difference:
    """Totals of both versions, and the parts that differ, as somebody sees them."""

    old: int
    new: int
    rows: tuple[Changed, ...]
    more: int

    @property
    def change(self) -> int:
        """Change of the whole."""
        return self.new - self.old


def difference(scope: Scope, a: Version, b: Version, level: str = "rep") -> Difference:
    """Compare by region, territory, rep, customer or line; `a` is the old one."""
    from salesyear.engine.targets.compare import compare

    before, after = (sheet_cells(scope, version) for version in (a, b))
    rows = compare(before, after, (level,)).to_dicts()
    names = names_for(scope, {level: [int(row[level]) for row in rows]})
    changed = tuple(
        Changed(names.of(level, int(row[level])), level, row["old"], row["new"], row["change"], row["growth"])
        for row in rows[:MOST]
    )
    return Difference(int(before["target"].sum()), int(after["target"].sum()), changed, max(0, len(rows) - MOST))
