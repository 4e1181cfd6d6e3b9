"""The commands: help with an example, exit codes, data on request, and a sentence instead of a stack trace."""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main
from click import Command, Group

from live import Installation, bare_installation, installation, wait_for
from salesyear.cli.app import app

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "salesyear"


@pytest.fixture(scope="module")
def site() -> Iterator[Installation]:
    """An installation of its own."""
    made = installation()
    yield made
    made.end()


@pytest.fixture
def bare() -> Iterator[Installation]:
    """An installation without tables."""
    made = bare_installation()
    yield made
    made.end()


def commands() -> list[tuple[str, Command]]:
    """Every command by the words one types."""

    def below(words: str, group: Group) -> Iterator[tuple[str, Command]]:
        for name, command in group.commands.items():
            if hasattr(command, "commands"):
                yield from below(f"{words}{name} ", command)  # type: ignore[arg-type]  # a group, as just asked
            else:
                yield f"{words}{name}", command

    return list(below("", typer.main.get_command(app)))  # type: ignore[arg-type]  # the app is a group


@pytest.mark.once
@pytest.mark.parametrize(("words", "command"), commands(), ids=[words for words, _ in commands()])
def test_every_command_has_help_and_an_example(words: str, command: Command) -> None:
    said = command.help or ""
    assert f"salesyear {words}" in said.partition("Example:")[2], f"no example in `salesyear {words} --help`"


@pytest.mark.once
@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_every_command_is_in_the_reference(language: str) -> None:
    page = (ROOT / "docs" / language / "reference" / "commands.md").read_text(encoding="utf-8")
    missing = [words for words, _ in commands() if f"`salesyear {words}" not in page]
    assert not missing


@pytest.mark.once
@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_every_setting_is_in_the_reference(language: str) -> None:
    read = {
        name
        for path in SOURCE.rglob("*.py")
        for name in re.findall(r'"(SALESYEAR_[A-Z_]+|DATABASE_URL)"', path.read_text(encoding="utf-8"))
    }
    assert len(read) > 10
    page = (ROOT / "docs" / language / "reference" / "settings.md").read_text(encoding="utf-8")
    assert {name for name in read if f"`{name}`" not in page} == set()
    assert set(re.findall(r"`(SALESYEAR_[A-Z_]+)`", page)) <= read, "settings that nothing reads"


@pytest.mark.once
def test_help_is_quick_and_starts_no_django() -> None:
    code = "import sys; from salesyear.cli.app import app; print('django' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
    taken = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-m", "salesyear.cli", "--help"], capture_output=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        taken.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(taken) < 0.8  # seconds of processor; 0.27 on an idle machine, and a busy one shares its caches


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("user", "add", "no-address"), "no-address: Enter a valid email address."),
        (("user", "add", "x@example.com", "--role", "king"), "There is no role “king”. It must be one of: director,"),
        (("user", "add", "x@example.com", "--role", "regional_manager"), "A regional manager needs a region"),
        (("user", "add", "x@example.com", "--role", "agent", "--agency", "a1"), "the code “a1”. There is: none"),
        (("backup", "here.tar"), "must end in .zip"),
    ],
)
def test_a_mistake_is_one_sentence(site: Installation, words: tuple[str, ...], said: str) -> None:
    done = site.run(*words)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert site.rows("SELECT count(*) FROM org_user WHERE email LIKE 'x@%'") == [(0,)]


@pytest.mark.parametrize("words", [("user", "list"), ("verify-audit",), ("serve",), ("work", "--once")])
def test_a_database_without_tables_names_its_mend(bare: Installation, words: tuple[str, ...]) -> None:
    done = bare.run(*words)
    assert done.returncode == 2
    assert "salesyear manage migrate" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("SALESYEAR_TIME_ZONE", "Moon/Tycho", "SALESYEAR_TIME_ZONE is “Moon/Tycho”. It must be a time zone such as"),
        ("SALESYEAR_RUN_ATTEMPTS", "0", "SALESYEAR_RUN_ATTEMPTS is “0”. It must be a whole number from 1 to 20."),
        ("DATABASE_URL", "mysql://u:secret@host/x", "DATABASE_URL is “mysql://host/x”. It must be postgresql://"),
    ],
)
def test_a_wrong_setting_stops_the_start(site: Installation, name: str, value: str, said: str) -> None:
    wrong = Installation(site.home, "" if name == "DATABASE_URL" else site.url, {name: value})
    done = wrong.run("user", "list")
    assert done.returncode == 2
    assert said in done.stderr
    assert "secret" not in done.stderr
    assert "Traceback" not in done.stderr
    found = json.loads(wrong.run("doctor", "--json").stdout)
    assert [one["name"] for one in found if not one["ok"]] == ["settings"]


