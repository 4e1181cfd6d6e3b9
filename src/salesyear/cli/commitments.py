"""`salesyear commitments`: what was filled in on the plan's workbook, kept; or every problem told."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from salesyear.cli.plain import AS_JSON, UserError, answer, say, set_up

if TYPE_CHECKING:
    from salesyear.importing.commitments import AnswersRefused

SHOWN = 20


def commitments(
    file: Annotated[Path, typer.Argument(help="A workbook of the plan with commitments filled in, or CSV.")],
    as_json: Annotated[bool, AS_JSON] = False,
) -> None:
    """Keep the commitments that salespeople filled in on the plan's workbook, by customer and by product line.

    All rows or none. 0 is an answer; an empty cell changes nothing; the same file again changes nothing.

    Example: [bold]salesyear commitments plan-2027.xlsx[/bold]

    Exit codes: 0 done, 1 rows are refused (nothing kept), 2 a mistake in what was asked.
    """
    set_up()
    from salesyear.core.scope import Scope
    from salesyear.importing.commitments import AnswersRefused, bring_in

    if not file.is_file():
        raise UserError(f"There is no file {file}.")
    try:
        brought = bring_in(file, scope=Scope.system("salesyear commitments"), actor=None)
    except AnswersRefused as refused:
        _tell(refused, as_json=as_json)
        raise typer.Exit(1) from refused
    if as_json:
        answer(asdict(brought))
        return
    say(f"{brought.kept} kept, {brought.same} said nothing new, {brought.empty} left open.")


def _tell(refused: AnswersRefused, *, as_json: bool) -> None:
    """Every problem as data, or the first ones as sentences."""
    if as_json:
        rows = [
            {"row": one.row, "column": one.heading, "value": one.value, "problem": str(one.problem)}
            for one in refused.faults
        ]
        answer({"kept": 0, "problems": rows})
        return
    for one in refused.faults[:SHOWN]:
        say(f"row {one.row}, {one.heading or 'the row'}: {one.problem}")
    if len(refused.faults) > SHOWN:
        say(f"… and {len(refused.faults) - SHOWN} more")
    say("nothing kept")
