"""Publications that are killed at every write, and two at once; run as a program by the tests.

sweep: publish in a child that dies by SIGKILL before its first statement or commit, then before its second, and so on
until one lives; print what each left. race: two processes publish two versions of one plan at the same moment, some
rounds; print what came of it. `--bare` takes the protection away: no transaction, no lock, no constraint.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import django

if TYPE_CHECKING:
    from salesyear.plans.models import Version

ROUNDS = 3
BARE = "--bare" in sys.argv


def main() -> None:
    """Print what was found as JSON."""
    django.setup()
    from cast import company
    from plans_cast import plan_of_2026
    from salesyear.plans.models import State

    people = company(sales=False)
    director = people.users["director"].pk
    first = plan_of_2026(people, state=State.PUBLISHED if "sweep" in sys.argv else State.APPROVED)
    if BARE:
        _without_protection()
    found = _sweep(first, director) if "sweep" in sys.argv else _race(first, director)
    sys.stdout.write(json.dumps(found) + "\n")


def _sweep(first: Version, actor: int) -> list[dict[str, Any]]:
    from salesyear.plans.models import State, Version
    from salesyear.targets.services import copy_version

    found = []
    for moment in range(1, 200):
        other = copy_version(first, f"Bolder {moment}", actor=None)
        Version.objects.filter(pk=other.pk).update(state=State.APPROVED)
        before = _seen(first.pk, other.pk)
        signalled = _in_a_child(partial(_publish, other.pk, actor, first.pk, moment))
        after = _seen(first.pk, other.pk)
        found.append({"signal": signalled, "before": before, "after": after})
        if not signalled:
            return found
        if after != before:  # it was done before it died, or halves are left: from the start again
            Version.objects.filter(plan=first.plan_id).exclude(pk=first.pk).update(state=State.SUBMITTED)
            Version.objects.filter(pk=first.pk).update(state=State.PUBLISHED)
    return found


def _seen(one: int, other: int) -> list[Any]:
    """States of both versions, how many steps and events there are, and whether the chain of events holds."""
    from salesyear.core import events
    from salesyear.core.models import Event
    from salesyear.plans.models import Step, Version

    states = dict(Version.objects.filter(pk__in=(one, other)).values_list("pk", "state"))
    return [states[one], states[other], Step.objects.count(), Event.objects.count(), events.verify().intact]


def _publish(version: int, actor: int, over: int | None, moment: int = 0, *, slowly: bool = False) -> str:
    """Publish as somebody does; die at a moment, or dawdle after each statement. Says how it ended."""
    from salesyear.org.access import scope_of
    from salesyear.org.models import User
    from salesyear.plans.models import Version
    from salesyear.targets.services import publish
    from salesyear.targets.services.versions import AnotherIsPublished, Refused

    user, wanted = User.objects.get(pk=actor), Version.objects.get(pk=version)
    scope = scope_of(user)
    with _dying_at(moment), _dawdling(slowly):
        try:
            publish(wanted, actor=user, scope=scope, over=over)
        except AnotherIsPublished as refused:
            return f"another: {refused.version.pk}"
        except Refused as refused:
            return f"refused: {refused}"
    return "published"


@contextmanager
def _dying_at(moment: int) -> Iterator[None]:
    """Die before the so manieth statement or commit, or right after the last commit."""
    from django.db import connection

    count, commit = 0, getattr(connection, "_commit")  # noqa: B009 - not in the stubs

    def tick() -> None:
        nonlocal count
        count += 1
        if count == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    def committing() -> None:
        tick()
        commit()
        tick()

    def statement(execute: Callable[..., Any], *args: Any) -> Any:
        tick()
        return execute(*args)

    setattr(connection, "_commit", committing)  # noqa: B010 - to count, in this process only
    with connection.execute_wrapper(statement):
        yield


@contextmanager
def _dawdling(slowly: bool) -> Iterator[None]:
    from django.db import connection

    def statement(execute: Callable[..., Any], *args: Any) -> Any:
        done = execute(*args)
        time.sleep(0.05 if slowly else 0)
        return done

    with connection.execute_wrapper(statement):
        yield


def _race(first: Version, actor: int) -> list[dict[str, Any]]:
    from salesyear.plans.models import State, Version
    from salesyear.targets.services import copy_version

    found = []
    for number in range(ROUNDS):
        pair = [copy_version(first, f"{name} {number}", actor=None) for name in ("One", "Other")]
        Version.objects.filter(plan=first.plan_id).update(state=State.SUBMITTED)
        Version.objects.filter(pk__in=[one.pk for one in pair]).update(state=State.APPROVED)
        said = _at_once([partial(_publish, one.pk, actor, None, slowly=True) for one in pair])
        states = [Version.objects.get(pk=one.pk).state for one in pair]
        found.append({"said": said, "states": states, "keys": [one.pk for one in pair]})
    return found


def _at_once(works: list[Callable[[], str]]) -> list[str]:
    """Let children begin together; what each says."""
    from django.db import connections

    connections.close_all()
    start, go = os.pipe()
    told = [_child(work, start, go) for work in works]
    os.close(start)
    os.close(go)  # the last hand on the pipe: all of them read its end now
    said = []
    for pid, mouth in told:
        with os.fdopen(mouth) as heard:
            said.append(heard.read())
        os.waitpid(pid, 0)
    return said


def _child(work: Callable[[], str], start: int, go: int) -> tuple[int, int]:
    ear, mouth = os.pipe()
    pid = os.fork()
    if pid:
        os.close(mouth)
        return pid, ear
    os.close(go)
    os.read(start, 1)
    try:
        said = work()
    except Exception as broken:  # noqa: BLE001 - whatever it is, the parent hears it
        said = f"broken: {type(broken).__name__}"
    os.write(mouth, said.encode())
    os._exit(0)


def _in_a_child(work: Callable[[], object]) -> int:
    """Do it in a child; the signal that ended it, 0 for none."""
    from django.db import connections

    connections.close_all()
    child = os.fork()
    if not child:
        work()
        os._exit(0)
    return os.waitpid(child, 0)[1] & 127


def _without_protection() -> None:
    """Every statement by itself, no lock on the plan, and a database that takes two published versions."""
    from contextlib import nullcontext

    from django.db import connection, transaction
    from django.db.models import QuerySet

    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX one_published_version_a_plan")
    transaction.atomic = lambda *_args, **_more: nullcontext()  # type: ignore[assignment]  # the control
    QuerySet.select_for_update = lambda self, *_args, **_more: self  # type: ignore[method-assign]  # the control


if __name__ == "__main__":
    main()
