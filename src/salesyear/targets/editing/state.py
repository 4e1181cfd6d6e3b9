"""A draft as it is now, kept in this process for the next edit and read again when another process changed it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from salesyear.core.scope import Scope
from salesyear.engine.messages import EngineError
from salesyear.plans.models import Edit, Sheet, Version
from salesyear.plans.models import State as Stage
from salesyear.targets.editing.desk import MONTHS, Desk, open_desk, targets_now
from salesyear.targets.editing.held import Held, Log, effective
from salesyear.targets.editing.kept import Kept
from salesyear.targets.editing.lines import lines_of
from salesyear.targets.editing.solving import Clashing, amounts_of
from salesyear.targets.editing.steps import as_at

Ints = NDArray[np.int64]
KEPT = 8  # versions at once
EARLIER = 32  # editions of them all
READY = 2  # drafts prepared when a process starts


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
        edits = self.edits if redone else self._standing
        return effective([*edits, *more], self.desk, self.known, undone, redone)

    @cached_property
    def _standing(self) -> tuple[Edit, ...]:
        """The log without what was taken back, most of it where somebody tried much."""
        return tuple(edit for edit in self.edits if edit.undone_at is None)


Stamp = tuple[int, datetime, str]  # a version, as no other and no later one in its place has it
_states: Kept[Stamp, State] = Kept(KEPT)
_earlier: Kept[tuple[Stamp, int], State] = Kept(EARLIER)
_desks: Kept[Stamp, Desk] = Kept(KEPT)
_reading: Kept[Stamp, Lock] = Kept(KEPT)


def _stamp(version: Version) -> Stamp:
    return version.pk, version.made_at, version.fingerprint


def state_of(version: Version) -> State:
    """Return the version as the database has it; a kept state of the same edition is as good."""
    there = _states.get(_stamp(version))
    if there and there.edition == _edition(version):
        return there
    with _reading.of(_stamp(version), Lock):  # a long log is read by one thread; whoever waited has it then
        return _read(version)


def _read(version: Version) -> State:
    """Read what is not known in this process yet."""
    there, edition = _states.get(_stamp(version)), _edition(version)
    if there and there.edition == edition:
        return there
    if there is None or there.edition > edition:
        there = State(0, desk_of(version), np.zeros((0, MONTHS), np.int64), (), {})
    while True:
        state = _read_on(version, there, edition)
        before, edition = edition, _edition(version)
        if before == edition:  # nobody wrote between the amounts and the log
            return remember(version, state)


def _edition(version: Version) -> int:
    edition: int = Version.objects.filter(pk=version.pk).values_list("edition", flat=True).get()
    return edition


def _read_on(version: Version, there: State, edition: int) -> State:
    """Read the amounts, and what came to the log since an earlier state."""
    amounts = targets_now(version)
    edits = (*there.edits, *lines_of(version, after=there.edition, until=edition))
    return State(edition, there.desk, amounts, as_at(edits, edition), there.known)


def state_at(version: Version, now: State, edition: int) -> State:
    """Return the version as it was at an edition: kept, or solved again from the log up to it."""
    there = now if edition >= now.edition else _earlier.get((_stamp(version), edition))
    if there:
        return there
    edits = as_at(now.edits, edition)
    log = effective(edits, now.desk, now.known)
    return State(edition, now.desk, amounts_of(now.desk, log), edits, now.known)


def prepare(version: Version) -> None:
    """Read and work out in this process what the next edit needs, while nobody waits for it."""
    if _states.get(_stamp(version)) is None:
        state = state_of(version)
        with suppress(EngineError, Clashing):  # whoever edits is told
            amounts_of(state.desk, state.present)


def prepare_drafts() -> None:
    """Prepare the newest drafts."""
    for version in Version.objects.filter(state=Stage.DRAFT).select_related("plan").order_by("-made_at")[:READY]:
        prepare(version)


def desk_of(version: Version) -> Desk:
    """Return what no edit changes."""
    return _desks.of(_stamp(version), lambda: open_desk(version))


def remember(version: Version, state: State) -> State:
    """Keep a state that is in the database."""
    _earlier.put((_stamp(version), state.edition), state)
    return _states.put(_stamp(version), state)


def forget() -> None:
    """Forget everything kept in this process, as another process would start."""
    _states.clear()
    _earlier.clear()
    _desks.clear()


def slots_seen(scope: Scope, version: Version, desk: Desk) -> Ints:
    """Return the slots that somebody sees: those of their sheets."""
    keys = set(Sheet.objects.within(scope).filter(version=version).order_by().values_list("pk", flat=True))
    leaves = [place for place, key in enumerate(desk.sheets) if key in keys]
    return np.flatnonzero(np.isin(desk.layout.leaf, leaves))


def _system() -> Scope:
    return Scope.system("changing a plan")
