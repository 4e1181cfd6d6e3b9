"""A draft as it is now, kept in this process for the next edit and read again when another process changed it."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from salesyear.core.scope import Scope
from salesyear.plans.models import Edit, Sheet, Version
from salesyear.targets.editing.desk import Desk, open_desk, targets_now
from salesyear.targets.editing.held import Held, Log, effective

Ints = NDArray[np.int64]
KEPT = 8  # versions at once


@dataclass(frozen=True)
class State:
    """edition: number of the last edit in `amounts`, which are (slots, months). edits: the whole log, in order."""

    edition: int
    desk: Desk
    amounts: Ints
    edits: tuple[Edit, ...]
    known: dict[int, Held] = field(repr=False)

    @cached_property
    def present(self) -> Log:
        """What counts of the log."""
        return self.log()

    def log(self, more: tuple[Edit, ...] = (), undone: frozenset[str] = frozenset(), redone: str = "") -> Log:
        """Return what counts, with further edits and with batches taken back or brought again."""
        return effective([*self.edits, *more], self.desk, self.known, undone, redone)


_states: OrderedDict[int, State] = OrderedDict()
_desks: OrderedDict[int, Desk] = OrderedDict()
_guard = Lock()


def state_of(version: Version) -> State:
    """Return the version as the database has it; a kept state of the same edition is as good."""
    edition = Version.objects.filter(pk=version.pk).values_list("edition", flat=True).get()
    with _guard:
        there = _states.get(version.pk)
    if there and there.edition == edition:
        return there
    desk = desk_of(version)
    amounts = targets_now(version)
    edits = Edit.objects.within(_system()).filter(version=version, number__lte=edition).select_related("actor")
    state = State(edition, desk, amounts, tuple(edits.order_by("number")), there.known if there else {})
    remember(version.pk, state)
    return state


def desk_of(version: Version) -> Desk:
    """Return what no edit changes."""
    with _guard:
        if version.pk in _desks:
            _desks.move_to_end(version.pk)
            return _desks[version.pk]
    desk = open_desk(version)
    with _guard:
        _desks[version.pk] = desk
        while len(_desks) > KEPT:
            _desks.popitem(last=False)
    return desk


def remember(version: int, state: State) -> None:
    """Keep a state that is in the database."""
    with _guard:
        _states[version] = state
        _states.move_to_end(version)
        while len(_states) > KEPT:
            _states.popitem(last=False)


def forget() -> None:
    """Forget everything kept in this process, as another process would start."""
    with _guard:
        _states.clear()
        _desks.clear()


def slots_seen(scope: Scope, version: Version, desk: Desk) -> Ints:
    """Return the slots that somebody sees: those of their sheets."""
    keys = set(Sheet.objects.within(scope).filter(version=version).values_list("pk", flat=True))
    leaves = [place for place, key in enumerate(desk.sheets) if key in keys]
    return np.flatnonzero(np.isin(desk.layout.leaf, leaves))


def _system() -> Scope:
    return Scope.system("changing a plan")
