"""The files of a folder as tables: every CSV, workbook sheet and Parquet file, and why the others are not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from salesyear.engine.messages import noop
from salesyear.importing.folder.findings import Finding, gap, stop
from salesyear.importing.reading import Limits, Refused, Table, read_table
from salesyear.importing.reading.tables import headings_of

TABLES: Final = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".xlsm", ".ods", ".parquet")
BOOKS: Final = (".xlsx", ".xls", ".xlsm", ".ods")
MOST_FILES: Final = 200
BROKEN: Final = 0.2  # of a file's rows; above it nothing is believed


@dataclass(frozen=True)
class File:
    """One table of a folder by its name (of a workbook's further sheets: `sales.xlsx#2025`)."""

    name: str
    table: Table


def read_folder(folder: Path, limits: Limits, skipped: frozenset[str]) -> tuple[list[File], list[Finding]]:
    """Read every table in a folder (not below it), in the order of their names; what cannot be read is a finding."""
    paths = sorted(path for path in folder.iterdir() if path.is_file() and _is_table(path))
    if len(paths) > MOST_FILES:
        text = noop("There are %(count)s tables in the folder; %(most)s are read at most.")
        return [], [stop("", text, noop("Choose a smaller folder."), count=len(paths), most=MOST_FILES)]
    files: list[File] = []
    findings: list[Finding] = []
    for path in paths:
        if path.name in skipped:
            continue
        try:
            read = [_checked(file) for file in _tables(path, limits) if file.name not in skipped]
        except Refused as refused:
            mend = noop("Mend or remove the file, or write is = “” for it in folder.toml.")
            findings.append(stop(path.name, refused.text, mend, **refused.values))
            continue
        files += [file for file, finding in read if finding is None]
        findings += [finding for _file, finding in read if finding is not None]
    return files, findings


def _is_table(path: Path) -> bool:
    name = path.name.lower().removesuffix(".gz")
    return not path.name.startswith((".", "~$")) and name.endswith(TABLES)


def _tables(path: Path, limits: Limits) -> Iterator[File]:
    if path.suffix.lower() == ".parquet":
        yield File(path.name, _parquet(path, limits))
        return
    first = read_table(path, limits)
    yield File(path.name, first)
    if path.suffix.lower() in BOOKS:
        for sheet in first.sheets:
            if sheet != first.sheet:
                yield from _sheet(path, limits, sheet)


def _sheet(path: Path, limits: Limits, sheet: str) -> Iterator[File]:
    try:
        yield File(f"{path.name}#{sheet}", read_table(path, limits, sheet))
    except Refused:
        return  # a further sheet without headings holds notes or a chart


def _checked(file: File) -> tuple[File, Finding | None]:
    broken = len(file.table.broken)
    if broken <= BROKEN * (file.table.height + broken):
        return file, None
    text = noop("%(broken)s of %(rows)s rows do not fit under the headings, so the file is left out.")
    mend = noop("Export it again with values in quotation marks.")
    return file, gap(file.name, text, mend, broken=broken, rows=file.table.height + broken)


def _parquet(path: Path, limits: Limits) -> Table:
    """A Parquet file as text; it says itself how long and wide it is before anything is read."""
    import polars as pl

    if path.stat().st_size > limits.size:
        raise Refused(noop("The file is larger than %(limit)s MB."), limit=limits.size // 1_000_000)
    try:
        scanned = pl.scan_parquet(path)
        rows = int(scanned.select(pl.len()).collect().item())
        if rows > limits.rows:
            raise Refused(noop("The file has more than %(rows)s rows."), rows=f"{limits.rows:,}")
        frame = scanned.collect()
        texts = frame.select(pl.all().cast(pl.String, strict=True).fill_null(""))
    except pl.exceptions.PolarsError as wrong:
        raise Refused(noop("The Parquet file cannot be read: %(reason)s"), reason=str(wrong).split("\n")[0]) from wrong
    headings = headings_of(frame.columns, limits)
    return Table(headings, tuple(column.to_list() for column in texts), list(range(1, rows + 1)))
