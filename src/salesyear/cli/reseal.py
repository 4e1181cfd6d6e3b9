"""`salesyear reseal`."""

from __future__ import annotations

from typing import Annotated

import typer

from salesyear.cli.plain import AS_JSON, answer, say, set_up


def reseal(as_json: Annotated[bool, AS_JSON] = False) -> None:
    """Seal the addresses of alerts with the present secret, after it was changed.

    Name the earlier secrets in SALESYEAR_SECRETS_BEFORE while you do; exit code 1 when an address fits none of them.

    Example: [bold]SALESYEAR_SECRETS_BEFORE=… salesyear reseal[/bold]
    """
    set_up()
    from salesyear.performance.services import reseal as seal_again

    done, lost = seal_again()
    if as_json:
        answer({"sealed": done, "lost": lost})
    else:
        say(f"{done} addresses sealed with the present secret.")
        if lost:
            say(f"{lost} fit no secret that is named: their owners must give them again.")
    raise typer.Exit(1 if lost else 0)
