"""What people do with files: check one, save it, undo it; each in one transaction and recorded."""

from __future__ import annotations

import hashlib
import shutil
import uuid
from collections.abc import Iterator
from collections.abc import Mapping as AnyMapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from salesyear.core import events, runs
from salesyear.core.scope import Scope
from salesyear.engine.messages import EngineError, noop
from salesyear.importing import layouts, plain_rows, saving
from salesyear.importing.checking import NO_PROGRESS, SAMPLE, Fault, Progress, read_rows
from salesyear.importing.deltas import Draft
from salesyear.importing.layouts import Layout
from salesyear.importing.models import Import, Mapping, State
from salesyear.importing.order_lines import OrderLines
from salesyear.importing.reading import Limits, Refused, Table, read_table
from salesyear.org.models import User
from salesyear.performance.facts import FILES

FAULTS_SHOWN: Final = 50
_LOCK: Final = 0x1A9047  # one import at a time, on PostgreSQL by this advisory lock


class NotSaved(EngineError):
    """An import that was not saved, or not undone; nothing has changed."""


class RowsRefused(NotSaved):
    """A file with problems, of which not only the good rows were asked for; `draft` holds every problem."""

    def __init__(self, draft: Draft) -> None:
        """Name the first problem in the sentence."""
        first = draft.faults[0]
        super().__init__(
            noop(
                "%(count)s rows are refused, so nothing was saved. Mend them, or save the good rows only. "
                "The first is row %(row)s, column “%(heading)s”."
            ),
            count=draft.counts.rejected,
            row=first.row,
            heading=first.heading,
        )
        self.draft = draft


def limits() -> Limits:
    """What a file may measure, as this installation sets it."""
    return Limits(size=settings.IMPORT_MOST_BYTES, rows=settings.IMPORT_MOST_ROWS)


def read_file(path: Path, sheet: str = "") -> Table:
    """A file as a table. Raises Refused with the reason."""
    return read_table(path, limits(), sheet)


def layout_for(table: Table, kind: str = "") -> Layout:
    """The layout people last chose for these headings, else the best guess."""
    kept = Mapping.objects.filter(fingerprint=layouts.fingerprint(table.headings)).first()
    return layouts.remembered_or_guessed(table.headings, kept.layout if kept else None, kind)


def check(table: Table, layout: Layout, scope: Scope, progress: Progress = NO_PROGRESS) -> Draft:
    """Everything a file would change and everything wrong with it; changes nothing.

    Raises LayoutError when the layout does not fit the file or lacks a column.
    """
    layouts.checked(layout, table.headings)
    reading = read_rows(table, layout, scope, progress)
    if layout.kind == "orderlines":
        return OrderLines(reading, progress).draft()
    return plain_rows.draft(reading, progress)


def take_in(
    path: Path, name: str, *, actor: User | None, scope: Scope, layout: Layout | None = None, kind: str = ""
) -> Import:
    """Keep a file and what checking it said; nothing is saved yet. Raises Refused for a file that is no table."""
    table = read_file(path)
    stored = _keep(path)
    import_ = Import(name=name[:200], sha256=_digest(path), stored=stored, made_by=actor)
    _understand(import_, table, layout or layout_for(table, kind), scope)
    import_.save()
    return import_


def change_layout(import_: Import, layout: Layout, scope: Scope) -> None:
    """Check the file of an import again, understood otherwise. Raises NotSaved when it is saved already."""
    if import_.state != State.CHECKED:
        raise NotSaved(noop("This import is saved already: its columns can no longer be chosen."))
    _understand(import_, read_file(path_of(import_)), layout, scope)
    import_.save()


