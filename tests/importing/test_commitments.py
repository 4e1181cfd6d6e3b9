"""Commitments filled in on the plan's workbook come back: one's own only, all rows or none, every slip named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from typer.testing import CliRunner

from cast import Cast
from paper_cast import SYSTEM, printed_plan
from plans_cast import asked_for
from salesyear.cli.app import app
from salesyear.documents.content.building import PaperParams, paper_of
from salesyear.documents.making import write_paper
from salesyear.importing.commitments import AnswersRefused, Brought, NotRead, bring_in
from salesyear.org.access import narrowed_to_rep, scope_of
from salesyear.plans import queries
from salesyear.plans.models import Commitment, Version

pytestmark = pytest.mark.django_db
ADDRESS = "/imports/commitments/"


@pytest.fixture
def version(cast: Cast) -> Version:
    version = printed_plan(cast)
    Commitment.objects.within(SYSTEM).delete()
    return version


def book_of(version: Version, folder: Path, language: str = "en", scope: Any = SYSTEM) -> Path:
    return write_paper(paper_of(scope, version, PaperParams(language)), folder / f"plan-{language}.xlsx")


def fill(path: Path, answers: Callable[[str, str, int], tuple[Any, str]], sheets: tuple[int, ...] = (-2, -1)) -> Path:
    """Answer rows as a salesperson would: by the code of the salesperson, of the customer or line, and the target."""
    book = openpyxl.load_workbook(path)
    for place in sheets:
        for row in book.worksheets[place].iter_rows(min_row=2):
            amount, note = answers(row[1].value or "", row[3].value or "", row[5].value)
            row[6].value = row[6].value if amount is None else amount
            row[7].value = note or row[7].value
    book.save(path)
    return path


def standing(version: Version) -> dict[tuple[str, str, str], tuple[int | None, str]]:
    rows = queries.standing(SYSTEM, version.plan).values()
    return {
        (row.rep.code, row.customer.code if row.customer else "", row.line.code if row.line else ""): (
            row.amount,
            row.note,
        )
        for row in rows
    }


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_there_and_back(version: Version, tmp_path: Path, language: str) -> None:
    """Every answer comes back to the cent, by customer and by line; what was left open stays open; 0 is an answer."""
    said: dict[tuple[str, str], float] = {}

    def answer(rep: str, code: str, target: int) -> tuple[Any, str]:
        if rep == "sun":
            return None, ""
        said[rep, code] = 0 if not code else target * 0.9 + 0.25
        return said[rep, code], f"note of {rep}"

    brought = bring_in(fill(book_of(version, tmp_path, language), answer), scope=SYSTEM, actor=None)
    assert brought == Brought(kept=10, same=0, empty=5)  # three customers and two lines each
    found = {(rep, customer or line): amount for (rep, customer, line), (amount, _note) in standing(version).items()}
    assert found == {place: round(amount * 100) for place, amount in said.items()}
    assert {note for _amount, note in standing(version).values()} == {"note of li", "note of zhao"}
    assert bring_in(tmp_path / f"plan-{language}.xlsx", scope=SYSTEM, actor=None) == Brought(kept=0, same=10, empty=5)
    assert Commitment.objects.within(SYSTEM).count() == 10


def test_an_empty_cell_overwrites_nothing(version: Version, tmp_path: Path) -> None:
    bring_in(fill(book_of(version, tmp_path), lambda *_row: (100, "first")), scope=SYSTEM, actor=None)
    before = standing(version)
    brought = bring_in(book_of(version, tmp_path), scope=SYSTEM, actor=None)
    assert (brought.kept, brought.empty) == (0, 15)
    assert standing(version) == before
    bring_in(fill(book_of(version, tmp_path), lambda *_row: (0, "")), scope=SYSTEM, actor=None)
    assert set(standing(version).values()) == {(0, "first")}
    bring_in(fill(book_of(version, tmp_path), lambda *_row: (None, "second")), scope=SYSTEM, actor=None)
    assert set(standing(version).values()) == {(0, "second")}


def test_one_brings_in_only_ones_own(cast: Cast, version: Version, tmp_path: Path) -> None:
    """A workbook with somebody else's rows is refused whole; one with one's own is kept; a manager has their people."""
    everybody = fill(book_of(version, tmp_path), lambda *_row: (100, ""))
    for name, others in (("li", 10), ("wang", 5), ("agent", 15)):
        with pytest.raises(AnswersRefused) as refused:
            bring_in(everybody, scope=scope_of(cast.users[name]), actor=cast.users[name])
        assert len(refused.value.faults) == others
        assert not Commitment.objects.within(SYSTEM).exists()
    own = book_of(version, tmp_path, scope=narrowed_to_rep(SYSTEM, cast.reps["li"].pk))
    bring_in(fill(own, lambda *_row: (100, "")), scope=scope_of(cast.users["li"]), actor=cast.users["li"])
    assert {rep for rep, _customer, _line in standing(version)} == {"li"}
    assert Commitment.objects.within(SYSTEM).filter(actor=cast.users["li"]).count() == 5


def test_every_slip_is_named_and_nothing_is_kept(version: Version, tmp_path: Path) -> None:
    path = fill(book_of(version, tmp_path), lambda *_row: (100, ""), sheets=(-2,))
    book = openpyxl.load_workbook(path)
    sheet = book["Commitments"]
    sheet["A2"], sheet["B3"], sheet["D4"], sheet["G5"] = "1999", "nobody", "C-unknown", "a lot"
    sheet.append([cell.value for cell in sheet[6]])
    book.save(path)
    with pytest.raises(AnswersRefused) as refused:
        bring_in(path, scope=SYSTEM, actor=None)
    said = [(one.row, one.heading, one.value, str(one.problem).split(".")[0]) for one in refused.value.faults]
    assert said == [
        (2, "Plan year", "1999", "There is no plan for the year “1999”"),
        (3, "Salesperson code", "nobody", "“nobody” is no salesperson that you answer for"),
        (4, "Customer code", "C-unknown", "The plan asks nothing of 李娜 for “C-unknown”"),
        (5, "Commitment", "a lot", "“a lot” is not an amount"),
        (11, "Customer code", sheet["D11"].value or "", "This place stands in the file twice"),
    ]
    assert all(one.problem.mend for one in refused.value.faults)
    assert not Commitment.objects.within(SYSTEM).exists()


def test_a_file_without_answers_says_so(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("Order,Customer\n1,2\n")
    with pytest.raises(NotRead):
        bring_in(path, scope=SYSTEM, actor=None)


def test_the_sheet_as_csv_comes_in_too(version: Version, tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_text("计划年度,销售人员编号,客户编号,承诺额\n2026,li,,1.2万\n", encoding="gb18030")
    assert bring_in(path, scope=SYSTEM, actor=None).kept == 1
    assert standing(version) == {("li", "", ""): (12_000_00, "")}


def test_on_the_page(cast: Cast, version: Version, tmp_path: Path) -> None:
    """A salesperson uploads; the neighbour's rows are refused with row, value and mend."""
    client = Client()
    client.force_login(cast.users["li"], backend="allauth.account.auth_backends.AuthenticationBackend")
    everybody = fill(book_of(version, tmp_path), lambda *_row: (100, "")).read_bytes()
    answer = client.post(ADDRESS, {"file": SimpleUploadedFile("plan.xlsx", everybody)})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "“sun” is no salesperson that you answer for." in page
    assert "孙强" not in page
    assert not Commitment.objects.within(SYSTEM).exists()
    own = book_of(version, tmp_path, scope=narrowed_to_rep(SYSTEM, cast.reps["li"].pk))
    kept = fill(own, lambda *_row: (100, "")).read_bytes()
    done = client.post(ADDRESS, {"file": SimpleUploadedFile("plan.xlsx", kept)}, follow=True)
    assert "5 rows are kept." in done.content.decode()
    reader = Client()
    reader.force_login(cast.users["hr"], backend="allauth.account.auth_backends.AuthenticationBackend")
    assert reader.post(ADDRESS, {"file": SimpleUploadedFile("plan.xlsx", kept)}).status_code == 403
    with CaptureQueriesContext(connection) as asked:
        assert client.get(ADDRESS).status_code == 200
    assert len(asked_for(asked)) <= 12
    assert client.post(ADDRESS, {"file": SimpleUploadedFile("x.xlsx", b"PK\x03\x04no")}).status_code == 422


def test_by_command(version: Version, tmp_path: Path) -> None:
    path = fill(book_of(version, tmp_path), lambda rep, *_row: (100 if rep == "li" else None, ""))
    done = CliRunner().invoke(app, ["commitments", str(path)])
    assert (done.exit_code, done.output.strip()) == (0, "5 kept, 0 said nothing new, 10 left open.")
    fill(path, lambda rep, *_row: ("much" if rep == "li" else None, ""))
    bad = CliRunner().invoke(app, ["commitments", str(path)])
    assert bad.exit_code == 1
    assert "“much” is not an amount" in bad.output
    assert "nothing kept" in bad.output
