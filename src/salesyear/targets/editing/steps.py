"""Steps of undo: a person's batches that stand, and those taken back."""

from __future__ import annotations

from collections.abc import Sequence

from salesyear.plans.models import Edit


def steps_of(edits: Sequence[Edit], actor: int | None) -> tuple[list[str], list[str]]:
    """Return a person's batches that stand, oldest first, and those taken back that can be done again."""
    done: list[str] = []
    taken: list[str] = []
    for edit in edits:
        if edit.actor_id == actor:
            _step(edit, done, taken)
    return done, taken


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
