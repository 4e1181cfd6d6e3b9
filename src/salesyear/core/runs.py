"""Long work as rows: asked for once, taken by a worker, followed on a page, cancelled, and never lost.

A slice declares what can be run in its `runs.py`:

    @run_kind("importing.save", roles={"director"}, atomic=True)
    def save(run: Run, params: dict[str, Any], progress: Progress) -> dict[str, Any]: ...
"""

from __future__ import annotations

import hashlib
import json
import math
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext as _

from salesyear.core import events, rls
from salesyear.core.models import Run, RunState

if TYPE_CHECKING:
    from datetime import datetime


class UnknownKind(LookupError):
    """A run of a kind that no slice declares."""


class KeyUsedOtherwise(ValueError):
    """An idempotency key came again with other work behind it."""


class Halted(Exception):
    """Raised out of `progress(…)`: the work is to stop now, and what it began is undone."""


class Cancelled(Halted):
    """Somebody cancelled the run."""


class Overtaken(Halted):
    """The lease ran out and another worker has the run: what this one did must not be kept."""


class Stopped(Halted):
    """The worker itself is being stopped: the run goes back to the queue."""


class Progress:
    """What running work says about itself; other threads read it and may tell the work to halt."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._said: tuple[int, int, str] = (0, 0, "")
        self._halt: Halted | None = None

    def __call__(self, done: int, total: int, text: str = "") -> None:
        """Say how far the work is. Raises Halted when it must stop."""
        with self._guard:
            self._said = (done, total, text or self._said[2])
            if self._halt:
                raise self._halt

    @property
    def said(self) -> tuple[int, int, str]:
        """Return done, total and text as last said."""
        with self._guard:
            return self._said

    def halt(self, reason: Halted) -> None:
        """Make the next word of the work its last; the first reason given stands."""
        with self._guard:
            self._halt = self._halt or reason


Function = Callable[[Run, dict[str, Any], Progress], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Kind:
    """What can be run: the function, who may have it run, and whether it is kept in one piece.

    label: its name for people. roles: whoever has none of them (any more) is refused when the run is taken;
    empty allows every role.
    atomic: the function's writes and “done” are one transaction, so a run killed at any moment has done all
    or nothing. Otherwise the function must bear being run again.
    every: the setting that says after how many seconds it is to be done again and again (0: never); empty for what
    people ask for.
    """

    name: str
    function: Function
    label: str | Promise
    roles: frozenset[str]
    atomic: bool
    every: str = ""


_KINDS: dict[str, Kind] = {}
_KEPT = timedelta(days=1)  # for how long a run that comes again and again is remembered


def run_kind(
    name: str, *, label: str | Promise = "", roles: Iterable[str] = (), atomic: bool = True, every: str = ""
) -> Callable[[Function], Function]:
    """Declare what `name` runs. The decorated function stays an ordinary function.

    label: what the work is called on its page. A result may bring `text`, one sentence of what came out, and
    `url`, the page on this site where it is shown.
    """

    def declare(function: Function) -> Function:
        _KINDS[name] = Kind(name, function, label or name, frozenset(roles), atomic, every)
        return function

    return declare


def kind_of(name: str) -> Kind:
    """Return what is declared under a name. Raises UnknownKind, naming those that are."""
    autodiscover_modules("runs")
    try:
        return _KINDS[name]
    except KeyError:
        known = ", ".join(sorted(_KINDS)) or "-"
        raise UnknownKind(
            _("There is no background work called “%(name)s”. There is: %(known)s.") % {"name": name, "known": known}
        ) from None


def ask_for(
    name: str,
    params: Mapping[str, Any],
    *,
    actor: AbstractBaseUser | None,
    key: str | None = None,
    seed: int = 0,
    fingerprint: str = "",
) -> Run:
    """Put work into the queue and return its run; the same key gives the same run, however often it is asked.

    params: plain JSON values. fingerprint: of the facts the work will read, hex.
    Raises UnknownKind, and KeyUsedOtherwise when the key stands for other work or another person's.
    """
    kind_of(name)
    run = Run(kind=name, params=dict(params), seed=seed, fingerprint=fingerprint, key=key or None)
    run.made_by_id, run.made_at = (actor.pk if actor else None), timezone.now()
    try:
        with transaction.atomic():
            run.save()
            events.record("core.run.asked", actor=actor, subject=str(run), detail={"digest": digest_of(run)})
    except IntegrityError:
        return _the_same(run)
    return run


def ask_for_due() -> float:
    """Put into the queue what is to be done again and again, once for each stretch of time, however many workers ask.

    Returns the seconds until it is worth asking again. These runs leave no trace in the history, and those of
    yesterday are forgotten.
    """
    autodiscover_modules("runs")
    moment = now()
    waits = [_ask_once(kind, moment, seconds) for kind in _KINDS.values() if (seconds := _seconds(kind)) > 0]
    return min(waits, default=math.inf)


def ask_soon(name: str) -> None:
    """Put what is done again and again into the queue now, unless it waits there already.

    One that is running may have passed what has just changed: it does not count. Raises UnknownKind.
    """
    moment = now()
    kind_of(name)
    with rls.as_owner():
        if not Run.objects.filter(kind=name, state=RunState.WAITING).exists():
            _put(name, f"{name}@{moment.timestamp():.6f}", moment)


def _put(name: str, key: str, moment: datetime) -> None:
    """Put a run that nobody asked for into the queue, unless another process was quicker."""
    with suppress(IntegrityError), transaction.atomic():
        Run.objects.create(kind=name, key=key, made_at=moment)


def _seconds(kind: Kind) -> int:
    return int(getattr(settings, kind.every)) if kind.every else 0


def _ask_once(kind: Kind, moment: datetime, seconds: int) -> float:
    """Ask for a kind's run of this stretch of time unless it is there; return the seconds until the next stretch."""
    stretch, passed = divmod(moment.timestamp(), seconds)
    key = f"{kind.name}@{stretch:.0f}"
    unended = Run.objects.filter(kind=kind.name, state__in=[RunState.WAITING, RunState.RUNNING])
    if not Run.objects.filter(key=key).exists() and not unended.exists():
        _put(kind.name, key, moment)
        Run.objects.filter(kind=kind.name, made_at__lt=moment - _KEPT).exclude(pk__in=unended).delete()
    return seconds - passed


