"""`salesyear verify-audit`: is the history whole?"""

from __future__ import annotations

from typing import Annotated

import typer

from salesyear.cli.plain import AS_JSON, answer, say, set_up


def verify_audit(
    expect: Annotated[
        str, typer.Option(help="The hash of an event you noted earlier: it must still be in the chain.", metavar="HASH")
    ] = "",
    as_json: Annotated[bool, AS_JSON] = False,
) -> None:
    """Walk the whole history and prove that no event was changed, removed or slipped in.

    Exit code 1 when the chain is broken, or when the hash given with --expect is not in it. Note the hash printed
    here outside this machine from time to time: who can rewrite the whole chain cannot rewrite your note.

    Example: [bold]salesyear verify-audit --expect 3f5a…[/bold]
    """
    set_up()
    from salesyear.core import events
    from salesyear.core.models import Event

    audit = events.verify()
    known = not expect or expect == events.GENESIS or Event.objects.filter(digest=expect.lower()).exists()
    if as_json:
        found = {"intact": audit.intact, "events": audit.events, "head": audit.head}
        answer(found | {"broken_at": audit.broken_at, "reason": audit.reason, "expected_found": known})
    elif not audit.intact:
        say(f"The history is broken: {audit.reason}. The {audit.events} events before it hold.")
    elif not known:
        say(f"The {audit.events} events hold together, but {expect} is not among them: the history was replaced.")
    else:
        say(f"The history is whole: {audit.events} events, the last with hash {audit.head}.")
    if not audit.intact or not known:
        raise typer.Exit(1)
