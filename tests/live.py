"""A whole installation in a folder of its own, driven by its commands as real processes, on either database."""

from __future__ import annotations

import atexit
import ctypes
import functools
import itertools
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, Request, build_opener

POSTGRESQL = os.environ.get("SALESYEAR_TEST_DATABASE") == "postgresql"
TESTS = Path(__file__).parent
_numbers = itertools.count(1)

Row = tuple[Any, ...]


@dataclass
class Installation:
    """One home, one database, and the processes started in it."""

    home: Path
    url: str = ""
    more: dict[str, str] = field(default_factory=dict)
    processes: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """The variables its processes are started with."""
        paths = [str(TESTS.parent / "src"), str(TESTS)]
        ours = {name: value for name, value in os.environ.items() if not name.startswith(("SALESYEAR_", "DATABASE_"))}
        ours |= {"PYTHONPATH": os.pathsep.join(paths), "SALESYEAR_HOME": str(self.home), "SALESYEAR_LANGUAGE": "en"}
        ours |= {"SALESYEAR_RUN_LEASE_SECONDS": "2", "DJANGO_SETTINGS_MODULE": "salesyear.web.settings"}
        ours |= {"SALESYEAR_ALERT_SECONDS": "0"}  # unless a test is about them, no alert is looked for
        return ours | ({"DATABASE_URL": self.url} if self.url else {}) | self.more

    def run(self, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run one command of `salesyear` to its end."""
        return subprocess.run(
            [sys.executable, "-m", "salesyear.cli", *words],
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def start(self, *words: str, module: str = "salesyear.cli") -> subprocess.Popen[str]:
        """Start one command of `salesyear` as a process that goes on; `slow_kinds` knows the tests' own work, too."""
        with (self.home / "processes.log").open("a") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", module, *words],
                env=self.environment,
                stdout=log,
                stderr=log,
                text=True,
                preexec_fn=_obey_file_rights,
            )
        self.processes.append(process)
        return process

    def serve(self) -> Browser:
        """Serve the site on a free port; return a browser that has opened it, once it answers."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.start("serve", "--port", str(port), "--workers", "2", "--threads", "2")
        browser = Browser(f"http://127.0.0.1:{port}")
        wait_for(lambda: browser.get("/health/").status == 200, what="the site")
        return browser

    def python(self, code: str) -> str:
        """Run some lines with Django set up; return what they print."""
        script = f"import slow_kinds\n{code}"
        words = [sys.executable, "-c", script]
        done = subprocess.run(words, env=self.environment, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def rows(self, sql: str) -> list[Row]:
        """Ask the database directly."""
        with self.database() as connection:
            return list(connection.execute(sql).fetchall())

    def write(self, sql: str) -> None:
        """Change the database directly."""
        with self.database() as connection:
            connection.execute(sql)
            connection.commit()

    @contextmanager
    def database(self) -> Iterator[Any]:
        """Open a connection past Django."""
        if self.url:
            import psycopg

            with psycopg.connect(self.url) as connection:
                yield connection
            return
        direct = sqlite3.connect(self.home / "salesyear.sqlite3", timeout=20)
        try:
            yield direct
        finally:
            direct.close()

    def log(self) -> str:
        """Return what the processes have said so far."""
        path = self.home / "processes.log"
        return path.read_text() if path.exists() else ""

    def end(self) -> None:
        """End what was started here, and throw the folder and the database away."""
        for process in self.processes:
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
        for process in self.processes:
            with suppress(subprocess.TimeoutExpired):
                process.wait(30)
            process.kill()
            process.wait()
        if self.url:
            _on_server(f"DROP DATABASE IF EXISTS {name_of(self.url)} WITH (FORCE)")
        shutil.rmtree(self.home, ignore_errors=True)


@dataclass(frozen=True)
class Answer:
    """What the site said; status 0 when nobody was there to say anything."""

    status: int
    page: str = ""
    retry_after: str = ""


class Browser:
    """Just enough of one: cookies, forms with their token, and no following of redirects."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._jar = CookieJar()
        self._opener = build_opener(HTTPCookieProcessor(self._jar), _Stay())

    def get(self, path: str) -> Answer:
        """Read a page."""
        return self._ask(Request(self.address + path))

    def post(self, path: str, **fields: str) -> Answer:
        """Send a form; 302 is the site's word that it was done."""
        token = next((cookie.value for cookie in self._jar if cookie.name == "csrftoken"), "")
        body = urlencode({**fields, "csrfmiddlewaretoken": token}).encode()
        return self._ask(Request(self.address + path, data=body, headers={"Referer": self.address}))

    def sign_in(self, email: str, password: str) -> Answer:
        """Sign in by the form."""
        self.get("/account/login/")
        return self.post("/account/login/", login=email, password=password)

    def _ask(self, request: Request) -> Answer:
        try:
            with self._opener.open(request, timeout=60) as answer:
                return Answer(answer.status, answer.read().decode())
        except HTTPError as said:
            return Answer(said.code, said.read().decode(), said.headers.get("Retry-After", ""))
        except (URLError, OSError):
            return Answer(0)


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *_args: object, **_more: object) -> None:
        """Follow nothing: the redirect is the answer."""


def wait_for(question: Callable[[], object], seconds: float = 30, what: str = "") -> None:
    """Wait until a question is answered with yes; fail when it never is."""
    deadline = time.monotonic() + seconds
    while not question():
        assert time.monotonic() < deadline, f"waited {seconds} s in vain for {what or question}"
        time.sleep(0.05)


def installation(**more: str) -> Installation:
    """Return an installation whose database is up to date and empty."""
    made = _folder()
    made.more = more
    template = _template()
    if template.url:
        _on_server(f"CREATE DATABASE {name_of(made.url)} TEMPLATE {name_of(template.url)}")
    else:
        shutil.copy(template.home / "salesyear.sqlite3", made.home)
    return made


def bare_installation() -> Installation:
    """Return an installation whose database has no tables yet."""
    made = _folder()
    if made.url:
        _on_server(f"CREATE DATABASE {name_of(made.url)}")
    return made


@functools.cache
def _template() -> Installation:
    made = bare_installation()
    atexit.register(shutil.rmtree, made.home, ignore_errors=True)
    done = made.run("manage", "migrate", "-v0")
    assert done.returncode == 0, done.stderr
    if not made.url:  # fold the write-ahead log into the file that is copied
        with made.database() as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return made


def _obey_file_rights() -> None:
    """Let the rights of files bind root as well, as they bind everybody else."""
    drop_from_bounding_set, dac_override = 24, 1
    ctypes.CDLL(None).prctl(drop_from_bounding_set, dac_override)


def _folder() -> Installation:
    home = Path(tempfile.mkdtemp(prefix="salesyear-live-"))
    if not POSTGRESQL:
        return Installation(home)
    parts = urlsplit(os.environ["DATABASE_URL"])
    name = f"live_{os.getpid()}_{next(_numbers)}"
    return Installation(home, parts._replace(path=f"/{name}").geturl())


def name_of(url: str) -> str:
    """Return the database that an address names."""
    return urlsplit(url).path.strip("/")


def _on_server(sql: str) -> None:
    import psycopg

    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(sql)
