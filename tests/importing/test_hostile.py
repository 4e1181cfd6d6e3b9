"""Files made to harm whoever opens them are refused with the reason, in 2 s and 150 MB (acceptance case 28)."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from salesyear.importing.reading import Limits, Refused, read_table, workbooks

pytestmark = pytest.mark.once

ENTITIES = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + b"".join(
    b'<!ENTITY %c "%s">' % (98 + place, b"&%c;" % (97 + place) * 10) for place in range(9)
)
MEASURED = """
import json, resource, sys
from pathlib import Path
from salesyear.importing.reading import Refused, read_table
try:
    table = read_table(Path(sys.argv[1]))
    said = f"{table.height} rows"
except Refused as refused:
    said = str(refused)
# The own peak from the kernel's table: ru_maxrss would carry over what the process before this one took.
own = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps([said, (own + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024]))
"""


def measured(path: Path) -> tuple[str, float, float]:
    """What reading a file says, in a process of its own: the answer, seconds, MB of both processes."""
    start = time.perf_counter()
    done = subprocess.run(  # the same interpreter, our own lines
        [sys.executable, "-c", MEASURED, str(path)],
        capture_output=True,
        check=True,
        env={"PYTHONPATH": ":".join(sys.path), "PYTHONUTF8": "1"},
    )
    said, peak = json.loads(done.stdout)
    return said, time.perf_counter() - start, peak


def small(path: Path, cells: dict[str, str]) -> Path:
    """A workbook with a few cells."""
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for place, value in cells.items():
            sheet.write(place, value)
    return path


def changed(path: Path, change: Callable[[bytes], bytes]) -> Path:
    """A small workbook whose sheet was rewritten."""
    honest = small(path.with_suffix(".honest.xlsx"), {"A1": "a", "B1": "b", "A2": "1", "B2": "2"})
    with zipfile.ZipFile(honest) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            content = old.read(part)
            new.writestr(part.filename, change(content) if "sheet1" in part.filename else content)
    return path


def far_cell(path: Path) -> Path:
    return small(path, {"A1": "a", "XFD1048576": "x"})


def far_cell_alone(path: Path) -> Path:
    return small(path, {"XFD1048576": "x"})


def bomb(path: Path) -> Path:
    return changed(path, lambda sheet: sheet.replace(b"</sheetData>", b"</sheetData>" + b" " * 180_000_000))


def entity_bomb(path: Path) -> Path:
    return changed(path, lambda sheet: sheet.replace(b"?>", b"?>" + ENTITIES + b"]>", 1).replace(b"<v>0", b"<v>&j;"))


def many_parts(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as package:
        for place in range(100_000):
            package.writestr(f"xl/part{place}.xml", b"")
    return path


def encrypted(path: Path) -> Path:
    path.write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 4000 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 4000
    )
    return path


def web_page(path: Path) -> Path:
    path = path.with_suffix(".xls")
    path.write_text("<html><table><tr><td>订单</td></tr></table></html>", encoding="utf-8")
    return path


def one_huge_cell(path: Path) -> Path:
    cell = b'<row r="3"><c r="A3" t="inlineStr"><is><t>' + b"x" * 15_000_000 + b"</t></is></c></row></sheetData>"
    return changed(path, lambda sheet: sheet.replace(b"</sheetData>", cell))


def cut_short(path: Path) -> Path:
    whole = small(path, {"A1": "a"}).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    return path


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (far_cell, "A sheet reaches to row 1,048,576 and column 16,384"),
        (far_cell_alone, "A sheet reaches to row 1,048,576 and column 16,384"),
        (bomb, "Unpacked, the workbook is 172 MB"),
        (entity_bomb, "declares entities"),
        (many_parts, "65,535 or more parts"),
        (encrypted, "encrypted"),
        (web_page, "web page"),
        (one_huge_cell, "A cell holds 15,000,000 characters"),
        (cut_short, "damaged"),
    ],
)
def test_refused_with_the_reason_in_little_time_and_memory(
    tmp_path: Path, made: Callable[[Path], Path], reason: str
) -> None:
    said, seconds, megabytes = measured(made(tmp_path / "book.xlsx"))
    assert reason in said
    assert seconds < 2
    assert megabytes < 150


def test_an_honest_workbook_of_ten_thousand_rows(tmp_path: Path) -> None:
    path = tmp_path / "legal.xlsx"
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        for row in range(10_001):
            sheet.write_row(row, 0, [f"客户 {row}-{place}" for place in range(15)])
    said, seconds, megabytes = measured(path)
    assert said == "10000 rows"
    assert seconds < 10
    assert megabytes < 250


def test_a_size_that_lies_is_found_out(tmp_path: Path) -> None:
    path = changed(tmp_path / "liar.xlsx", lambda sheet: sheet + b" " * 1_000_000)
    content = path.read_bytes()
    with zipfile.ZipFile(path) as package:
        true_size = next(part.file_size for part in package.infolist() if "sheet1" in part.filename)
    lying = content.replace(true_size.to_bytes(4, "little"), (100).to_bytes(4, "little"))
    assert lying != content
    path.write_bytes(lying)
    with pytest.raises(Refused, match="damaged"):
        read_table(path)


def test_what_is_not_foreseen_runs_into_the_limits(tmp_path: Path) -> None:
    path = small(tmp_path / "hole.xlsx", {"A1": "a", "CM200000": "x"})
    with pytest.raises(Refused, match="too much memory"):
        read_table(path)
    with pytest.raises(Refused, match=r"longer than 0\.001 s"):
        read_table(small(tmp_path / "slow.xlsx", {"A1": "a"}), Limits(seconds=0.001))


def test_a_busy_machine_refuses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is of work: a child that has to wait for longer than it still gives its table."""
    (tmp_path / "sitecustomize.py").write_text("import time; time.sleep(2.5)\n")
    bare = workbooks._bare()
    monkeypatch.setattr(workbooks, "_bare", lambda: {**bare, "PYTHONPATH": f"{tmp_path}:{bare['PYTHONPATH']}"})
    began = time.monotonic()
    assert read_table(small(tmp_path / "book.xlsx", {"A1": "a", "A2": "x"}), Limits(seconds=2)).height == 1
    assert time.monotonic() - began > 2
