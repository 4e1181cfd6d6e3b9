"""A backup brings everything back, says when it is not whole, and takes effect at once or not at all."""

from __future__ import annotations

import json
import shutil
import signal
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from live import Installation, bare_installation, installation
from salesyear.core.backups.tables import _plain, _text

PEOPLE = "SELECT email, password, name FROM org_user ORDER BY email"
EVENTS = "SELECT number, digest FROM core_event WHERE verb <> 'core.backup.restored' ORDER BY number"
ODD = "tab\tline\nback\\slash \\N 丰年 ' \" \r end"


@pytest.fixture(scope="module")
def site() -> Iterator[Installation]:
    """An installation with two people, an uploaded file, and a text that is hard to keep."""
    made = installation()
    for name in ("director", "finance"):
        added = made.run("user", "add", f"{name}@example.com", "--role", name)
        assert added.returncode == 0, added.stderr
    made.python(
        "from salesyear.core import events\n"
        f"events.record('test.odd', subject='odd', detail={{'text': {ODD!r}, 'number': 1.5}})"
    )
    (made.home / "files" / "imports").mkdir(parents=True)
    (made.home / "files" / "imports" / "订单.csv").write_text("a,b\n1,2\n")
    yield made
    made.end()


@pytest.fixture(scope="module")
def backup(site: Installation) -> Path:
    """A backup of it."""
    path = site.home / "full.zip"
    done = site.run("backup", str(path), "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["files"], told["audit"]["events"], told["secret"]) == (1, 5, False)
    assert path.stat().st_mode & 0o077 == 0
    return path


@pytest.fixture
def other() -> Iterator[Installation]:
    """Another installation, without even tables."""
    made = bare_installation()
    yield made
    made.end()


def uploaded(site: Installation) -> dict[str, str]:
    root = site.home / "files"
    return {path.relative_to(root).as_posix(): path.read_text() for path in root.rglob("*") if path.is_file()}


def test_everything_comes_back(site: Installation, backup: Path, other: Installation) -> None:
    done = other.run("restore", str(backup))
    assert done.returncode == 0, done.stderr
    assert other.rows(PEOPLE) == site.rows(PEOPLE)
    assert other.rows(EVENTS) == site.rows(EVENTS)
    assert uploaded(other) == {"imports/订单.csv": "a,b\n1,2\n"}
    ((detail,),) = other.rows("SELECT detail FROM core_event WHERE verb = 'test.odd'")
    assert (json.loads(detail) if isinstance(detail, str) else detail) == {"text": ODD, "number": 1.5}
    assert other.run("verify-audit").returncode == 0
    added = other.run("user", "add", "new@example.com")  # new rows are numbered after the restored ones
    assert added.returncode == 0, added.stderr


@pytest.mark.parametrize("way", ["sqlite to postgresql", "postgresql to sqlite"])
def test_a_backup_of_the_one_database_is_one_of_the_other(
    site: Installation, backup: Path, other: Installation, way: str
) -> None:
    """On the SQLite leg there is no server to cross to: both directions run on the PostgreSQL leg."""
    if not site.url:
        assert json.loads(zipfile.ZipFile(backup).read("manifest.json"))["engine"] == "sqlite"
        return
    on_file = Installation(other.home)
    assert on_file.run("restore", str(backup)).returncode == 0
    if way == "sqlite to postgresql":
        assert on_file.run("backup", str(other.home / "again.zip")).returncode == 0
        done = other.run("restore", str(other.home / "again.zip"))
        assert done.returncode == 0, done.stderr
    there = other if way == "sqlite to postgresql" else on_file
    assert there.rows(PEOPLE) == site.rows(PEOPLE)
    assert there.run("verify-audit", "--expect", str(site.rows(EVENTS)[-1][1])).returncode == 0


def test_check_tries_it_and_touches_nothing(site: Installation, backup: Path) -> None:
    before = site.rows(EVENTS), site.rows("SELECT count(*) FROM core_event"), uploaded(site)
    done = site.run("restore", str(backup), "--check")
    assert done.returncode == 0, done.stderr
    assert "is whole and can be restored" in done.stdout
    assert (site.rows(EVENTS), site.rows("SELECT count(*) FROM core_event"), uploaded(site)) == before


def test_data_is_not_overwritten_unasked(site: Installation, backup: Path) -> None:
    before = site.rows("SELECT count(*) FROM core_event")
    done = site.run("restore", str(backup))
    assert done.returncode == 2
    assert "There is data here already." in done.stderr
    assert "--replace" in done.stderr
    assert site.rows("SELECT count(*) FROM core_event") == before


def test_replacing_takes_away_what_came_later(backup: Path) -> None:
    made = installation()
    try:
        assert made.run("user", "add", "later@example.com").returncode == 0
        (made.home / "files").mkdir()
        (made.home / "files" / "later.txt").write_text("later")
        done = made.run("restore", str(backup), "--replace")
        assert done.returncode == 0, done.stderr
        assert made.rows("SELECT count(*) FROM org_user WHERE email LIKE 'later%'") == [(0,)]
        assert list(uploaded(made)) == ["imports/订单.csv"]
        assert not list(made.home.glob("files.*"))
    finally:
        made.end()


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _rewrite(path: Path, change: Callable[[str, bytes], bytes | None]) -> None:
    with zipfile.ZipFile(path) as old:
        parts = [(name, change(name, old.read(name))) for name in old.namelist()]
    with zipfile.ZipFile(path, "w") as new:
        for name, content in parts:
            if content is not None:
                new.writestr(name, content)


def _other_name(path: Path) -> None:
    _rewrite(path, lambda name, text: text.replace(b"director@", b"director2@") if name == "tables/org_user" else text)


def _one_row_less(path: Path) -> None:
    _rewrite(
        path, lambda name, text: b"".join(text.splitlines(keepends=True)[:-1]) if name == "tables/org_user" else text
    )


def _no_file(path: Path) -> None:
    _rewrite(path, lambda name, text: None if name.startswith("files/") else text)


def _way_out(path: Path) -> None:
    def change(name: str, text: bytes) -> bytes | None:
        if name.startswith("files/"):
            return None
        return text.replace("imports/订单.csv".encode(), b"../../evil.csv") if name == "manifest.json" else text

    _rewrite(path, change)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("files/../../evil.csv", "evil")


def _newer(path: Path) -> None:
    def change(name: str, text: bytes) -> bytes:
        return text.replace(b'"format": 1', b'"format": 2') if name == "manifest.json" else text

    _rewrite(path, change)


@pytest.mark.parametrize("damage", [_cut, _other_name, _one_row_less, _no_file, _way_out, _newer])
def test_a_damaged_backup_is_named_and_nothing_changes(
    site: Installation, backup: Path, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    bad = Path(shutil.copy(backup, tmp_path / "bad.zip"))
    damage(bad)
    before = site.rows(PEOPLE), site.rows("SELECT count(*) FROM core_event"), uploaded(site)
    done = site.run("restore", str(bad), "--replace")
    assert done.returncode == 2
    assert done.stderr.startswith("salesyear: ")
    assert "Traceback" not in done.stderr
    assert (site.rows(PEOPLE), site.rows("SELECT count(*) FROM core_event"), uploaded(site)) == before
    assert not list(site.home.glob("files.*"))


@pytest.mark.parametrize("seconds", [0.8, 1.6, 2.4])
def test_killed_while_restoring_it_is_before_or_after(backup: Path, seconds: float) -> None:
    made = installation()
    try:
        assert made.run("user", "add", "later@example.com").returncode == 0
        before = made.rows(PEOPLE)
        process = made.start("restore", str(backup), "--replace")
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        process.wait()
        after = [email for email, *_ in made.rows(PEOPLE)]
        assert after in ([email for email, *_ in before], ["director@example.com", "finance@example.com"])
        assert made.run("verify-audit").returncode == 0
        again = made.run("restore", str(backup), "--replace")
        assert again.returncode == 0, again.stderr
        assert list(uploaded(made)) == ["imports/订单.csv"]
    finally:
        made.end()


def test_the_secret_comes_along_only_when_asked(site: Installation, other: Installation) -> None:
    path = site.home / "secret.zip"
    assert site.run("backup", str(path), "--with-secret").returncode == 0
    assert other.run("restore", str(path)).returncode == 0
    assert (other.home / "secret.key").read_text() == (site.home / "secret.key").read_text()
    assert (other.home / "secret.key").stat().st_mode & 0o077 == 0


def test_a_file_that_is_there_is_kept(site: Installation, backup: Path) -> None:
    before = backup.read_bytes()
    done = site.run("backup", str(backup))
    assert (done.returncode, backup.read_bytes()) == (2, before)
    assert "--overwrite" in done.stderr


@pytest.mark.once
@pytest.mark.parametrize("text", [ODD, "", "\\N", "\\\\N", "\x08\x0b\x0c", "\\t", "a\tb"])
def test_every_text_is_written_and_read_back(text: str) -> None:
    written = _plain(text)
    assert "\t" not in written
    assert "\n" not in written
    assert written != "\\N"
    assert _text(written) == text
