"""The parts of a paper. Texts are final and in its language; amounts are minor units, so that every renderer agrees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Look(StrEnum):
    """How a series is drawn, by the IBCS notation: what kind of figure it is, never which colour somebody likes."""

    ACTUAL = "actual"  # solid dark
    LAST_YEAR = "last_year"  # solid light
    PLAN = "plan"  # outlined
    FORECAST = "forecast"  # hatched
    GOOD = "good"
    BAD = "bad"
    NOTHING = "nothing"  # the invisible foot of a bridge's step


class Kind(StrEnum):
    """What a column of a table holds."""

    TEXT = "text"
    MONEY = "money"  # minor units
    COUNT = "count"
    SHARE = "share"  # a fraction: 0.12
    GROWTH = "growth"  # a fraction with its sign, or a multiple where last year is no measure
    DAY = "day"


class Form(StrEnum):
    """The shape of a chart."""

    COLUMNS = "columns"
    BARS = "bars"
    STACK = "stack"  # a bridge: feet and steps upon each other


Value = str | int | float | date | None


@dataclass(frozen=True, slots=True)
class Series:
    """One series of a chart: its name, how it is drawn, a value for each category (minor units)."""

    name: str
    look: Look
    values: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart: what it shows (with unit and period), its categories and series, and what it says in one sentence."""

    form: Form
    title: str
    said: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. share: of the width, against the other columns' shares."""

    heading: str
    kind: Kind = Kind.TEXT
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table. depth: how far it is indented; strong: whether it is a total."""

    cells: tuple[Value, ...]
    depth: int = 0
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a slide; too long for one, it goes on on the next under the same heads."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Bullets:
    """Short sentences below each other."""

    lines: tuple[str, ...]


Part = Chart | Table | Bullets


@dataclass(frozen=True, slots=True)
class Slide:
    """One message (its title) with what shows it. notes: definitions and sources. code: the chapter's row, if one."""

    title: str
    parts: tuple[Part, ...]
    notes: tuple[str, ...] = ()
    code: str = ""


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter: its place in the plan, its name, the question it answers, its slides."""

    number: int
    title: str
    question: str
    slides: tuple[Slide, ...]


@dataclass(frozen=True, slots=True)
class Money:
    """The currency of every amount, and in what step amounts of the plan were rounded (minor units)."""

    code: str
    digits: int
    step: int

    @property
    def places(self) -> int:
        """Decimals to show: none when the plan is rounded to whole units."""
        return 0 if self.step % 10**self.digits == 0 else self.digits


@dataclass(frozen=True, slots=True)
class Cover:
    """The first page."""

    title: str
    subtitle: str
    organisation: str
    presenter: str
    day: date


@dataclass(frozen=True, slots=True)
class Cell:
    """One place of the plan in the workbook: names from the region down, twelve months of plan, last year, baseline."""

    region: str
    territory: str
    rep: str
    customer: str
    line: str
    new: bool
    plan: tuple[int, ...]
    last_year: int
    baseline: int
    rep_code: str = ""
    customer_code: str = ""
    line_code: str = ""


@dataclass(frozen=True, slots=True)
class Happening:
    """Something with a date. lead: days before it by which all is to be ready. key: what makes it itself."""

    key: str
    title: str
    starts: date
    ends: date
    lead: int = 0
    said: str = ""


@dataclass(frozen=True)
class Paper:
    """Everything a paper says. moment: the version's own, never the clock's. mark: its version and seed, in words.

    remarks: what to know about the data behind it. sheet: whether it is set on a single page.
    """

    language: str
    cover: Cover
    chapters: tuple[Chapter, ...]
    definitions: tuple[tuple[str, str], ...]
    money: Money
    months: tuple[date, ...]
    cells: tuple[Cell, ...]
    happenings: tuple[Happening, ...]
    moment: datetime
    mark: str
    remarks: tuple[str, ...] = ()
    sheet: bool = False

    @property
    def chinese(self) -> bool:
        """Whether it is written in Chinese."""
        return self.language.startswith("zh")

    @property
    def slides(self) -> Sequence[Slide]:
        """Every slide in order."""
        return [slide for chapter in self.chapters for slide in chapter.slides]