@pytest.mark.parametrize("words", [("no-such-command",), ("migrate", "no_such_app")])
def test_django_tells_its_own_mistakes(site: Installation, words: tuple[str, ...]) -> None:
    done = site.run("manage", *words)
    assert done.returncode == 1
    assert words[-1] in done.stderr
    assert "Traceback" not in done.stderr


def test_adding_and_listing_people(site: Installation) -> None:
    done = site.run("user", "add", "Wang@Example.com", "--name", "王芳", "--role", "finance", "--role", "hr", "--json")
    made = json.loads(done.stdout)
    assert (made["email"], made["roles"], len(made["password"])) == ("wang@example.com", ["finance", "hr"], 16)
    typed = site.run("user", "add", "li@example.com", "--password-stdin", stdin="a-long-enough-one\n")
    assert typed.returncode == 0
    assert "a-long-enough-one" not in typed.stdout
    short = site.run("user", "add", "zhao@example.com", "--password-stdin", stdin="12345\n")
    assert short.returncode == 2
    assert "too short" in short.stderr
    listed = {one["email"]: one for one in json.loads(site.run("user", "list", "--json").stdout)}
    assert listed["wang@example.com"] == {
        "email": "wang@example.com",
        "name": "王芳",
        "active": True,
        "roles": ["finance", "hr"],
    }
    assert listed["li@example.com"]["roles"] == []
    assert "zhao@example.com" not in listed
    assert "王芳" in site.run("user", "list").stdout
    ((kept,),) = site.rows("SELECT password FROM org_user WHERE email = 'wang@example.com'")
    assert made["password"] not in kept


def test_the_audit_answers_with_its_exit_code() -> None:
    site = installation()
    try:
        for name in ("a", "b", "c"):
            assert site.run("user", "add", f"{name}@example.com").returncode == 0
        ((head,),) = site.rows("SELECT digest FROM core_event WHERE number = 2")
        assert site.run("verify-audit", "--expect", head).returncode == 0
        assert site.run("verify-audit", "--expect", "f" * 64).returncode == 1
        site.python("from salesyear.core import guards; guards.lift()")
        site.write("UPDATE core_event SET subject = 'z@example.com' WHERE number = 2")
        done = site.run("verify-audit", "--json")
        assert done.returncode == 1
        assert json.loads(done.stdout)["broken_at"] == 2
        assert "event 2 was changed" in site.run("verify-audit").stdout
    finally:
        site.end()


def test_the_doctor_names_what_is_wrong_and_its_mend() -> None:
    site = installation()
    try:
        site.home.chmod(0o755)
        site.python("from salesyear.core import guards; guards.lift()")
        if site.url:
            site.write("DROP POLICY salesyear_scope ON crm_customer")
        done = site.run("doctor", "--json")
        assert done.returncode == 1
        found = {one["name"]: one for one in json.loads(done.stdout)}
        wrong = {name for name, one in found.items() if not one["ok"]}
        only_there = {"row-level security"} if site.url else set[str]()
        assert wrong - {"translations"} == {"home", "history", "worker", "people", "static files"} | only_there
        assert found["home"]["mend"] == f"chmod 700 {site.home}"
        assert all(one["mend"] for one in found.values() if not one["ok"])
        assert "FAILED" in site.run("doctor").stdout
        mends = [one["mend"] for name, one in found.items() if name in {"history", "static files"}]
        for mend in mends:  # what it says mends it
            assert site.run(*mend.split()[1:]).returncode == 0
        site.home.chmod(0o700)
        assert site.run("user", "add", "a@example.com", "--role", "administrator").returncode == 0
        site.start("work")
        wait_for(lambda: site.rows("SELECT 1 FROM core_worker"), what="a worker")
        healed = json.loads(site.run("doctor", "--json").stdout)
        assert {one["name"] for one in healed if not one["ok"]} <= {"translations"}
    finally:
        site.end()


def test_a_database_that_is_away_is_told(site: Installation) -> None:
    url = "postgresql://nobody@127.0.0.1:1/none"
    away = Installation(site.home, url)
    for words in (("user", "list"), ("serve",)):
        done = away.run(*words)
        assert done.returncode == 2
        assert "salesyear doctor" in done.stderr
        assert "Traceback" not in done.stderr
    found = {one["name"]: one for one in json.loads(away.run("doctor", "--json").stdout)}
    assert not found["database"]["ok"]
    assert "DATABASE_URL" in found["database"]["mend"]


def test_a_port_that_is_taken_is_told(site: Installation) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = site.run("serve", "--port", str(port))
    assert done.returncode == 2
    assert f"salesyear serve --port {port + 1}" in done.stderr
