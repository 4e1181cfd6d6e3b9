"""`salesyear plan`: the main job, from a folder of files to the plan on paper, without a server."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from salesyear.cli.opening import WORK
from salesyear.cli.plain import AS_JSON, UserError, answer, bring_up_to_date, console, say, set_up

Told = Callable[[str, float], None]
LANGUAGES = {"zh-hans": ("zh-hans",), "en": ("en",), "both": ("zh-hans", "en")}


def plan(
    data: Annotated[Path, typer.Option(help="The folder with your files: orders, and whatever else there is.")],
    year: Annotated[int, typer.Option(help="The plan year.", min=1990, max=2100)],
    out: Annotated[Path, typer.Option(help="The folder that the papers go into.")] = Path("plan"),
    total: Annotated[
        str, typer.Option(help="The year's target, in the company's currency: 1.2亿, 12M, 120,000,000.")
    ] = "",
    growth: Annotated[str, typer.Option(help="Instead of a total: growth on last year, as 8%.")] = "",
    starts: Annotated[str, typer.Option(help="First month of the plan year, as 2027-04; January unless said.")] = "",
    language: Annotated[str, typer.Option(help="zh-hans, en or both.")] = "",
    organisation: Annotated[str, typer.Option(help="Its name on the papers; else the folder's.")] = "",
    presenter: Annotated[str, typer.Option(help="Who presents the plan.")] = "",
    seed: Annotated[int, typer.Option(help="Of everything that is drawn: the same seed, the same plan.", min=0)] = 1,
    regions: Annotated[bool, typer.Option(help="Also write a deck for each region.")] = True,
    reps: Annotated[bool, typer.Option(help="Also write a sheet for each salesperson.")] = True,
    keep: Annotated[
        bool, typer.Option(help="Keep the plan's database in OUT/.work, to open it in the browser.")
    ] = True,
    as_json: Annotated[bool, AS_JSON] = False,
) -> None:
    """Make the year's plan from a folder of files: deck, workbook, PDF and calendar, and a summary here.

    What each file was taken for is written to OUT/folder.toml, and the policy to OUT/policy.toml, on first use: change
    them and run again. Nothing is written half: either all papers are there, or a list says what stands in the way.

    Example: [bold]salesyear plan --data sales/ --year 2027 --total 1.2亿 --out plan/[/bold]
    """
    if not data.is_dir():
        raise UserError(f"There is no folder {data}.")
    if bool(total) == bool(growth):
        raise UserError("Give either --total or --growth: what is the year to bring?")
    with _private_home(out, keep=keep), _bars(quiet=as_json) as told:
        from salesyear.cli.yearly import YearsJob, make_year

        job = YearsJob(
            data=data,
            out=out,
            year=year,
            total=total,
            growth=growth,
            starts=starts,
            languages=_languages(language),
            organisation=organisation,
            presenter=presenter,
            seed=seed,
            regions=regions,
            reps=reps,
        )
        made = make_year(job, told)
    if as_json:
        answer(made.as_json())
    else:
        for line in made.lines():
            say(line)
        if keep:
            say(made.opened_by(f"salesyear open {shlex.quote(str(out))}"))


def _languages(language: str) -> tuple[str, ...]:
    from django.conf import settings

    wanted = language or settings.LANGUAGE_CODE
    if wanted not in LANGUAGES:
        raise UserError(f"--language is “{wanted}”. It must be one of {', '.join(LANGUAGES)}.")
    return LANGUAGES[wanted]


@contextmanager
def _private_home(out: Path, *, keep: bool) -> Iterator[None]:
    """A database of its own for this plan, made anew; it is put beside the papers when it is kept and all went well."""
    beside = out.absolute().parent
    beside.mkdir(parents=True, exist_ok=True)
    home = Path(tempfile.mkdtemp(prefix=f".{out.name}-home-", dir=beside if keep else None))
    os.environ["SALESYEAR_HOME"] = str(home)
    os.environ.pop("DATABASE_URL", None)
    try:
        set_up()
        bring_up_to_date()
        yield
        if keep:
            _keep(home, out.absolute() / WORK)
    finally:
        _close()
        shutil.rmtree(home, ignore_errors=True)


def _keep(home: Path, place: Path) -> None:
    """Put the database where the papers are, instead of an earlier one."""
    _close()
    shutil.rmtree(place, ignore_errors=True)
    home.rename(place)


def _close() -> None:
    from django.db import connections

    connections.close_all()


@contextmanager
def _bars(*, quiet: bool) -> Iterator[Told]:
    """One bar a step of the work, on the terminal only."""
    from django.utils.translation import gettext
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    hidden = quiet or not sys.stderr.isatty()
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console(), disable=hidden) as bars:
        tasks: dict[str, object] = {}

        def told(step: str, share: float) -> None:
            title = gettext(step)
            if title not in tasks:
                for other in tasks.values():
                    bars.update(other, completed=1.0)  # type: ignore[arg-type]  # rich's own number
                tasks[title] = bars.add_task(title, total=1.0)
            bars.update(tasks[title], completed=share)  # type: ignore[arg-type]  # rich's own number

        yield told
