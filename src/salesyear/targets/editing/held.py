"""The edits of a version that count now: the newest of a place, nothing that was lifted or taken back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from salesyear.plans.models import Edit, EditKind
from salesyear.targets.editing.desk import Desk, Selection


@dataclass(frozen=True)
class Held:
    """An amount that somebody set or locked: the cells, the amount, and whose word it is.

    number: of the edit in the log. area: key of the unit whose monthly totals it leaves alone (0: the whole company).
    """

    number: int
    where: Mapping[str, Any]
    cells: Selection
    amount: int
    area: int
    locked: bool = False
    edit: Edit | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Change:
    """A changed rule of the plan: bounds that were moved on purpose."""

    number: int
    rule: Mapping[str, Any]


@dataclass(frozen=True)
class Log:
    """What counts of a version's log."""

    held: tuple[Held, ...] = ()
    changes: tuple[Change, ...] = ()


def effective(
    edits: Iterable[Edit], desk: Desk, known: dict[int, Held], undone: frozenset[str] = frozenset(), redone: str = ""
) -> Log:
    """Sort out what counts: a lift takes an edit away, and of the same cells the newest edit counts.

    known: holds of edits seen before, by number. undone, redone: batches that are being taken back or brought again.
    """
    counting = [edit for edit in edits if _counts(edit, undone, redone)]
    lifted = {edit.rule["lift"] for edit in counting if edit.kind == EditKind.LIFT and "lift" in edit.rule}
    held: dict[bytes, Held] = {}
    changes = []
    for edit in counting:
        if edit.number in lifted or edit.kind == EditKind.LIFT:
            continue
        if edit.kind == EditKind.RULE:
            changes.append(Change(edit.number, edit.rule))
        elif edit.amount is not None:
            one = known.get(edit.number) or held_of(edit, desk)
            if edit.pk:
                known[edit.number] = one
            held.pop(one.cells.key, None)
            held[one.cells.key] = one
    return Log(tuple(held.values()), tuple(changes))


def _counts(edit: Edit, undone: frozenset[str], redone: str) -> bool:
    return edit.batch not in undone and (edit.undone_at is None or edit.batch == redone)


def held_of(edit: Edit, desk: Desk) -> Held:
    """Return what an edit of the log holds."""
    cells, amount = desk.select(edit.where), int(edit.amount or 0)
    return Held(edit.number, edit.where, cells, amount, edit.rule.get("area", 0), edit.kind == EditKind.LOCK, edit)
