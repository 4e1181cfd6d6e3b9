"""The pack of a month's review: deck and PDF by the same machinery, its numbers the review's own, in both languages."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pptx import Presentation
from typer.testing import CliRunner

from board_cast import SYSTEM, TODAY, quarter
from cast import Cast, watch
from salesyear.cli.app import app
from salesyear.core.models import Run
from salesyear.core.runs import Progress
from salesyear.documents.content.building import NothingToPrint, PaperParams
from salesyear.documents.content.model import Paper
from salesyear.documents.making import write_paper
from salesyear.documents.reviewing import review_about, review_paper
from salesyear.documents.runs import make_paper, path_of
from salesyear.org.access import scope_of
from salesyear.performance.review import review_of
from salesyear.performance.tasks import TaskParams, add_task
from salesyear.plans.models import Version

pytestmark = pytest.mark.django_db
MARCH = date(2026, 3, 1)


@pytest.fixture
def version(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Version:
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *_when: TODAY)
    return quarter(cast)


def paper(version: Version, language: str = "en") -> Paper:
    return review_paper(SYSTEM, version, MARCH, PaperParams(language), TODAY)


def titles(made: Paper) -> list[str]:
    return [slide.title for slide in made.slides]


def test_the_deck_says_what_the_review_found(version: Version, tmp_path: Path) -> None:
    """2,500 of 3,600 in March, the same to date; the chart's numbers and the bridge's are the review's to the cent."""
    add_task(MARCH, TaskParams("Visit three lost customers", "Li", date(2026, 4, 10)), actor=None)
    found = review_of(SYSTEM, version, MARCH, TODAY)
    deck = Presentation(str(write_paper(paper(version), tmp_path / "review.pptx")))
    charts = [shape.chart for slide in deck.slides for shape in slide.shapes if shape.has_chart]
    series = {one.name: list(one.values) for one in charts[0].plots[0].series}
    assert [round((one or 0) * 100) for one in series["Sold"]] == [250_000] * 3 + [0] * 9
    assert {round((one or 0) * 100) for one in series["Plan"]} == {360_000}
    bridge = {one.name: list(one.values) for one in charts[1].plots[0].series}
    change = sum((up or 0) - (down or 0) for up, down in zip(bridge["More"], bridge["Less"], strict=True))
    assert round(change * 100) == found.steps["after"] - found.steps["before"]
    cells = [
        [cell.text for cell in row.cells] for s in deck.slides for x in s.shapes if x.has_table for row in x.table.rows
    ]
    assert any(row[:3] == ["Visit three lost customers", "Li", "2026-04-10"] for row in cells)
    assert next(row for row in cells if row[0] == "赵磊")[1:4] == ["0.00", "1,200.00", "0.0%"]


def test_its_titles_are_messages(cast: Cast, version: Version) -> None:
    watch(cast.reps["li"], cast.units["shanghai"])
    said = "\n".join(titles(paper(version)))
    assert "March 2026: CNY 2,500, 69% of the month's plan; the year so far stands at 69%." in said
    assert "赵磊 is the furthest behind: CNY 3,600 less than planned so far (0%)." in said
    assert "3 tasks and initiatives are late." in said
    assert "1 alert is open." in said
    chinese = "\n".join(titles(paper(version, "zh-hans")))
    assert "2026年3月销售CNY 2,500，完成当月计划的69%；全年累计完成69%。" in chinese


@pytest.mark.parametrize("form", ["pptx", "pdf"])
def test_the_same_review_gives_the_same_bytes(version: Version, tmp_path: Path, form: str) -> None:
    first, second = (write_paper(paper(version, "zh-hans"), tmp_path / f"{one}.{form}") for one in "ab")
    assert first.read_bytes() == second.read_bytes()


def test_each_gets_their_own(cast: Cast, version: Version) -> None:
    east = f"unit:{cast.units['east'].pk}"
    wang = scope_of(cast.users["wang"])
    for scope, about in ((SYSTEM, east), (wang, "")):
        made = review_about(scope, version, about, MARCH, PaperParams("en"), TODAY)
        assert made
        assert "CNY 1,000, 42% of the month's plan" in titles(made)[0]
        assert not any("孙强" in title for title in titles(made))
    assert review_about(wang, version, f"rep:{cast.reps['sun'].pk}", MARCH, PaperParams("en"), TODAY) is None
    with pytest.raises(NothingToPrint):
        review_paper(scope_of(cast.users["agent"]), version, MARCH, PaperParams("en"), TODAY)


def test_from_the_page_of_papers(cast: Cast, version: Version, settings: object, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]  # pytest-django's own
    from django.test import Client

    client = Client()
    client.force_login(cast.users["wang"], backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get("/papers/?month=2026-03").content.decode()
    assert '<option value="2026-03" selected>' in page
    assert 'value="2026-04"' not in page
    said = {"version": version.pk, "about": "", "language": "en", "token": "t", "month": "2026-03"}
    assert client.post("/papers/making/", {**said, "form": "xlsx"}).status_code == 400
    assert client.post("/papers/making/", {**said, "form": "pdf"}).status_code == 303
    run = Run.objects.latest("pk")
    assert "Monthly review: March 2026" in str(make_paper(run, run.params, Progress())["about"])
    assert path_of(run).read_bytes().startswith(b"%PDF")


def test_by_command(version: Version, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["review", "--month", "2026-03", "--out", str(tmp_path / "r"), "--language", "both"])
    assert done.exit_code == 0, done.output
    assert {path.name for path in (tmp_path / "r").iterdir()} == {
        f"review-2026-03.{language}.{form}" for language in ("zh", "en") for form in ("pptx", "pdf")
    }
    for wrong in ("2026-13", "March"):
        bad = CliRunner().invoke(app, ["review", "--month", wrong, "--out", str(tmp_path / "x")])
        assert "Write it like 2027-03." in str(bad.exception)
    assert "has no month 2019-01" in str(
        CliRunner().invoke(app, ["review", "--month", "2019-01", "--out", str(tmp_path / "x")]).exception
    )
    assert not (tmp_path / "x").exists()
