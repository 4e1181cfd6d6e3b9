"""How much room text takes, near enough to decide where a table breaks: a Chinese character is as wide as high.

Latin letters are taken a little wider than Arial's, for a machine without Arial shows a wider face.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from math import ceil
from typing import Final

from salesyear.documents.content.model import Column, Kind, Money, Row, Table
from salesyear.documents.content.words import text_of

LINE, HAN_LINE = 1.25, 1.5  # of the type size, from one line to the next: Chinese faces stand further apart
TO_THE_LEFT: Final = frozenset({Kind.TEXT, Kind.DAY})  # what is read; what is added up stands to the right
BOLD: Final = 1.28  # wider than the regular face; the one that takes the place of a missing Arial is the widest
NARROW: Final = frozenset("ijlt.,:;'|!()[]")


@lru_cache(maxsize=10_000)
def width_of(text: str) -> float:
    """The width of a text in units of its type size."""
    return sum(map(_wide, text))


def _wide(sign: str) -> float:
    if unicodedata.east_asian_width(sign) in "WF":
        return 1.0
    return 0.33 if sign in NARROW else 0.75 if sign.isupper() or sign in "%—+×MWmw" else 0.58


def lines_of(text: str, width: float, size: float) -> int:
    """How many lines a text takes in a column of so many points; a word is not parted, a Chinese one is."""
    return max(1, ceil(width_of(text) * size * 1.03 / max(width, size)))


def line_of(texts: Sequence[str]) -> float:
    """How far lines of these texts stand apart, in units of their type size."""
    return HAN_LINE if any(unicodedata.east_asian_width(sign) in "WF" for text in texts for sign in text) else LINE


def cut_to(text: str, width: float, size: float, lines: int) -> str:
    """The text, or so much of it as fits into so many lines, with an ellipsis."""
    while text and lines_of(text, width, size) > lines:
        text = text[:-2].rstrip("… ") + "…" if len(text) > 2 else ""
    return text


def widths_of(table: Table, width: float) -> list[float]:
    """The columns' widths, by their shares."""
    whole = sum(column.share for column in table.columns)
    return [width * column.share / whole for column in table.columns]


def texts_of(row: Row, columns: Sequence[Column], money: Money) -> list[str]:
    """A row's cells as text, the first one indented by its depth."""
    return [
        ("\u2003" * row.depth if place == 0 else "") + text_of(value, column.kind, money)
        for place, (value, column) in enumerate(zip(row.cells, columns, strict=True))
    ]


def size_for(table: Table, widths: Sequence[float], money: Money, sizes: Sequence[float], padding: float) -> float:
    """The largest type size in which no figure of the table and no word over one is parted."""
    figures = [
        (width_of(text) * (BOLD if row.strong else 1), width - padding)
        for row in table.rows
        for text, column, width in zip(texts_of(row, table.columns, money), table.columns, widths, strict=True)
        if column.kind is not Kind.TEXT
    ]
    figures += [
        (BOLD * max(map(width_of, column.heading.split()), default=0), width - padding)
        for column, width in zip(table.columns, widths, strict=True)
        if column.kind is not Kind.TEXT and column.heading.isascii()
    ]
    return next((size for size in sizes if all(wide * size <= room for wide, room in figures)), sizes[-1])


def height_of(texts: Sequence[str], widths: Sequence[float], size: float, padding: tuple[float, float]) -> float:
    """The height of a row whose cells have these texts; padding: beside and above each text, both sides together."""
    lines = max(lines_of(text, width - padding[0], size) for text, width in zip(texts, widths, strict=True))
    return lines * size * line_of(texts) + padding[1]


def pages_of(heights: Sequence[float], first: float, later: float) -> list[range]:
    """Which rows stand on which page: `first` points of room on the first, `later` on those after it."""
    pages: list[range] = []
    start, room = 0, first
    for place, height in enumerate(heights):
        if height > room and place > start:
            pages.append(range(start, place))
            start, room = place, later
        room -= height
    return [*pages, range(start, len(heights))]
