"""`salesyear targets` from files to files: solved, explained, refused with the reason, compared."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import polars as pl
import pytest
from rich.console import Console
from rich.progress import Progress, TaskID
from typer.testing import CliRunner

from salesyear.cli.targets import app

pytestmark = pytest.mark.once
run = CliRunner().invoke

RULES = """
levels = ["region", "rep"]
unit = 10

[[total]]
name = "Company growth"
exactly = 1200
owner = "Li"
reason = "the market grows"

[[share]]
name = "Line A"
of = { line = "A" }
at_least = 0.6

[[total]]
name = "Cap of Bo"
at = "rep"
amounts = { Bo = { at_most = 500 } }
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = [(region, rep, line, 250.0) for region, rep in (("East", "Ann"), ("West", "Bo")) for line in ("A", "B")]
    frame = pl.DataFrame(rows, schema=["region", "rep", "line", "prior"], orient="row")
    frame.write_parquet(tmp_path / "cells.parquet")
    frame.write_csv(tmp_path / "cells.csv")
    (tmp_path / "rules.toml").write_text(RULES, encoding="utf-8")
    return tmp_path


def files(folder: Path, cells: str = "cells.parquet") -> list[str]:
    return ["--cells", str(folder / cells), "--rules", str(folder / "rules.toml")]


@pytest.mark.parametrize("cells", ["cells.parquet", "cells.csv"])
def test_a_plan_is_solved_written_and_explained(folder: Path, cells: str) -> None:
    out = folder / "plan.parquet"
    result = run(app, ["solve", *files(folder, cells), "--out", str(out), "--explain"])
    assert result.exit_code == 0, result.output
    plan = pl.read_parquet(out)
    assert plan["target"].sum() == 1200
    assert set(plan["target"] % 10) == {0}
    assert plan.filter(pl.col("line") == "A")["target"].sum() >= 720
    assert plan.filter(pl.col("rep") == "Bo")["target"].sum() <= 500
    assert "company: 1,000 -> 1,200" in result.output
    assert "Li the market grows" in result.output


def test_the_unit_can_be_given(folder: Path) -> None:
    out = folder / "plan.csv"
    assert run(app, ["solve", *files(folder), "--out", str(out), "--unit", "100"]).exit_code == 0
    assert set(pl.read_csv(out)["target"] % 100) == {0}


def test_rules_that_clash_are_named_and_nothing_is_written(folder: Path) -> None:
    with (folder / "rules.toml").open("a", encoding="utf-8") as file:
        file.write('[[total]]\nname = "East cap"\nat = "region"\namounts = { East = { at_most = 600 } }\n')
    out = folder / "plan.parquet"
    result = run(app, ["solve", *files(folder), "--out", str(out)])
    assert result.exit_code == 1
    assert "“Company growth” asks for 1,200 at company" in result.output
    assert "100 missing" in result.output
    assert not out.exists()
    checked = run(app, ["check", *files(folder), "--json"])
    assert checked.exit_code == 1
    assert json.loads(checked.output)["conflicts"][0]["missing"] == pytest.approx(100)


def test_rules_that_can_be_met_pass_the_check(folder: Path) -> None:
    result = run(app, ["check", *files(folder)])
    assert (result.exit_code, result.output) == (0, "All rules can be met.\n")


def test_two_plans_are_compared(folder: Path) -> None:
    for name, unit in (("one", "10"), ("other", "100")):
        run(app, ["solve", *files(folder), "--out", str(folder / f"{name}.parquet"), "--unit", unit])
    one, other = (str(folder / f"{name}.parquet") for name in ("one", "other"))
    assert run(app, ["diff", one, one]).output == "No difference.\n"
    result = run(app, ["diff", one, other, "--by", "rep,line", "--json"])
    assert result.exit_code == 1
    assert sum(row["change"] for row in json.loads(result.output)) == 0


def test_a_mistake_in_the_rules_is_one_sentence(folder: Path) -> None:
    (folder / "rules.toml").write_text('levels = ["region"]\n[[totl]]\nname = "X"\n', encoding="utf-8")
    result = run(app, ["check", *files(folder)])
    assert "Did you mean “total”?" in str(result.exception)
    (folder / "rules.toml").write_text("levels = [", encoding="utf-8")
    assert "cannot be read" in str(run(app, ["check", *files(folder)]).exception)


