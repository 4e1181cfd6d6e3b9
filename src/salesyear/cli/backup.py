"""`salesyear backup`: everything in one file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from salesyear.cli.plain import AS_JSON, UserError, answer, console, say, set_up

Told = Callable[[int, int, str], None]


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write, ending in .zip.")],
    with_secret: Annotated[
        bool, typer.Option("--with-secret", help="Put the secret key in, too: guard the file like the key itself.")
    ] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the file if it is there.")] = False,
    as_json: Annotated[bool, AS_JSON] = False,
) -> None:
    """Write one moment of the whole database and all uploaded files into one file, while the site goes on.

    A backup of SQLite can be restored to PostgreSQL and the other way round. Sign-ins in progress are left out.

    Example: [bold]salesyear backup /backups/salesyear-2026-01-05.zip[/bold]
    """
    if file.suffix != ".zip":
        raise UserError(f"{file} must end in .zip.")
    if file.exists() and not overwrite:
        raise UserError(f"{file} is already there. Choose another name, or add --overwrite.")
    set_up()
    from salesyear.core.backups.writing import write_backup

    with bar("Backing up") as told:
        manifest = write_backup(file.absolute(), with_secret=with_secret, told=told)
    tell(manifest, as_json, f"Written to {file} ({file.stat().st_size / 1e6:.1f} MB)")


@contextmanager
def bar(title: str) -> Iterator[Told]:
    """Show a progress bar while something long is done."""
    from rich.progress import Progress

    where = console()
    with Progress(console=where, transient=True, disable=not where.is_terminal) as bars:
        task = bars.add_task(title)
        yield lambda done, total, text: bars.update(task, description=f"{title} {text}", completed=done, total=total)


def tell(manifest: dict[str, Any], as_json: bool, done: str) -> None:
    """Say what is in a backup."""
    rows = sum(table["rows"] for table in manifest["tables"].values())
    audit = manifest["audit"]
    if as_json:
        brief = {"made_at": manifest["made_at"], "salesyear": manifest["salesyear"], "engine": manifest["engine"]}
        answer(brief | {"rows": rows, "files": len(manifest["files"]), "audit": audit, "secret": "secret" in manifest})
        return
    say(f"{done}: {rows:,} rows of {len(manifest['tables'])} tables, {len(manifest['files'])} files,")
    say(f"{audit['events']:,} events, the last with hash {audit['head']}.")
