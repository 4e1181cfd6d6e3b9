"""Reads a backup back: checked against its manifest first, then all of it or nothing."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any

from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader

from salesyear.core import events
from salesyear.core.backups.tables import LEFT_OUT, Table, clear, count, renumber, tables, write
from salesyear.core.backups.writing import FORMAT
from salesyear.core.models import Event

Told = Callable[[int, int, str], None]
_MANIFEST_MOST = 100_000_000  # bytes
SET_UP_BY_MIGRATING = LEFT_OUT | {"django_content_type", "auth_permission", "django_migrations"}


class BadBackup(ValueError):
    """The file is not a backup, not whole, or not one that this version can read."""


class NotEmpty(ValueError):
    """There is data where the backup should go."""


class Backup:
    """An opened backup whose every part is checked while it is read."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.manifest = _manifest(archive)

    def tables(self) -> Iterator[tuple[Table, dict[str, Any]]]:
        """Yield this version's tables that the backup holds, with what the manifest says of each."""
        for table in tables():
            if table.name in self.manifest["tables"]:
                yield table, self.manifest["tables"][table.name]

    def lines(self, table: Table) -> Iterator[bytes]:
        """Yield a table's rows. Raises BadBackup at the end when they are not those that were backed up."""
        name, said = f"tables/{table.name}", self.manifest["tables"][table.name]
        digest, rows = hashlib.sha256(), 0
        with self._open(name) as entry:
            for line in entry:
                digest.update(line)
                rows += 1
                yield line
        if digest.hexdigest() != said["sha256"] or rows != said["rows"]:
            raise BadBackup(f"{name} is not what was backed up.")

    def unpack(self, name: str, said: dict[str, Any], target: Path) -> None:
        """Write one file out. Raises BadBackup when it is not the one that was backed up."""
        digest = hashlib.sha256()
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._open(name) as entry, os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
            while block := entry.read(1 << 20):
                digest.update(block)
                file.write(block)
            os.fsync(file.fileno())
        if digest.hexdigest() != said["sha256"]:
            raise BadBackup(f"{name} is not what was backed up.")

    @contextmanager
    def _open(self, name: str) -> Iterator[IO[bytes]]:
        try:
            with self._archive.open(name) as entry:
                yield entry
        except (KeyError, zipfile.BadZipFile, zlib.error, EOFError, OSError) as reason:
            raise BadBackup(f"{name} cannot be read: {reason}.") from reason


@contextmanager
def opened(path: Path) -> Iterator[Backup]:
    """Open a backup. Raises BadBackup when it is none, or one this version cannot read."""
    try:
        archive = zipfile.ZipFile(path)
    except zipfile.BadZipFile as reason:
        raise BadBackup(f"{path} is not a backup of Salesyear, or it is cut off.") from reason
    with archive:
        backup = Backup(archive)
        _refuse_other_version(backup.manifest)
        yield backup


def load(backup: Backup, *, mark: str, told: Told) -> None:
    """Put every row of a backup into the present database, all or nothing, and `mark` into the history.

    Raises BadBackup when anything is not as it was backed up.
    """
    steps = len(backup.manifest["tables"])
    with transaction.atomic():
        _do_not_wait_for_ever()
        clear()
        for step, (table, said) in enumerate(backup.tables()):
            told(step, steps, table.name)
            write(table, backup.lines(table))
            if count(table.name) != said["rows"]:
                raise BadBackup(f"{table.name} has {count(table.name)} rows instead of {said['rows']}.")
        renumber()
        _refuse_broken_history(backup.manifest["audit"])
        detail = {"made_at": backup.manifest["made_at"], "mark": mark}
        events.record("core.backup.restored", subject=backup.manifest["audit"]["head"], detail=detail)
    told(steps, steps, "")


def is_empty() -> bool:
    """Say whether the present database holds nothing that anybody put there."""
    return not any(count(table.name) for table in tables() if table.name not in SET_UP_BY_MIGRATING)


