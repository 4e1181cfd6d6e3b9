"""Writes an edition: its edits and the sheets that moved; all of it or nothing, and only if nobody was quicker."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from django.db import connection, connections, models
from django.utils import timezone
from numpy.typing import NDArray

from salesyear.core.scope import Scope
from salesyear.plans.models import Edit, Sheet, State, Version
from salesyear.targets.editing.desk import Desk
from salesyear.targets.editing.state import State as Now
from salesyear.targets.editing.steps import marked
from salesyear.targets.planning.cash import cash_inputs, cash_of
from salesyear.targets.planning.cells import sums_by

Ints = NDArray[np.int64]


def keep_edits(
    version: Version,
    now: Now,
    amounts: Ints,
    edits: tuple[Edit, ...],
    batches: tuple[frozenset[str], str],
    *,
    stale: type[Exception],
) -> Now:
    """Keep edits and what they make of the sheets, in the transaction at hand. Raises `stale` if the edition moved."""
    edition = edits[-1].number
    rows = Version.objects.filter(pk=version.pk, edition=now.edition, state=State.DRAFT)
    if not rows.update(edition=edition):
        raise stale
    _write_log(version, edits)
    before = _mark(version, now.edits, *batches)
    write_sheets(version, now.desk, now.amounts, amounts)
    return Now(edition, now.desk, amounts, (*before, *edits), now.known)


def _write_log(version: Version, edits: tuple[Edit, ...]) -> None:
    """One prepared statement for all edits: a paste has ten thousand, and the ORM compiles each of its values."""
    fields = [field for field in Edit._meta.concrete_fields if not field.primary_key]
    names = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    rows = zip(*(_column(field, edits) for field in fields), strict=True)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {Edit._meta.db_table} ({names}) VALUES ({', '.join(['%s'] * len(fields))})",  # noqa: S608 - the table's own names
            list(rows),
        )
    written = Edit.objects.within(_system()).filter(version=version, number__gte=edits[0].number).order_by()
    keys = dict(written.values_list("number", "pk"))
    for edit in edits:
        edit.pk, edit._state.adding = keys[edit.number], False


def _column(field: models.Field[Any, Any], edits: tuple[Edit, ...]) -> list[Any]:
    """One column of new rows as the database takes it: of a paste most say the same in every row, and say it once."""
    itself = connections[connection.alias]  # not its proxy, which is looked up at every value
    values = [getattr(edit, field.attname) for edit in edits]
    if all(value is values[0] or value == values[0] for value in values):
        return [field.get_db_prep_save(values[0], itself)] * len(values)
    return [field.get_db_prep_save(value, itself) for value in values]


def _mark(version: Version, edits: tuple[Edit, ...], undone: frozenset[str], redone: str) -> tuple[Edit, ...]:
    """Mark what was taken back, and what was brought again."""
    if not undone and not redone:
        return edits
    at = timezone.now() if undone else None
    batches = undone or {redone}
    mine = Edit.objects.within(_system()).filter(version=version, batch__in=batches)
    mine.update(undone_at=at)
    return tuple(marked(edit, at) if edit.batch in batches else edit for edit in edits)


def write_sheets(version: Version, desk: Desk, before: Ints, after: Ints) -> None:
    """Write the sheets whose amounts are others now, with their collections."""
    moved = np.unique(desk.layout.leaf[(before != after).any(axis=1)])
    if not len(moved):
        return
    count = len(desk.sheets)
    last, target = (sums_by(desk.layout.leaf, values, count)[moved] for values in (desk.last_year, after))
    cash = cash_of(last, target, *cash_inputs(version.inputs))
    _write([_row(desk, after, int(leaf), cash[place]) for place, leaf in enumerate(moved)])


def _row(desk: Desk, after: Ints, leaf: int, cash: Ints) -> tuple[bytes, int, bytes, int, int]:
    mine = after[desk.starts[leaf] : desk.starts[leaf + 1]]
    return _packed(mine), int(mine.sum()), _packed(cash), int(cash.sum()), desk.sheets[leaf]


def _packed(amounts: Ints) -> bytes:
    return np.ascontiguousarray(amounts, dtype="<i8").tobytes()


def _write(rows: Sequence[tuple[bytes, int, bytes, int, int]]) -> None:
    """One prepared statement for all sheets: the ORM would write one long CASE for each column."""
    table = Sheet._meta.db_table
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {table} SET target = %s, target_total = %s, cash = %s, cash_total = %s WHERE id = %s",  # noqa: S608 - the table's own name
            rows,
        )


def _system() -> Scope:
    return Scope.system("changing a plan")
