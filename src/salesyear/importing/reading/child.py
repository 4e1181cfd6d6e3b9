"""The process that opens a workbook, under limits of memory and time; it writes rows as lines of JSON."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

from salesyear.engine.messages import noop
from salesyear.importing.reading.hostile import encrypted, weigh
from salesyear.importing.reading.tables import MEGABYTE, Limits, Refused

#: What the process may use before the workbook is known to be harmless, and what each unpacked byte adds.
SMALL: Final = 144 * MEGABYTE
PER_BYTE: Final = 6
OUT_OF_MEMORY: Final = 3
LONGEST_CELL: Final = 32_767


def main(path: str, kind: str, sheet: str, limits: str) -> None:
    """Write the sheet's rows to standard output: a line for the sheet, a line per row, or one refusal."""
    bounds = Limits(**json.loads(limits))
    signal.setitimer(signal.ITIMER_PROF, bounds.seconds)  # of work, not of waiting: a busy machine refuses nothing
    resource.setrlimit(resource.RLIMIT_CPU, (int(bounds.seconds) + 1, int(bounds.seconds) + 2))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _allow(SMALL, bounds)
    try:
        _allow(SMALL + PER_BYTE * weigh(Path(path), kind, bounds), bounds)
        for line in _lines(path, sheet, bounds):
            sys.stdout.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
    except Refused as refused:
        sys.stdout.write(json.dumps({"refused": refused.text, "places": refused.values}) + "\n")
    sys.stdout.flush()


def _allow(memory: int, bounds: Limits) -> None:
    """Set how much address space this process may take; the hard limit stays where it was set first."""
    resource.setrlimit(resource.RLIMIT_AS, (min(memory, bounds.memory), bounds.memory))


def _lines(path: str, sheet: str, bounds: Limits) -> Iterator[dict[str, Any] | list[Any]]:
    """The chosen sheet's name and all names, then its filled rows, each after its number."""
    import python_calamine as calamine  # only here: this process alone opens workbooks

    try:
        with calamine.CalamineWorkbook.from_path(path) as book:
            yield from _filled_rows(book, sheet)
    except calamine.PasswordError as locked:
        raise encrypted() from locked
    except (calamine.CalamineError, OSError) as broken:
        raise Refused(noop("The workbook cannot be read: it is damaged, or no workbook at all.")) from broken


def _filled_rows(book: Any, sheet: str) -> Iterator[dict[str, Any] | list[Any]]:  # noqa: ANN401 (calamine's workbook is imported late)
    """What of the opened book is written: the names of its sheets, then the rows with anything in them."""
    names = list(book.sheet_names)
    chosen = sheet if sheet in names else _first_filled(book, names)
    yield {"sheet": chosen, "sheets": names}
    for number, row in enumerate(book.get_sheet_by_name(chosen).iter_rows(), start=1):
        cells = [_text(cell) for cell in row]
        if any(cells):
            yield [number, *cells]


def _first_filled(book: Any, names: list[str]) -> str:  # noqa: ANN401 (calamine's workbook is imported late)
    """The first sheet that holds anything, else the first."""
    for name in names:
        if book.get_sheet_by_name(name).height:
            return str(name)
    if not names:
        raise Refused(noop("The workbook has no sheet."))
    return names[0]


def _text(cell: object) -> str:
    """A cell as text: numbers in the 15 digits a spreadsheet keeps, dates in ISO form."""
    if isinstance(cell, str):
        return _bounded(cell)
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else f"{cell:.15g}"
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ")
    return cell.isoformat() if isinstance(cell, (date, time)) else _plain(cell)


def _bounded(text: str) -> str:
    """Text as long as an office program would store in a cell."""
    if len(text) > LONGEST_CELL:
        raise Refused(
            noop("A cell holds %(length)s characters; %(longest)s fit into a cell."),
            length=f"{len(text):,}",
            longest=f"{LONGEST_CELL:,}",
        )
    return text


def _plain(cell: object) -> str:
    """Whole numbers and lengths of time."""
    return f"{cell.total_seconds() / 86400:.15g}" if isinstance(cell, timedelta) else str(cell or "")


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        try:
            main(*sys.argv[1:5])
        except MemoryError:
            os._exit(OUT_OF_MEMORY)
