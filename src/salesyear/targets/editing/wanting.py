"""From what was typed to edits of the log: which cells are meant, what they should be, and what stands in the way."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
from django.utils import timezone
from django.utils.translation import gettext as _

from salesyear.plans.models import Edit, EditKind
from salesyear.targets.access import reach_of
from salesyear.targets.editing.desk import Desk, Ints
from salesyear.targets.editing.held import Held
from salesyear.targets.editing.lines import new_line
from salesyear.targets.editing.outcomes import (
    Asking,
    CellText,
    Conflict,
    Conflicts,
    Outcome,
    Problem,
    Problems,
    Refused,
)
from salesyear.targets.editing.places import Found, NoPlace, NotYours, found_by, where_of
from salesyear.targets.editing.solving import Clashing, amounts_of
from salesyear.targets.editing.state import State, slots_seen
from salesyear.targets.editing.typed import Cell, NotUnderstood, amount_of


@dataclass(frozen=True)
class Batch:
    """What edits of one step share: their name in the log, the reason given, and when."""

    name: str
    reason: str
    at: datetime = field(default_factory=timezone.now)


class Place:
    """Finds the cells somebody means and may change, in one state of a version."""

    def __init__(self, asking: Asking, now: State) -> None:
        """Read once who asks and what they see."""
        self._desk, self._reach = now.desk, reach_of(asking.scope)
        self._seen = slots_seen(asking.scope, asking.version, now.desk)

    def found(self, row: str, column: str) -> Found:
        """Return the cells of a row and column. Raises Refused with the sentence that says why not."""
        if not self._reach.anything:
            raise Refused(_("You may look at this plan, not change it."))
        try:
            return found_by(self._desk, where_of(row, column), self._reach, self._seen)
        except NoPlace:
            raise Refused(_("There is no such row or column in this plan.")) from None
        except NotYours as refused:
            if refused.why == "total":
                text = _("This total is set above you. Inside it you may move amounts as you like.")
                raise Refused(text) from None
            raise Refused(_("These cells are not all in your area.")) from None


def wanted(asking: Asking, now: State, texts: Sequence[CellText], batch: Batch) -> tuple[Edit, ...] | Outcome:
    """Return the edits that some texts mean, or why they cannot be."""
    places, standing = Place(asking, now), now.present.by_cells
    edits: list[tuple[Edit, CellText]] = []
    problems = []
    for text in texts:
        try:
            found = places.found(text.row, text.column)
            edit = _meant(asking, now, found, text, batch, standing.get(found.cells.key))
        except (Refused, NotUnderstood) as mistake:
            problems.append(Problem(text.row, text.column, text.text, str(mistake)))
            continue
        if edit:
            edits.append((edit, text))
    if not edits and not problems:
        problems.append(Problem("", "", "", _("Nothing was changed: these cells were empty already.")))
    if problems:
        return Problems(tuple(problems))
    if conflicts := tuple(_conflicts(asking, now, edits)):
        return Conflicts(now, conflicts)
    return numbered(now, [edit for edit, _text in edits])


def _meant(asking: Asking, now: State, found: Found, text: CellText, batch: Batch, there: Held | None) -> Edit | None:
    """The edit that one text means; none where it empties what nobody had set. Raises Refused, NotUnderstood."""
    _refuse_set_above(there, found)
    digits = asking.version.plan.currency.digits
    amount = amount_of(text.text, Cell(found.cells.sum(now.amounts), digits, now.desk.params.unit))
    if amount is not None:
        return _edit(asking, now, found, EditKind.SET, amount, batch, there)
    if there is None:
        return None
    edit = _edit(asking, now, found, EditKind.LIFT, None, batch, there)
    edit.rule = {"lift": there.number}
    return edit


def held_at(asking: Asking, now: State, row: str, column: str, batch: Batch) -> tuple[Edit, ...] | Outcome:
    """Return the edit that holds a cell or subtotal at its present amount."""
    try:
        found = Place(asking, now).found(row, column)
        there = now.present.by_cells.get(found.cells.key)
        _refuse_set_above(there, found)
    except Refused as refused:
        return Problems((Problem(row, column, "", str(refused)),))
    edit = _edit(asking, now, found, EditKind.LOCK, found.cells.sum(now.amounts), batch, there)
    return numbered(now, [edit])


def _refuse_set_above(there: Held | None, found: Found) -> None:
    """What was set for the whole company is not set again from inside an area."""
    if there and found.area and there.said_in != found.area:
        who = str(there.edit.actor) if there.edit and there.edit.actor else "--"
        raise Refused(_("%(who)s has set this cell for the whole company.") % {"who": who})


def _edit(
    asking: Asking, now: State, found: Found, kind: EditKind, amount: int | None, batch: Batch, there: Held | None
) -> Edit:
    present = found.cells.sum(now.amounts)
    unit, rep = _about(now.desk, found.cells.slots)
    rule: dict[str, Any] = {"area": found.area} if found.area else {}
    if amount is not None and amount == present:
        rule |= _as_it_stands(now, found, there)
    said = {"kind": kind, "where": found.where, "amount": amount, "before": present, "rule": rule}
    shared = {"version_id": asking.version.pk, "batch": batch.name, "reason": batch.reason[:300], "at": batch.at}
    return new_line({**said, **shared, "unit_id": unit, "rep_id": rep}, asking.actor)


def _as_it_stands(now: State, found: Found, there: Held | None) -> dict[str, Any]:
    """What an edit that leaves its cells as they are must say for the plan to stay as it is (docs: breakback).

    Where nothing was set, the plan it was read from; where something was, it stands for that, as that was meant.
    """
    if there is None:
        return {"read_from": now.present.binding.mark}
    inside = {} if there.area == found.area else {"inside": there.area}
    return inside | ({"read_from": there.read_from} if there.read_from else {})


def _about(desk: Desk, slots: Ints) -> tuple[int | None, int | None]:
    """Whose rows some slots are: the unit, and the salesperson where there is only one."""
    numbers = desk.layout.leaf[slots]  # in the order of the tree
    first = desk.layout.leaves[numbers[0]]
    if numbers[0] == numbers[-1]:
        return first.unit or None, first.rep or None
    leaves = [desk.layout.leaves[number] for number in sorted(set(numbers.tolist()))]
    for level in ("territory", "region"):
        if len({getattr(leaf, level) for leaf in leaves}) == 1 and getattr(first, level):
            return getattr(first, level), None
    return None, None


def signed(asking: Asking, edit: Edit) -> Edit:
    """Say who did it, to what and when."""
    edit.version, edit.at = asking.version, timezone.now()
    edit.actor = asking.actor
    return edit


def numbered(now: State, edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """Give edits the next numbers of the log."""
    numbers = enumerate(edits, start=now.edition + 1)
    return tuple(_with_number(edit, number) for number, edit in numbers)


def _with_number(edit: Edit, number: int) -> Edit:
    edit.number = number
    return edit


def lifting(asking: Asking, now: State, number: int, reason: str) -> tuple[Edit, ...]:
    """Return the edit that lifts one of the log. Raises Refused."""
    edit = next((one for one in now.edits if one.number == number), None)
    if edit is None or edit.kind == EditKind.LIFT:
        raise Refused(_("There is no such lock."))
    reach = reach_of(asking.scope)
    if not reach.everything and edit.rule.get("area", 0) not in reach.units:
        who = str(edit.actor) if edit.actor else "--"
        raise Refused(_("This was set by %(who)s for the whole company: ask them to lift it.") % {"who": who})
    lift = Edit(kind=EditKind.LIFT, rule={"lift": number}, where=edit.where, batch=uuid.uuid4().hex, reason=reason)
    lift.unit_id, lift.rep_id, lift.before = edit.unit_id, edit.rep_id, edit.amount
    return numbered(now, [signed(asking, lift)])


def marking(asking: Asking, now: State, rule: dict[str, str]) -> tuple[Edit, ...]:
    """Return the line of the log that says that a batch was taken back or done again."""
    batch = next(iter(rule.values()))
    first = next(edit for edit in now.edits if edit.batch == batch)
    edit = Edit(kind=EditKind.LIFT, rule=rule, batch=uuid.uuid4().hex, unit_id=first.unit_id, rep_id=first.rep_id)
    return numbered(now, [signed(asking, edit)])


def about_place(asking: Asking, desk: Desk, row: str, column: str) -> tuple[dict[str, Any], int | None, int | None]:
    """Return where a comment stands and whose rows it is about. Raises Refused for what is not seen."""
    try:
        where = where_of(row, column)
    except NoPlace:
        raise Refused(_("There is no such row.")) from None
    mine = set(desk.select(where).slots.tolist()) & set(slots_seen(asking.scope, asking.version, desk).tolist())
    if not mine:
        raise Refused(_("There is no such row."))
    return (where, *_about(desk, np.array(sorted(mine), np.int64)))


def _conflicts(asking: Asking, now: State, edits: Sequence[tuple[Edit, CellText]]) -> Iterator[Conflict]:
    """Cells that others have set, locked or emptied since this person last saw them."""
    if asking.seen >= now.edition:
        return
    me = asking.actor.pk if asking.actor else None
    later = [one for one in now.edits if one.number > asking.seen and one.actor_id != me and one.where]
    theirs = {now.desk.select(one.where).key: one for one in later}
    for edit, text in edits:
        other = theirs.get(now.desk.select(edit.where).key)
        if other:
            amount = None if other.amount is None else int(other.amount)
            yield Conflict(text.row, text.column, text.text, amount, str(other.actor or "--"))


def relaxing(asking: Asking, now: State, edits: tuple[Edit, ...], relax: str) -> tuple[Edit, ...]:
    """Return the edits that make room for those wanted, in the way that was chosen. Raises Refused."""
    from salesyear.targets.reports.clash import clash

    try:
        amounts_of(now.desk, now.log(edits))
    except Clashing as problem:
        ways = clash(asking.scope, now, problem, edits, asking.version.plan.currency_id).ways
        chosen = next((one for one in ways if one.id == relax), None)
        if chosen is None:
            raise Refused(_("The plan has changed: look at the clash again.")) from None
        first, last = edits[0], edits[-1]
        rules = enumerate(chosen.rules, start=last.number + 1)
        return tuple(_room(asking, first, rule, chosen.label, number) for number, rule in rules)
    return ()


def _room(asking: Asking, first: Edit, rule: dict[str, Any], label: str, number: int) -> Edit:
    kind = EditKind.LIFT if "lift" in rule else EditKind.RULE
    edit = Edit(kind=kind, rule=rule, batch=first.batch, reason=label[:300], number=number)
    edit.unit_id, edit.rep_id = first.unit_id, first.rep_id
    return signed(asking, edit)