def _understand(import_: Import, table: Table, layout: Layout, scope: Scope) -> None:
    """Write down how a file was read, 20 rows as understood, its problems and its counts."""
    import_.kind, import_.layout = layout.kind, layout.kept()
    import_.shown = {"headings": list(table.headings), "read": _how(table), "rows": _sample(table)}
    try:
        draft = check(table, layout, scope)
    except layouts.LayoutError as wrong:
        import_.shown["lacking"] = {"text": wrong.text, "values": _plain(wrong.values)}
        import_.rows = table.height + len(table.broken)
        return
    _count(import_, draft)
    import_.shown["faults"] = [shown(fault) for fault in draft.faults[:FAULTS_SHOWN]]
    import_.shown["problems"] = len(draft.faults)
    import_.shown["understood"] = _understood(draft)


def _plain(values: AnyMapping[str, object]) -> dict[str, str]:
    """Values of a sentence as text."""
    return {name: str(value) for name, value in values.items()}


def _how(table: Table) -> dict[str, str]:
    """How the file was read, for people to check."""
    return {"encoding": table.encoding, "separator": table.separator, "sheet": table.sheet}


def _sample(table: Table) -> list[list[str]]:
    """The first rows as found."""
    return [[str(table.numbers[row]), *table.row(row)] for row in range(min(SAMPLE, table.height))]


def _understood(draft: Draft) -> list[dict[str, Any]]:
    """The first rows as understood: number, whether good, and each column's text as it was read."""
    reading = draft.reading
    rows = range(min(SAMPLE, reading.table.height))
    columns = list(reading.texts)
    return [
        {
            "row": reading.table.numbers[row],
            "good": row not in reading.bad,
            "cells": [reading.understood(column, row) for column in columns],
        }
        for row in rows
    ]


def _count(import_: Import, draft: Draft) -> None:
    """Write down where the rows went."""
    for name, count in asdict(draft.counts).items():
        setattr(import_, name, count)


def shown(fault: Fault) -> dict[str, Any]:
    """A problem as kept with the import, to be put into the reader's language when shown."""
    return {
        "row": fault.row,
        "heading": fault.heading,
        "value": fault.value[:200],
        "rule": fault.problem.rule,
        "mend": fault.problem.mend,
        "places": dict(fault.problem.places),
    }


def save_import(
    import_: Import,
    *,
    scope: Scope,
    actor: User | None = None,
    good_rows_only: bool = False,
    progress: Progress = NO_PROGRESS,
) -> Import:
    """Read the file again, check it again, and save what it says, in one transaction.

    Raises NotSaved, with nothing changed, when rows are refused and not only the good ones were asked for.
    """
    table = read_file(path_of(import_))
    saved = Saved(table, Layout.of(import_.layout), scope, actor, good_rows_only, progress)
    with _together():
        _save(_locked(import_), saved)
        runs.ask_soon(FILES)
    import_.refresh_from_db()
    return import_


def bring_in(
    table: Table,
    name: str,
    layout: Layout,
    *,
    scope: Scope,
    actor: User | None = None,
    good_rows_only: bool = False,
    progress: Progress = NO_PROGRESS,
) -> tuple[Import, Draft]:
    """Check a table that is at hand and save it, in one transaction; no file is kept.

    Raises RowsRefused, with nothing changed, when rows are refused and not only the good ones were asked for.
    """
    saved = Saved(table, layout, scope, actor, good_rows_only, progress)
    import_ = Import(name=name[:200], sha256=digest_of(table), made_by=actor, kind=layout.kind, layout=layout.kept())
    with _together():
        import_.save()
        return import_, _save(import_, saved)


@contextmanager
def _together() -> Iterator[None]:
    """One transaction, one import at a time; a contradiction found by the database is told in words."""
    try:
        with transaction.atomic():
            _one_at_a_time()
            yield
    except IntegrityError as contradiction:
        rule = noop("The file contradicts what is there: %(reason)s Nothing was saved.")
        raise NotSaved(rule, reason=str(contradiction).split("\n")[0]) from contradiction


@dataclass(frozen=True)
class Saved:
    """What is to be saved, for whom and how."""

    table: Table
    layout: Layout
    scope: Scope
    actor: User | None
    good_rows_only: bool
    progress: Progress


