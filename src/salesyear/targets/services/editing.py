"""What people do to a draft: set amounts, lock, lift, take back, bring again, comment. Each is one row of the log."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from salesyear.core import events, rls
from salesyear.plans.models import Comment, Edit, EditKind, State, Version
from salesyear.targets.editing.outcomes import Asking, CellText, Changed, Clash, Outcome, Refused
from salesyear.targets.editing.steps import steps_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from salesyear.targets.editing.held import Log
    from salesyear.targets.editing.state import State as Now

TRIES = 5


class _Stale(Exception):
    """Somebody else was quicker: compute again on what is there now."""


@dataclass(frozen=True)
class _Work:
    """One attempt: the state it starts from and the edits to be added; batches to be taken back or brought again."""

    now: Now
    edits: tuple[Edit, ...]
    undone: frozenset[str] = frozenset()
    redone: str = ""
    said: str = ""
    dry: bool = False
    near: bool = False
    verb: str = "targets.plan.changed"


def change(
    asking: Asking,
    texts: Sequence[CellText],
    *,
    batch: str = "",
    reason: str = "",
    relax: str = "",
    dry: bool = False,
    near: bool = False,
) -> Outcome:
    """Set cells and subtotals; the rest of the plan makes room with the least change. One call is one undo step.

    dry: show what would come out, keep nothing. near: show what moves least from the amounts there are, not from what
    the plan was made of; that depends on the order of edits, so it is never kept.
    """

    def work(now: Now) -> _Work | Outcome:
        from salesyear.targets.editing.wanting import Batch, relaxing, wanted

        edits = wanted(asking, now, texts, Batch(batch or uuid.uuid4().hex, reason))
        if not isinstance(edits, tuple):
            return edits
        more = relaxing(asking, now, edits, relax) if relax else ()
        return _Work(now, (*edits, *more), said=_sentence(len(edits)), dry=dry or near, near=near)

    return _attempt(asking, work)


def hold(asking: Asking, texts: Sequence[CellText], *, reason: str, relax: str = "") -> Outcome:
    """Set cells and subtotals and lock them there, for everybody, until somebody lifts it; one step."""

    def work(now: Now) -> _Work | Outcome:
        from salesyear.targets.editing.wanting import Batch, relaxing, wanted

        edits = wanted(asking, now, texts, Batch(uuid.uuid4().hex, reason))
        if not isinstance(edits, tuple):
            return edits
        for edit in edits:
            edit.kind = EditKind.LOCK
        more = relaxing(asking, now, edits, relax) if relax else ()
        return _Work(now, (*edits, *more), said=_sentence(len(edits)))

    return _attempt(asking, work)


def lock(asking: Asking, row: str, column: str, *, reason: str, batch: str = "") -> Outcome:
    """Hold a cell or subtotal at its present amount, for everybody, until somebody lifts it."""

    def work(now: Now) -> _Work | Outcome:
        from salesyear.targets.editing.wanting import Batch, held_at

        edits = held_at(asking, now, row, column, Batch(batch or uuid.uuid4().hex, reason))
        return _Work(now, edits, said=_("Locked.")) if isinstance(edits, tuple) else edits

    return _attempt(asking, work)


def lift(asking: Asking, number: int, *, reason: str = "") -> Outcome:
    """Lift a lock, an amount set by hand or a moved bound; it stays in the log. Raises Refused."""

    def work(now: Now) -> _Work:
        from salesyear.targets.editing.wanting import lifting

        return _Work(now, lifting(asking, now, number, reason), said=_("Lifted."))

    return _attempt(asking, work)


def undo(asking: Asking) -> Outcome:
    """Take back one's own last step; what others did stays. Raises Refused when there is none."""
    return _attempt(asking, lambda now: _back(asking, now))


def redo(asking: Asking) -> Outcome:
    """Do again what one took back last. Raises Refused when there is nothing."""
    return _attempt(asking, lambda now: _again(asking, now))


