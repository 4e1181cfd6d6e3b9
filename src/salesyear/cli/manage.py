"""`salesyear manage …`: Django's own commands, with this installation's settings."""

from __future__ import annotations

from typing import Annotated

import typer

from salesyear.cli.plain import say, set_up

# Options after the first word belong to Django's command, not to ours.
PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "allow_interspersed_args": False}


def manage(
    words: Annotated[list[str] | None, typer.Argument(metavar="COMMAND [WORDS]…", help="What Django is to do.")] = None,
) -> None:
    """Pass a command on to Django, for example to bring the database up to date; exit codes are Django's own.

    Example: [bold]salesyear manage migrate[/bold]
    """
    set_up()
    from django.core.management import execute_from_command_line, get_commands

    if not words:
        say("Django knows: " + ", ".join(sorted(get_commands())))
        return
    execute_from_command_line(["salesyear manage", *words])