def _locked(import_: Import) -> Import:
    """The import as it is now; raises NotSaved when somebody saved it meanwhile."""
    fresh = Import.objects.get(pk=import_.pk)
    if fresh.state != State.CHECKED:
        raise NotSaved(noop("This import is saved already."))
    return fresh


def _save(import_: Import, saved: Saved) -> Draft:
    """Inside the transaction: check, write, remember the layout, tell the history."""
    draft = check(saved.table, saved.layout, saved.scope, saved.progress)
    if draft.counts.rejected and not saved.good_rows_only:
        raise RowsRefused(draft)
    saving.write(import_, draft.deltas, saved.progress)
    _count(import_, draft)
    import_.state, import_.saved_at = State.SAVED, timezone.now()
    import_.save()
    remember(saved.table, saved.layout)
    detail = {"file": import_.name, "sha256": import_.sha256, "kind": saved.layout.kind, **asdict(draft.counts)}
    subject = f"{import_.name} ({import_.pk})"
    events.record("importing.import.saved", actor=saved.actor, subject=subject, detail=detail)
    return draft


def remember(table: Table, layout: Layout) -> None:
    """Keep the layout for the next file with the same headings."""
    mark = layouts.fingerprint(table.headings)
    Mapping.objects.update_or_create(fingerprint=mark, defaults={"layout": layout.kept()})


@transaction.atomic
def undo_import(import_: Import, *, actor: User | None = None) -> Import:
    """Take a whole import back. Raises NotSaved, naming what stands in the way, when later rows rest on it."""
    _one_at_a_time()
    import_ = Import.objects.get(pk=import_.pk)
    if import_.state != State.SAVED:
        raise NotSaved(noop("This import is not saved, so there is nothing to undo."))
    later = saving.later_touch(import_)
    if later:
        raise NotSaved(
            noop("The import “%(name)s” (%(number)s) changed the same rows later. Undo that one first."),
            name=later.name,
            number=later.pk,
        )
    _refuse_if_named(import_)
    saving.take_back(import_)
    import_.state, import_.undone_at = State.UNDONE, timezone.now()
    import_.save()
    events.record("importing.import.undone", actor=actor, subject=f"{import_.name} ({import_.pk})")
    runs.ask_soon(FILES)
    return import_


def _refuse_if_named(import_: Import) -> None:
    """Refuse to undo when rows that came otherwise name rows of this import."""
    named = saving.named_from_outside(import_)
    if named is None:
        return
    table, count, maker = named
    if maker:
        raise NotSaved(
            noop("The import “%(name)s” (%(number)s) rests on rows of this one. Undo that one first."),
            name=maker.name,
            number=maker.pk,
        )
    raise NotSaved(
        noop("%(count)s rows of “%(table)s” rest on rows of this import. Delete those first."),
        count=count,
        table=table,
    )


def _one_at_a_time() -> None:
    """Let imports wait for each other; SQLite's IMMEDIATE transactions do so by themselves."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def path_of(import_: Import) -> Path:
    """Where the file of an import is kept. Raises Refused when it is no longer there."""
    path = _folder() / import_.stored
    if not import_.stored or not path.is_file():
        raise Refused(noop("The file is no longer kept. Choose it again."))
    return path


def _folder() -> Path:
    """Where files are kept, for their owner alone."""
    folder = Path(settings.MEDIA_ROOT) / "imports"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _keep(path: Path) -> str:
    """Copy a file to where files are kept; returns its name there."""
    name = uuid.uuid4().hex
    target = _folder() / name
    shutil.copyfile(path, target)
    target.chmod(0o600)
    return name


def digest_of(table: Table) -> str:
    """The SHA-256 of a table's cells."""
    digest = hashlib.sha256("\x1f".join(table.headings).encode())
    for column in table.columns:
        digest.update("\x1f".join(column).encode())
    return digest.hexdigest()


def _digest(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
