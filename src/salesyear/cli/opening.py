"""`salesyear open`: the plan that `salesyear plan` has just made, in the browser."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from salesyear.cli.plain import UserError, bring_up_to_date, say, set_up

WORK = ".work"  # beside the papers: the database they were made from


def open_plan(
    out: Annotated[Path, typer.Argument(help="The folder with the papers, as given to `salesyear plan --out`.")],
    port: Annotated[int, typer.Option(help="Port to serve it on.", min=1, max=65535)] = 8000,
) -> None:
    """Serve the very plan that the papers in a folder were made from; prints its address and a director's sign-in.

    Example: [bold]salesyear open plan/[/bold]
    """
    home = out.absolute() / WORK
    if not home.is_dir():
        raise UserError(f"There is no plan to open in {out}. Make one: salesyear plan --data FOLDER --out {out} …")
    os.environ["SALESYEAR_HOME"] = str(home)
    os.environ.pop("DATABASE_URL", None)
    set_up()
    bring_up_to_date()  # an earlier version may have made it
    _say_where(port)
    sys.stdout.flush()

    from salesyear.cli.serve import serve

    serve(port=port)


def _say_where(port: int) -> None:
    from django.urls import reverse

    from salesyear.org.models import Role
    from salesyear.plans.models import Version
    from salesyear.samples import loading

    version = Version.objects.select_related("plan").latest("pk")
    found = loading.sign_ins()
    if not found:
        found = [loading.sign_in(Role.DIRECTOR)]
        loading.keep_sign_ins(found)
    address = reverse("plan-table", args=[version.plan_id, version.number])
    say(f"The plan {version.plan} is at http://127.0.0.1:{port}{address}")
    say(f"Sign in as {found[0].email} with {found[0].password} (kept in sign-ins.tsv beside the database).")
