"""The plan on paper: every file holds the plan's own numbers, the same bytes each time, and no text that acts."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from icalendar import Calendar
from pptx import Presentation

from cast import Cast
from paper_cast import NAUGHTY, SYSTEM, printed_plan, totals
from planned import draft
from salesyear.crm.models import Customer
from salesyear.documents.content.building import NothingToPrint, PaperParams, paper_of
from salesyear.documents.content.model import (
    Bullets,
    Chapter,
    Chart,
    Column,
    Form,
    Kind,
    Look,
    Money,
    Paper,
    Row,
    Series,
    Slide,
    Table,
)
from salesyear.documents.content.words import growth_on, text_of, unbroken
from salesyear.documents.fitting import height_of
from salesyear.documents.fixed import fix_zip
from salesyear.documents.making import Wanted, all_or_nothing, file_name, write_paper, write_papers
from salesyear.documents.pdf.drawing import drawn
from salesyear.documents.scale import label_of, scale_of, titled
from salesyear.org.access import narrowed_to_rep, narrowed_to_unit, scope_of
from salesyear.org.models import Rep
from salesyear.plans.models import Initiative, Sheet, Version
from salesyear.plans.reports import coverage_of, ledger
from salesyear.targets.reports.audit import audit

pytestmark = pytest.mark.django_db
FORMATS = ("pptx", "xlsx", "pdf", "ics")
ENGLISH = PaperParams("en", presenter="Wang")
CHINESE = PaperParams("zh-hans")


@pytest.fixture
def version(cast: Cast) -> Version:
    return printed_plan(cast)


def texts(path: Path) -> str:
    """Everything that a PDF says, as text."""
    return subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True, text=True).stdout


def pages(path: Path) -> int:
    said = subprocess.run(["pdfinfo", str(path)], capture_output=True, check=True, text=True).stdout
    found = re.search(r"Pages:\s+(\d+)", said)
    assert found
    return int(found[1])


def shapes(path: Path) -> Iterator[Any]:
    for slide in Presentation(str(path)).slides:
        yield from slide.shapes


def charts(path: Path) -> dict[str, dict[str, list[float | None]]]:
    """Every chart by its title: series → values."""
    found = [shape.chart for shape in shapes(path) if shape.has_chart]
    return {
        chart.chart_title.text_frame.text: {one.name: list(one.values) for one in chart.plots[0].series}
        for chart in found
    }


def cells(path: Path) -> list[list[str]]:
    """Every row of every table of a deck."""
    tables = [shape.table for shape in shapes(path) if shape.has_table]
    return [[cell.text for cell in row.cells] for table in tables for row in table.rows]


def cents(value: float | None) -> int:
    return round((value or 0) * 100)


def test_the_decks_numbers_are_the_plans(version: Version, tmp_path: Path) -> None:
    paper = paper_of(SYSTEM, version, ENGLISH)
    path = write_paper(paper, tmp_path / "plan.pptx")
    whole = sum(totals(version).values())
    shown = charts(path)
    assert cents(shown["Sales of the year, CNY (M)"]["Plan"][2]) == whole
    assert sum(map(cents, shown["Sales by month, CNY (K)"]["Plan"])) in totals_of_regions(version) | {whole}
    assert sum(map(cents, shown["Plan and last year, CNY (K)"]["Plan"])) == whole
    li = next(row for row in cells(path) if row[0].strip() == "李娜")
    assert int(li[5].replace(",", "")) * 100 == totals(version)["li"]
    assert sum(int(one.replace(",", "")) for one in li[1:5]) * 100 == totals(version)["li"]


def totals_of_regions(version: Version) -> set[int]:
    by_rep = totals(version)
    return {by_rep["li"] + by_rep["zhao"], by_rep["sun"]}


def test_the_workbooks_sums_are_live_and_equal(version: Version, tmp_path: Path) -> None:
    """Formulas say what is added up; the values kept beside them are the plan's, to the unit."""
    path = write_paper(paper_of(SYSTEM, version, ENGLISH), tmp_path / "plan.xlsx")
    live = openpyxl.load_workbook(path)["Targets"]
    kept = openpyxl.load_workbook(path, data_only=True)
    by_name = {str(row[0].value): row for row in kept["Targets"].iter_rows(min_row=5) if row[0].value}
    names = {rep.code: rep.name for rep in Rep.objects.within(SYSTEM)}
    assert {code: cents(by_name[names[code]][13].value) for code in totals(version)} == totals(version)
    assert cents(by_name["The whole company"][13].value) == sum(totals(version).values())
    places = kept["Places"]
    for row in live.iter_rows(min_row=5):
        match = re.fullmatch(r"=SUM\('Places'!([A-Z]+)(\d+):\1(\d+)\)", str(row[13].value))
        assert match, row[13].value
        added = sum(cents(places[f"{match[1]}{one}"].value) for one in range(int(match[2]), int(match[3]) + 1))
        assert added == cents(by_name[str(row[0].value)][13].value)
    assert live.freeze_panes == "B6"
    assert [sheet for sheet in kept.sheetnames if sheet[0].isdigit()] == [
        *("1 Targets", "2 Market", "3 Strategy", "4 Actions", "5 Resources", "6 Performance")
    ]


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_version_gives_the_same_bytes(version: Version, tmp_path: Path, form: str) -> None:
    first = write_paper(paper_of(SYSTEM, version, CHINESE), tmp_path / "1" / f"plan.{form}")
    second = write_paper(paper_of(SYSTEM, version, CHINESE), tmp_path / "2" / f"plan.{form}")
    assert first.read_bytes() == second.read_bytes()


