"""Takes runs from the queue and does them: leased, with a heartbeat, fenced against whoever comes after."""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from salesyear.core import events, runs
from salesyear.core.models import Run, RunState, Worker
from salesyear.core.runs import Cancelled, Kind, Overtaken, Progress, Stopped
from salesyear.core.scope import Scope

log = logging.getLogger(__name__)

ScopeOf = Callable[[Any], Scope]  # of our own user model, which stands above this floor
SIGN_SECONDS = 20  # how often an idle worker says that it lives
KEPT_DAYS = 1  # names of workers that died are forgotten after a day


@dataclass
class Labour:
    """One worker: its name, how it learns what somebody may do, and whether it was told to stop."""

    scope_of: ScopeOf
    name: str = field(default_factory=lambda: f"{socket.gethostname()}-{os.getpid()}"[:100])
    stop: threading.Event = field(default_factory=threading.Event)
    _next_sign: float = field(default=0.0, init=False)
    _next_round: float = field(default=0.0, init=False)

    def work(self, pause: float = 1.0) -> None:
        """Take one run after the other until told to stop; a database that is away is waited for."""
        while not self.stop.is_set():
            try:
                self._be_seen()
                self._ask_for_due()
                while not self.stop.is_set() and self.work_once():
                    pass
            except (OperationalError, InterfaceError) as reason:
                log.warning("The database does not answer, trying again: %s", str(reason).strip())
                connection.close()
            self.stop.wait(pause)
        self._leave()

    def work_once(self) -> Run | None:
        """Take the next run and do it to its end; None when there is nothing to take."""
        run = take(self.name)
        if run is None:
            return None
        refusal = why_not(run, self.scope_of)
        if refusal:
            end(run, RunState.FAILED, error=refusal)
            events.record("core.run.refused", actor=run.made_by, subject=str(run), detail={"reason": refusal})
            return run
        self._perform(run)
        return run

    def _perform(self, run: Run) -> None:
        progress = Progress()
        with beating(run, progress, self.stop):
            try:
                do(run, runs.kind_of(run.kind), progress)
            except Cancelled:
                end(run, RunState.CANCELLED)
            except Stopped:
                give_back(run)
            except Overtaken:
                log.warning("%s was taken over by another worker; nothing of this attempt is kept.", run)
            except (OperationalError, InterfaceError) as reason:
                connection.close()
                try_again(run, reason)
            except Exception as reason:  # whatever it is, it is the work's answer and not the worker's end
                log.exception("%s failed", run)
                end(run, RunState.FAILED, error=in_words(reason))

    def _be_seen(self) -> None:
        if time.monotonic() < self._next_sign:
            return
        moment = runs.now()
        self._next_sign = time.monotonic() + SIGN_SECONDS
        Worker.objects.update_or_create(
            name=self.name, defaults={"seen_at": moment}, create_defaults={"seen_at": moment, "started_at": moment}
        )
        Worker.objects.filter(seen_at__lt=moment - timedelta(days=KEPT_DAYS)).delete()

    def _ask_for_due(self) -> None:
        if time.monotonic() >= self._next_round:
            self._next_round = time.monotonic() + runs.ask_for_due()

    def _leave(self) -> None:
        try:
            Worker.objects.filter(name=self.name).delete()
        except DatabaseError:
            log.warning("The database does not answer; the worker leaves without saying so.")


def take(worker: str) -> Run | None:
    """Lease the oldest run that waits or whose worker has died; None when there is none.

    A run that died in its last attempt is marked failed on the way, one that died while being cancelled is
    cancelled. On PostgreSQL rows another worker is looking at are skipped; on SQLite one writer is alone.
    """
    if not Run.objects.filter(_takable()).exists():
        return None  # without opening a transaction that would keep others from writing
    while True:
        with transaction.atomic():
            run = _next()
            if run is None:
                return None
            if not _bury(run):
                return _lease(run, worker)


def do(run: Run, kind: Kind, progress: Progress) -> None:
    """Do the work and keep its result. Raises Overtaken, keeping nothing, when the lease has gone to another."""
    with transaction.atomic() if kind.atomic else nullcontext():
        result = dict(kind.function(run, run.params, progress))
        done, total, _text = progress.said
        if not end(run, RunState.DONE, result=result, done=max(done, total), message="", error=""):
            raise Overtaken


def end(run: Run, state: RunState, **kept: Any) -> bool:  # noqa: ANN401 - columns of Run
    """Write down how an attempt ended; False, changing nothing, when it is no longer this attempt's to say."""
    moment = runs.now()
    mine = Run.objects.filter(pk=run.pk, attempt=run.attempt, state=RunState.RUNNING)
    return bool(mine.update(state=state, ended_at=moment, heartbeat=moment, lease_until=None, **kept))


