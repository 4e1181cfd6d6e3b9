"""Workbooks, opened in a child process only: whatever a file does there, this process lives on."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, Final

import salesyear
from salesyear.engine.messages import noop
from salesyear.importing.reading import child as child_module
from salesyear.importing.reading.tables import MEGABYTE, Gathering, Limits, Refused, Table, headings_of

WAITING: Final = 10  # times the seconds of work allowed: as long as a workbook may take by the clock


def read_workbook(path: Path, kind: str, limits: Limits, sheet: str = "") -> Table:
    """A sheet of an XLSX, XLS or ODS file as a table; without a name the first that holds anything.

    Raises Refused with the reason when the file is hostile, damaged, encrypted or over a limit.
    """
    command = [sys.executable, "-P", "-X", "utf8", "-m", child_module.__name__]
    arguments = [str(path.resolve()), kind, sheet, json.dumps(asdict(limits))]
    with subprocess.Popen(  # noqa: S603 (our own module, the file's name as an argument)
        [*command, *arguments], env=_bare(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL
    ) as child:
        try:
            return _table(child, limits)
        finally:
            child.kill()


def _bare() -> dict[str, str]:
    """The child's environment: where this package lies, and nothing else of ours."""
    return {"PYTHONPATH": str(Path(salesyear.__file__).parents[1]), "PATH": os.defpath}


def _table(child: subprocess.Popen[bytes], limits: Limits) -> Table:
    """What the child writes, as a table."""
    lines = _lines(child, limits)
    about = next(lines, None) or {}
    _, *headings = next(lines, ["0"])
    gathering = Gathering(headings_of(headings, limits), limits)
    for number, *row in lines:
        gathering.add(number, row)
    return gathering.table(sheet=about["sheet"], sheets=tuple(about["sheets"]))


def _lines(child: subprocess.Popen[bytes], limits: Limits) -> Iterator[Any]:
    """The child's lines until it ends well; a refusal, a crash or a lapse of time is raised."""
    if child.stdout is None:
        raise Refused(noop("The workbook cannot be read: it is damaged, or no workbook at all."))
    for line in _timely(child.stdout, limits):
        said = json.loads(line)
        if isinstance(said, dict) and "refused" in said:
            raise Refused(said["refused"], **said["places"])
        yield said
    status = child.wait(timeout=5)
    if status:
        raise _crash(status, limits)


def _crash(status: int, limits: Limits) -> Refused:
    """Why a child ended without an answer: it ran out of time or of memory, or the file broke the reader."""
    if status in (-signal.SIGPROF, -signal.SIGXCPU, -signal.SIGKILL):
        return _late(limits)
    if status not in (-signal.SIGABRT, child_module.OUT_OF_MEMORY):
        return Refused(noop("The workbook cannot be read: it is damaged, or no workbook at all."))
    return Refused(noop("Opening the workbook takes too much memory for its size. Save the sheet as CSV, or split it."))


def _late(limits: Limits) -> Refused:
    """The refusal of a workbook that takes too long."""
    return Refused(
        noop("Opening the workbook takes longer than %(limit)s s. Save the sheet as CSV, or split it."),
        limit=f"{limits.seconds:g}",
    )


def _timely(pipe: IO[bytes], limits: Limits) -> Iterator[bytes]:
    """Whole lines from a pipe; the child itself ends when it has worked too long, this is for one that hangs."""
    deadline = time.monotonic() + WAITING * limits.seconds
    rest: list[bytes] = []
    room = 2 * limits.unpacked
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while True:
            left = deadline - time.monotonic()
            if left <= 0 or not selector.select(left):
                raise _late(limits)
            piece = os.read(pipe.fileno(), MEGABYTE)
            if not piece:
                return
            room -= len(piece)
            if room < 0:
                raise _too_much(limits)
            first, *lines = piece.split(b"\n")
            rest.append(first)
            if lines:
                yield b"".join(rest)
                yield from lines[:-1]
                rest = lines[-1:]


def _too_much(limits: Limits) -> Refused:
    """The refusal of a workbook whose cells hold more text than its limit allows."""
    return Refused(
        noop("The sheet holds more text than %(limit)s MB. Split it into smaller files."),
        limit=2 * limits.unpacked // MEGABYTE,
    )