def _back(asking: Asking, now: Now) -> _Work:
    from salesyear.targets.editing.wanting import marking

    done, _taken = steps_of(now.edits, asking.actor.pk if asking.actor else None)
    if not done:
        raise Refused(_("There is nothing of yours to take back."))
    line = marking(asking, now, {"undo": done[-1]})
    return _Work(now, line, undone=frozenset({done[-1]}), said=_("Taken back."), verb="targets.plan.undone")


def _again(asking: Asking, now: Now) -> _Work:
    from salesyear.targets.editing.wanting import marking

    _done, taken = steps_of(now.edits, asking.actor.pk if asking.actor else None)
    if not taken:
        raise Refused(_("There is nothing to do again."))
    line = marking(asking, now, {"redo": taken[-1]})
    return _Work(now, line, redone=taken[-1], said=_("Done again."), verb="targets.plan.redone")


def comment(asking: Asking, row: str, column: str, text: str) -> Comment:
    """Say something about a cell or subtotal. Raises Refused when the text is empty or the cell is not seen."""
    from salesyear.targets.editing.state import desk_of
    from salesyear.targets.editing.wanting import about_place

    if not text.strip():
        raise Refused(_("A comment needs a text."))
    with rls.as_owner():
        desk = desk_of(asking.version)
    where, unit, rep = about_place(asking, desk, row, column)
    said = {"where": where, "text": text.strip(), "actor": asking.actor, "at": timezone.now()}
    made: Comment = Comment.objects.create(version=asking.version, unit_id=unit, rep_id=rep, **said)
    return made


def _attempt(asking: Asking, work: Callable[[Now], _Work | Outcome]) -> Outcome:
    """Compute on what is there and keep it if nobody was quicker; else compute again."""
    from salesyear.targets.editing.solving import Clashing
    from salesyear.targets.editing.state import state_of

    _refuse_frozen(asking.version)
    with rls.as_owner():
        for _try in range(TRIES):
            now = state_of(asking.version)
            todo = work(now)
            if not isinstance(todo, _Work):
                return todo
            try:
                return _done(asking, todo)
            except Clashing as problem:
                return Clash(now, problem, todo.edits)
            except _Stale:
                asking.version.refresh_from_db()
                _refuse_frozen(asking.version)
    raise Refused(_("Others are changing this plan very quickly: try again."))


def _refuse_frozen(version: Version) -> None:
    if version.state != State.DRAFT:
        raise Refused(_("This version is no draft any more: copy it to change it."))


def _done(asking: Asking, todo: _Work) -> Changed:
    from salesyear.targets.editing.keeping import keep_edits

    asked = todo.now.log(todo.edits, todo.undone, todo.redone)
    amounts = _amounts(todo, asked)
    if todo.dry:
        return Changed(todo.now, replace(todo.now, amounts=amounts), todo.said, dry=True)
    with transaction.atomic():
        after = keep_edits(asking.version, todo.now, amounts, todo.edits, (todo.undone, todo.redone), stale=_Stale)
        detail = {"edition": after.edition, "edits": len(todo.edits), "batch": todo.edits[0].batch}
        events.record(todo.verb, actor=asking.actor, subject=asking.version.mark, detail=detail)
    after.known.update((one.number, one) for one in asked.held)
    _remember(asking.version, after)
    return Changed(todo.now, after, todo.said)


def _amounts(todo: _Work, asked: Log) -> NDArray[np.int64]:
    """What the plan comes to; where it is asked the very same as before, nothing is computed and nothing moves."""
    from salesyear.targets.editing.solving import amounts_of, nearest_of

    if asked.binding.mark == todo.now.present.binding.mark:
        return todo.now.amounts
    if todo.near:
        return nearest_of(todo.now.desk, todo.now.amounts, asked)
    return amounts_of(todo.now.desk, asked)


def _remember(version: Version, after: Now) -> None:
    from salesyear.targets.editing.state import remember

    version.edition = after.edition
    remember(version, after)


def _sentence(count: int) -> str:
    return ngettext(
        "%(count)d cell set; the others made room.", "%(count)d cells set; the others made room.", count
    ) % {"count": count}
