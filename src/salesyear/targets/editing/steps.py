"""Steps of undo: batches that stand, and those taken back; now, and as they were at an edition."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from datetime import datetime
from itertools import pairwise

from salesyear.plans.models import Edit


def steps_of(edits: Sequence[Edit], actor: int | None) -> tuple[list[str], list[str]]:
    """Return a person's batches that stand, oldest first, and those taken back that can be done again."""
    done: list[str] = []
    taken: list[str] = []
    for edit in _firsts(edits):
        if edit.actor_id == actor:
            _step(edit, done, taken)
    return done, taken


def _firsts(edits: Sequence[Edit]) -> list[Edit]:
    """The first line of every batch: a log has ten thousand lines for one paste.

    The author's key is read past its descriptor, which would take longer than all the rest.
    """
    said = ((edit.batch, vars(edit)["actor_id"]) for edit in edits)
    turns = [at for at, (before, now) in enumerate(pairwise(said), start=1) if before != now]
    return [*edits[:1], *(edits[at] for at in turns)]


def _step(edit: Edit, done: list[str], taken: list[str]) -> None:
    """One line of the log: a batch goes over to the other side, or a new one stands and nothing can be done again."""
    if back := edit.rule.get("undo"):
        done.remove(back)
        taken.append(back)
    elif again := edit.rule.get("redo"):
        taken.remove(again)
        done.append(again)
    elif not done or done[-1] != edit.batch:
        done.append(edit.batch)
        taken.clear()


def as_at(edits: Sequence[Edit], edition: int) -> tuple[Edit, ...]:
    """Return the log as it stood at an edition: what came later is not in it, nor was anything taken back by it."""
    kept = [edit for edit in edits if edit.number <= edition]
    taken: dict[str, datetime] = {}
    for edit in kept:
        if back := edit.rule.get("undo"):
            taken[back] = edit.at
        elif again := edit.rule.get("redo"):
            taken.pop(again, None)
    return tuple(marked(edit, taken.get(edit.batch)) for edit in kept)


def marked(edit: Edit, at: datetime | None) -> Edit:
    """Return an edit as taken back at a time, or as standing; states kept of other editions say what they said."""
    if (edit.undone_at is None) == (at is None):
        return edit
    other = copy(edit)
    other.undone_at = at
    return other
