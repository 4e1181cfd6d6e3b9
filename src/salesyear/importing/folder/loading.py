"""A folder taken in: read, recognised, assembled, and brought in by the ordinary import, all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from django.db import transaction

from salesyear.core.scope import Scope
from salesyear.engine.messages import noop
from salesyear.importing import services
from salesyear.importing.folder.assembling import Assembled, Made, assemble
from salesyear.importing.folder.choices import FILE, Choices, read_choices, write_choices
from salesyear.importing.folder.files import read_folder
from salesyear.importing.folder.findings import Finding, Weight, refuse_if_stopped, stop
from salesyear.importing.folder.recognising import recognise
from salesyear.importing.layouts import Layout
from salesyear.importing.reading import Table

Told = Callable[[str, float], None]
FAULTS_SHOWN = 10


@dataclass(frozen=True)
class Taken:
    """What was taken in from a folder."""

    choices: Choices
    findings: list[Finding]
    currency: str
    years: int
    as_of: date
    rows: dict[str, int]


def take_folder(folder: Path, *, kept: Path, plan_year: int, told: Told) -> Taken:
    """Bring a folder's files in. kept: where the choices are written on first use, unless the folder has its own.

    Raises FolderRefused with everything that stands in the way; nothing has been brought in then.
    """
    told(noop("Reading the files"), 0.0)
    own = folder / FILE
    chosen = read_choices(own) or read_choices(kept)
    skipped = frozenset(name for name, one in chosen.files.items() if not one.role) if chosen else frozenset()
    joined = {join.file for one in (chosen.files.values() if chosen else ()) for join in one.joins}
    files, findings = read_folder(folder, services.limits(), skipped - joined)
    if not files and not findings:
        findings = [stop("", noop("There is no table in the folder (CSV, XLSX, XLS, ODS or Parquet)."))]
    refuse_if_stopped(findings)
    told(noop("Finding out what each file is"), 0.2)
    choices, decided = recognise(files, chosen)
    choices = replace(choices, company=choices.company or folder.resolve().name)
    if chosen is None:
        write_choices(kept, choices, _comments(decided))
    assembled = assemble(files, choices, plan_year=plan_year)
    rows = _bring_in(assembled, folder.name, told)
    found = [*findings, *decided, *assembled.findings]
    return Taken(choices, found, assembled.currency, assembled.years, assembled.as_of, rows)


def _bring_in(assembled: Assembled, name: str, told: Told) -> dict[str, int]:
    """Import table after table in one transaction; every refused row of every table is in the list."""
    refused: list[Finding] = []
    rows: dict[str, int] = {}
    with transaction.atomic():
        for place, made in enumerate(assembled.tables):
            told(noop("Bringing in"), 0.3 + 0.7 * place / len(assembled.tables))
            rows[made.kind] = len(made.rows)
            refused += _one(made, name)
        refuse_if_stopped(refused)
    return rows


def _one(made: Made, name: str) -> list[Finding]:
    if not made.rows:
        return []
    columns = tuple(map(list, zip(*made.rows, strict=True)))
    table = Table(made.columns, columns, list(range(2, len(made.rows) + 2)))
    layout = Layout(made.kind, {column: (column,) for column in made.columns})
    try:
        services.bring_in(table, f"{name}: {made.kind}", layout, scope=Scope.system("taking a folder in"))
    except services.RowsRefused as refused:
        faults = refused.draft.faults
        found = [
            Finding(Weight.STOP, made.kind, one.problem.rule, one.problem.mend, dict(one.problem.places))
            for one in faults[:FAULTS_SHOWN]
        ]
        if len(faults) > FAULTS_SHOWN:
            found.append(stop(made.kind, noop("… and %(count)s more."), count=len(faults) - FAULTS_SHOWN))
        return found
    return []


def _comments(decided: list[Finding]) -> dict[str, list[str]]:
    comments: dict[str, list[str]] = {
        "": [
            "What each file of the folder was taken for. Change it and run the plan again; it is never overwritten.",
            "is: orderlines, orders, customers, products, lines, reps, links, units, quotas, receipts, rates;",
            "empty: left out.",
            "columns: the heading each column is read from, [“First”, “Last”] joins two; a column of a file joined by",
            "`with` is written file.heading. dates: mdy or dmy, where 11/8/2016 is not clear by itself.",
            "left_out: states of orders that are no sale. move_years: by how many years dates are moved.",
        ]
    }
    for one in decided:
        if one.file:
            comments.setdefault(one.file, []).append(str(one))
    return comments
