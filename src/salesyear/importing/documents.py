"""The error workbook: every problem of a file with its row, column, value, rule and mend, as inert text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO, Any

import xlsxwriter
from django.utils.translation import gettext as _

from salesyear.core.inert import inert
from salesyear.importing.checking import Fault
from salesyear.importing.deltas import Draft
from salesyear.importing.values import Problem


def sentences(problem: Problem) -> tuple[str, str]:
    """Rule and mend in the reader's language."""
    places = dict(problem.places)
    return _(problem.rule) % places, _(problem.mend) % places


def write_problems(file: IO[bytes], draft: Draft) -> None:
    """Write the problems on one sheet and the refused rows, as found, on the other: to mend and bring in again."""
    with xlsxwriter.Workbook(file, {"constant_memory": True}) as book:
        _sheet(book, _("Problems"), _problem_headings(), _problem_rows(draft.faults))
        table = draft.reading.table
        _sheet(book, _("Refused rows"), (_("Row"), *table.headings), _refused(draft))


def _problem_headings() -> tuple[str, ...]:
    """The headings of the sheet of problems."""
    return (_("Row"), _("Column"), _("Value"), _("Rule"), _("How to mend it"))


def _problem_rows(faults: Iterable[Fault]) -> Iterable[tuple[int | str, ...]]:
    """One row per problem."""
    return ((fault.row, fault.heading, fault.value, *sentences(fault.problem)) for fault in faults)


def _refused(draft: Draft) -> Iterable[tuple[int | str, ...]]:
    """The refused rows as they stand in the file."""
    table = draft.reading.table
    bad = {table.numbers[row]: table.row(row) for row in draft.reading.bad}
    bad.update({number: cells for number, cells, _fault in table.broken})
    return ((number, *bad[number]) for number in sorted(bad))


def _sheet(book: Any, name: str, headings: Iterable[str], rows: Iterable[Iterable[int | str]]) -> None:  # noqa: ANN401 (xlsxwriter carries no types)
    """One sheet; text that begins like a formula is written as quoted text."""
    sheet, bold, quoted = (
        book.add_worksheet(name),
        book.add_format({"bold": True}),
        book.add_format({"quote_prefix": True}),
    )
    sheet.freeze_panes(1, 0)
    sheet.set_column(1, 60, 24)
    for place, heading in enumerate(headings):
        sheet.write_string(0, place, heading, bold)
    for number, row in enumerate(rows, start=1):
        for place, value in enumerate(row):
            if isinstance(value, int):
                sheet.write_number(number, place, value)
            else:
                sheet.write_string(number, place, value, quoted if inert(value) != value else None)
