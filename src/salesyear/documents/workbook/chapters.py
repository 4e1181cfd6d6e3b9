"""A sheet for each chapter: every message with its tables and the figures behind its charts; then the definitions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.utils.translation import gettext as _

from salesyear.documents.content.model import Chapter, Chart, Column, Kind, Look, Paper, Part, Row, Slide, Table
from salesyear.documents.fitting import lines_of
from salesyear.documents.workbook.cells import Book

QUIET: Final = "#5B6673"
LINE, LETTER = 14.0, 5.5  # points: a line's height, and the unit that columns are measured in
WIDTHS: Final = (44, 22, 18, 18, 18, 18, 16, 16, 16)


def write_chapters(book: Book, paper: Paper) -> None:
    """Write the chapters in the plan's order, then what the words mean."""
    for chapter in paper.chapters:
        _chapter(book, chapter)
    _definitions(book, paper)


def _chapter(book: Book, chapter: Chapter) -> None:
    sheet = book.sheet(f"{chapter.number} {chapter.title}")
    book.text(sheet, 0, 0, f"{chapter.number}  {chapter.title}", bold=True, font_size=14)
    book.text(sheet, 1, 0, chapter.question, font_color=QUIET)
    row = 3
    for slide in chapter.slides:
        row = _slide(book, sheet, slide, row)
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(2, 1)


def _slide(book: Book, sheet: Any, slide: Slide, row: int) -> int:  # noqa: ANN401 - xlsxwriter carries no types
    book.text(sheet, row, 0, slide.title, bold=True, font_size=11)
    row += 1
    for part in slide.parts:
        row = _table(book, sheet, table_of(part), row) + 1
    for note in slide.notes:
        book.text(sheet, row, 0, note, font_color=QUIET, font_size=9)
        row += 1
    return row + 1


def table_of(part: Part) -> Table:
    """A part as a table: a chart is its categories and series, sentences stand below each other."""
    if isinstance(part, Table):
        return part
    if isinstance(part, Chart):
        shown = [series for series in part.series if series.look is not Look.NOTHING]
        columns = (Column(part.title), *(Column(series.name, Kind.MONEY) for series in shown))
        cells = zip(part.categories, *(series.values for series in shown), strict=True)
        return Table(columns, tuple(Row(tuple(one)) for one in cells))
    return Table((Column(""),), tuple(Row((line,)) for line in part.lines))


def _table(book: Book, sheet: Any, table: Table, row: int) -> int:  # noqa: ANN401
    """Write a table; returns the row below it."""
    if any(column.heading for column in table.columns):
        for place, column in enumerate(table.columns):
            align = "left" if column.kind is Kind.TEXT else "right"
            book.text(sheet, row, place, column.heading, bold=True, bottom=1, align=align, text_wrap=True)
        row += 1
    for one in table.rows:
        _row(book, sheet, one, table.columns, row)
        row += 1
    return row


def _row(book: Book, sheet: Any, row: Row, columns: Sequence[Column], place: int) -> None:  # noqa: ANN401
    for number, (value, column) in enumerate(zip(row.cells, columns, strict=True)):
        look: dict[str, Any] = {"bold": True} if row.strong else {}
        if number == 0 and row.depth:
            look["indent"] = row.depth
        if column.kind is Kind.TEXT:
            look |= {"text_wrap": True, "valign": "top"}
        book.value(sheet, place, number, value, column.kind, **look)
    if (lines := _lines(row, columns)) > 1:  # not every program makes room for wrapped text by itself
        sheet.set_row(place, lines * LINE)


def _lines(row: Row, columns: Sequence[Column]) -> int:
    """How many lines the longest text of a row takes."""
    texts = zip(row.cells, columns, WIDTHS, strict=False)
    return max((lines_of(str(one), wide * LETTER, 10) for one, by, wide in texts if by.kind is Kind.TEXT), default=1)


def _definitions(book: Book, paper: Paper) -> None:
    sheet = book.sheet(_("Definitions"))
    book.text(sheet, 0, 0, _("What the words mean"), bold=True, font_size=14)
    for row, (word, meaning) in enumerate(paper.definitions, start=2):
        book.text(sheet, row, 0, word, bold=True, valign="top")
        book.text(sheet, row, 1, meaning, text_wrap=True, valign="top")
    for row, remark in enumerate((paper.mark, *paper.remarks), start=len(paper.definitions) + 3):
        book.text(sheet, row, 1, remark, text_wrap=True, font_color=QUIET)
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 100)
