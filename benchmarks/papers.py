"""Papers: 1,000 salespeople solved and written as a workbook, a deck of 30 charts, AdventureWorks from its files.

Each against a floor in the same run: XlsxWriter writing the same numbers with no format and no formula, python-pptx
writing the same charts with no style; a ratio says more than seconds on a busy machine.

    python benchmarks/papers.py [--plan] [--numbers]

--plan: also `salesyear plan` on AdventureWorks, from its published files.
--numbers: only plans of four folders of published files, their decks and workbooks held against the plan to the unit.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "salesyear.web.settings")
os.environ["SALESYEAR_HOME"] = tempfile.mkdtemp(prefix="salesyear-bench-")

import django

django.setup()

import numpy as np  # noqa: E402 - after the settings
import shared_data  # noqa: E402 - after the settings
import xlsxwriter  # noqa: E402 - after the settings
from pptx import Presentation  # noqa: E402 - after the settings
from pptx.chart.data import CategoryChartData  # noqa: E402 - after the settings
from pptx.enum.chart import XL_CHART_TYPE  # noqa: E402 - after the settings

from salesyear.documents.content.model import Cell, Chapter, Chart, Cover, Form, Look, Money, Paper, Series, Slide  # noqa: E402 - after the settings
from salesyear.documents.deck import write_deck  # noqa: E402 - after the settings
from salesyear.documents.workbook import write_workbook  # noqa: E402 - after the settings
from salesyear.engine.targets.examples import make_instance  # noqa: E402 - after the settings
from salesyear.engine.targets.numeric.lumping import spread  # noqa: E402 - after the settings
from salesyear.engine.targets.numeric.newton import Effort  # noqa: E402 - after the settings
from salesyear.engine.targets.numeric.response import Distance  # noqa: E402 - after the settings
from salesyear.engine.targets.numeric.solving import solve_task  # noqa: E402 - after the settings

REPS, CELLS, CHARTS = 1_000, 240_000, 30
MONTHS = tuple(date(2027, month, 1) for month in range(1, 13))
NAMES = tuple(f"{month.month}" for month in MONTHS)


def paper(chapters: tuple[Chapter, ...], cells: tuple[Cell, ...]) -> Paper:
    """A paper of these parts."""
    cover = Cover("Plan", "The whole company", "Bench", "", date(2027, 1, 1))
    moment = datetime(2027, 1, 1, tzinfo=UTC)
    return Paper("en", cover, chapters, (), Money("CNY", 2, 100), MONTHS, cells, (), moment, "bench")


def solved() -> np.ndarray:
    """Amounts of 1,000 salespeople, twenty rows of twelve months each, solved under rules from their priors."""
    instance = make_instance(REPS, "std", seed=0, slots=2)
    cells = instance.cells(Distance.PRO_RATA)
    task, out = instance.task(cells), np.empty_like(instance.prior)
    answer = solve_task(task, Effort(), digit=2e-5)
    if not answer.met:
        raise RuntimeError("the solve did not meet the rules")
    spread(cells, answer.t, out)
    return np.rint(out).astype(np.int64).reshape(-1, 12)


def places(amounts: np.ndarray) -> tuple[Cell, ...]:
    """A row of the workbook for every twelve amounts, of 1,000 salespeople in 50 regions."""
    rows = len(amounts)
    return tuple(
        Cell(
            f"R{place * 50 // rows:02}",
            "",
            f"Rep {place * REPS // rows:04}",
            f"Customer {place}",
            "Line",
            new=False,
            plan=tuple(map(int, amounts[place])),
            last_year=place * 900,
            baseline=place * 1_000,
            rep_code=f"E{place * REPS // rows:04}",
        )
        for place in range(rows)
    )


def slides() -> tuple[Chapter, ...]:
    """Thirty slides with a chart of three series and twelve months each."""
    looks = (("Last year", Look.LAST_YEAR), ("Baseline", Look.FORECAST), ("Plan", Look.PLAN))
    made = []
    for number in range(CHARTS):
        series = tuple(Series(name, look, tuple(range(number, number + 12))) for name, look in looks)
        made.append(Slide(f"Message {number}", (Chart(Form.COLUMNS, f"Chart {number}", "said", NAMES, series),)))
    return (Chapter(1, "Targets", "", tuple(made)),)


def bare_workbook(path: Path, cells: tuple[Cell, ...]) -> None:
    """The same numbers and names, nothing else."""
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for row, cell in enumerate(cells):
            sheet.write_row(row, 0, [cell.region, cell.territory, cell.rep, cell.customer, cell.line])
            sheet.write_row(row, 5, [one / 100 for one in cell.plan])


def bare_deck(path: Path) -> None:
    """The same charts as the library makes them."""
    deck = Presentation()
    for _number in range(CHARTS):
        data = CategoryChartData()
        data.categories = list(NAMES)
        for name in ("Last year", "Baseline", "Plan"):
            data.add_series(name, list(range(12)))
        slide = deck.slides.add_slide(deck.slide_layouts[5])
        slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 0, 9_000_000, 5_000_000, data)
    deck.save(str(path))


def seconds(work: Callable[[], Any]) -> float:
    """Processor seconds of this process, so that neighbours do not count."""
    start = time.process_time()
    work()
    return time.process_time() - start


def adventureworks(folder: Path) -> None:
    """From the published files to the papers, by the clock."""
    data = shared_data.path("adventureworks")
    words = ["plan", "--data", str(data), "--year", "2027", "--growth", "8%", "--out", str(folder / "plan")]
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", "salesyear.cli", *words, "--no-regions", "--no-reps"], check=True)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = children.ru_utime + children.ru_stime
    print(
        f"AdventureWorks, files to papers: {time.perf_counter() - start:.0f} s by the clock, {used:.0f} s of processor"
    )


def numbers(folder: Path) -> None:
    """Hold the papers of four folders against their plans; an amount that differs by a unit ends it with an error."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
    from paper_numbers import assert_the_deck_agrees, assert_the_workbook_agrees, sums_of

    for name in ("adventureworks", "superstore-zh", "northwind", "classicmodels"):
        out = folder / name
        words = ["plan", "--data", str(shared_data.path(name)), "--year", "2027", "--growth", "8%", "--out", str(out)]
        command = [sys.executable, "-m", "salesyear.cli", *words, "--language", "en", "--json"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        sums = sums_of(out / ".work" / "salesyear.sqlite3")
        assert_the_workbook_agrees(out / "plan-2027.xlsx", sums)
        assert_the_deck_agrees(out / "plan-2027.pptx", sums)
        print(f"{name}: {len(sums.reps)} people, {len(sums.regions)} regions, {sums.total:,} in minor units: all equal")


def main() -> None:
    """Run and print; the deck first, so that its peak of memory is its own."""
    if "--numbers" in sys.argv:
        with tempfile.TemporaryDirectory() as name:
            numbers(Path(name))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        deck = seconds(lambda: write_deck(paper(slides(), ()), folder / "a.pptx"))
        bare = seconds(lambda: bare_deck(folder / "b.pptx"))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"deck of {CHARTS} charts: {deck:.1f} s, {deck / bare:.1f} x python-pptx ({bare:.1f} s); {peak:.0f} MB")
        solving = seconds(solved)
        cells = places(solved())
        book = seconds(lambda: write_workbook(paper((), cells), folder / "a.xlsx"))
        bare = seconds(lambda: bare_workbook(folder / "b.xlsx", cells))
        print(
            f"{REPS:,} reps, {CELLS:,} amounts: solve {solving:.1f} s, "
            f"workbook {book:.1f} s, {book / bare:.1f} x XlsxWriter ({bare:.1f} s)"
        )
        if "--plan" in sys.argv:
            adventureworks(folder)


if __name__ == "__main__":
    main()
