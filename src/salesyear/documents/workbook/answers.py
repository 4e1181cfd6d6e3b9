"""The sheet that salespeople answer on: what they commit to beside their target."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from django.utils.translation import gettext as _

from salesyear.documents.content.model import Kind, Paper
from salesyear.documents.workbook.cells import Book

EDITABLE: Final = "#FFF8E1"


def write_answers(book: Book, paper: Paper) -> None:
    """Write a row for each salesperson and key customer (the others together), the answer left open."""
    sheet = book.sheet(_("Commitments"))
    headings = (
        _("Plan year"),
        _("Salesperson code"),
        _("Salesperson"),
        _("Customer code"),
        _("Customer"),
        _("Plan"),
        _("Commitment"),
        _("Note"),
    )
    for column, heading in enumerate(headings):
        book.text(sheet, 0, column, heading, bold=True, bottom=1)
    year = str(paper.months[0].year)
    for row, (key, amount) in enumerate(_places(paper).items(), start=1):
        for column, text in enumerate((year, *key)):
            book.text(sheet, row, column, text)
        book.value(sheet, row, 5, amount, Kind.MONEY)
        sheet.write_blank(row, 6, None, book.kind(Kind.MONEY, bg_color=EDITABLE, border=1, border_color="#D9D9D9"))
        sheet.write_blank(row, 7, None, book.format(bg_color=EDITABLE, border=1, border_color="#D9D9D9"))
    sheet.freeze_panes(1, 5)
    sheet.repeat_rows(0)
    for column, width in enumerate((10, 16, 22, 16, 30, 14, 16, 40)):
        sheet.set_column(column, column, width)


def _places(paper: Paper) -> dict[tuple[str, str, str, str], int]:
    """Salesperson and customer by code and name; places that nobody holds have nobody to answer for them."""
    places: dict[tuple[str, str, str, str], int] = defaultdict(int)
    for cell in paper.cells:
        if cell.rep_code:
            places[cell.rep_code, cell.rep, cell.customer_code, cell.customer] += sum(cell.plan)
    return dict(places)
