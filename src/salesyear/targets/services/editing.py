"""What people do to a draft: set amounts, lock, lift, take back, bring again, comment. Each is one row of the log."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from salesyear.core import events, rls
from salesyear.core.scope import Scope
from salesyear.org.models import User
from salesyear.plans.models import Comment, Edit, EditKind, State, Version
from salesyear.targets.access import Reach, reach_of

if TYPE_CHECKING:
    from salesyear.targets.editing.places import Found
    from salesyear.targets.editing.solving import Clashing
    from salesyear.targets.editing.state import State as Now

TRIES = 5


@dataclass(frozen=True)
class CellText:
    """What was typed, and where: the row's path and the column's name."""

    row: str
    column: str
    text: str


@dataclass(frozen=True)
class Asking:
    """Who asks, what they see, and the edition they last saw."""

    version: Version
    scope: Scope
    actor: User | None
    seen: int


@dataclass(frozen=True)
class Changed:
    """A change that is kept (or, `dry`, would be): the states before and after, and one sentence."""

    before: Now
    after: Now
    said: str
    dry: bool = False


@dataclass(frozen=True)
class Clash:
    """Nothing was kept: what was asked cannot hold together with the rest. `wanted` are the edits that were asked."""

    now: Now
    problem: Clashing
    wanted: tuple[Edit, ...]


@dataclass(frozen=True)
class Conflict:
    """A cell that somebody else has set since it was last seen."""

    row: str
    column: str
    yours: str
    theirs: int | None
    by: str


@dataclass(frozen=True)
class Conflicts:
    """Nothing was kept: others changed the very same cells."""

    now: Now
    cells: tuple[Conflict, ...]


@dataclass(frozen=True)
class Problem:
    """A text that is not understood or may not stand there, and why."""

    row: str
    column: str
    text: str
    message: str


@dataclass(frozen=True)
class Problems:
    """Nothing was kept: these texts cannot be."""

    cells: tuple[Problem, ...]


Outcome = Changed | Clash | Conflicts | Problems


class Refused(ValueError):
    """Something that cannot be done to this version by this person; the text says why."""


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
    verb: str = field(default="targets.plan.changed")


def change(
    asking: Asking,
    texts: Sequence[CellText],
    *,
    batch: str = "",
    reason: str = "",
    relax: str = "",
    dry: bool = False,
) -> Outcome:
    """Set cells and subtotals; the rest of the plan makes room with the least change. One call is one undo step."""

    def work(now: Now) -> _Work | Outcome:
        wanted = _wanted(asking, now, texts, batch or uuid.uuid4().hex, reason)
        if isinstance(wanted, Problems):
            return wanted
        if conflicts := _conflicts(asking, now, wanted):
            return Conflicts(now, conflicts)
        edits = _numbered(now, [edit for edit, _text in wanted])
        return _Work(now, (*edits, *_relaxing(asking, now, edits, relax)), said=_sentence(len(edits)), dry=dry)

    return _attempt(asking, work)


def lock(asking: Asking, row: str, column: str, *, reason: str, batch: str = "") -> Outcome:
    """Hold a cell or subtotal at its present amount, for everybody, until somebody lifts it."""
    return _holding(asking, row, column, EditKind.LOCK, reason, batch)


def _holding(asking: Asking, row: str, column: str, kind: EditKind, reason: str, batch: str) -> Outcome:
    def work(now: Now) -> _Work | Outcome:
        found = _found(asking, now, row, column)
        if isinstance(found, str):
            return Problems((Problem(row, column, "", found),))
        present = found.cells.sum(now.amounts)
        edit = _edit(asking, now, found, kind, present, batch or uuid.uuid4().hex, reason)
        return _Work(now, _numbered(now, [edit]), said=_("Locked."))

    return _attempt(asking, work)


def lift(asking: Asking, number: int, *, reason: str = "") -> Outcome:
    """Lift a lock, an amount set by hand or a moved bound; it stays in the log. Raises Refused."""

    def work(now: Now) -> _Work | Outcome:
        edit = next((one for one in now.edits if one.number == number), None)
        if edit is None or edit.kind == EditKind.LIFT:
            raise Refused(_("There is no such lock."))
        _may_touch(reach_of(asking.scope), edit)
        lifting = Edit(kind=EditKind.LIFT, rule={"lift": number}, where=edit.where, unit_id=edit.unit_id)
        lifting.rep_id, lifting.before, lifting.reason = edit.rep_id, edit.amount, reason
        lifting.batch = uuid.uuid4().hex
        return _Work(now, _numbered(now, [_signed(asking, lifting)]), said=_("Lifted."))

    return _attempt(asking, work)


def _may_touch(reach: Reach, edit: Edit) -> None:
    area = edit.rule.get("area", 0)
    if not reach.everything and area not in reach.units:
        who = str(edit.actor) if edit.actor else "--"
        raise Refused(_("This was set by %(who)s for the whole company: ask them to lift it.") % {"who": who})


def undo(asking: Asking) -> Outcome:
    """Take back one's own last step; what others did stays. Raises Refused when there is none."""
    return _attempt(asking, lambda now: _back(asking, now))


