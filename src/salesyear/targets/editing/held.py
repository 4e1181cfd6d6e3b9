"""The edits of a version that count now: the newest of a place, nothing that was lifted or taken back."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from salesyear.plans.models import Edit, EditKind
from salesyear.targets.editing.desk import Desk, Selection

BITS = 128


@dataclass(frozen=True)
class Held:
    """An amount that somebody set or locked: the cells, the amount, and whose word it is.

    number: of the edit in the log. area: key of the unit whose monthly totals it leaves alone (0: the whole company).
    read_from: mark of the plan that had this very amount before it was held (empty: it was another one).
    """

    number: int
    where: Mapping[str, Any]
    cells: Selection
    amount: int
    area: int
    locked: bool = False
    read_from: str = ""
    edit: Edit | None = field(default=None, compare=False, repr=False)

    @property
    def said_in(self) -> int:
        """The area of whoever said it last."""
        area: int = self.edit.rule.get("area", 0) if self.edit else self.area
        return area

    @cached_property
    def mark(self) -> int:
        """What is asked, as a number of 128 bits."""
        return _mark(self.cells.key + f"{self.amount}/{self.area}".encode())


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

    @cached_property
    def by_cells(self) -> dict[bytes, Held]:
        """What is held, by the cells it holds."""
        return {one.cells.key: one for one in self.held}

    @cached_property
    def mark(self) -> str:
        """The same for logs that ask the same of the plan, in whatever order it was said."""
        rules = _mark(json.dumps([change.rule for change in self.changes], sort_keys=True).encode())
        return _written(rules + sum(one.mark for one in self.held))

    @cached_property
    def binding(self) -> Log:
        """What the plan is solved for: all but the amounts that it had before they were held (docs: breakback).

        Such a hold knows the mark of what the plan was solved for then; while the others still ask the very same, the
        plan is that one, and has these amounts.
        """
        parts: dict[str, int] = defaultdict(int)
        for one in reversed(self.held):
            parts[one.read_from] += one.mark
        for mark, part in parts.items():
            if mark and _written(int(self.mark, 16) - part) == mark:
                return replace(self, held=tuple(one for one in self.held if one.read_from != mark))
        return self

    @cached_property
    def quiet(self) -> tuple[Held, ...]:
        """What is held and asks for nothing: the plan has these amounts anyway."""
        asking = {one.number for one in self.binding.held}
        return tuple(one for one in self.held if one.number not in asking)


def _mark(said: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(said, digest_size=BITS // 8).digest())


def _written(sum_: int) -> str:
    return f"{sum_ % (1 << BITS):x}"


def effective(
    edits: Iterable[Edit], desk: Desk, known: dict[int, Held], undone: frozenset[str] = frozenset(), redone: str = ""
) -> Log:
    """Sort out what counts: a lift takes an edit away, and of the same cells the newest edit counts.

    known: holds of edits seen before, by number. undone, redone: batches that are being taken back or brought again.
    """
    counting = [edit for edit in edits if _counts(edit, undone, redone)]
    lifted = {edit.rule["lift"] for edit in counting if edit.kind == EditKind.LIFT and "lift" in edit.rule}
    standing = [edit for edit in counting if edit.kind != EditKind.LIFT and edit.number not in lifted]
    newest: dict[bytes, Held] = {}
    for edit in standing:
        if edit.kind != EditKind.RULE and edit.amount is not None:
            one = _held(edit, desk, known)
            newest.pop(one.cells.key, None)  # so that the newest stands last
            newest[one.cells.key] = one
    changes = (Change(edit.number, edit.rule) for edit in standing if edit.kind == EditKind.RULE)
    return Log(tuple(newest.values()), tuple(changes))


def _counts(edit: Edit, undone: frozenset[str], redone: str) -> bool:
    return edit.batch not in undone and (edit.undone_at is None or edit.batch == redone)


def _held(edit: Edit, desk: Desk, known: dict[int, Held]) -> Held:
    """What an edit holds; what was kept of the log is looked up once."""
    one = known.get(edit.number) or held_of(edit, desk)
    if edit.pk:
        known[edit.number] = one
    return one


def held_of(edit: Edit, desk: Desk) -> Held:
    """Return what an edit of the log holds."""
    cells, amount = desk.select(edit.where), int(edit.amount or 0)
    area = edit.rule.get("inside", edit.rule.get("area", 0))
    from_ = edit.rule.get("read_from", "")
    return Held(edit.number, edit.where, cells, amount, area, edit.kind == EditKind.LOCK, from_, edit)