def test_without_the_fixing_bytes_would_differ(tmp_path: Path) -> None:
    """The control: an office file as it is written carries the clock."""
    import xlsxwriter

    def written(name: str) -> Path:
        with xlsxwriter.Workbook(str(tmp_path / name)) as book:
            book.add_worksheet()
        return tmp_path / name

    from datetime import UTC, datetime

    made = written("a.xlsx")
    assert b"1980-01-01T00:00:00Z" not in _core(made)
    fix_zip(made, datetime(1980, 1, 1, tzinfo=UTC))
    assert b"1980-01-01T00:00:00Z" in _core(made)


def _core(path: Path) -> bytes:
    import zipfile

    with zipfile.ZipFile(path) as book:
        return book.read("docProps/core.xml")


def test_text_that_looks_like_a_formula_stays_text(cast: Cast, version: Version, tmp_path: Path) -> None:
    """Cases 30 and 31: names that begin like formulas or markup are names in every file, and numbers are numbers."""
    for customer, name in zip(cast.customers, NAUGHTY, strict=False):
        Customer.objects.within(SYSTEM).filter(pk=customer.pk).update(name=name)
    Initiative.objects.within(SYSTEM).filter(rep=cast.reps["li"]).update(named='=HYPERLINK("http://x","y")')
    paper = paper_of(SYSTEM, version, ENGLISH)
    book = openpyxl.load_workbook(write_paper(paper, tmp_path / "plan.xlsx"))
    formulas = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert formulas
    assert all(str(one).startswith(("=SUM(", "=IF(")) for one in formulas)
    named = [cell for row in book["Places"].iter_rows() for cell in row if cell.value == NAUGHTY[0]]
    assert named
    assert all(cell.data_type == "s" and cell.style and cell.quotePrefix for cell in named)
    assert any(row[0] == NAUGHTY[0] for row in cells(write_paper(paper, tmp_path / "plan.pptx")))
    assert NAUGHTY[0] in texts(write_paper(paper, tmp_path / "plan.pdf"))


