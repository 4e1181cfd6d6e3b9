"""`salesyear serve`: the site and one worker beside it, until told to stop."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from salesyear.cli.plain import MIGRATE, UserError, say, set_up

_DIE_WITH_PARENT = 1  # prctl(PR_SET_PDEATHSIG)
_PATIENCE = 25  # seconds for requests and the run at hand to end by themselves
_FORM = "%(h)s %(t)s %(m)s %(U)s %(s)s %(B)s %(M)sms"  # no query: searches may hold names of people


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 for every network card.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = 8000,
    workers: Annotated[int, typer.Option(help="Processes that answer requests.", min=1, max=64)] = 2,
    threads: Annotated[int, typer.Option(help="Threads in each of them.", min=1, max=64)] = 4,
    access_log: Annotated[bool, typer.Option("--access-log", help="Print one line per request.")] = False,
) -> None:
    """Serve the site with gunicorn, and do background work in one worker process beside it.

    Refuses to start while the database is not up to date. Ctrl+C or SIGTERM lets requests end and puts the run at
    hand back into the queue. For more background work start [bold]salesyear work[/bold] as often as you like.

    Example: [bold]salesyear serve --host 0.0.0.0 --port 8080 --workers 4[/bold]
    """
    set_up()
    refuse_old_database()
    _finish_restore()
    gather_static_files()
    _refuse_taken_port(host, port)
    words = ["--bind", f"{host}:{port}", "--workers", str(workers), "--threads", str(threads)]
    words += ["--access-logfile", "-", "--access-logformat", _FORM] if access_log else []
    sys.exit(Pair(words).run(lambda: _greet(host, port)))


def refuse_old_database() -> None:
    """Raise UserError when migrations are missing."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        raise UserError(f"The database is not up to date: {len(missing)} migrations are missing. Run: {MIGRATE}")


def _finish_restore() -> None:
    from salesyear.core.backups.restoring import settle_files

    if settle_files():
        say("A restore that had been cut off was finished.")


def gather_static_files() -> None:
    """Copy and name by content what browsers fetch, when the product's files are newer than the copies."""
    from django.conf import settings
    from django.core.management import call_command

    listed = Path(settings.STATIC_ROOT) / "staticfiles.json"
    made = listed.stat().st_mtime if listed.exists() else 0.0
    if any(path.stat().st_mtime > made for path in Path(settings.WEB).rglob("static/**/*")):
        call_command("collectstatic", interactive=False, verbosity=0)
        listed.touch()  # unchanged content keeps its old date, and would be gathered every time


class Pair:
    """gunicorn and a worker as two children: one that dies is started again, both end together."""

    def __init__(self, words: list[str]) -> None:
        common = ["--worker-class", "gthread", "--timeout", "120", "--graceful-timeout", "20", "--log-level", "warning"]
        self._site = [
            *(sys.executable, "-m", "gunicorn", "salesyear.web.wsgi:application", "--no-control-socket"),
            *(*common, *words),
        ]
        self._work = [sys.executable, "-m", "salesyear.cli", "work", "--beside", str(os.getpid())]
        self._stopping = False

    def run(self, ready: Callable[[], None]) -> int:
        """Run until told to stop; return the exit code."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._told)
        site, worker = _start(self._site), _start(self._work)
        ready()
        try:
            while not self._stopping and site.poll() is None:
                if worker.poll() is not None:
                    worker = _start(self._work)
                time.sleep(0.5)
        finally:
            _end([site, worker])
        return 0 if self._stopping else (site.returncode or 1)

    def _told(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True


def _start(words: list[str]) -> subprocess.Popen[bytes]:
    # A session of its own: Ctrl+C reaches the parent alone, which ends its children in order.
    return subprocess.Popen(words, start_new_session=True, preexec_fn=_die_with_parent)  # noqa: S603 - our own words


def _die_with_parent() -> None:
    with suppress(AttributeError, OSError):  # Linux only; elsewhere a killed parent leaves its children
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGTERM)


def _end(children: list[subprocess.Popen[bytes]]) -> None:
    for child in children:
        child.terminate()
    deadline = time.monotonic() + _PATIENCE
    for child in children:
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _greet(host: str, port: int) -> None:
    shown = "127.0.0.1" if host == "0.0.0.0" else host  # noqa: S104 - compared, not bound
    for _ in range(150):
        with suppress(OSError), socket.create_connection((shown, port), timeout=0.2):
            say(f"Salesyear is at http://{shown}:{port}  (stop it with Ctrl+C)")
            sys.stdout.flush()
            return
        time.sleep(0.2)


def _refuse_taken_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as reason:
            raise UserError(
                f"{host}:{port} cannot be listened on ({reason.strerror}). Choose another port: "
                f"salesyear serve --port {port + 1 if port < 65535 else 8000}"
            ) from reason
