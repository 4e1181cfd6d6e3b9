"""Files read as tables of text: delimited text here, workbooks in a child process."""

from __future__ import annotations

from pathlib import Path

from salesyear.engine.messages import noop
from salesyear.importing.reading.delimited import read_delimited
from salesyear.importing.reading.hostile import kind_of
from salesyear.importing.reading.tables import MEGABYTE, Limits, Refused, Table
from salesyear.importing.reading.workbooks import read_workbook

__all__ = ["Limits", "Refused", "Table", "read_table"]


def read_table(path: Path, limits: Limits | None = None, sheet: str = "") -> Table:
    """Any file as a table of text, by what it is and not by its name.

    Raises Refused with the reason when it is empty, over a limit, damaged, encrypted or hostile.
    """
    limits = limits or Limits()
    size = path.stat().st_size
    if not size:
        raise Refused(noop("The file is empty."))
    if size > limits.size:
        raise Refused(
            noop("The file has %(size)s MB; %(limit)s MB at most are read. Split it into smaller files."),
            size=f"{size / MEGABYTE:,.1f}",
            limit=limits.size // MEGABYTE,
        )
    kind = kind_of(path)
    return read_delimited(path, limits) if kind == "text" else read_workbook(path, kind, limits, sheet)