def test_slides_can_be_heard(version: Version, tmp_path: Path) -> None:
    """Every slide has a title first in its order, every chart and table words, every run a Chinese face."""
    path = write_paper(paper_of(SYSTEM, version, CHINESE), tmp_path / "plan.pptx")
    deck = Presentation(str(path))
    assert (deck.slide_width, deck.slide_height) == (12191695, 6858000)
    for slide in deck.slides:
        assert slide.shapes.title is not None
        assert slide.shapes.title.text_frame.text
        assert slide.shapes[0] == slide.shapes.title
        for shape in slide.shapes:
            if shape.has_chart or shape.has_table:
                assert shape._element.xpath(".//p:cNvPr/@descr")[0]
        runs = slide._element.xpath(".//a:r[a:t]/a:rPr")
        assert runs
        assert all(run.find("{http://schemas.openxmlformats.org/drawingml/2006/main}ea") is not None for run in runs)


def test_the_pdf_is_tagged_and_brings_its_fonts(version: Version, tmp_path: Path) -> None:
    path = write_paper(paper_of(SYSTEM, version, CHINESE), tmp_path / "plan.pdf")
    about = subprocess.run(["pdfinfo", str(path)], capture_output=True, check=True, text=True).stdout
    assert re.search(r"Tagged:\s+yes", about)
    fonts = subprocess.run(["pdffonts", str(path)], capture_output=True, check=True, text=True).stdout.splitlines()[2:]
    assert fonts
    assert all(line.split()[-5] == "yes" for line in fonts)
    assert "2026 年度销售工作规划" in texts(path)


def test_each_chapter_says_what_it_waits_for(version: Version) -> None:
    paper = paper_of(SYSTEM, version, ENGLISH)
    assert [chapter.number for chapter in paper.chapters] == [1, 2, 3, 4, 5, 6]
    strategy = paper.chapters[2].slides[-1]
    rows = [row.cells for row in strategy.parts[0].rows]  # type: ignore[union-attr]  # a table
    assert rows
    assert all(row[3] for row in rows)
    assert "wait for data" in strategy.title


def test_the_calendar_has_reviews_and_lead_times(version: Version, tmp_path: Path) -> None:
    Initiative.objects.within(SYSTEM).filter(plan=version.plan).update(kind="campaign")
    path = write_paper(paper_of(SYSTEM, version, ENGLISH), tmp_path / "plan.ics")
    events = list(Calendar.from_ical(path.read_bytes()).walk("VEVENT"))
    titles = [str(one["SUMMARY"]) for one in events]
    assert sum(title.startswith("Monthly review") for title in titles) == 12
    assert sum(title.startswith("Quarterly review") for title in titles) == 4
    ready = next(one for one in events if str(one["SUMMARY"]).startswith("All ready"))
    assert ready.decoded("DTSTART").isoformat() == "2026-02-15"  # 14 days before 1 March
    assert len({str(one["UID"]) for one in events}) == len(events)


def test_a_region_and_a_salesperson_get_their_own(cast: Cast, version: Version, tmp_path: Path) -> None:
    made = write_papers(SYSTEM, version, Wanted(ENGLISH, formats=("ics",)), tmp_path, lambda _step, _share: None)
    names = {str(path.relative_to(tmp_path)) for path in made}
    keys = {code: cast.reps[code].pk for code in ("li", "zhao", "sun")}
    assert names == {
        "plan-2026.ics",
        "regions/华东.pptx",
        "regions/西南.pptx",
        f"reps/李娜-{keys['li']}.pdf",
        f"reps/赵磊-{keys['zhao']}.pdf",
        f"reps/孙强-{keys['sun']}.pdf",
    }
    sheet = tmp_path / f"reps/李娜-{keys['li']}.pdf"
    assert "李娜" in texts(sheet)
    assert "孙强" not in texts(sheet)
    assert pages(sheet) == 1
    plan = f"{totals(version)['li'] // 100:,}"
    assert texts(sheet).count(plan) >= 3  # the number, its months and its lines add up to the same
    east = [row[0].strip() for row in cells(tmp_path / "regions/华东.pptx")]
    assert "李娜" in east
    assert "孙强" not in east


