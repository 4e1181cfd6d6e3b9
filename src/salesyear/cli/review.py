"""`salesyear review`: a month of the running plan looked back on, as deck and PDF."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from salesyear.cli.plain import AS_JSON, UserError, answer, say, set_up
from salesyear.cli.year import LANGUAGES

if TYPE_CHECKING:
    from salesyear.plans.models import Version

FORMATS = ("pptx", "pdf")


def review(
    month: Annotated[str, typer.Option(help="The month, as 2027-03; the last one that has ended unless said.")] = "",
    out: Annotated[Path, typer.Option(help="The folder that the papers go into.")] = Path("review"),
    language: Annotated[str, typer.Option(help="zh-hans, en or both.")] = "",
    organisation: Annotated[str, typer.Option(help="Its name on the papers.")] = "",
    presenter: Annotated[str, typer.Option(help="Who presents the review.")] = "",
    as_json: Annotated[bool, AS_JSON] = False,
) -> None:
    """Make the pack for a month's review: sold against the plan, what moved sales, who is behind, what is late.

    It reads the plan that is running in the database; all papers are written, or none.

    Example: [bold]salesyear review --month 2027-03 --out review/[/bold]
    """
    set_up()
    from django.conf import settings
    from django.utils import timezone

    from salesyear.core.scope import Scope
    from salesyear.documents.content.building import PaperParams
    from salesyear.documents.making import all_or_nothing, write_paper
    from salesyear.documents.reviewing import review_paper

    wanted = language or settings.LANGUAGE_CODE
    if wanted not in LANGUAGES:
        raise UserError(f"--language is “{wanted}”. It must be one of {', '.join(LANGUAGES)}.")
    today = timezone.localdate()
    version, day = _asked(month, today)
    files: list[Path] = []
    with all_or_nothing(out) as fresh:
        for one in LANGUAGES[wanted]:
            params = PaperParams(one, organisation=organisation, presenter=presenter)
            paper = review_paper(Scope.system("salesyear review"), version, day, params, today)
            suffix = f".{one[:2]}" if len(LANGUAGES[wanted]) > 1 else ""
            names = [f"review-{day:%Y-%m}{suffix}.{form}" for form in FORMATS]
            files += [out / write_paper(paper, fresh / name).name for name in names]
    if as_json:
        answer({"month": f"{day:%Y-%m}", "version": version.number, "files": files})
        return
    say(f"Written: {', '.join(map(str, files))}")


def _asked(month: str, today: date) -> tuple[Version, date]:
    """The version that is shown of the month's plan, and the month's first day. Raises UserError."""
    from salesyear.performance.review import last_ended
    from salesyear.plans.queries import shown_on

    try:
        day = date.fromisoformat(f"{month}-01") if month else None
    except ValueError as wrong:
        raise UserError(f"--month is “{month}”. Write it like 2027-03.") from wrong
    version = shown_on(day or today)
    if version is None:
        raise UserError("There is no plan yet. Run: salesyear targets make")
    found = day or last_ended(version.plan, today)
    if found is None:
        raise UserError(f"The year of the plan {version.plan} has not begun: there is no month to look back on.")
    months = (found.year - version.plan.starts_on.year) * 12 + found.month - version.plan.starts_on.month
    if not 0 <= months < 12:
        raise UserError(f"The plan {version.plan} has no month {found:%Y-%m}.")
    return version, found
