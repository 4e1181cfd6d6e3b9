"""`salesyear baseline` and `salesyear customers`: the plan's own background work, done here and now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer

from salesyear.cli.plain import AS_JSON, UserError, answer, console, say, set_up

Told = Callable[[str, float], None]
_MISSING = "The forecasting library “{name}” is not installed. Install Salesyear with its “forecast” extra."


def baseline(
    year: Annotated[int | None, typer.Option(help="Plan year; else the one after the last month with sales.")] = None,
    seed: Annotated[int, typer.Option(help="Of the possible years that are drawn.", min=0)] = 1,
    country: Annotated[str, typer.Option(help="Whose working days and holidays count, as a code (CN).")] = "",
    as_json: Annotated[bool, AS_JSON] = False,
) -> None:
    """Forecast what will be sold if nothing new is done, and keep it for the baseline page.

    Ctrl+C stops it; nothing is kept then.

    Example: [bold]salesyear baseline --year 2027 --country CN[/bold]
    """
    set_up()
    from django.utils import timezone

    from salesyear.core.scope import Scope
    from salesyear.targets import reports, services

    params = reports.BaselineParams(year=year, seed=seed, country=country)
    scope = Scope.system("salesyear baseline")
    made = _with_a_bar(lambda told: reports.baseline_of_year(scope, params, timezone.localdate(), told))
    kept = services.keep_baseline(made, run=None, actor=None)
    if as_json:
        answer({"baseline": kept.pk, "year": kept.year, "until": kept.last_month, "fingerprint": kept.fingerprint})
        return
    say(f"Baseline {kept.year} from sales until {kept.last_month:%Y-%m} is kept: {len(made.nodes)} nodes.")


def customers(as_json: Annotated[bool, AS_JSON] = False) -> None:
    """Grade all customers by the weights of the last grading (or the usual ones), and keep that for their page.

    Example: [bold]salesyear customers[/bold]
    """
    set_up()
    from django.utils import timezone

    from salesyear.core.scope import Scope
    from salesyear.market import queries, reports, services

    last = queries.latest_scoring()
    weights = reports.GradeWeights(**last.params) if last else reports.GradeWeights()
    scope = Scope.system("salesyear customers")
    made = _with_a_bar(lambda told: reports.customer_scores(scope, weights, timezone.localdate(), told))
    kept = services.keep_scores(made, run=None, actor=None)
    grades = {grade: sum(1 for row in made.rows if row["grade"] == grade) for grade in "ABC"}
    if as_json:
        answer({"scoring": kept.pk, "as_of": kept.as_of, "grades": grades})
        return
    told = ", ".join(f"{count} {grade}" for grade, count in grades.items())
    say(f"{len(made.rows)} customers as of {kept.as_of}: {told}.")


def _with_a_bar(compute: Callable[[Told], Any]) -> Any:  # noqa: ANN401 - whatever is computed
    from rich.progress import Progress

    with Progress(console=console(), transient=True) as bars:
        bar = bars.add_task("", total=1.0)
        try:
            return compute(lambda step, share: bars.update(bar, description=step, completed=share))
        except ModuleNotFoundError as missing:
            raise UserError(_MISSING.format(name=missing.name)) from missing
