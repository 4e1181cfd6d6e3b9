"""`salesyear doctor`: is everything in place, and if not, which command mends it?"""

from __future__ import annotations

from typing import Annotated

import typer

from salesyear.cli.plain import AS_JSON, answer


def doctor(as_json: Annotated[bool, AS_JSON] = False) -> None:
    """Look at everything this installation stands on and name the command that mends what is wrong.

    Exit code 1 when something is wrong.

    Example: [bold]salesyear doctor[/bold]
    """
    from salesyear.cli.checks import look

    findings = look()
    if as_json:
        answer([{"name": one.name, "ok": one.ok, "said": one.said, "mend": one.mend} for one in findings])
    else:
        _show([(one.name, one.ok, one.said, one.mend) for one in findings])
    if not all(one.ok for one in findings):
        raise typer.Exit(1)


def _show(rows: list[tuple[str, bool, str, str]]) -> None:
    from rich.console import Console
    from rich.markup import escape

    out = Console(highlight=False, soft_wrap=True)
    width = max(len(name) for name, *_ in rows)
    for name, ok, said, mend in rows:
        mark = "[green]ok    [/green]" if ok else "[red]FAILED[/red]"
        out.print(f"{mark} {name:<{width}}  {escape(said)}")
        if mend:
            out.print(f"       {'':<{width}}  → {escape(mend)}")
