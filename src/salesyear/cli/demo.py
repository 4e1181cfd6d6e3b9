"""`salesyear demo`: a sample company to look around in."""

from __future__ import annotations

import sys
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from salesyear.cli.plain import AS_JSON, UserError, answer, bring_up_to_date, console, say, set_up

if TYPE_CHECKING:
    from salesyear.samples.loading import SignIn
    from salesyear.samples.tables import Sample


def demo(
    company: Annotated[str, typer.Option(help="adventureworks or superstore-zh.")] = "adventureworks",
    years: Annotated[
        int | None, typer.Option(help="Move dates by so many whole years; else the last full year becomes last year.")
    ] = None,
    serve: Annotated[bool, typer.Option("--serve", help="Serve the site afterwards.")] = False,
    port: Annotated[int, typer.Option(help="Port to serve it on.", min=1, max=65535)] = 8000,
    as_json: Annotated[bool, AS_JSON] = False,
) -> None:
    """Set the database up, load a sample company into it, and print one sign-in per role.

    The second time it only prints the sign-ins. Amounts stay as published; dates move by whole years.

    Example: [bold]salesyear demo --company superstore-zh --serve[/bold]
    """
    set_up()
    sample = _chosen(company)
    bring_up_to_date()
    found = _load_once(sample, years)
    if as_json:
        answer([{"role": one.role, "email": one.email, "password": one.password} for one in found])
    else:
        _print(sample, found)
    if serve:
        from salesyear.cli.serve import serve as serve_site

        sys.stdout.flush()
        serve_site(port=port)


def _chosen(company: str) -> Sample:
    from salesyear.samples.loading import SAMPLES

    if company not in SAMPLES:
        raise UserError(f"There is no sample “{company}”. There are: {', '.join(SAMPLES)}.")
    return SAMPLES[company]


def _load_once(sample: Sample, years: int | None) -> list[SignIn]:
    from django.utils import timezone
    from rich.progress import Progress

    from salesyear.samples import loading

    there = loading.loaded()
    if there and there != sample.name:
        raise UserError(f"The sample {there} is loaded here. For {sample.name} set SALESYEAR_HOME to another folder.")
    if there:
        return loading.sign_ins()
    today: date = timezone.localdate()
    with Progress(console=console(), transient=True) as bars:
        bar = bars.add_task(sample.title)
        made = loading.load(
            sample,
            today,
            lambda what, done, of: bars.update(bar, description=what, completed=done, total=of),
            years=years,
        )
    _ask_for_first_results(made)
    return made


def _ask_for_first_results(made: list[SignIn]) -> None:
    """Put the baseline, the customers' grades and a first plan into the queue: the worker beside the site does it."""
    from salesyear.market.reports import GradeWeights
    from salesyear.market.services import ask_for_scores
    from salesyear.org.models import Role, User
    from salesyear.targets.reports import BaselineParams
    from salesyear.targets.services import PlanParams, ask_for_baseline, ask_for_plan

    director = User.objects.get(email=next(one.email for one in made if one.role == Role.DIRECTOR))
    ask_for_baseline(BaselineParams(), actor=director, token="sample")  # noqa: S106 - names the run, no secret
    ask_for_scores(GradeWeights(), actor=director, token="sample")  # noqa: S106 - names the run, no secret
    params = PlanParams(year=_next_year(), growth=0.1)
    ask_for_plan(params, actor=director, token="sample")  # noqa: S106 - names the run, no secret


def _next_year() -> int:
    """The year the first baseline is for: the one after the last month with sales."""
    from salesyear.core.scope import Scope
    from salesyear.sales.models import OrderLine

    last = OrderLine.objects.within(Scope.system("planning the sample")).latest("ordered_on")
    return int(last.ordered_on.year) + 1


def _print(sample: Sample, found: list[SignIn]) -> None:
    say(f"{sample.title} is loaded. Not in this sample: {', '.join(sample.missing)}.")
    say("One sign-in per role (kept in sign-ins.tsv beside the database):")
    for one in found:
        say(f"  {one.role:17} {one.email:31} {one.password}" + (f"   {one.note}" if one.note else ""))