def unpack_files(backup: Backup, folder: Path) -> None:
    """Write the backup's files under a new folder."""
    folder.mkdir(mode=0o700, parents=True)
    for name, said in backup.manifest["files"].items():
        backup.unpack(f"files/{name}", said, folder / _inside(name))


def promise_files(folder: Path, mark: str) -> None:
    """Note which folder becomes that of the uploads once the database bears `mark`."""
    note = _note()
    note.write_text(json.dumps({"folder": str(folder), "mark": mark}), encoding="utf-8")


def settle_files(*, restored: bool | None = None) -> bool:
    """Finish what a restore promised, also one that was cut off; say whether there was anything to finish.

    restored: whether the database came back; asked of the database itself when not known.
    """
    note = _note()
    if not note.exists():
        return False
    promised = json.loads(note.read_text(encoding="utf-8"))
    folder, uploads = Path(promised["folder"]), Path(settings.MEDIA_ROOT)
    if restored is None:
        restored = Event.objects.filter(verb="core.backup.restored", detail__mark=promised["mark"]).exists()
    if restored and folder.exists():
        shutil.rmtree(uploads, ignore_errors=True)
        folder.rename(uploads)
    shutil.rmtree(folder, ignore_errors=True)
    note.unlink()
    return True


def restore_secret(backup: Backup) -> bool:
    """Put the backup's secret key in place if it holds one; sign-ins and links made with it are good again."""
    if "secret" not in backup.manifest:
        return False
    target = Path(settings.HOME) / "secret.key"
    fresh = target.with_name(f".secret.{os.getpid()}")
    backup.unpack("secret.key", backup.manifest["secret"], fresh)
    fresh.replace(target)
    return True


def _do_not_wait_for_ever() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '30s'")


def _note() -> Path:
    return Path(settings.HOME) / "restore.pending"


def _inside(name: str) -> Path:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise BadBackup(f"The file name “{name}” leads out of the folder of uploads.")
    return Path(*path.parts)


def _manifest(archive: zipfile.ZipFile) -> dict[str, Any]:
    try:
        entry = archive.getinfo("manifest.json")
        if entry.file_size > _MANIFEST_MOST:
            raise BadBackup("The manifest is too large.")
        manifest: dict[str, Any] = json.loads(archive.read(entry))
        expected = {f"tables/{name}" for name in manifest["tables"]} | {f"files/{name}" for name in manifest["files"]}
    except (KeyError, ValueError, TypeError, zipfile.BadZipFile) as reason:
        raise BadBackup(f"The backup has no readable manifest ({reason}).") from reason
    expected |= {"manifest.json"} | ({"secret.key"} if "secret" in manifest else set())
    if sorted(archive.namelist()) != sorted(expected):
        odd = sorted(set(archive.namelist()) ^ expected)[:3]
        raise BadBackup(f"The manifest and the archive do not name the same parts: {', '.join(odd)}.")
    return manifest


def _refuse_other_version(manifest: dict[str, Any]) -> None:
    if manifest.get("format") != FORMAT:
        raise BadBackup(f"This backup has format {manifest.get('format')}; this version reads format {FORMAT}.")
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    made = {f"{app}.{name}" for app, name in manifest["migrations"]}
    columns = {table.name: [name for name, _kind in table.columns] for table in tables()}
    other = [name for name, said in manifest["tables"].items() if columns.get(name) != said["columns"]]
    if made != known or other:
        raise BadBackup(
            f"This backup was made by Salesyear {manifest['salesyear']} and its tables differ from this version's. "
            f"Install {manifest['salesyear']}, restore there, then upgrade."
        )


def _refuse_broken_history(said: dict[str, Any]) -> None:
    audit = events.verify()
    if not audit.intact or (audit.events, audit.head) != (said["events"], said["head"]):
        raise BadBackup(f"The history in this backup is broken: {audit.reason or 'its last event is another one'}.")
