"""The sheets that salespeople answer on: what they commit to beside their target, by customer or by product line."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final

from django.utils.translation import gettext as _

from salesyear.documents.content.model import Cell, Kind, Paper
from salesyear.documents.workbook.cells import Book
from salesyear.plans.answer_sheets import SHEETS, headings

EDITABLE: Final = "#FFF8E1"
WIDTHS: Final = (10, 16, 22, 16, 30, 14, 16, 40)
Place = tuple[str, str, str, str]


def write_answers(book: Book, paper: Paper) -> None:
    """Write a row for each salesperson and key customer (the others together), then for each line; answers open."""
    for by in SHEETS:
        if places := _places(paper, by):  # where nobody holds anything, nobody can commit to it
            _sheet(book, paper, by, places)


def _sheet(book: Book, paper: Paper, by: str, places: dict[Place, int]) -> None:
    sheet = book.sheet(_(SHEETS[by]))
    for column, heading in enumerate(headings(by)):
        book.text(sheet, 0, column, heading, bold=True, bottom=1)
    year = str(paper.months[0].year)
    for row, (place, amount) in enumerate(places.items(), start=1):
        _row(book, sheet, row, (year, *place), amount)
    sheet.freeze_panes(1, 5)
    sheet.repeat_rows(0)
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)


def _row(book: Book, sheet: Any, row: int, texts: tuple[str, ...], amount: int) -> None:  # noqa: ANN401 - xlsxwriter carries no types
    for column, text in enumerate(texts):
        book.text(sheet, row, column, text)
    book.value(sheet, row, 5, amount, Kind.MONEY)
    open_ = {"bg_color": EDITABLE, "border": 1, "border_color": "#D9D9D9"}
    sheet.write_blank(row, 6, None, book.kind(Kind.MONEY, **open_))
    sheet.write_blank(row, 7, None, book.format(**open_))


def _places(paper: Paper, by: str) -> dict[Place, int]:
    """Salesperson and customer or line by code and name; what nobody holds has nobody to answer for it."""
    places: dict[Place, int] = defaultdict(int)
    for cell in paper.cells:
        if cell.rep_code and (by == "customer" or cell.line_code):
            places[_place(cell, by)] += sum(cell.plan)
    return dict(places)


def _place(cell: Cell, by: str) -> Place:
    what = (cell.customer_code, cell.customer) if by == "customer" else (cell.line_code, cell.line)
    return (cell.rep_code, cell.rep, *what)