def give_back(run: Run) -> bool:
    """Put a run back into the queue as if it had not been taken."""
    mine = Run.objects.filter(pk=run.pk, attempt=run.attempt, state=RunState.RUNNING)
    return bool(
        mine.update(state=RunState.WAITING, lease_until=None, worker="", attempt=run.attempt - 1, done=0, message="")
    )


def try_again(run: Run, reason: Exception) -> None:
    """Let a run whose database went away be taken again at once, remembering why, if that can still be said."""
    log.warning("%s lost the database and will be tried again: %s", run, str(reason).strip())
    mine = Run.objects.filter(pk=run.pk, attempt=run.attempt, state=RunState.RUNNING)
    mine.update(error=in_words(reason), lease_until=runs.now() - timedelta(seconds=1))


def in_words(reason: Exception) -> str:
    """Return what an error says: our own refusals speak for themselves, of others the kind is told too."""
    if type(reason).__module__.startswith("salesyear."):
        return str(reason)
    return f"{type(reason).__name__}: {str(reason).strip()}"


def why_not(run: Run, scope_of: ScopeOf) -> str:
    """Say why the person who asked may not have this run (any more); empty when they may."""
    try:
        kind = runs.kind_of(run.kind)
    except runs.UnknownKind as reason:
        return str(reason)
    if run.made_by is None:
        return ""  # asked for by a command, not by a person
    if not run.made_by.is_active:
        return _("The account of %(name)s has been closed since this was asked for.") % {"name": run.made_by}
    roles = scope_of(run.made_by).roles
    if not roles or (kind.roles and not roles & kind.roles):
        return _("%(name)s no longer has a role that may do this.") % {"name": run.made_by}
    return ""


@contextmanager
def beating(run: Run, progress: Progress, stop: threading.Event) -> Iterator[None]:
    """Keep the lease alive and tell the page how far the work is, from a thread of its own."""
    over = threading.Event()
    thread = threading.Thread(target=_beat, args=(run, progress, stop, over), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _beat(run: Run, progress: Progress, stop: threading.Event, over: threading.Event) -> None:
    pause = min(1.0, runs.lease_seconds() / 4)
    try:
        _without_waiting()
        while not over.wait(pause):
            if stop.is_set():
                progress.halt(Stopped())
            _say(run, progress)
    finally:
        connection.close()


def _say(run: Run, progress: Progress) -> None:
    done, total, text = progress.said
    try:
        moment = runs.now()
        held = Run.objects.filter(pk=run.pk, attempt=run.attempt, state=RunState.RUNNING)
        alive = held.update(
            heartbeat=moment,
            lease_until=moment + timedelta(seconds=runs.lease_seconds()),
            done=done,
            total=total,
            message=text[:300],
        )
        Worker.objects.filter(name=run.worker).update(seen_at=moment)
        if not alive:
            progress.halt(Overtaken())
        elif held.filter(cancel_asked=True).exists():
            progress.halt(Cancelled())
    except (OperationalError, InterfaceError):
        # SQLite while the work itself writes: nobody else can take the run then. Or the database is away.
        connection.close()
        _without_waiting()


def _without_waiting() -> None:
    # A heartbeat that waits for the work's own transaction would hold up its end.
    if connection.vendor == "sqlite":
        try:
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA busy_timeout = 0")
        except OperationalError:
            connection.close()


def _takable() -> Q:
    dead = Q(state=RunState.RUNNING, lease_until__lt=runs.now())
    return Q(state=RunState.WAITING) | dead


def _next() -> Run | None:
    rows = Run.objects.filter(_takable()).order_by("pk")
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True)
    return rows.first()


def _bury(run: Run) -> bool:
    """End a run that died and shall not be tried again; say whether it was one."""
    if run.state != RunState.RUNNING:
        return False
    if run.cancel_asked:
        return end(run, RunState.CANCELLED)
    if run.attempt < settings.RUN_ATTEMPTS:
        return False
    reason = run.error or _("The worker %(worker)s died while doing this, in attempt %(attempt)d of %(most)d.") % {
        "worker": run.worker,
        "attempt": run.attempt,
        "most": settings.RUN_ATTEMPTS,
    }
    return end(run, RunState.FAILED, error=reason)


def _lease(run: Run, worker: str) -> Run:
    moment = runs.now()
    run.state, run.worker, run.attempt = RunState.RUNNING, worker, run.attempt + 1
    run.heartbeat, run.lease_until = moment, moment + timedelta(seconds=runs.lease_seconds())
    run.done, run.total, run.message = 0, 0, ""
    run.save(update_fields=["state", "worker", "attempt", "heartbeat", "lease_until", "done", "total", "message"])
    return run


def living(within: timedelta = timedelta(seconds=90)) -> int:
    """Return how many workers have been seen of late."""
    return Worker.objects.filter(seen_at__gt=runs.now() - within).count()