def cancel(run: Run, *, actor: AbstractBaseUser | None) -> Run:
    """Cancel a run: at once while it waits, at its next word while it runs; an ended one stays as it is."""
    with transaction.atomic():
        held = Run.objects.select_for_update().get(pk=run.pk)
        if held.ended or held.cancel_asked:
            return held
        if held.state == RunState.WAITING:
            held.state, held.ended_at = RunState.CANCELLED, timezone.now()
        held.cancel_asked = True
        held.save(update_fields=["state", "ended_at", "cancel_asked"])
        events.record("core.run.cancelled", actor=actor, subject=str(held))
    return held


def digest_of(run: Run) -> str:
    """Return the SHA-256 of what was asked for: kind, parameters, seed and facts."""
    asked = [run.kind, run.params, run.seed, run.fingerprint]
    text = json.dumps(asked, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def now() -> datetime:
    """Return the moment by the database's clock: workers on several machines must agree on a lease."""
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def lease_seconds() -> int:
    """Return how long a worker may stay silent before its run is given to another."""
    return int(settings.RUN_LEASE_SECONDS)


def _the_same(asked: Run) -> Run:
    there = Run.objects.filter(key=asked.key).first() if asked.key else None
    if there is None:
        raise IntegrityError(f"{asked.kind} could not be kept.")
    if there.made_by_id != asked.made_by_id or digest_of(there) != digest_of(asked):
        raise KeyUsedOtherwise(
            _("The key “%(key)s” was already used for something else: send a new key.") % {"key": asked.key}
        )
    return there