def test_a_salespersons_sheet_is_one_page_however_much_there_is_to_say(
    cast: Cast, version: Version, tmp_path: Path
) -> None:
    paper = paper_of(narrowed_to_rep(SYSTEM, cast.reps["li"].pk), version, replace(ENGLISH, about="李娜", brief=True))
    number, months, *others = paper.slides
    long = "A name that takes two lines wherever it stands, 一个很长很长的名称 "
    full = [replace(one, parts=(crowded(one.parts[0], 14, long), *one.parts[1:])) for one in others]
    chapter = replace(paper.chapters[0], slides=(number, months, *full))
    crowd = write_paper(replace(paper, chapters=(chapter,)), tmp_path / "crowd.pdf")
    assert pages(crowd) == 1
    assert texts(crowd).count("A name that takes") == 14 * len(full)


def crowded(part: Any, rows: int, name: str) -> Any:
    """The table with so many rows of a long name."""
    return replace(part, rows=tuple(replace(part.rows[0], cells=(name, *part.rows[0].cells[1:])) for _ in range(rows)))


def test_who_owes_nothing_gets_no_sheet(cast: Cast, version: Version, tmp_path: Path) -> None:
    sheet = Sheet.objects.within(SYSTEM).filter(version=version, rep__code="li").get()
    for name in ("target", "last_year", "baseline", "cash"):
        setattr(sheet, name, bytes(len(getattr(sheet, name))))
    sheet.save()
    made = write_papers(SYSTEM, version, Wanted(ENGLISH, formats=("ics",)), tmp_path, lambda _step, _share: None)
    assert len([path for path in made if path.parent.name == "reps"]) == 2


def test_nobody_prints_what_they_do_not_see(cast: Cast, version: Version) -> None:
    """Narrowing never widens: the neighbour's region and salesperson are nothing to the manager of the east."""
    wang = scope_of(cast.users["wang"])
    whole = paper_of(wang, version, ENGLISH)
    assert total(whole) == totals(version)["li"] + totals(version)["zhao"]
    assert total(paper_of(narrowed_to_rep(wang, cast.reps["li"].pk), version, ENGLISH)) == totals(version)["li"]
    for narrowed in (
        narrowed_to_unit(wang, cast.units["west"].pk),
        narrowed_to_rep(wang, cast.reps["sun"].pk),
        narrowed_to_rep(scope_of(cast.users["li"]), cast.reps["zhao"].pk),
        scope_of(cast.users["agent"]),
        scope_of(cast.users["nobody"]),
    ):
        with pytest.raises(NothingToPrint):
            paper_of(narrowed, version, ENGLISH)


def total(paper: Paper) -> int:
    return sum(sum(cell.plan) for cell in paper.cells)


def test_office_opens_both_without_repair(version: Version, tmp_path: Path) -> None:
    """LibreOffice reads both files and sets them as pages: as many as there are slides."""
    if shutil.which("soffice") is None:
        pytest.fail("LibreOffice is not installed: run scripts/install-system")
    paper = paper_of(SYSTEM, version, replace(CHINESE, brief=True))
    deck, book = (write_paper(paper, tmp_path / f"plan-{form}.{form}") for form in ("pptx", "xlsx"))
    home = f"-env:UserInstallation=file://{tmp_path}/office"
    made = ["soffice", home, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(deck), str(book)]
    subprocess.run(made, check=True, capture_output=True, timeout=120)
    assert pages(tmp_path / "plan-pptx.pdf") == len(Presentation(str(deck)).slides)
    assert "李娜" in texts(tmp_path / "plan-xlsx.pdf")