def redo(asking: Asking) -> Outcome:
    """Do again what one took back last. Raises Refused when there is nothing."""
    return _attempt(asking, lambda now: _again(asking, now))


def _back(asking: Asking, now: Now) -> _Work:
    done, _taken = steps_of(now.edits, asking.actor.pk if asking.actor else None)
    if not done:
        raise Refused(_("There is nothing of yours to take back."))
    mark = _mark(asking, now, {"undo": done[-1]})
    return _Work(now, mark, undone=frozenset({done[-1]}), said=_("Taken back."), verb="targets.plan.undone")


def _again(asking: Asking, now: Now) -> _Work:
    _done, taken = steps_of(now.edits, asking.actor.pk if asking.actor else None)
    if not taken:
        raise Refused(_("There is nothing to do again."))
    return _Work(
        now,
        _mark(asking, now, {"redo": taken[-1]}),
        redone=taken[-1],
        said=_("Done again."),
        verb="targets.plan.redone",
    )


def steps_of(edits: Sequence[Edit], actor: int | None) -> tuple[list[str], list[str]]:
    """Return a person's batches that stand, oldest first, and those taken back that can be done again."""
    done: list[str] = []
    taken: list[str] = []
    for edit in edits:
        if edit.actor_id != actor:
            continue
        if "undo" in edit.rule:
            done.remove(edit.rule["undo"])
            taken.append(edit.rule["undo"])
        elif "redo" in edit.rule:
            taken.remove(edit.rule["redo"])
            done.append(edit.rule["redo"])
        elif not done or done[-1] != edit.batch:
            done.append(edit.batch)
            taken.clear()
    return done, taken


def comment(asking: Asking, row: str, column: str, text: str) -> Comment:
    """Say something about a cell or subtotal. Raises Refused when the text is empty or the cell is not seen."""
    from salesyear.targets.editing.places import NoPlace, where_of
    from salesyear.targets.editing.state import desk_of, slots_seen

    if not text.strip():
        raise Refused(_("A comment needs a text."))
    with rls.as_owner():
        desk = desk_of(asking.version)
    try:
        where = where_of(row, column)
    except NoPlace:
        raise Refused(_("There is no such row.")) from None
    seen = slots_seen(asking.scope, asking.version, desk)
    mine = set(desk.select(where).slots.tolist()) & set(seen.tolist())
    if not mine:
        raise Refused(_("There is no such row."))
    unit, rep = _about(desk, sorted(mine))
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
    from salesyear.targets.editing.solving import amounts_of

    amounts = amounts_of(todo.now.desk, todo.now.log(todo.edits, todo.undone, todo.redone))
    if todo.dry:
        return Changed(todo.now, _imagined(todo, amounts), todo.said, dry=True)
    with transaction.atomic():
        after = keep_edits(asking.version, todo.now, amounts, todo.edits, (todo.undone, todo.redone), stale=_Stale)
        detail = {"edition": after.edition, "edits": len(todo.edits), "batch": todo.edits[0].batch}
        events.record(todo.verb, actor=asking.actor, subject=str(asking.version), detail=detail)
    _remember(asking.version, after)
    return Changed(todo.now, after, todo.said)


def _remember(version: Version, after: Now) -> None:
    from salesyear.targets.editing.state import remember

    version.edition = after.edition
    remember(version.pk, after)


def _imagined(todo: _Work, amounts: Any) -> Now:  # noqa: ANN401 - an array
    from dataclasses import replace

    return replace(todo.now, amounts=amounts)


def _found(asking: Asking, now: Now, row: str, column: str) -> Found | str:
    """Return the cells somebody means and may change, or the sentence that says why not."""
    from salesyear.targets.editing.places import NoPlace, NotYours, found_by, where_of
    from salesyear.targets.editing.state import slots_seen

    reach = reach_of(asking.scope)
    if not reach.anything:
        return _("You may look at this plan, not change it.")
    try:
        return found_by(now.desk, where_of(row, column), reach, slots_seen(asking.scope, asking.version, now.desk))
    except NoPlace:
        return _("There is no such row or column in this plan.")
    except NotYours as refused:
        if refused.why == "total":
            return _("This total is set above you. Inside it you may move amounts as you like.")
        return _("These cells are not all in your area.")


