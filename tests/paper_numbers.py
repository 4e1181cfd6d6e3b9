"""The plan's numbers read back from its papers, held against its sheets by plain arithmetic on the kept database."""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
from pptx import Presentation

MINOR = 100  # of CNY and USD
CHINESE = {"Targets": "目标设定", "Places": "明细", "Plan": "计划"}


@dataclass
class Sums:
    """The sheets added up: by month, by region's name, by salesperson's name; minor units."""

    months: list[int] = field(default_factory=lambda: [0] * 12)
    regions: Counter[str] = field(default_factory=Counter)
    reps: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        return sum(self.months)


def sums_of(database: Path) -> Sums:
    """Add the sheets of the one version up, with nothing of the product's own code."""
    made = Sums()
    with sqlite3.connect(database) as connection:
        regions = dict(connection.execute("SELECT id, name FROM org_unit WHERE kind = 'region'"))
        rows = connection.execute(
            "SELECT target, path, r.name FROM plans_sheet s LEFT JOIN org_unit u ON u.id = s.unit_id "
            "LEFT JOIN org_rep r ON r.id = s.rep_id"
        ).fetchall()
    for target, path, rep in rows:
        amounts = np.frombuffer(target, "<i8").reshape(-1, 12).sum(axis=0).tolist()
        made.months = [a + b for a, b in zip(made.months, amounts, strict=True)]
        region = next((regions[int(key)] for key in (path or "").strip("/").split("/") if int(key) in regions), "")
        made.regions[region] += sum(amounts)
        if rep:
            made.reps[rep] += sum(amounts)
    return made


def minor(value: Any) -> int:
    """An amount of a file in minor units."""
    return round(float(value or 0) * MINOR)


def assert_the_workbook_agrees(path: Path, sums: Sums) -> None:
    """The live sums as kept, and the places under them, are the sheets' to the unit: by month, region, salesperson."""
    book = openpyxl.load_workbook(path, data_only=True)
    whole = next(_sheet(book, "Targets").iter_rows(min_row=5, max_row=5))
    assert [minor(cell.value) for cell in whole[1:14]] == [*sums.months, sums.total]
    months, regions, reps = [0] * 12, Counter[str](), Counter[str]()
    for row in _sheet(book, "Places").iter_rows(min_row=6):
        amounts = [minor(cell.value) for cell in row[6:18]]
        months = [a + b for a, b in zip(months, amounts, strict=True)]
        regions[str(row[0].value)] += sum(amounts)
        reps[str(row[2].value)] += minor(row[18].value)
    assert months == sums.months
    assert {name: regions[name] for name in sums.regions if name} == {n: a for n, a in sums.regions.items() if n}
    assert {name: reps[name] for name in sums.reps} == dict(sums.reps)


def assert_the_deck_agrees(path: Path, sums: Sums) -> None:
    """The charts hold the sheets' amounts exactly, and so do the tables' rows of regions and salespeople."""
    shapes = [shape for slide in Presentation(str(path)).slides for shape in slide.shapes]
    charts = [shape.chart for shape in shapes if shape.has_chart]
    assert minor(_values(charts[0], "Plan")[2]) == sums.total
    assert [minor(one) for one in _values(charts[1], "Plan")] == sums.months
    named = {n: a for n, a in sums.regions.items() if n}
    if len(named) > 1:
        drawn = dict(zip(map(str, charts[2].plots[0].categories), _values(charts[2], "Plan"), strict=True))
        assert {name: minor(drawn[name]) for name in named} == named
    rows = [[cell.text.strip() for cell in row.cells] for s in shapes if s.has_table for row in s.table.rows]
    tables = [row for row in rows if len(row) == 9 and row[5].replace(",", "").isdigit()]
    shown = Counter[str]()
    for row in tables:
        if row[0] in sums.reps:
            shown[row[0]] += minor(row[5].replace(",", ""))
        assert sum(minor(one.replace(",", "")) for one in row[1:5]) == minor(row[5].replace(",", ""))
    assert {name: shown[name] for name, amount in sums.reps.items() if amount} == {
        name: amount for name, amount in sums.reps.items() if amount
    }


def _sheet(book: Any, name: str) -> Any:
    """A sheet by its English name, in whichever language the book is."""
    return book[name if name in book.sheetnames else CHINESE[name]]


def _values(chart: Any, name: str) -> list[float | None]:
    return list(next(one for one in chart.plots[0].series if one.name in (name, CHINESE[name])).values)
