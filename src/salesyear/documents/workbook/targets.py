"""The two sheets of targets: every place with its months, and the organisation with sums over those places."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

from django.utils.translation import gettext as _
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from salesyear.documents.content.model import Cell, Kind, Paper
from salesyear.documents.workbook.cells import Book

HEAD: Final = 3  # the row of the headings, counted from 0
LEVELS: Final = (("region",), ("region", "territory"), ("region", "territory", "rep"))


class Sums:
    """Months, year, last year and baseline of some cells, in minor units, in the order of their columns."""

    def __init__(self, cells: Sequence[Cell]) -> None:
        months = [sum(cell.plan[place] for cell in cells) for place in range(12)]
        self.last = sum(cell.last_year for cell in cells)
        self.columns = [*months, sum(months), self.last, sum(cell.baseline for cell in cells)]
        self.growth = (sum(months) - self.last) / self.last if self.last else None


class Targets:
    """Writes both sheets; a row of the organisation adds up rows of the places that stand below each other."""

    def __init__(self, book: Book, paper: Paper) -> None:
        self.book = book
        self.paper = paper
        self.places = ""
        self.cells = sorted(paper.cells, key=attrgetter("region", "territory", "rep"))

    def write(self) -> None:
        """Write the organisation first, as people read it, then the places it adds up."""
        tree, places = self.book.sheet(_("Targets")), self.book.sheet(_("Places"))
        self.places = str(places.get_name())
        self._tree(tree)
        self._places(places)

    def _tree(self, sheet: Any) -> None:  # noqa: ANN401 - xlsxwriter carries no types
        self._heads(sheet, (_("Place"),), _("Targets of the organisation"))
        row, first = HEAD + 1, HEAD + 3  # the places' first row, counted from 1
        self._sum_row((sheet, row), self.paper.cover.subtitle, self.cells, first, 0)
        for name, cells, start, depth in self._nodes():
            row += 1
            self._sum_row((sheet, row), name, cells, first + start, depth)
        sheet.freeze_panes(HEAD + 2, 1)
        sheet.set_column(0, 0, 34)
        self._widths(sheet, 1)

    def _nodes(self) -> list[tuple[str, list[Cell], int, int]]:
        """Every region, territory and salesperson: name, its places, where the first of them stands, its depth."""
        found: list[tuple[str, list[Cell], int, int]] = []
        self._below(self.cells, 0, 0, found)
        return found

    def _below(self, cells: Sequence[Cell], start: int, level: int, found: list[Any]) -> None:
        if level == len(LEVELS):
            return
        for _names, group in groupby(cells, key=attrgetter(*LEVELS[level])):
            part = list(group)
            name = getattr(part[0], LEVELS[level][-1])
            if name:
                found.append((name, part, start, level + 1))
            self._below(part, start, level + 1, found)
            start += len(part)

    def _sum_row(self, at: tuple[Any, int], name: str, cells: Sequence[Cell], first: int, depth: int) -> None:
        sheet, row = at
        look = {"bold": depth < 2, "bottom": 1 if depth < 2 else 0}
        self.book.text(sheet, row, 0, name, indent=depth, **look)
        sums = Sums(cells)
        for column, minor in enumerate(sums.columns):
            letter = xl_col_to_name(column + 6)
            formula = f"=SUM('{self.places}'!{letter}{first}:{letter}{first + len(cells) - 1})"
            self.book.sum(sheet, (row, column + 1), formula, minor, **look)
        self._growth(sheet, row, 13, sums.growth, **look)

    def _places(self, sheet: Any) -> None:  # noqa: ANN401
        names = (_("Region"), _("Territory"), _("Salesperson"), _("Customer"), _("Product line"), _("New customers"))
        self._heads(sheet, names, _("Every place of the plan"))
        row, last = HEAD + 1, HEAD + 1 + len(self.cells)
        self.book.text(sheet, row, 0, _("In all"), bold=True)
        sums = Sums(self.cells)
        for column, minor in enumerate(sums.columns, start=6):
            letter = xl_col_to_name(column)
            self.book.sum(sheet, (row, column), f"=SUM({letter}{row + 2}:{letter}{last + 1})", minor, bold=True)
        self._growth(sheet, row, 18, sums.growth, bold=True)
        for place, cell in enumerate(self.cells, start=row + 1):
            self._place(sheet, place, cell)
        sheet.autofilter(HEAD, 0, last, 21)
        sheet.freeze_panes(HEAD + 2, 3)
        sheet.set_column(0, 5, 18)
        self._widths(sheet, 6)

    def _place(self, sheet: Any, row: int, cell: Cell) -> None:  # noqa: ANN401
        new = _("yes") if cell.new else ""
        for column, text in enumerate((cell.region, cell.territory, cell.rep, cell.customer, cell.line, new)):
            self.book.text(sheet, row, column, text)
        for column, amount in enumerate(cell.plan, start=6):
            self.book.value(sheet, row, column, amount, Kind.MONEY)
        months = f"{xl_rowcol_to_cell(row, 6)}:{xl_rowcol_to_cell(row, 17)}"
        year = sum(cell.plan)
        self.book.sum(sheet, (row, 18), f"=SUM({months})", year, bold=True)
        self.book.value(sheet, row, 19, cell.last_year, Kind.MONEY)
        self.book.value(sheet, row, 20, cell.baseline, Kind.MONEY)
        self._growth(sheet, row, 18, (year - cell.last_year) / cell.last_year if cell.last_year else None)

    def _growth(self, sheet: Any, row: int, year: int, share: float | None, **look: Any) -> None:  # noqa: ANN401
        plan, before = xl_rowcol_to_cell(row, year), xl_rowcol_to_cell(row, year + 1)
        formula = f'=IF({before}=0,"",{plan}/{before}-1)'
        sheet.write_formula(row, year + 3, formula, self.book.kind(Kind.SHARE, **look), "" if share is None else share)

    def _heads(self, sheet: Any, names: Sequence[str], title: str) -> None:  # noqa: ANN401
        unit = _("Amounts in %(unit)s") % {"unit": self.paper.money.code}
        sheet.repeat_rows(HEAD)
        self.book.text(sheet, 0, 0, title, bold=True, font_size=14)
        self.book.text(sheet, 1, 0, f"{unit}  ·  {self.paper.mark}", font_color="#5B6673")
        months = [f"{month:%Y-%m}" for month in self.paper.months]
        headings = (*names, *months, _("Plan"), _("Last year"), _("Baseline"), _("Growth"))
        for place, heading in enumerate(headings):
            align = "left" if place < len(names) else "right"
            self.book.text(sheet, HEAD, place, heading, bold=True, bottom=1, align=align, text_wrap=True)

    def _widths(self, sheet: Any, names: int) -> None:  # noqa: ANN401
        sheet.set_column(names, names + 11, 12)
        sheet.set_column(names + 12, names + 14, 14)
        sheet.set_column(names + 15, names + 15, 9)
