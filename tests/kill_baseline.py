"""A baseline run killed with SIGKILL in the middle and taken again by another worker; run as a program by the tests.

`--bare` keeps no steps between the two attempts: the control.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import django

AFTER = 9  # steps that the first worker gets done


def main() -> None:
    """Print as JSON how many steps were kept by the first worker and how many the second one made."""
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    run = _asked()
    killed = _in_a_child(lambda: _work(AFTER))
    kept = len(list(_folder().rglob("*.npy")))
    if "--bare" in sys.argv:
        for file in _folder().rglob("*.npy"):
            file.unlink()
    _let_go(run)
    told = Path(tempfile.mkdtemp()) / "made"
    _in_a_child(lambda: told.write_text(str(_work(None))))
    sys.stdout.write(json.dumps(_found(run, os.WTERMSIG(killed), kept, int(told.read_text()))) + "\n")


def _asked() -> int:
    from cast import company
    from salesyear.targets import services
    from salesyear.targets.reports import BaselineParams

    people = company()
    return services.ask_for_baseline(BaselineParams(paths=60), actor=people.users["director"]).pk


def _folder() -> Path:
    from django.conf import settings

    return Path(settings.HOME) / "steps"


def _work(most: int | None) -> int:
    """Take the run; die after `most` steps. Returns how many steps were made and not read."""
    from salesyear.core.steps import Steps
    from salesyear.core.worker import Labour
    from salesyear.org.access import scope_of

    made, plain = 0, Steps.keep

    def keep(self: Steps, key: str, make: Callable[[], Any]) -> Any:
        def counted() -> Any:
            nonlocal made
            if made == most:
                os.kill(os.getpid(), signal.SIGKILL)
            made += 1
            return make()

        return plain(self, key, counted)

    Steps.keep = keep  # type: ignore[method-assign]  # to count, in this process only
    Labour(scope_of).work_once()
    return made


def _in_a_child(work: Callable[[], object]) -> int:
    from django.db import connections

    connections.close_all()
    child = os.fork()
    if not child:
        work()
        os._exit(0)
    return os.waitpid(child, 0)[1]


def _let_go(run: int) -> None:
    """The lease of the dead worker runs out."""
    from django.utils import timezone

    from salesyear.core.models import Run

    Run.objects.filter(pk=run).update(lease_until=timezone.now() - timedelta(seconds=1))


def _found(key: int, signalled: int, kept: int, made: int) -> dict[str, Any]:
    from salesyear.core.models import Run
    from salesyear.targets.models import Baseline

    run = Run.objects.get(pk=key)
    return {
        "signal": signalled,
        "kept": kept,
        "made": made,
        "state": run.state,
        "error": run.error,
        "attempt": run.attempt,
        "baselines": Baseline.objects.count(),
        "left": len(list(_folder().rglob("*"))),
    }


if __name__ == "__main__":
    main()
