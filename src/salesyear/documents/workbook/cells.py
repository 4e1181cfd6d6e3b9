"""Single cells: text that no program takes for a formula, numbers that stay numbers, formulas with their value."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import xlsxwriter

from salesyear.core.inert import inert
from salesyear.core.numbers import major
from salesyear.documents.content.model import Kind, Money, Value

OPTIONS: Final = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
FACE: Final = "Arial"
A4: Final = 9  # as spreadsheets number paper sizes


class Book:
    """A workbook with its formats, made once each."""

    def __init__(self, path: Any, money: Money) -> None:  # noqa: ANN401 - a path or a stream
        self.native = xlsxwriter.Workbook(path, OPTIONS)
        self.money = money
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        self._names: set[str] = set()

    def format(self, **look: Any) -> Any:  # noqa: ANN401 - xlsxwriter carries no types
        """The format with this look."""
        key = tuple(sorted({"font_name": FACE, "font_size": 10, "valign": "vcenter", **look}.items()))
        if key not in self._formats:
            self._formats[key] = self.native.add_format(dict(key))
        return self._formats[key]

    def kind(self, kind: Kind, **look: Any) -> Any:  # noqa: ANN401
        """The format of a kind of value."""
        forms = {
            Kind.MONEY: "#,##0" + ("." + "0" * self.money.places if self.money.places else ""),
            Kind.COUNT: "#,##0",
            Kind.SHARE: "0.0%",
            Kind.GROWTH: "+0.0%;-0.0%;0.0%",
            Kind.DAY: "yyyy-mm-dd",
        }
        return self.format(num_format=forms[kind], **look) if kind in forms else self.format(**look)

    def sheet(self, name: str) -> Any:  # noqa: ANN401
        """Add a sheet under a name that is allowed and not taken."""
        plain = "".join(" " if sign in "[]:*?/\\'" else sign for sign in name).strip()[:28] or "1"
        free = next(
            one for one in (plain, *(f"{plain} {n}" for n in range(2, 99))) if one.casefold() not in self._names
        )
        self._names.add(free.casefold())
        sheet = self.native.add_worksheet(free)
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.fit_to_pages(1, 0)  # as wide as a page, as long as it takes
        sheet.set_footer("&L&8&A&R&8&P / &N")
        return sheet

    def text(self, sheet: Any, row: int, column: int, text: str, **look: Any) -> None:  # noqa: ANN401
        """Write text as text, whatever it begins with."""
        quoted = {"quote_prefix": True} if inert(text) != text else {}
        sheet.write_string(row, column, text, self.format(**look, **quoted))

    def value(self, sheet: Any, row: int, column: int, value: Value, kind: Kind, **look: Any) -> None:  # noqa: ANN401
        """Write a value of a kind; what is missing stays empty."""
        if value is None or value == "":
            sheet.write_blank(row, column, None, self.kind(kind, **look))
        elif kind is Kind.MONEY and isinstance(value, int):
            sheet.write_number(row, column, self.whole(value), self.kind(kind, **look))
        elif kind is Kind.DAY and isinstance(value, date):
            sheet.write_datetime(row, column, value, self.kind(kind, **look))
        elif kind is not Kind.TEXT and isinstance(value, int | float):
            sheet.write_number(row, column, value, self.kind(kind, **look))
        else:
            self.text(sheet, row, column, str(value), **look)

    def whole(self, minor: int) -> float:
        """An amount in the currency's whole unit, as a spreadsheet keeps it."""
        return float(major(minor, self.money.digits))

    def sum(self, sheet: Any, place: tuple[int, int], formula: str, minor: int, **look: Any) -> None:  # noqa: ANN401
        """Write a formula with the value it has: what is read without a spreadsheet equals the plan, too."""
        sheet.write_formula(*place, formula, self.kind(Kind.MONEY, **look), self.whole(minor))
