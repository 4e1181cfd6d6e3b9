"""Delimited text: its encoding and separator found by itself, its rows read strictly."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from salesyear.core.inert import plain
from salesyear.engine.messages import noop
from salesyear.importing.reading.tables import MEGABYTE, Gathering, Limits, Refused, Table, headings_of
from salesyear.importing.values.problems import Problem, problem

SEPARATORS: Final = ",;\t|"
MARKS: Final = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
Row = tuple[int, list[str], Problem | None]
GZIP: Final = b"\x1f\x8b"


def read_delimited(path: Path, limits: Limits) -> Table:
    """A CSV, TSV or such (packed with gzip or not) as a table.

    Raises Refused when it is too large, in no known encoding, or without headings.
    """
    text, encoding = decoded(unpacked(path, limits))
    separator = separator_of(text)
    rows = _rows(text, separator)
    _, first, _ = next(rows, (0, [], None))
    gathering = Gathering(headings_of(first, limits), limits)
    for number, cells, fault in rows:
        gathering.add(number, cells, fault)
    _take_apostrophes_off(gathering)
    return gathering.table(encoding=encoding, separator=separator)


def _take_apostrophes_off(gathering: Gathering) -> None:
    """Our exports put an apostrophe before text that begins like a formula; in a workbook they need none."""
    for column in gathering.columns:
        guarded = {text: plain(text) for text in set(column) if text.startswith("'")}
        if guarded:
            column[:] = [guarded.get(text, text) for text in column]


def unpacked(path: Path, limits: Limits) -> bytes:
    """The file's bytes; a gzip file is unpacked no further than the limit."""
    with path.open("rb") as stream:
        if stream.read(2) != GZIP:
            stream.seek(0)
            return stream.read()
    try:
        with gzip.open(path) as packed:
            content = packed.read(limits.unpacked + 1)
    except (OSError, EOFError, zlib.error) as broken:
        raise Refused(noop("The file is packed with gzip, and the packing is damaged.")) from broken
    if len(content) > limits.unpacked:
        raise Refused(
            noop("Unpacked, the file is larger than %(limit)s MB. Split it into smaller files."),
            limit=limits.unpacked // MEGABYTE,
        )
    return content


def decoded(content: bytes) -> tuple[str, str]:
    """The text and its encoding: by its byte order mark, else UTF-16 by its zeros, UTF-8, GB18030."""
    encoding = next((name for mark, name in MARKS if content.startswith(mark)), "") or _without_mark(content)
    for candidate in (encoding,) if encoding else ("utf-8", "gb18030"):
        try:
            return content.decode(candidate).removeprefix("\ufeff"), candidate.removesuffix("-sig")
        except UnicodeDecodeError as wrong:
            at = wrong.start
    raise Refused(
        noop("The text is in no known encoding (from byte %(at)s). Save the file as CSV UTF-8."), at=f"{at:,}"
    )


def _without_mark(content: bytes) -> str:
    """UTF-16 without a mark shows by a zero in every other place of its beginning."""
    start = content[:2000]
    even, odd = start[::2].count(0), start[1::2].count(0)
    if odd > len(start) / 8 and even == 0:
        return "utf-16-le"
    return "utf-16-be" if even > len(start) / 8 and odd == 0 else ""


def separator_of(text: str) -> str:
    """The separator that splits the first lines into the most columns, most of them equally many."""
    lines = [line for line in text[: 64 * 1024].splitlines()[:50] if line.strip()]
    return max(SEPARATORS, key=lambda separator: _fit(lines, separator))


def _fit(lines: list[str], separator: str) -> tuple[float, int]:
    """How well a separator splits: columns of the heading row × share of lines that have as many or more."""
    widths = [len(row) for row in csv.reader(lines, delimiter=separator)]
    if not widths or widths[0] < 2:
        return (0.0, 0)
    alike = sum(width >= widths[0] for width in widths) / len(widths)
    return (widths[0] * alike, Counter(widths)[widths[0]])


def _rows(text: str, separator: str) -> Iterator[Row]:
    """Every row with its place in the file and, when it cannot be trusted, what is wrong with it.

    A row whose quotation marks do not close is given alone, as it stands, and reading goes on below it.
    """
    lines = list(io.StringIO(text, newline=""))
    start, number, width = 0, 0, 0
    while start < len(lines):
        for row, used in _until_unclosed(lines, start, separator, width):
            number += 1
            width = width or len(row[0])
            start += used
            yield number, *row


def _until_unclosed(
    lines: Sequence[str], start: int, separator: str, width: int
) -> Iterator[tuple[tuple[list[str], Problem | None], int]]:
    """Rows from a line on, each with the lines it takes; stops after a row that does not close."""
    stream = csv.reader(map(lines.__getitem__, range(start, len(lines))), delimiter=separator, strict=True)
    before = 0
    while True:
        try:
            cells = next(stream)
        except StopIteration:
            return
        except csv.Error:
            yield _unclosed(lines[start + before], separator, stream.line_num - before), 1
            return
        used, before = stream.line_num - before, stream.line_num
        if used > 1 and _swallows(cells, lines[start + before - used : start + before], separator, width):
            yield _unclosed(lines[start + before - used], separator, used), 1
            return
        width = width or len(cells)
        yield (cells, None), used


def _swallows(cells: list[str], lines: Sequence[str], separator: str, width: int) -> bool:
    """Whether a row over many lines has swallowed rows: it does not fit, or each of its lines is a row by itself."""
    if width and len(cells) != width:
        return True
    return width > 1 and all(line.count(separator) == width - 1 for line in lines)


def _unclosed(line: str, separator: str, lines: int) -> tuple[list[str], Problem]:
    """A line whose quotation mark does not close, cut at its separators to be shown."""
    fault = problem(
        noop("A quotation mark in this row does not close; %(lines)s lines of the file hang on it."),
        noop("Close it, or write a quotation mark inside a value twice."),
        lines=lines,
    )
    return line.rstrip("\r\n").split(separator), fault
