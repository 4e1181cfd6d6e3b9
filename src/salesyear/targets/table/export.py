"""The planning table as a file: the same rows, columns and amounts as on the page."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from salesyear.core.inert import inert
from salesyear.core.numbers import major
from salesyear.targets.table.asked import KINDS, words_of
from salesyear.targets.table.read import Table

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet


def lines_of(table: Table) -> list[list[str | int | float | None]]:
    """Return headings and rows; money in units of the currency, exact; names that could be formulas made harmless."""
    digits = table.version.plan.currency.digits
    names = table.asked.measures
    heads: list[str | int | float | None] = [_("row"), _("name")]
    heads += [f"{table.title(column)} {words_of(name)}" for name in names for column in table.columns.ids]
    found = [heads]
    for row in table.written(range(len(table.rows))):
        cells = [row["values"][name][column] for name in names for column in table.columns.ids]
        kinds = [name for name in names for _column in table.columns.ids]
        shown = [_cell(value, name, digits) for value, name in zip(cells, kinds, strict=True)]
        found.append([row["key"], inert(row["name"]), *shown])
    return found


def _cell(value: float | None, name: str, digits: int) -> float | None:
    if value is None or name in KINDS:
        return value
    return float(major(int(value), digits))


def as_csv(table: Table) -> bytes:
    """Return the table as a CSV file that Excel reads as UTF-8."""
    text = io.StringIO()
    csv.writer(text).writerows(lines_of(table))
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def as_xlsx(table: Table) -> bytes:
    """Return the table as a workbook."""
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        money = book.add_format({"num_format": "#,##0.00" if table.version.plan.currency.digits else "#,##0"})
        for at, line in enumerate(lines_of(table)):
            _write_line(sheet, at, line, money)
        sheet.freeze_panes(1, 2)
    return out.getvalue()


def _write_line(sheet: Worksheet, at: int, line: Sequence[str | float | None], money: Format) -> None:
    """Texts as texts, never as formulas; amounts as numbers; nothing as an empty cell."""
    for place, value in enumerate(line):
        if isinstance(value, str):
            sheet.write_string(at, place, value)
        elif value is not None:
            sheet.write_number(at, place, value, money)
