"""The two sheets of targets: every place with its months, and the organisation with sums over those places."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any, Final

from babel.dates import format_date
from django.utils.translation import gettext as _
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from salesyear.documents.content.model import Cell, Kind, Paper
from salesyear.documents.workbook.cells import Book

HEAD: Final = 3  # the row of the headings, counted from 0
NAMES: Final = 6
FIRST: Final = NAMES  # the column of the first month
YEAR: Final = FIRST + 12
Line = tuple[str, int, list[tuple[int, ...]], int, int, list[tuple[int, int]]]


def month_names(paper: Paper) -> list[str]:
    """The plan's months as headings."""
    return [format_date(month, "yyyy-MM", locale="en") for month in paper.months]


class Targets:
    """Writes both sheets; the organisation's rows add up contiguous rows of the places."""

    def __init__(self, book: Book, paper: Paper) -> None:
        self.book = book
        self.paper = paper
        self.cells = paper.cells

    def write(self) -> None:
        """Write the organisation first, as people read it, then the places it adds up."""
        tree, places = self.book.sheet(_("Targets")), self.book.sheet(_("Places"))
        self._places(places)
        self._tree(tree, places.get_name())

    def _heads(self, sheet: Any, names: Sequence[str], title: str) -> None:  # noqa: ANN401
        unit = _("Amounts in %(unit)s") % {"unit": self.paper.money.code}
        self.book.text(sheet, 0, 0, title, bold=True, font_size=14)
        self.book.text(sheet, 1, 0, f"{unit}  ·  {self.paper.mark}", font_color="#5B6673")
        more = (_("Plan"), _("Last year"), _("Baseline"), _("Growth"))
        for place, heading in enumerate((*names, *month_names(self.paper), *more)):
            align = "left" if place < len(names) else "right"
            self.book.text(sheet, HEAD, place, heading, bold=True, bottom=1, align=align, text_wrap=True)
        sheet.set_row(HEAD, 30)

    def _places(self, sheet: Any) -> None:  # noqa: ANN401
        names = (_("Region"), _("Territory"), _("Salesperson"), _("Customer"), _("Product line"), _("New customers"))
        self._heads(sheet, names, _("Every place of the plan"))
        last = HEAD + 1 + len(self.cells)
        for row, cell in enumerate(self.cells, start=HEAD + 2):
            self._place(sheet, row, cell)
        row = HEAD + 1
        self.book.text(sheet, row, 0, _("In all"), bold=True)
        for column in range(FIRST, YEAR + 3):
            name = xl_col_to_name(column)
            formula = f"=SUM({name}{row + 2}:{name}{last + 1})"
            self.book.sum(sheet, (row, column), formula, self._column(column), bold=True)
        self._growth(sheet, row, YEAR, bold=True)
        sheet.autofilter(HEAD, 0, last, YEAR + 3)
        sheet.freeze_panes(HEAD + 2, FIRST)
        self._widths(sheet, NAMES)

    def _place(self, sheet: Any, row: int, cell: Cell) -> None:  # noqa: ANN401
        new = _("yes") if cell.new else ""
        for column, text in enumerate((cell.region, cell.territory, cell.rep, cell.customer, cell.line, new)):
            self.book.text(sheet, row, column, text)
        for column, amount in enumerate(cell.plan, start=FIRST):
            self.book.value(sheet, row, column, amount, Kind.MONEY)
        months = f"{xl_rowcol_to_cell(row, FIRST)}:{xl_rowcol_to_cell(row, YEAR - 1)}"
        self.book.sum(sheet, (row, YEAR), f"=SUM({months})", sum(cell.plan), bold=True)
        self.book.value(sheet, row, YEAR + 1, cell.last_year, Kind.MONEY)
        self.book.value(sheet, row, YEAR + 2, cell.baseline, Kind.MONEY)
        self._growth(sheet, row, YEAR)

    def _column(self, column: int) -> int:
        if column < YEAR:
            return sum(cell.plan[column - FIRST] for cell in self.cells)
        parts = (lambda c: sum(c.plan), lambda c: c.last_year, lambda c: c.baseline)
        return sum(parts[column - YEAR](cell) for cell in self.cells)

    def _growth(self, sheet: Any, row: int, year: int, **look: Any) -> None:  # noqa: ANN401
        plan, before = xl_rowcol_to_cell(row, year), xl_rowcol_to_cell(row, year + 1)
        target, last = self._row_sums.get((sheet.get_name(), row), (0, 0))
        value = (target - last) / last if last else ""
        formula = f'=IF({before}=0,"",{plan}/{before}-1)'
        sheet.write_formula(row, year + 3, formula, self.book.kind(Kind.SHARE, **look), value)

    @property
    def _row_sums(self) -> dict[tuple[str, int], tuple[int, int]]:
        return self.__dict__.setdefault("_known_sums", {})  # type: ignore[no-any-return]

    def _widths(self, sheet: Any, names: int) -> None:  # noqa: ANN401
        sheet.set_column(0, names - 1, 18)
        sheet.set_column(names, names + 11, 11)
        sheet.set_column(names + 12, names + 14, 13)
        sheet.set_column(names + 15, names + 15, 9)
