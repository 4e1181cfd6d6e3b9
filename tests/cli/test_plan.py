"""`salesyear plan`: from a folder of files to the papers, in a process of its own, with no server and no database."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from pptx import Presentation

pytestmark = pytest.mark.once
NORTHWIND = Path(__file__).parents[1] / "documents" / "northwind"


def unpacked(folder: Path) -> Path:
    """Northwind as somebody would have it: a folder of CSV files."""
    folder.mkdir()
    for packed in NORTHWIND.glob("*.csv.gz"):
        (folder / packed.stem).write_bytes(gzip.decompress(packed.read_bytes()))
    return folder


def run(*words: str, home: Path) -> subprocess.CompletedProcess[str]:
    env = {
        **os.environ,
        "SALESYEAR_HOME": str(home),
        "SALESYEAR_LANGUAGE": "en",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    env.pop("DATABASE_URL", None)
    command = [sys.executable, "-m", "salesyear.cli", "plan", *words]
    return subprocess.run(command, capture_output=True, text=True, env=env, timeout=300, check=False)


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
    charts = [
        shape.chart
        for slide in Presentation(str(out / "plan-2027.pptx")).slides
        for shape in slide.shapes
        if shape.has_chart
    ]
    assert list(charts[0].plots[0].series)[2].values[2] == 1_400_000
    places = openpyxl.load_workbook(out / "plan-2027.xlsx", data_only=True)["Places"].iter_rows(min_row=6)
    months = [sum(column) for column in zip(*([cell.value for cell in row[6:18]] for row in places), strict=True)]
    assert months == list(list(charts[1].plots[0].series)[2].values)
    assert sum(months) == 1_400_000
    assert said["coverage"] is None or 0 <= said["coverage"] <= 1
    assert {one["verdict"] for one in said["audit"]} <= {"good", "watch", "poor", "unknown"}
    assert len(said["audit"]) == 5
    assert not (tmp_path / "h").exists()  # the installation's own database is left alone
    assert not list(tmp_path.glob(".plan-*"))


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