@pytest.mark.once
def test_all_files_or_none(tmp_path: Path) -> None:
    place = tmp_path / "plan"

    def half() -> None:
        with all_or_nothing(place) as fresh:
            (fresh / "plan.pptx").write_text("half")
            raise OSError("disk full")

    with pytest.raises(OSError, match="full"):
        half()
    assert list(tmp_path.iterdir()) == []
    with all_or_nothing(place) as fresh:
        (fresh / "a").mkdir()
        (fresh / "a" / "b.pdf").write_text("whole")
    assert [str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")] == ["plan", "plan/a", "plan/a/b.pdf"]


@pytest.mark.once
@pytest.mark.parametrize(("name", "made"), [("华东/上海", "华东 上海"), ("..", "_"), ('a:b*"c"', "a b c"), ("", "_")])
def test_file_names_are_safe_anywhere(name: str, made: str) -> None:
    assert file_name(name) == made


def test_the_coverage_is_the_ledgers_own(version: Version) -> None:
    """A region with too much initiatives fills no other's gap: the paper says what the ledger says, not a ratio."""
    sheets = Sheet.objects.within(SYSTEM).filter(version=version)
    rows = Initiative.objects.within(SYSTEM).filter(plan=version.plan, rep__code="li")
    rows.update(months=[10**9] * 12, expected=12 * 10**9, chance=1_000_000)
    known = coverage_of(ledger(SYSTEM, version))
    gap = sum(target - base for target, base in sheets.values_list("target_total", "baseline_total"))
    assert known.expected > 10 * gap
    assert known.share is not None
    assert known.share < 1
    titles = [slide.title for slide in paper_of(SYSTEM, version, ENGLISH).slides]
    assert any(f"cover {known.share:.0%} of the gap" in title for title in titles)


def test_the_audit_is_on_a_slide_and_in_the_workbook(cast: Cast, tmp_path: Path) -> None:
    version = draft(cast)
    found = audit(SYSTEM, version)
    assert found.reps == 3
    paper = paper_of(SYSTEM, version, ENGLISH)
    slide = next(slide for slide in paper.slides if slide.title.startswith("Quota quality"))
    assert [row.cells[:2] for row in slide.parts[0].rows] == [(one.name, one.words) for one in found.lines]  # type: ignore[union-attr]  # a table
    book = openpyxl.load_workbook(write_paper(paper, tmp_path / "plan.xlsx"))
    shown = [row[0].value for row in book["1 Targets"].iter_rows()]
    assert {one.name for one in found.lines} <= set(shown)
    alone = paper_of(narrowed_to_rep(SYSTEM, cast.reps["li"].pk), version, ENGLISH)
    assert not any(slide.title.startswith("Quota quality") for slide in alone.slides)


def test_growth_on_next_to_nothing_is_a_multiple() -> None:
    money = Money("CNY", 2, 100)
    assert text_of(0.12, Kind.GROWTH, money) == "+12.0%"
    assert text_of(4.36, Kind.GROWTH, money) == "×5.4"
    assert growth_on(536, 100) == "5.4 times last year"
    assert growth_on(112, 100) == "+12.0% on last year"
    assert growth_on(100, 0) == "nothing was sold there last year"


def test_a_plan_below_its_baseline_says_so_before_what_is_open(version: Version) -> None:
    """One place expects far more than its target, the others less: there is no gap in all, yet some is open."""
    Initiative.objects.within(SYSTEM).filter(plan=version.plan).delete()
    sheet = Sheet.objects.within(SYSTEM).filter(version=version, rep__code="li").get()
    sheet.baseline = (np.frombuffer(sheet.target, dtype="<i8") * 3).tobytes()
    sheet.save()
    known = coverage_of(ledger(SYSTEM, version))
    assert known.gap < 0 < known.needed
    slide = next(one for one in paper_of(SYSTEM, version, ENGLISH).slides if "below its baseline; where" in one.title)
    assert slide.title.endswith("are open.")
    assert "elsewhere the baseline is" in str(slide.parts[0])


def test_a_bridge_names_its_losses_as_well_as_its_gains(version: Version, tmp_path: Path) -> None:
    steps = (Series("More", Look.GOOD, (700, None, 200)), Series("Less", Look.BAD, (None, 11_100, 22_200)))
    bridge = Chart(Form.STACK, "Steps", "What changed.", ("a", "b", "c"), (Series("", Look.NOTHING, (0, 0, 0)), *steps))
    paper = paper_of(SYSTEM, version, ENGLISH)
    said = {one["text"] for one in drawn(bridge, paper.money, "en")["texts"]}
    assert {"7", "2", "111", "222"} <= said
    chapter = replace(paper.chapters[0], slides=(Slide("Steps", (bridge,)),))
    deck = write_paper(replace(paper, chapters=(chapter,)), tmp_path / "steps.pptx")
    chart = next(shape.chart for shape in shapes(deck) if shape.has_chart)
    shown = [one.name for one in chart.plots[0].series if one._element.xpath("c:dLbls/c:showVal[@val='1']")]
    assert shown == ["More", "Less"]


def test_no_line_ends_between_a_currency_and_its_amount() -> None:
    money = Money("USD", 2, 100)
    assert unbroken("低于基线预测USD 79.7万，较USD -3", money) == "低于基线预测USD\u00a079.7万，较USD\u00a0-3"
    assert unbroken("AUSD 5; USD a", money) == "AUSD 5; USD a"


def test_the_steps_lead_from_the_gap_to_what_stays_open(version: Version, tmp_path: Path) -> None:
    """The chart says what its title says: what is needed, less a step for each kind, is what stays open."""
    Initiative.objects.within(SYSTEM).filter(plan=version.plan, rep__code="li").update(kind="campaign")
    known = coverage_of(ledger(SYSTEM, version))
    assert known.open
    shown = charts(write_paper(paper_of(SYSTEM, version, ENGLISH), tmp_path / "plan.pptx"))
    steps = next(one for name, one in shown.items() if name.startswith("From the gap to what stays open"))
    assert cents(steps["Gap"][0]) == known.needed
    assert sum(map(cents, steps["Where it is needed"])) == known.covered
    assert cents(steps["Still open"][-1]) == known.needed - known.covered


@pytest.mark.once
@pytest.mark.parametrize(
    ("most", "english", "chinese"),
    [
        (999_900, "9,999 ", "9,999 "),
        (1_234_500, "12.3 K", "1.2 万"),
        (123_456_700, "1.23 M", "123.5 万"),
        (98_765_432_100, "988 M", "9.88 亿"),
        (1_234_567_890_000, "12.35 B", "123.46 亿"),
    ],
)
def test_labels_are_short_and_their_unit_stands_once(most: int, english: str, chinese: str) -> None:
    money, chart = Money("CNY", 2, 100), Chart(Form.COLUMNS, "Sales", "", ("a",), (Series("x", Look.PLAN, (most,)),))
    for han, said in ((False, english), (True, chinese)):
        scale = scale_of(chart, money, chinese=han)
        assert f"{label_of(most, money, scale)} {scale.word}" == said
        assert titled(chart, scale, chinese=han).removeprefix("Sales").strip("（） ()") == scale.word


def test_nothing_on_a_slide_lies_over_another_thing(version: Version, tmp_path: Path) -> None:
    """A full table of Chinese names with a sentence below: each keeps its own room, above the foot."""
    columns = (Column("客户"), Column("计划", Kind.MONEY))
    table = Table(columns, tuple(Row((f"客户名称较长的有限公司{number}", number * 100)) for number in range(60)))
    slide = Slide("每位客户都有自己的目标。", (table, Bullets(("其余客户见工作簿。",))))
    paper = replace(paper_of(SYSTEM, version, CHINESE), chapters=(Chapter(1, "目标", "", (slide,)),))
    deck = Presentation(str(write_paper(paper, tmp_path / "plan.pptx")))
    assert sum(1 for page in deck.slides if page.shapes.title.text_frame.text.startswith("每位")) == 4
    for page in deck.slides:
        boxes = sorted((shape.top, shape.top + shape.height) for shape in page.shapes if not shape.is_placeholder)
        assert all(end <= start for (_start, end), (start, _end) in pairwise(boxes))
    assert height_of(["客户"], [100], 12, (0, 0)) > height_of(["customer"], [100], 12, (0, 0))
