"""What `salesyear doctor` looks at: each check is one function that answers with one finding."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from salesyear.cli.plain import MIGRATE, UserError, set_up

LEAST_PYTHON = (3, 11)
LEAST_SQLITE, LEAST_POSTGRESQL = (3, 31), 14
LEAST_FREE = 500_000_000  # bytes
_EVERYONE = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check saw; `mend` is the command (or deed) that puts it right, empty when nothing is wrong."""

    name: str
    ok: bool
    said: str
    mend: str = ""


def look() -> list[Finding]:
    """Run every check; those that stand on something broken are not run."""
    found = [python(), settings()]
    if not found[-1].ok:
        return found
    found += [home(), secret(), disk(), time_zone(), translations(), static_files(), database()]
    if not found[-1].ok:
        return found
    return found + [_safely(check) for check in (migrations, row_level_security, history_guard, worker, people)]


def python() -> Finding:
    """Is this Python new enough?"""
    said = "Python " + ".".join(map(str, sys.version_info[:3]))
    ok = sys.version_info[:2] >= LEAST_PYTHON
    return Finding("python", ok, said, "" if ok else "Install Python 3.11 or newer and set Salesyear up again.")


def settings() -> Finding:
    """Can the settings be read?"""
    from django.core.exceptions import ImproperlyConfigured

    from salesyear.web.env import SettingError

    try:
        set_up()
    except (SettingError, ImproperlyConfigured, OSError) as reason:
        return Finding("settings", ok=False, said=str(reason), mend="Correct the variable and run: salesyear doctor")
    return Finding("settings", ok=True, said="every variable can be used")


def home() -> Finding:
    """Is the installation's folder there, writable, and its owner's alone?"""
    folder = _home()
    rights = stat.S_IMODE(folder.stat().st_mode)
    if not os.access(folder, os.W_OK | os.X_OK):
        return Finding("home", ok=False, said=f"{folder} cannot be written", mend=f"chmod u+rwx {folder}")
    if rights & _EVERYONE:
        said = f"{folder} can be opened by others (rights {rights:o})"
        return Finding("home", ok=False, said=said, mend=f"chmod 700 {folder}")
    return Finding("home", ok=True, said=str(folder))


def secret() -> Finding:
    """Is there a secret, long enough and its owner's alone?"""
    from django.conf import settings

    path = _home() / "secret.key"
    if len(settings.SECRET_KEY) < 50:
        return Finding("secret", ok=False, said="SALESYEAR_SECRET is short", mend="Give it 50 characters or more.")
    if os.environ.get("SALESYEAR_SECRET"):
        return Finding("secret", ok=True, said="from SALESYEAR_SECRET")
    if stat.S_IMODE(path.stat().st_mode) & _EVERYONE:
        return Finding("secret", ok=False, said=f"{path} can be read by others", mend=f"chmod 600 {path}")
    return Finding("secret", ok=True, said=str(path))


def disk() -> Finding:
    """Is there room to write?"""
    free = shutil.disk_usage(_home()).free
    said = f"{free / 1e9:.1f} GB free"
    ok = free >= LEAST_FREE
    return Finding("disk", ok, said, "" if ok else f"Free at least {LEAST_FREE // 1_000_000} MB where {_home()} is.")


def time_zone() -> Finding:
    """What day is it for the company?"""
    from django.conf import settings

    return Finding(
        "time zone",
        ok=True,
        said=f"{settings.TIME_ZONE}, now {datetime.now(ZoneInfo(settings.TIME_ZONE)):%Y-%m-%d %H:%M}",
    )


def translations() -> Finding:
    """Is every language compiled, from its newest texts?"""
    from django.conf import settings

    folders = [Path(folder) for folder in settings.LOCALE_PATHS]
    texts = sorted(path for folder in folders for path in folder.glob("*/LC_MESSAGES/*.po"))
    if not texts:
        return Finding("translations", ok=False, said="there are no texts in Chinese", mend="Install Salesyear again.")
    old = [path for path in texts if _older(path.with_suffix(".mo"), path)]
    if old:
        said = "not compiled: " + ", ".join(f"{path.parent.parent.name}/{path.name}" for path in old)
        return Finding("translations", ok=False, said=said, mend="python -m salesyear.web.messages compile")
    return Finding("translations", ok=True, said=f"{len(texts)} compiled")