def _wanted(
    asking: Asking, now: Now, texts: Sequence[CellText], batch: str, reason: str
) -> list[tuple[Edit, CellText]] | Problems:
    from salesyear.targets.editing.typed import Cell, NotUnderstood, amount_of

    edits: list[tuple[Edit, CellText]] = []
    problems = []
    unit, digits = now.desk.params.unit, asking.version.plan.currency.digits
    standing = {one.cells.key: one for one in now.log().held}
    for text in texts:
        found = _found(asking, now, text.row, text.column)
        if isinstance(found, str):
            problems.append(Problem(text.row, text.column, text.text, found))
            continue
        there = standing.get(found.cells.key)
        if there and there.area != found.area and found.area:
            who = str(there.edit.actor) if there.edit and there.edit.actor else "--"
            message = _("%(who)s has set this cell for the whole company.") % {"who": who}
            problems.append(Problem(text.row, text.column, text.text, message))
            continue
        try:
            amount = amount_of(text.text, Cell(found.cells.sum(now.amounts), digits, unit))
        except NotUnderstood as mistake:
            problems.append(Problem(text.row, text.column, text.text, str(mistake)))
            continue
        kind = EditKind.SET if amount is not None else EditKind.LIFT
        if kind == EditKind.LIFT and not there:
            continue  # nothing was set here, so there is nothing to empty
        edit = _edit(asking, now, found, kind, amount, batch, reason)
        if there and amount is None:
            edit.rule = {"lift": there.number}
        edits.append((edit, text))
    if problems:
        return Problems(tuple(problems))
    if not edits:
        return Problems((Problem("", "", "", _("Nothing was changed: these cells were empty already.")),))
    return edits


def _edit(asking: Asking, now: Now, found: Found, kind: EditKind, amount: int | None, batch: str, reason: str) -> Edit:
    edit = Edit(kind=kind, where=found.where, amount=amount, batch=batch, reason=reason[:300])
    edit.before = found.cells.sum(now.amounts)
    edit.rule = {"area": found.area} if found.area else {}
    edit.unit_id, edit.rep_id = _about(now.desk, found.cells.slots)
    return _signed(asking, edit)


def _about(desk: Any, slots: Any) -> tuple[int | None, int | None]:  # noqa: ANN401 - a desk, places
    """Whose rows some slots are: the unit, and the salesperson where there is only one."""
    leaves = [desk.layout.leaves[number] for number in sorted({int(desk.layout.leaf[slot]) for slot in slots})]
    first = leaves[0]
    if len(leaves) == 1:
        return first.unit or None, first.rep or None
    for level in ("territory", "region"):
        if len({getattr(leaf, level) for leaf in leaves}) == 1 and getattr(first, level):
            return getattr(first, level), None
    return None, None


def _signed(asking: Asking, edit: Edit) -> Edit:
    edit.version, edit.at = asking.version, timezone.now()
    edit.actor = asking.actor
    return edit


def _numbered(now: Now, edits: Sequence[Edit]) -> tuple[Edit, ...]:
    for number, edit in enumerate(edits, start=now.edition + 1):
        edit.number = number
    return tuple(edits)


def _mark(asking: Asking, now: Now, rule: dict[str, Any]) -> tuple[Edit, ...]:
    batch = next(iter(rule.values()))
    first = next(edit for edit in now.edits if edit.batch == batch)
    edit = Edit(kind=EditKind.LIFT, rule=rule, batch=uuid.uuid4().hex, unit_id=first.unit_id, rep_id=first.rep_id)
    return _numbered(now, [_signed(asking, edit)])


def _conflicts(asking: Asking, now: Now, wanted: Sequence[tuple[Edit, CellText]]) -> tuple[Conflict, ...]:
    """Cells that others have set, locked or emptied since this person last saw them."""
    if asking.seen >= now.edition:
        return ()
    me = asking.actor.pk if asking.actor else None
    later = [one for one in now.edits if one.number > asking.seen and one.actor_id != me and one.where]
    theirs = {now.desk.select(one.where).key: one for one in later}
    found = []
    for edit, text in wanted:
        other = theirs.get(now.desk.select(edit.where).key)
        if other:
            amount = None if other.amount is None else int(other.amount)
            found.append(Conflict(text.row, text.column, text.text, amount, str(other.actor or "--")))
    return tuple(found)


def _relaxing(asking: Asking, now: Now, wanted: tuple[Edit, ...], relax: str) -> tuple[Edit, ...]:
    """The edit that makes room for those wanted, in the way that was chosen."""
    if not relax:
        return ()
    from salesyear.targets.editing.solving import Clashing, amounts_of
    from salesyear.targets.reports.clash import clash

    try:
        amounts_of(now.desk, now.log(wanted))
    except Clashing as problem:
        ways = clash(asking.scope, now, problem, wanted, asking.version.plan.currency_id).ways
        chosen = next((one for one in ways if one.id == relax), None)
        if chosen is None:
            raise Refused(_("The plan has changed: look at the clash again.")) from None
        made = []
        for number, rule in enumerate(chosen.rules, start=wanted[-1].number + 1):
            kind = EditKind.LIFT if "lift" in rule else EditKind.RULE
            edit = Edit(kind=kind, rule=rule, batch=wanted[0].batch, reason=chosen.label[:300], number=number)
            edit.unit_id, edit.rep_id = wanted[0].unit_id, wanted[0].rep_id
            made.append(_signed(asking, edit))
        return tuple(made)
    return ()


def _sentence(count: int) -> str:
    return ngettext(
        "%(count)d cell set; the others made room.", "%(count)d cells set; the others made room.", count
    ) % {"count": count}
