"""The pages of the chapter's rows T2–T12: one template, one report each, exported as a workbook."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from salesyear.core import numbers
from salesyear.core.requests import Request
from salesyear.plans import access, policy, reports
from salesyear.plans.books import Cell, write_sheet
from salesyear.plans.chapters import BY_SLUG, Row
from salesyear.plans.models import Initiative, InitiativeState
from salesyear.targets.rows import REPORTS, Asked, RowReport
from salesyear.targets.rows.parts import Column, Table

SHOWN = 25  # rows of a list on the page; the workbook has all of them
_ROWS = {row.code: row for row in BY_SLUG["targets"].rows}


@dataclass(frozen=True)
class Link:
    """A page that belongs to a row."""

    words: str
    url: str


@dataclass(frozen=True)
class ShownTable:
    """A list as the page shows it: its first rows."""

    table: Table
    code: str
    digits: int

    @property
    def lines(self) -> list[list[tuple[Column, str]]]:
        """The first rows, written for reading."""
        columns = self.table.columns
        return [
            [
                (column, _shown(column, value, self.code, self.digits))
                for column, value in zip(columns, row, strict=True)
            ]
            for row in self.table.rows[:SHOWN]
        ]

    @property
    def count(self) -> int:
        """How many rows the whole list has."""
        return len(self.table.rows)

    @property
    def more(self) -> int:
        """How many rows stand in the workbook only."""
        return max(self.count - SHOWN, 0)


class RowPage:
    """What the page of one row shows."""

    do_not_call_in_templates = True

    def __init__(self, asked: Asked, row: Row, report: RowReport, initiatives: tuple[Initiative, ...]) -> None:
        self.row, self.report = row, report
        self._asked, self._initiatives = asked, initiatives

    @property
    def lists(self) -> list[ShownTable]:
        """The lists behind the figures."""
        currency = self._asked.plan.currency
        return [ShownTable(table, currency.code, currency.digits) for table in self.report.tables]

    @property
    def initiatives(self) -> list[Initiative]:
        """The initiatives of the kinds that serve this row, as far as this person sees them."""
        kinds = {kind.value for kind in self.report.kinds}
        rows = self._initiatives
        return [row for row in rows if row.kind in kinds and row.state != InitiativeState.DROPPED]

    @property
    def links(self) -> list[Link]:
        """The pages that show more; one that is not there is left out."""
        found = [(words, _url(name)) for words, name in self.report.links.items()]
        return [Link(words, url) for words, url in found if url]

    @property
    def file(self) -> str:
        """The address of the list as a workbook."""
        return f"{reverse(f'row-{self.row.code.lower()}-export', args=['xlsx'])}?plan={self._asked.plan.pk}"


@require_safe
def row(request: Request, code: str) -> HttpResponse:
    """Show one row: its goal, where we stand, the list behind it, the initiatives that serve it, what is missing."""
    asked = _asked(request)
    context: dict[str, Any] = {"row": _ROWS[code], "plan": None, "page": None}
    if asked:
        coverage = reports.coverage(request.scope, asked.plan, asked.version)
        initiatives = coverage.rows if coverage else ()
        page = RowPage(asked, _ROWS[code], REPORTS[code](asked), initiatives)
        context |= {"plan": asked.plan, "version": asked.version, "coverage": coverage, "page": page}
    return render(request, "targets/row.html", context)


@require_safe
def row_export(request: Request, code: str, form: str) -> HttpResponse | FileResponse:
    """Give the whole list behind a row as a workbook."""
    asked = _asked(request)
    tables = REPORTS[code](asked).tables if asked and form == "xlsx" else []
    if asked is None or not tables:
        raise Http404
    return FileResponse(_book(tables, asked), as_attachment=True, filename=f"{code}-{asked.plan.year}.xlsx")


def _asked(request: Request) -> Asked | None:
    plan, version = access.asked(request.GET.get("plan", ""), request.GET.get("version", ""))
    if plan is None or version is None:
        return None
    return Asked(request.scope, plan, version, policy.values_of(version), timezone.localdate())


def _book(tables: Sequence[Table], asked: Asked) -> io.BytesIO:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    for table in tables:
        _write(book, table, asked)
    book.close()
    file.seek(0)
    return file


def _write(book: Any, table: Table, asked: Asked) -> None:  # noqa: ANN401 - xlsxwriter carries no types
    code, digits = asked.plan.currency_id, asked.plan.currency.digits
    headings = [f"{column.label} ({code})" if column.kind == "money" else column.label for column in table.columns]
    rows = [
        [_plain(column, value, digits) for column, value in zip(table.columns, row, strict=True)] for row in table.rows
    ]
    write_sheet(book, table.title, headings, rows)


def _plain(column: Column, value: Any, digits: int) -> Cell:  # noqa: ANN401 - by the column's kind
    if value is None:
        return None
    if column.kind == "money":
        return numbers.major(value, digits)
    if column.kind == "share":
        return Decimal(value) / 10_000  # in per cent
    return f"{value:%Y-%m-%d}" if isinstance(value, date) else value


def _shown(column: Column, value: Any, code: str, digits: int) -> str:  # noqa: ANN401 - by the column's kind
    if value is None or value == "":
        return numbers.MISSING
    match column.kind:
        case "money":
            return numbers.money(value, code, digits=digits).text
        case "share":
            return numbers.percent(value).text
        case "count":
            return numbers.grouped(value)
        case "day":
            return f"{value:%Y-%m-%d}"
        case _:
            return str(value)


def _url(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
