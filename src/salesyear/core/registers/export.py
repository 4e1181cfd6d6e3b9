"""A register as a file: CSV that opens in Excel and WPS, and XLSX; complete, and never a formula in it.

The caller gives a temporary file, filled before the first byte leaves: the memory does not grow with the rows, and a
fault half-way is an error page, not half a file. (The database's second gate is open only during the request.)
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import chain
from typing import IO, Any

import xlsxwriter
from django.utils.translation import gettext

from salesyear.core.inert import inert
from salesyear.core.registers.columns import Block, BoundColumn, Kind, Value

SHEET_ROWS = 1_048_575  # what a sheet holds below its headings
_PRECISE = 15  # figures that a number in a spreadsheet keeps; a longer one goes in as text

BOM = "\ufeff"


def to_csv(file: IO[bytes], columns: list[BoundColumn], blocks: Iterable[Block]) -> None:
    """Write UTF-8 with a byte order mark, CRLF between lines, headings in the reader's language."""
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    text.write(BOM)
    writer = csv.writer(text)
    writer.writerow([inert(column.file_heading) for column in columns])
    for block in blocks:
        writer.writerows(zip(*map(_texts, columns, block), strict=True))
    text.detach()


def to_xlsx(file: IO[bytes], columns: list[BoundColumn], blocks: Iterable[Block], title: str) -> None:
    """Write a workbook row by row; what does not fit on one sheet goes on on the next."""
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "remove_timezone": True})
    sheets = _Sheets(book, columns, title)
    rows = chain.from_iterable(zip(*block, strict=True) for block in blocks)
    for number, row in enumerate(rows):
        sheets.write(number, row)
    if not sheets.count:
        sheets.open()
    book.close()


class _Sheets:
    """The sheets of one workbook: a new one with its headings each time the last is full."""

    def __init__(self, book: Any, columns: list[BoundColumn], title: str) -> None:  # noqa: ANN401 - xlsxwriter carries no types
        self._book, self._columns, self._title = book, columns, title
        self._bold = book.add_format({"bold": True})
        self._formats = [book.add_format(_look(column)) for column in columns]
        self._quoted = book.add_format({"quote_prefix": True})
        self._sheet: Any = None
        self.count = 0

    def open(self) -> None:
        """Begin the next sheet."""
        self.count += 1
        name = self._title[:24] if self.count == 1 else f"{self._title[:24]} {self.count}"
        self._sheet = self._book.add_worksheet(_sheet_name(name))
        self._sheet.freeze_panes(1, 0)
        for place, column in enumerate(self._columns):
            self._sheet.set_column(place, place, 14 if column.kind.is_tight else 22)
            self._sheet.write_string(0, place, column.file_heading, self._bold)

    def write(self, number: int, row: Sequence[Value]) -> None:
        """Write the row with this number, counted from 0 over all sheets."""
        below = number % SHEET_ROWS
        if below == 0:
            self.open()
        for place, value in enumerate(row):
            self._cell(below + 1, place, value)

    def _cell(self, row: int, place: int, value: Value) -> None:
        form = self._formats[place]
        if self._columns[place].kind is Kind.SHARE and isinstance(value, Decimal):
            value *= 100
        if isinstance(value, bool):
            self._sheet.write_string(row, place, _yes_no(truth=value))
        elif isinstance(value, int | Decimal) and _fits(value):
            self._sheet.write_number(row, place, value, form)
        elif isinstance(value, datetime | date):
            self._sheet.write_datetime(row, place, value, form)
        elif value is not None:
            text = str(value)
            self._sheet.write_string(row, place, text, self._quoted if inert(text) != text else None)


def _texts(column: BoundColumn, values: Sequence[Value]) -> Sequence[str]:
    """The cells of a column; what many of them say is written once (not numbers: 1.0 and 1.00 are equal)."""
    if not set(map(type, values)) <= {str, date, type(None)}:
        return [_in_csv(column, value) for value in values]
    written = {value: _in_csv(column, value) for value in set(values)}
    return [written[value] for value in values]


def _in_csv(column: BoundColumn, value: Value) -> str:
    if value is None:
        return ""
    if column.kind is Kind.SHARE and isinstance(value, Decimal):
        return f"{(value * 100).normalize():f}%"
    if isinstance(value, bool):
        return _yes_no(truth=value)
    if isinstance(value, int | Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    return value.isoformat() if isinstance(value, date) else inert(value)


def _look(column: BoundColumn) -> dict[str, str]:
    forms = {
        Kind.DAY: "yyyy-mm-dd",
        Kind.MOMENT: "yyyy-mm-dd hh:mm:ss",
        Kind.COUNT: "#,##0",
        Kind.MONEY: "#,##0.00",
        Kind.MICROS: "#,##0.######",
        Kind.SHARE: '0.####"%"',  # 50 shown as 50%: a bare 1 would leave open whether 1 % or 100 % is meant
    }
    return {"num_format": forms[column.kind]} if column.kind in forms else {}


def _fits(value: int | Decimal) -> bool:
    return len(Decimal(value).normalize().as_tuple().digits) <= _PRECISE


def _yes_no(*, truth: bool) -> str:
    return gettext("yes") if truth else gettext("no")


def _sheet_name(name: str) -> str:
    return "".join(" " if letter in "[]:*?/\\'" else letter for letter in name).strip() or "1"
