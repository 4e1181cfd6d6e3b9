"""The gap ledger as a workbook: the tree with live sums of its gaps, and the initiatives."""

from __future__ import annotations

import io
from collections.abc import Sequence
from decimal import Decimal
from typing import IO, Any

import xlsxwriter
from django.utils.translation import gettext

from salesyear.core import numbers
from salesyear.core.inert import inert
from salesyear.plans.reports import Ledger, LedgerLine, LedgerNode

Cell = str | int | Decimal | None


def ledger_book(ledger: Ledger) -> IO[bytes]:
    """Write a sheet for the tree and one for the initiatives."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    digits = ledger.plan.currency.digits
    nodes = [_node(node, digits) for node in ledger.nodes]
    tree = write_sheet(book, gettext("Gap ledger"), _tree_headings(ledger), nodes)
    money = book.add_format({"num_format": "#,##0.00"})
    for number, node in enumerate(ledger.nodes, start=2):  # the gap is reckoned by the sheet itself
        gap = float(numbers.major(sum(node.sums.gap), digits))
        tree.write_formula(number - 1, 4, f"=C{number}-D{number}", money, gap)
    write_sheet(book, gettext("Initiatives"), _line_headings(ledger), [_line(line, digits) for line in ledger.lines])
    book.close()
    file.seek(0)
    return file


def write_sheet(book: Any, title: str, headings: Sequence[str], rows: Sequence[Sequence[Cell]]) -> Any:  # noqa: ANN401 - xlsxwriter carries no types
    """Write a table on a sheet of its own: headings frozen, numbers as numbers, text never a formula."""
    sheet = book.add_worksheet("".join(" " if letter in "[]:*?/\\'" else letter for letter in title)[:31])
    bold, money, quoted = (
        book.add_format(look) for look in ({"bold": True}, {"num_format": "#,##0.00"}, {"quote_prefix": True})
    )
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, max(len(headings) - 1, 0), 18)
    sheet.write_row(0, 0, list(headings), bold)
    for number, row in enumerate(rows, start=1):
        _write_row(sheet, number, row, money, quoted)
    return sheet


def _write_row(sheet: Any, number: int, row: Sequence[Cell], money: Any, quoted: Any) -> None:  # noqa: ANN401 - xlsxwriter carries no types
    for place, value in enumerate(row):
        if isinstance(value, int | Decimal):
            sheet.write_number(number, place, value, money if isinstance(value, Decimal) else None)
        elif value:
            sheet.write_string(number, place, value, quoted if inert(value) != value else None)


def _tree_headings(ledger: Ledger) -> list[str]:
    code = ledger.plan.currency_id
    amounts = [
        gettext("Target"),
        gettext("Baseline"),
        gettext("Gap"),
        gettext("Expected"),
        gettext("If all works"),
        gettext("Covered where it is needed"),
    ]
    return [gettext("Where or who"), gettext("Level"), *(f"{words} ({code})" for words in amounts)]


def _node(node: LedgerNode, digits: int) -> list[Cell]:
    sums = node.sums
    amounts = [sum(sums.target), sum(sums.baseline), sum(sums.gap), sum(sums.expected), sum(sums.hoped), sums.covered]
    return [
        "\u2003" * node.depth + node.name,
        level_words(node.level),
        *(numbers.major(one, digits) for one in amounts),
    ]


def _line_headings(ledger: Ledger) -> list[str]:
    code = ledger.plan.currency_id
    plain = [gettext("Initiative"), gettext("Kind"), gettext("Owner"), gettext("Place"), gettext("Starts")]
    amounts = [gettext("If it works"), gettext("Expected"), gettext("Where it is needed"), gettext("Cost")]
    measured = [gettext("Measured effect"), gettext("At least"), gettext("At most")]
    return [
        *plain,
        gettext("State"),
        gettext("Chance"),
        *(f"{words} ({code})" for words in [*amounts, *measured]),
        gettext("Overlaps with"),
    ]


def _line(line: LedgerLine, digits: int) -> list[Cell]:
    row = line.initiative
    amounts = [row.expected, line.expected, line.lift.covered if line.lift else 0, row.cost]
    measured = [row.effect, row.effect_low, row.effect_high]
    return [
        row.title,
        str(row.get_kind_display()),
        row.owner,
        str(row.rep or row.unit or ""),
        f"{row.starts_on:%Y-%m-%d}",
        str(row.get_state_display()),
        f"{row.chance / 10_000:g}%",
        *(None if one is None else numbers.major(one, digits) for one in [*amounts, *measured]),
        "; ".join(line.overlaps),
    ]


def level_words(level: str) -> str:
    """Return a level of the organisation in words."""
    words = {
        "company": gettext("company"),
        "region": gettext("region"),
        "territory": gettext("territory"),
        "rep": gettext("salesperson"),
    }
    return words[level]
