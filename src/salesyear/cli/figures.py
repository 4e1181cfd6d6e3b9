"""`salesyear figures`, `salesyear figures measure` and `salesyear facts rebuild`."""

from __future__ import annotations

import csv
import sys
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from salesyear.cli.plain import AS_JSON, UserError, answer, say, set_up

if TYPE_CHECKING:
    from salesyear.engine.metrics import Period

figures_app = typer.Typer(help="Figures: what each means, and what each is now.")
facts_app = typer.Typer(help="Facts: the columnar files that figures are measured on.")


@figures_app.callback(invoke_without_command=True)
def figures(context: typer.Context) -> None:
    """List the figures, or measure some."""
    if context.invoked_subcommand is None:
        list_figures()


@figures_app.command("list")
def list_figures(
    language: Annotated[str, typer.Option("--language", help="en or zh.")] = "en",
    as_json: Annotated[bool, AS_JSON] = False,
) -> None:
    """List every figure with its definition, its unit and by what it can be split.

    Example: [bold]salesyear figures list --language zh[/bold]
    """
    from salesyear.engine.metrics import FIGURES, missing_of, splits_of

    if as_json:
        answer(
            [
                {
                    "name": one.name,
                    "label": {"en": one.words.en, "zh": one.words.zh},
                    "formula": {"en": one.words.formula_en, "zh": one.words.formula_zh},
                    "unit": one.unit,
                    "better": one.better,
                    "grain": one.grain,
                    "splits": splits_of(one.name),
                    "not_stored_yet": missing_of(one.name),
                }
                for one in FIGURES
            ]
        )
        return
    for one in FIGURES:
        words = one.words
        label, formula = (words.zh, words.formula_zh) if language == "zh" else (words.en, words.formula_en)
        say(f"{one.name}  {label}: {formula}")


@figures_app.command("measure")
def measure_figures(
    names: Annotated[list[str], typer.Argument(help="Figures by name.")],
    by: Annotated[str, typer.Option("--by", help="What to split by, for example region,month.")] = "",
    first: Annotated[str, typer.Option("--from", help="First day, as 2026-01-01.")] = "",
    last: Annotated[str, typer.Option("--to", help="Last day, as 2026-12-31.")] = "",
    as_of: Annotated[str, typer.Option("--as-of", help="The day on which one looks; today unless said.")] = "",
    as_json: Annotated[bool, AS_JSON] = False,
) -> None:
    """Measure figures over everything there is, as CSV: keys as in the lists, money in minor units.

    Example: [bold]salesyear figures measure ordered attainment --by region --from 2026-01-01 --to 2026-12-31[/bold]
    """
    set_up()
    from django.utils import timezone

    from salesyear.core.scope import Scope
    from salesyear.engine.metrics import measure
    from salesyear.performance.facts import facts_of

    splits = [part.strip() for part in by.split(",") if part.strip()]
    day = _day(as_of) or timezone.localdate()
    facts = facts_of(Scope.system("salesyear figures measure"))
    table = measure(names, facts, by=splits, period=_period(first, last), as_of=day)
    if as_json:
        answer(table.to_dicts())
        return
    out = csv.writer(sys.stdout)
    out.writerow(table.columns)
    out.writerows(table.iter_rows())


@facts_app.command("rebuild")
def rebuild(as_json: Annotated[bool, AS_JSON] = False) -> None:
    """Throw the columnar files away and make them again from the database.

    Example: [bold]salesyear facts rebuild[/bold]
    """
    set_up()
    from salesyear.core.scope import Scope
    from salesyear.performance.facts import changes, columnar, facts_of

    columnar.forget()
    changes.seed()
    facts_of(Scope.system("salesyear facts rebuild"))
    files = sorted(columnar.folder().rglob("*.parquet"))
    size = sum(path.stat().st_size for path in files)
    if as_json:
        answer({"files": len(files), "bytes": size, "folder": columnar.folder()})
        return
    say(f"{len(files)} files, {size / 1e6:.1f} MB, in {columnar.folder()}.")


def _period(first: str, last: str) -> Period | None:
    from salesyear.engine.metrics import Period

    start, end = _day(first), _day(last)
    if not start and not end:
        return None
    if not start or not end or end < start:
        raise UserError("A period needs both --from and --to, the first not after the last.")
    return Period(start, end)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise UserError(f"“{text}” is not a day. Write it as 2026-12-31.") from None
