"""A board as a workbook: the parts with live sums below, the months beside the plan; names inert, numbers whole."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from typing import IO, Any

import xlsxwriter
from django.utils.translation import gettext
from xlsxwriter.utility import xl_rowcol_to_cell

from salesyear.core.inert import inert
from salesyear.core.numbers import major
from salesyear.performance.board.page import BoardPage

_MONEY = ("ordered", "target", "target_to_date", "ordered_year_before", "due", "received")


def name_of(page: BoardPage) -> str:
    """Return the file's name: what and when."""
    return f"board-{page.board.period.first}-{page.board.period.last}.xlsx"


def book_of(page: BoardPage) -> IO[bytes]:
    """Write the workbook to a temporary file and return it, read to its beginning."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
    book = xlsxwriter.Workbook(file, {"constant_memory": False, "remove_timezone": True})
    writer = _Writer(book, page)
    writer.parts()
    writer.months()
    book.close()
    file.seek(0)
    return file


class _Writer:
    """Writes the two sheets."""

    def __init__(self, book: Any, page: BoardPage) -> None:  # noqa: ANN401 - xlsxwriter carries no types
        digits = page.money.digits
        self._book, self._page, self._digits = book, page, digits
        self._bold = book.add_format({"bold": True})
        self._quoted = book.add_format({"quote_prefix": True})
        self._money = book.add_format({"num_format": f"#,##0.{'0' * digits}" if digits else "#,##0"})
        self._total = book.add_format(
            {"num_format": f"#,##0.{'0' * digits}" if digits else "#,##0", "bold": True, "top": 1}
        )
        self._day = book.add_format({"num_format": "yyyy-mm"})

    def parts(self) -> None:
        """A row each part, and the sums of all as formulas."""
        sheet = self._sheet(gettext("Parts"), [gettext("Name"), *self._headings])
        board = self._page.board
        rows = [(self._page.context.names.of(part.level, part.key), part.values) for part in board.parts]
        for number, (name, values) in enumerate(rows, start=1):
            self._text(sheet, number, 0, name)
            self._amounts(sheet, number, values)
        self._text(sheet, len(rows) + 1, 0, gettext("Total"))
        for column in range(1, len(_MONEY) + 1):
            span = f"{xl_rowcol_to_cell(1, column)}:{xl_rowcol_to_cell(max(1, len(rows)), column)}"
            sheet.write_formula(len(rows) + 1, column, f"=SUM({span})", self._total, self._sum(rows, column))

    def months(self) -> None:
        """A row each month of the year."""
        sheet = self._sheet(gettext("Months"), [gettext("Month"), *self._headings])
        for number, row in enumerate(self._page.board.months, start=1):
            sheet.write_datetime(number, 0, row["month"], self._day)
            self._amounts(sheet, number, row)

    @property
    def _headings(self) -> list[str]:
        return [
            gettext("Sales"),
            gettext("Plan"),
            gettext("Plan to date"),
            gettext("Year before"),
            gettext("Due"),
            gettext("Received"),
        ]

    def _sheet(self, title: str, headings: Sequence[str]) -> Any:  # noqa: ANN401 - as above
        sheet = self._book.add_worksheet(title)
        sheet.freeze_panes(1, 1)
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, len(headings), 16)
        for place, heading in enumerate(headings):
            sheet.write_string(0, place, heading, self._bold)
        return sheet

    def _amounts(self, sheet: Any, row: int, values: Any) -> None:  # noqa: ANN401 - as above
        for place, name in enumerate(_MONEY, start=1):
            if values.get(name) is not None:
                sheet.write_number(row, place, major(round(values[name]), self._digits), self._money)

    def _sum(self, rows: Sequence[tuple[str, Any]], column: int) -> float:
        name = _MONEY[column - 1]
        return float(major(sum(round(values.get(name) or 0) for _name, values in rows), self._digits))

    def _text(self, sheet: Any, row: int, column: int, text: str) -> None:  # noqa: ANN401 - as above
        sheet.write_string(row, column, text, self._quoted if inert(text) != text else None)
