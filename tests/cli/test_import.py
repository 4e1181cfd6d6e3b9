"""`salesyear import`: exit codes, what it says, and that it saves all or nothing."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cast import Cast
from intake import SYSTEM, written
from salesyear.cli import main
from salesyear.importing.models import Import
from salesyear.importing.reading import read_table
from salesyear.sales.models import OrderLine

pytestmark = pytest.mark.django_db

FILE = "order,date,customer,product,amount\nA1,2026-01-05,C01,P-core,100\n"
BAD = FILE + "A2,2026-01-05,C99,P-core,1\n"
Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """The command as typed; gives exit code, output, errors."""

    def run(*words: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["salesyear", "import", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return run


def lines() -> int:
    """Lines of the orders brought in."""
    return OrderLine.objects.within(SYSTEM).filter(order__number__startswith="A").count()


def test_saved_and_then_unchanged(cast: Cast, command: Command, tmp_path: Path) -> None:
    code, out, _ = command(written(tmp_path, FILE))
    assert (code, lines()) == (0, 1)
    assert out.startswith("orderlines: 1 rows, 1 created, 0 changed, 0 unchanged, 0 rejected\nsaved as import ")
    assert "1 unchanged" in command(written(tmp_path, FILE))[1]


def test_rows_refused_end_with_one_and_save_nothing(cast: Cast, command: Command, tmp_path: Path) -> None:
    code, out, _ = command(written(tmp_path, BAD), "--errors", tmp_path / "problems.xlsx")
    assert (code, lines(), Import.objects.count()) == (1, 0, 0)
    assert "row 3, customer: “C99” is not a known customer." in out
    assert "nothing saved" in out
    assert read_table(tmp_path / "problems.xlsx").row(0)[2] == "C99"
    assert command(written(tmp_path, BAD), "--good-rows-only")[0] == 1
    assert lines() == 1


def test_a_dry_run_saves_nothing(cast: Cast, command: Command, tmp_path: Path) -> None:
    code, out, _ = command(written(tmp_path, FILE), "--dry-run")
    assert (code, lines()) == (0, 0)
    assert "1 created" in out


def test_answers_with_data(cast: Cast, command: Command, tmp_path: Path) -> None:
    _, out, _ = command(written(tmp_path, BAD), "--json")
    answer = json.loads(out)
    assert (answer["kind"], answer["rows"], answer["created"], answer["rejected"]) == ("orderlines", 2, 1, 1)
    assert answer["problems"][0] | {"mend": ""} == {
        "row": 3,
        "column": "customer",
        "value": "C99",
        "rule": "“C99” is not a known customer.",
        "mend": "",
    }


def test_columns_constants_and_dates_are_chosen(cast: Cast, command: Command, tmp_path: Path) -> None:
    odd = written(tmp_path, "Nr,Tag,Ware,Wert\nA1,5/1/2026,P-core,100\n")
    pairs = ("order=Nr", "ordered_on=Tag", "product=Ware", "amount=Wert")
    maps = [word for pair in pairs for word in ("--map", pair)]
    code, _, _ = command(odd, "--kind", "orderlines", *maps, "--set", "customer=C01", "--dates", "dmy")
    assert code == 0
    assert OrderLine.objects.within(SYSTEM).get(order__number="A1").ordered_on.isoformat() == "2026-01-05"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nowhere.csv",), "There is no file nowhere.csv."),
        (("FILE", "--map", "amount"), "--map is “amount”. Write it as column=value."),
        (("FILE", "--kind", "sales"), "“sales” is no kind of import. There are: units,"),
        (("FILE", "--map", "amount=Price"), "The file has no heading “Price”. It has: order, date,"),
        (("FILE", "--dates", "ymd"), "--dates is “ymd”. It must be one of mdy, dmy."),
    ],
)
def test_a_mistake_is_one_sentence(
    cast: Cast, command: Command, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    path = written(tmp_path, FILE)
    code, _, err = command(*(path if word == "FILE" else word for word in words))
    assert code == 2
    assert err.startswith(f"salesyear: {said}")
    assert len(err.splitlines()) == 1