def static_files() -> Finding:
    """Are the files that browsers fetch gathered?"""
    from django.conf import settings

    if settings.DEBUG or (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
        return Finding("static files", ok=True, said=str(settings.STATIC_ROOT))
    mend = "salesyear manage collectstatic --noinput"
    return Finding("static files", ok=False, said="not gathered yet (salesyear serve does it, too)", mend=mend)


def database() -> Finding:
    """Does the database answer, and is it new enough?"""
    from django.db import Error, connection

    try:
        connection.ensure_connection()
    except Error as reason:
        return Finding("database", ok=False, said=" ".join(str(reason).split()), mend=_mend_database(connection.vendor))
    if connection.vendor == "postgresql":
        major, minor = connection.get_database_version()
        ok, said = major >= LEAST_POSTGRESQL, f"PostgreSQL {major}.{minor}"
        return Finding("database", ok, said, "" if ok else f"Move to PostgreSQL {LEAST_POSTGRESQL} or newer.")
    import sqlite3

    ok, said = sqlite3.sqlite_version_info >= LEAST_SQLITE, f"SQLite {sqlite3.sqlite_version}"
    path = Path(str(connection.settings_dict["NAME"]))
    if path.exists() and not os.access(path, os.W_OK):
        return Finding("database", ok=False, said=f"{path} cannot be written", mend=f"chmod u+rw {path}")
    return Finding("database", ok, said, "" if ok else "Install a Python with a newer SQLite.")


def migrations() -> Finding:
    """Is the database up to date?"""
    from salesyear.cli.serve import refuse_old_database

    try:
        refuse_old_database()
    except UserError as reason:
        return Finding("migrations", ok=False, said=str(reason).partition(" Run:")[0], mend=MIGRATE)
    return Finding("migrations", ok=True, said="the database is up to date")


def row_level_security() -> Finding:
    """Does PostgreSQL itself keep everybody to what they may see? Tried on every table as somebody without a role."""
    from django.db import connection

    from salesyear.core import rls
    from salesyear.core.scope import NOBODY, Scope, scoped_models

    name = "row-level security"
    if connection.vendor != "postgresql":
        return Finding(name, ok=True, said="SQLite has none; the managers are the gate")
    unguarded = [model._meta.db_table for model in scoped_models() if not _has_policy(model._meta.db_table)]
    if unguarded:
        return Finding(name, ok=False, said="no policy on " + ", ".join(unguarded), mend=MIGRATE)
    everything = Scope.system("doctor")
    with rls.enforced(NOBODY):
        leaks = [model._meta.db_table for model in scoped_models() if model.objects.within(everything).exists()]
    if leaks:
        return Finding(name, ok=False, said="somebody without a role can read " + ", ".join(leaks), mend=MIGRATE)
    return Finding(name, ok=True, said=f"{len(scoped_models())} tables, role {rls.ROLE}")


def history_guard() -> Finding:
    """Does the database refuse to change the history?"""
    from django.db import connection

    sql = {
        "postgresql": "SELECT count(*) FROM pg_trigger WHERE tgname = 'core_event_no_change' AND tgenabled <> 'D'",
        "sqlite": "SELECT count(*) = 2 FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'core_event_no_%'",
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(sql)
        ok = bool(cursor.fetchone()[0])
    said = "the database refuses to change it" if ok else "events could be changed"
    return Finding("history", ok, said, "" if ok else MIGRATE)


def worker() -> Finding:
    """Is somebody there to do background work?"""
    from salesyear.core.models import Run, RunState
    from salesyear.core.worker import living

    waiting, alive = Run.objects.filter(state=RunState.WAITING).count(), living()
    if alive:
        return Finding("worker", ok=True, said=f"{alive} at work, {waiting} runs waiting")
    said = f"none has been seen for 90 seconds, {waiting} runs waiting"
    return Finding("worker", ok=False, said=said, mend="salesyear serve   (or beside it: salesyear work)")


def people() -> Finding:
    """Can anybody administer this?"""
    from django.utils import timezone

    from salesyear.org.models import Grant, Role, in_force

    held = Grant.objects.filter(in_force(timezone.localdate()), role=Role.ADMINISTRATOR, user__is_active=True)
    if held.exists():
        return Finding("people", ok=True, said=f"{held.count()} administrators")
    mend = "salesyear user add EMAIL --name NAME --role administrator"
    return Finding("people", ok=False, said="there is no administrator", mend=mend)


def _safely(check: Callable[[], Finding]) -> Finding:
    from django.db import Error

    try:
        return check()
    except Error as reason:
        return Finding(check.__name__.replace("_", " "), ok=False, said=" ".join(str(reason).split()), mend=MIGRATE)


def _has_policy(table: str) -> bool:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relrowsecurity AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid) "
            "FROM pg_class c WHERE c.oid = to_regclass(%s)",
            [table],
        )
        row = cursor.fetchone()
    return bool(row and row[0])


def _mend_database(vendor: str) -> str:
    if vendor == "postgresql":
        return "Start PostgreSQL, or correct DATABASE_URL (postgresql://user:password@host:5432/name)."
    return f"See that {_home()} is there and can be written, then run: {MIGRATE}"


def _home() -> Path:
    from django.conf import settings

    return Path(settings.HOME)


def _older(made: Path, source: Path) -> bool:
    return not made.exists() or made.stat().st_mtime < source.stat().st_mtime