def refusal(folder: Path, cells: pl.DataFrame | None = None, rules: str | None = None) -> str:
    """What `check` says about changed cells or rules."""
    if cells is not None:
        cells.write_csv(folder / "cells.csv")
    if rules is not None:
        (folder / "rules.toml").write_text(rules, encoding="utf-8")
    table = folder / ("cells.parquet" if cells is None else "cells.csv")
    result = run(app, ["check", "--cells", str(table), "--rules", str(folder / "rules.toml")])
    assert result.exit_code == 1
    return str(result.exception)


def test_a_refusal_names_the_row_the_value_and_what_mends_it(folder: Path) -> None:
    cells = pl.read_parquet(folder / "cells.parquet")
    second = pl.int_range(pl.len()) == 1
    odd = pl.when(second).then(pl.lit("12,5")).otherwise(pl.col("prior").cast(pl.String))
    said = refusal(folder, cells.with_columns(prior=odd))
    assert said.startswith("“prior” in row 2 is “12,5”, which is not a number: write it with digits")
    said = refusal(folder, cells.with_columns(prior=pl.when(second).then(None).otherwise(pl.col("prior"))))
    assert said == "The prior is missing or not a number in row 2: write 0 where nothing is expected."
    said = refusal(folder, cells.rename({"prior": "expected"}))
    assert said.startswith("The cells have no column “prior”. They have: ")
    assert "expected" in said
    said = refusal(folder, cells.with_columns(locked=pl.when(second).then(12.5).otherwise(None)))
    assert said.startswith("The cell in row 2 is locked at 12.5, which is not a whole number of the unit 10.")


def test_a_mistaken_rule_is_named_with_what_it_says(folder: Path) -> None:
    text = (folder / "rules.toml").read_text(encoding="utf-8")
    said = refusal(folder, rules=text.replace("exactly = 1200", 'exactly = "1.2 k"'))
    assert said.startswith("Rule “Company growth”: “1.2 k” is not an amount. Write digits without quotes")
    lock = '[[lock]]\nname = "Nobody"\nwhere = { rep = "Zoe", line = "A" }\nexactly = 10\n'
    assert "none has rep = Zoe, line = A" in refusal(folder, rules=text + lock)


def test_what_could_not_be_written_is_said_before_the_work(folder: Path) -> None:
    for out, said in (("plan.xlsx", "must end in .parquet or .csv"), ("no/plan.csv", "there is no folder")):
        result = run(app, ["solve", *files(folder), "--out", str(folder / out)])
        assert said in str(result.exception)
        assert not (folder / out).exists()
    for cells, rules, said in (
        ("rules.toml", "rules.toml", "must be a .parquet or a .csv"),
        ("cells.parquet", "none.toml", "no file"),
    ):
        result = run(app, ["check", "--cells", str(folder / cells), "--rules", str(folder / rules)])
        assert said in str(result.exception)


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_a_plan_stopped_while_it_is_written_leaves_the_old_one(
    folder: Path, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = folder / f"plan.{ending}"
    out.write_text("the plan of yesterday", encoding="utf-8")

    def stopped(_frame: pl.DataFrame, file: Path) -> None:
        Path(file).write_text("the first hal", encoding="utf-8")
        raise KeyboardInterrupt

    monkeypatch.setattr(pl.DataFrame, f"write_{ending}", stopped)
    before = sorted(folder.iterdir())
    assert run(app, ["solve", *files(folder), "--out", str(out)]).exit_code != 0
    assert out.read_text(encoding="utf-8") == "the plan of yesterday"
    assert sorted(folder.iterdir()) == before


def test_long_work_says_what_it_is_doing_beside_the_answer(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Console(file=StringIO(), force_terminal=True)
    monkeypatch.setattr("salesyear.cli.targets.console", lambda: terminal)
    shown: list[str] = []
    update = Progress.update

    def seen(bars: Progress, task: TaskID, *, description: str) -> None:
        shown.append(description)
        update(bars, task, description=description)

    monkeypatch.setattr(Progress, "update", seen)
    out = folder / "plan.parquet"
    solved = run(app, ["solve", *files(folder), "--out", str(out), "--json"])
    assert shown == ["Reading", "Writing the rules as rows", "Solving", "Rounding", "Writing", "Saying why"]
    assert json.loads(solved.stdout)["met"]
    shown.clear()
    run(app, ["diff", str(out), str(out)])
    assert shown == ["Reading", "Comparing"]
    shown.clear()
    with (folder / "rules.toml").open("a", encoding="utf-8") as file:
        file.write('[[total]]\nname = "East cap"\nat = "region"\namounts = { East = { at_most = 600 } }\n')
    run(app, ["check", *files(folder)])
    assert shown[-1] == "Finding what clashes"
