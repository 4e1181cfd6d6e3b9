"""`salesyear restore`: a backup brought back, or only tried."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import typer

from salesyear.cli.backup import Told, bar, tell
from salesyear.cli.plain import AS_JSON, UserError, set_up


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `salesyear backup` wrote.", exists=True, dir_okay=False)],
    check: Annotated[bool, typer.Option("--check", help="Only try it, in a scratch database; touch nothing.")] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Replace the data that is here.")] = False,
    as_json: Annotated[bool, AS_JSON] = False,
) -> None:
    """Bring a backup back: every row, file and event is checked, and all of it takes effect at once or none of it.

    Refuses a database that holds data unless --replace is given. Stop [bold]salesyear serve[/bold] first.

    Example: [bold]salesyear restore /backups/salesyear-2026-01-05.zip --check[/bold]
    """
    live = _database()
    how = _try if check else _onto_server if _is_server(live) else _onto_file
    with tempfile.TemporaryDirectory(prefix="salesyear-restore-") as scratch, bar("Restoring") as told:
        manifest, words = how(file, live, Path(scratch), replace, told)
    tell(manifest, as_json, words)


def _try(file: Path, live: dict[str, Any], folder: Path, _replace: bool, told: Told) -> tuple[dict[str, Any], str]:
    with _scratch(live, folder) as words:
        set_up()
        from salesyear.core.backups import restoring

        _migrate()
        with restoring.opened(file) as backup:
            restoring.unpack_files(backup, folder / "files")
            restoring.load(backup, mark=uuid4().hex, told=told)
            return backup.manifest, f"{file} is whole and can be restored (tried in a {words})"


def _onto_server(
    file: Path, _live: dict[str, Any], _folder: Path, replace: bool, told: Told
) -> tuple[dict[str, Any], str]:
    set_up()
    from salesyear.core.backups import restoring

    _migrate()
    if not replace and not restoring.is_empty():
        _refuse_data()
    with restoring.opened(file) as backup:
        _promised(backup, lambda mark: restoring.load(backup, mark=mark, told=told))
        return backup.manifest, f"Restored from {file}"


def _onto_file(file: Path, live: dict[str, Any], folder: Path, replace: bool, told: Told) -> tuple[dict[str, Any], str]:
    """Load into a file of its own, then copy that over the live one in a single transaction of SQLite's."""
    made = _use_sqlite(folder)
    set_up()
    from salesyear.core.backups import restoring

    target = Path(live["NAME"])
    if not replace and _holds_data(target):
        _refuse_data()
    _migrate()
    with restoring.opened(file) as backup:

        def bring(mark: str) -> None:
            restoring.load(backup, mark=mark, told=told)
            _copy_over(made, target)

        _promised(backup, bring)
        return backup.manifest, f"Restored from {file}"


def _promised(backup: Any, bring: Callable[[str], None]) -> None:  # noqa: ANN401 - Backup, not loaded before Django
    """Bring rows and files back together: should this die in between, the next start finishes it or drops it."""
    from django.conf import settings

    from salesyear.core.backups import restoring

    restoring.settle_files()
    uploads, mark = Path(settings.HOME) / f"files.restored-{os.getpid()}", uuid4().hex
    try:
        restoring.promise_files(uploads, mark)
        restoring.unpack_files(backup, uploads)
        bring(mark)
    except BaseException:
        restoring.settle_files(restored=False)
        raise
    restoring.settle_files(restored=True)
    restoring.restore_secret(backup)


def _copy_over(source: Path, target: Path) -> None:
    from django.db import connection

    connection.close()
    with closing(sqlite3.connect(source)) as made, closing(sqlite3.connect(target, timeout=30)) as live:
        made.backup(live)  # one transaction of the target: whoever reads sees all of it or none
    target.chmod(0o600)


def _holds_data(path: Path) -> bool:
    from salesyear.core.backups.restoring import SET_UP_BY_MIGRATING

    if not path.exists():
        return False
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as live:
        names = [name for (name,) in live.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        ours = [name for name in names if name not in SET_UP_BY_MIGRATING and not name.startswith("sqlite_")]
        return any(live.execute(f'SELECT EXISTS (SELECT 1 FROM "{name}")').fetchone()[0] for name in ours)  # noqa: S608 - the file's own names


def _refuse_data() -> None:
    raise UserError(
        "There is data here already. Back it up (salesyear backup FILE), then add --replace; or restore to another "
        "place by setting SALESYEAR_HOME or DATABASE_URL."
    )


@contextmanager
def _scratch(live: dict[str, Any], folder: Path) -> Iterator[str]:
    """Point Django at a scratch database of the same kind; at SQLite where the server lets us make none."""
    name = f"salesyear_check_{uuid4().hex[:12]}"
    if not _is_server(live) or not _on_server(live, f"CREATE DATABASE {name}"):
        _use_sqlite(folder)
        yield "scratch SQLite file"
        return
    os.environ["DATABASE_URL"] = _url(live, name)
    try:
        yield "scratch PostgreSQL database"
    finally:
        from django.db import connections

        connections.close_all()
        _on_server(live, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _on_server(live: dict[str, Any], sql: str) -> bool:
    import psycopg

    try:
        with psycopg.connect(_url(live, live["NAME"]), autocommit=True) as server:
            server.execute(sql)
    except psycopg.errors.InsufficientPrivilege:
        return False
    return True


def _url(live: dict[str, Any], name: str) -> str:
    from urllib.parse import quote, urlencode

    secret = f":{quote(live['PASSWORD'], safe='')}" if live["PASSWORD"] else ""
    who = f"{quote(live['USER'], safe='')}{secret}@" if live["USER"] else ""
    socket = live["HOST"].startswith("/")
    place = "" if socket else live["HOST"] + (f":{live['PORT']}" if live["PORT"] else "")
    more = f"?{urlencode({'host': live['HOST']})}" if socket else ""
    return f"postgresql://{who}{place}/{name}{more}"


def _use_sqlite(folder: Path) -> Path:
    path = folder / "scratch.sqlite3"
    os.environ["DATABASE_URL"] = f"sqlite://{path}"
    return path


def _database() -> dict[str, Any]:
    """Return the live database's settings without starting Django, which may have to start on another one."""
    from salesyear.web.env import Env

    env = Env()
    home = env.folder("SALESYEAR_HOME", Path.home() / ".salesyear")
    return env.database("DATABASE_URL", home / "salesyear.sqlite3")


def _is_server(live: dict[str, Any]) -> bool:
    return str(live["ENGINE"]).endswith("postgresql")


def _migrate() -> None:
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
