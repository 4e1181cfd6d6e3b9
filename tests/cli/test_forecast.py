"""`salesyear forecast` from a file to a file, stopped half way and taken up again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
import typer
from typer.testing import CliRunner

from engine.forecast.forecast_cast import months, shaped
from salesyear.cli import forecast as command
from salesyear.engine.forecast.tree import Floats

pytestmark = pytest.mark.once


@pytest.fixture
def sold(tmp_path: Path) -> Path:
    """Four reps in two areas, 48 months."""
    sales = shaped([100, 150, 60, 90], 48, noise=0.1)
    rows = [
        {"area": "east" if rep < 2 else "north", "rep": f"rep {rep}", "date": day, "amount": float(amount)}
        for rep, series in enumerate(sales)
        for day, amount in zip(months(48), series, strict=True)
    ]
    file = tmp_path / "sold.csv"
    pl.DataFrame(rows).write_csv(file)
    return file


def run(*words: str) -> tuple[int, str, BaseException | None]:
    app = typer.Typer()
    app.command()(command.forecast)
    result = CliRunner().invoke(app, list(words))
    return result.exit_code, result.output, result.exception


def test_a_file_in_a_baseline_and_its_record_out(sold: Path) -> None:
    out = sold.with_name("baseline.csv")
    code, said, _ = run("--facts", str(sold), "--out", str(out), "--levels", "area,rep", "--paths", "60")
    assert code == 0
    assert "7 series of 48 months to 2024-12, 12 ahead" in said
    table = pl.read_csv(out, try_parse_dates=True)
    assert table.height == 7 * 12
    months_of_reps = (
        table.filter(pl.col("level") == "rep").group_by("period").agg(pl.col("baseline").sum()).sort("period")
    )
    company = table.filter(pl.col("level") == "company").sort("period")
    assert months_of_reps["baseline"].to_list() == pytest.approx(company["baseline"].to_list(), abs=0.05)
    record = json.loads(out.with_name("baseline.record.json").read_text())
    assert record["params"]["paths"] == 60
    assert not list(sold.parent.glob("*.steps-*"))


def test_the_record_can_be_the_answer(sold: Path) -> None:
    out = sold.with_name("b.parquet")
    _, said, _ = run("--facts", str(sold), "--out", str(out), "--levels", "area,rep", "--paths", "60", "--json")
    assert json.loads(said)["periods"] == ["2021-01-01", "2024-12-01", 48]
    assert pl.read_parquet(out).height == 84


def test_what_is_stopped_goes_on_from_there(sold: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl+C after six steps; the second run makes only the others and says the same as one never stopped."""
    words = ["--facts", str(sold), "--levels", "area,rep", "--paths", "60"]
    once, twice = sold.with_name("once.csv"), sold.with_name("twice.csv")
    run(*words, "--out", str(once))
    made: list[str] = []
    plain = command.Keeper.keep

    def stopping(self: command.Keeper, key: str, make: Callable[[], Floats]) -> Floats:
        def counted() -> Floats:
            if len(made) == 6:
                raise KeyboardInterrupt
            made.append(key)
            return make()

        return plain(self, key, counted)

    monkeypatch.setattr(command.Keeper, "keep", stopping)
    code, said, _ = run(*words, "--out", str(twice))
    assert code != 0
    assert "goes on from here" in said
    assert not twice.exists()
    first = list(made)
    made.clear()

    def noting(self: command.Keeper, key: str, make: Callable[[], Floats]) -> Floats:
        def noted() -> Floats:
            made.append(key)
            return make()

        return plain(self, key, noted)

    monkeypatch.setattr(command.Keeper, "keep", noting)
    run(*words, "--out", str(twice))
    assert len(first) == 6
    assert not set(first) & set(made)
    assert twice.read_text() == once.read_text()


def test_a_mistake_is_one_sentence(sold: Path) -> None:
    _, _, error = run("--facts", "nowhere.csv", "--out", "x.csv")
    assert str(error) == "nowhere.csv is not there."
    _, _, error = run("--facts", str(sold), "--out", "x.csv", "--levels", "province")
    assert str(error) == "The facts have no column “province”. They have: area, rep, date, amount."
