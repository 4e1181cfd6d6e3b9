"""What the dashboard's address asks for: the place, the period, what it is compared with, the version of the plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from django.urls import reverse
from django.utils.http import urlencode

from salesyear.engine.metrics import Period

LEVELS = ("region", "territory", "rep", "customer")
PLAN, LAST_YEAR = "plan", "last-year"


@dataclass(frozen=True)
class Span:
    """A stretch of a plan's year: its first month as a place from 0, and how many months; its name in the address."""

    name: str
    first: int
    months: int

    def period(self, starts_on: date) -> Period:
        """The days of it, in a year that starts on a day."""
        number = starts_on.year * 12 + starts_on.month - 1 + self.first
        return Period.of_months(date(number // 12, number % 12 + 1, 1), self.months)


@dataclass(frozen=True)
class Asked:
    """One view of the board. where: a key for each level that was gone down to. span: "" is the whole year.

    year: the plan's year, None for the running one. version: a version's number, None for the published one.
    page: of the list of parts, from 1. steps: the change on the year before told apart (price, volume …).
    """

    where: tuple[tuple[str, int], ...] = ()
    span: str = ""
    year: int | None = None
    compare: str = PLAN
    version: int | None = None
    page: int = 1
    steps: bool = False

    @property
    def keys(self) -> dict[str, int]:
        """The levels gone down to."""
        return dict(self.where)

    def down(self, level: str, key: int) -> Asked:
        """One level further down."""
        return replace(self, where=(*self.where, (level, key)), page=1)

    def up_to(self, count: int) -> Asked:
        """Only the first levels of the way down."""
        return replace(self, where=self.where[:count], page=1)

    def url(self, name: str = "board") -> str:
        """The address that asks for this."""
        words: dict[str, str | int] = dict(self.where)
        words |= {"period": self.span} if self.span else {}
        words |= {"year": self.year} if self.year else {}
        words |= {"compare": self.compare} if self.compare != PLAN else {}
        words |= {"version": self.version} if self.version else {}
        words |= {"steps": 1} if self.steps else {}
        words |= {"page": self.page} if self.page > 1 else {}
        return reverse(name) + (f"?{urlencode(words)}" if words else "")


def read(query: Mapping[str, str]) -> Asked:
    """Read an address; what cannot be understood is left out, as an address typed by hand may have anything."""
    where = []
    for level in LEVELS:
        key = _whole(query.get(level, ""))
        if key is not None:
            where.append((level, key))
    compare = query.get("compare", PLAN)
    return Asked(
        tuple(where),
        query.get("period", "") if span_of(query.get("period", "")) else "",
        _whole(query.get("year", "")),
        compare if compare in {PLAN, LAST_YEAR} else PLAN,
        _whole(query.get("version", "")),
        _whole(query.get("page", "")) or 1,
        query.get("steps") == "1",
    )


def span_of(name: str) -> Span | None:
    """Return the stretch a name stands for: "" the year, Q1 to Q4, 1 to 12 (the month's place in the plan's year)."""
    if not name:
        return Span("", 0, 12)
    if name in {"Q1", "Q2", "Q3", "Q4"}:
        return Span(name, 3 * (int(name[1]) - 1), 3)
    place = _whole(name)
    return Span(name, place - 1, 1) if place is not None and 1 <= place <= 12 else None


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
