"""Writes a backup: one moment of the database, the uploaded files, and a manifest with counts and hashes."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

import salesyear
from salesyear.core import events
from salesyear.core.backups.tables import LEFT_OUT, Table, read_postgresql, read_sqlite, tables

FORMAT = 1
Told = Callable[[int, int, str], None]
Read = Callable[[Table], Iterator[bytes]]


def write_backup(path: Path, *, with_secret: bool, told: Told) -> dict[str, Any]:
    """Write a backup to `path`, whole or not at all, readable by its owner only; return its manifest."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(partial, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w+b") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
                manifest = _fill(archive, with_secret=with_secret, told=told)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return manifest


def uploaded() -> list[Path]:
    """Return every file under the folder of uploads, in a stable order."""
    root = Path(settings.MEDIA_ROOT)
    return sorted(path for path in root.rglob("*") if path.is_file() and not path.is_symlink())


def _fill(archive: zipfile.ZipFile, *, with_secret: bool, told: Told) -> dict[str, Any]:
    wanted, files = [table for table in tables() if table.name not in LEFT_OUT], uploaded()
    steps = len(wanted) + len(files)
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "salesyear": salesyear.__version__,
        "made_at": timezone.now().isoformat(),
        "engine": connection.vendor,
        "tables": {},
        "files": {},
    }
    with one_moment() as read:
        manifest["migrations"] = sorted(map(list, MigrationRecorder(connection).applied_migrations()))
        for step, table in enumerate(wanted):
            told(step, steps, table.name)
            entry = _pack(archive, f"tables/{table.name}", read(table))
            manifest["tables"][table.name] = entry | {"columns": [name for name, _kind in table.columns]}
    for step, path in enumerate(files, start=len(wanted)):
        name = path.relative_to(settings.MEDIA_ROOT).as_posix()
        told(step, steps, name)
        manifest["files"][name] = _pack(archive, f"files/{name}", _blocks(path))
    secret = Path(settings.HOME) / "secret.key"
    if with_secret and secret.exists():
        manifest["secret"] = _pack(archive, "secret.key", _blocks(secret))
    manifest["audit"] = _head(archive)
    archive.writestr("manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1))
    told(steps, steps, "")
    return manifest


@contextmanager
def one_moment() -> Iterator[Read]:
    """Give a reader for which the database stands still, while everybody else goes on writing."""
    if connection.vendor == "postgresql":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                cursor.execute("SET LOCAL TimeZone = 'UTC'")
            yield read_postgresql
        return
    source = sqlite3.connect(f"file:{connection.settings_dict['NAME']}?mode=ro", uri=True)
    try:
        source.execute("BEGIN")
        yield lambda table: read_sqlite(source, table)
    finally:
        source.close()


def _pack(archive: zipfile.ZipFile, name: str, blocks: Iterable[bytes]) -> dict[str, Any]:
    digest, size, lines = hashlib.sha256(), 0, 0
    with archive.open(name, "w", force_zip64=True) as entry:
        for block in blocks:
            digest.update(block)
            size += len(block)
            lines += block.count(b"\n")
            entry.write(block)
    return {"sha256": digest.hexdigest(), "bytes": size} | ({"rows": lines} if name.startswith("tables/") else {})


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            yield block


def _head(archive: zipfile.ZipFile) -> dict[str, Any]:
    """Return number and hash of the last event in the archive itself, not of one written meanwhile."""
    last = b""
    with archive.open("tables/core_event") as rows:
        for line in rows:
            last = line
    if not last:
        return {"events": 0, "head": events.GENESIS}
    names = next([name for name, _kind in table.columns] for table in tables() if table.name == "core_event")
    event = dict(zip(names, last.decode().rstrip("\n").split("\t"), strict=True))
    return {"events": int(event["number"]), "head": event["digest"]}
