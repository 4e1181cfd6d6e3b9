"""`salesyear plan`: from a folder of files to the papers, in a process of its own, with no server and no database."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

from live import Browser, wait_for
from paper_numbers import assert_the_deck_agrees, assert_the_workbook_agrees, sums_of

pytestmark = pytest.mark.once
SAMPLES = Path(__file__).parents[2] / "src" / "salesyear" / "samples"
NORTHWIND = Path(__file__).parents[1] / "documents" / "northwind"


def unpacked(folder: Path) -> Path:
    """Northwind as somebody would have it: a folder of CSV files."""
    folder.mkdir()
    for packed in NORTHWIND.glob("*.csv.gz"):
        (folder / packed.stem).write_bytes(gzip.decompress(packed.read_bytes()))
    return folder


def run(*words: str, home: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "salesyear.cli", "plan", *words]
    env = environment() | {"SALESYEAR_HOME": str(home)}
    return subprocess.run(command, capture_output=True, text=True, env=env, timeout=300, check=False)


def environment() -> dict[str, str]:
    """As a person has it who has set nothing but the language."""
    env = {**os.environ, "SALESYEAR_LANGUAGE": "en", "PYTHONPATH": os.pathsep.join(sys.path)}
    env.pop("DATABASE_URL", None)
    return env


def test_northwind_from_files_to_papers(tmp_path: Path) -> None:
    data, out = unpacked(tmp_path / "northwind"), tmp_path / "plan"
    done = run(
        "--data", str(data), "--year", "2027", "--total", "1.4M", "--out", str(out), "--json", home=tmp_path / "h"
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert (said["currency"], said["target"]) == ("USD", 140_000_000)
    names = {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}
    assert {"plan-2027.pptx", "plan-2027.xlsx", "plan-2027.pdf", "plan-2027.ics", "folder.toml", "policy.toml"} <= names
    assert {"regions/Eastern.pptx", "regions/Western.pptx"} <= names
    assert sum(name.startswith("reps/") for name in names) == 9
    rows = openpyxl.load_workbook(out / "plan-2027.xlsx", data_only=True)["Targets"].iter_rows(min_row=5, max_row=5)
    assert next(rows)[13].value == 1_400_000
    sums = sums_of(out / ".work" / "salesyear.sqlite3")
    assert sums.total == 140_000_000
    assert_the_workbook_agrees(out / "plan-2027.xlsx", sums)
    assert_the_deck_agrees(out / "plan-2027.pptx", sums)
    assert said["coverage"] is None or 0 <= said["coverage"] <= 1
    assert {one["verdict"] for one in said["audit"]} <= {"good", "watch", "poor", "unknown"}
    assert len(said["audit"]) == 5
    assert not (tmp_path / "h").exists()  # the installation's own database is left alone
    assert [path.name for path in tmp_path.glob(".*")] == []
    made_by_an_earlier_version(out / ".work")
    assert_opens(out)


def made_by_an_earlier_version(home: Path) -> None:
    """Take the newest migration of the figures back; today's code then finds a table too old for it, and says so."""
    words = [sys.executable, "-m", "salesyear.cli", "manage", "migrate", "performance", "0004"]
    env = environment() | {"SALESYEAR_HOME": str(home)}
    said = subprocess.run(words, capture_output=True, text=True, env=env, timeout=120, check=False)
    assert "no column named day" in said.stderr


@pytest.mark.parametrize("company", ["superstore-zh", "adventureworks"])
def test_numbers_are_the_plans_to_the_unit(company: str, tmp_path: Path) -> None:
    """Published files as they are: what stands in the deck and in the workbook is what the sheets add up to."""
    out = tmp_path / "plan"
    words = ["--data", str(SAMPLES / company), "--year", "2027", "--growth", "8%", "--out", str(out)]
    done = run(*words, "--language", "both", "--no-regions", "--no-reps", "--json", home=tmp_path / "h")
    assert done.returncode == 0, done.stderr
    sums = sums_of(out / ".work" / "salesyear.sqlite3")
    assert json.loads(done.stdout)["target"] == sums.total > 0
    for language in ("en", "zh"):
        assert_the_workbook_agrees(out / f"plan-2027.{language}.xlsx", sums)
        assert_the_deck_agrees(out / f"plan-2027.{language}.pptx", sums)


def assert_opens(out: Path) -> None:
    """The plan that was just made is served: its own address and sign-in, on a port that is free."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "salesyear.cli", "open", str(out), "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment()) as serving:
        try:
            assert serving.stdout
            address, sign_in = (serving.stdout.readline() for _ in range(2))
            where = re.search(rf"http://127\.0\.0\.1:{port}(/targets/plans/\d+/\d+/table/)$", address.rstrip())
            who = re.match(r"Sign in as (\S+) with (\S+) ", sign_in)
            assert where, address
            assert who, sign_in
            browser = Browser(f"http://127.0.0.1:{port}")
            wait_for(lambda: browser.get("/health/").status == 200, seconds=60, what="the site")
            assert browser.sign_in(who[1], who[2]).status == 302
            assert browser.get(where[1]).status == 200
            rows = json.loads(browser.get(f"{where[1]}rows/?down=region&measures=target").page)["rows"]
            assert rows[0]["values"]["target"]["total"] == 140_000_000
        finally:
            serving.terminate()


def test_a_bad_folder_is_a_list_and_no_file(tmp_path: Path) -> None:
    data, out = unpacked(tmp_path / "northwind"), tmp_path / "plan"
    for name in ("orders.csv", "order_details.csv"):
        (data / name).unlink()
    (data / "more.csv.gz").write_bytes(gzip.compress(b"\0" * 200_000_000, compresslevel=1))
    done = run("--data", str(data), "--year", "2027", "--total", "1.4M", "--out", str(out), home=tmp_path / "h")
    assert done.returncode == 2
    assert "more.csv.gz" in done.stderr
    assert "Traceback" not in done.stderr
    assert not out.exists()


def test_a_mistake_is_one_sentence(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    done = run("--data", str(data), "--year", "2027", "--out", str(tmp_path / "plan"), home=tmp_path / "h")
    assert (done.returncode, done.stderr.strip()) == (
        2,
        "salesyear: Give either --total or --growth: what is the year to bring?",
    )
    shutil.rmtree(data)
    gone = run("--data", str(data), "--year", "2027", "--total", "1M", home=tmp_path / "h")
    assert "There is no folder" in gone.stderr
