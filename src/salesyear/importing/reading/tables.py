"""A file as a table of text: what every reader gives, and why a file may be refused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from salesyear.engine.messages import EngineError, noop
from salesyear.importing.values.problems import Problem, problem

MEGABYTE: Final = 1024 * 1024


class Refused(EngineError):
    """A file that cannot be read as a table; says why, and what would work."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may measure; one that is larger is refused with the limit named, never cut.

    size: bytes of the file; unpacked: bytes when unpacked; rows: below the headings; columns: side by side;
    seconds (of processor time) and memory (bytes): what the process that opens a workbook may use.
    """

    size: int = 50 * MEGABYTE
    unpacked: int = 160 * MEGABYTE
    rows: int = 200_000
    columns: int = 500
    seconds: float = 30.0
    memory: int = 640 * MEGABYTE


@dataclass(frozen=True)
class Table:
    """A file as text, column by column.

    headings: as in the file, empty ones named by their letter; columns: one list of cells per heading, all of
    one length; numbers: the row of the file that each row came from (1 is the first of the file); broken: rows
    that do not fit under the headings, by number, as found, with the problem; encoding, separator, sheet: how
    it was read.
    """

    headings: tuple[str, ...]
    columns: tuple[list[str], ...]
    numbers: list[int]
    broken: tuple[tuple[int, tuple[str, ...], Problem], ...] = ()
    encoding: str = ""
    separator: str = ""
    sheet: str = ""
    sheets: tuple[str, ...] = ()

    @property
    def height(self) -> int:
        """Rows that fit under the headings."""
        return len(self.numbers)

    def row(self, index: int) -> tuple[str, ...]:
        """One row's cells."""
        return tuple(column[index] for column in self.columns)


@dataclass
class Gathering:
    """A table while its rows come in: equal texts are kept once, so memory follows the distinct values."""

    headings: tuple[str, ...]
    limits: Limits
    columns: tuple[list[str], ...] = ()
    numbers: list[int] = field(default_factory=list)
    broken: list[tuple[int, tuple[str, ...], Problem]] = field(default_factory=list)
    _kept: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """One empty column per heading."""
        self.columns = tuple([] for _ in self.headings)

    def add(self, number: int, cells: Sequence[str], fault: Problem | None = None) -> None:
        """Take a row: under its headings when it fits, among the broken ones when it does not."""
        if not any(cells):
            return
        if len(self.numbers) + len(self.broken) >= self.limits.rows:
            raise Refused(
                noop("The file has more than %(rows)s rows. Split it into smaller files, for example by month."),
                rows=f"{self.limits.rows:,}",
            )
        fault = fault or self._misfit(cells)
        if fault is not None:
            self.broken.append((number, tuple(cells), fault))
            return
        keep = self._kept.setdefault
        for column, cell in zip(self.columns, cells, strict=False):
            column.append(keep(cell, cell))
        for column in self.columns[len(cells) :]:
            column.append("")
        self.numbers.append(number)

    def _misfit(self, cells: Sequence[str]) -> Problem | None:
        """A row longer than the headings (not counting empty cells at its end), or much shorter."""
        width = len(self.headings)
        if len(cells) > width and any(cells[width:]):
            return problem(
                noop("The row has %(cells)s cells under %(headings)s headings."),
                noop("A separator inside a value must stand in quotation marks; export the file again that way."),
                cells=len(cells),
                headings=width,
            )
        return None

    def table(self, **how: str | tuple[str, ...]) -> Table:
        """The finished table."""
        return Table(self.headings, self.columns, self.numbers, tuple(self.broken), **how)  # type: ignore[arg-type]  # the names are Table's own


def headings_of(cells: Sequence[str], limits: Limits) -> tuple[str, ...]:
    """The headings of a table: blanks trimmed, empty ones named by their letter, equal ones refused."""
    named = [" ".join(cell.split()) for cell in cells]
    while named and not named[-1]:
        named.pop()
    if not named:
        raise Refused(noop("The first row is empty: headings were expected there."))
    if len(named) > limits.columns:
        raise Refused(noop("The file has %(columns)s columns; %(most)s fit."), columns=len(named), most=limits.columns)
    headings = [heading or f"({letter_of(place)})" for place, heading in enumerate(named)]
    twice = _twice(headings)
    if twice:
        raise Refused(noop("The heading “%(heading)s” stands over two columns. Rename one of them."), heading=twice)
    return tuple(headings)


def _twice(headings: Iterable[str]) -> str:
    """The first heading that occurs a second time."""
    seen: set[str] = set()
    for heading in headings:
        if heading.casefold() in seen:
            return heading
        seen.add(heading.casefold())
    return ""


def letter_of(place: int) -> str:
    """A column's letter as a spreadsheet shows it: 0 is A, 26 is AA."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
