"""Puts the sub-commands together and turns a user's mistake into one plain sentence."""

from __future__ import annotations

import sys

import typer

from salesyear.cli import (
    audit,
    backup,
    commitments,
    demo,
    doctor,
    figures,
    forecast,
    importing,
    manage,
    opening,
    plan,
    reseal,
    restore,
    review,
    serve,
    targets,
    user,
    work,
    year,
)
from salesyear.cli.plain import UserError, sentence_of

__all__ = ["UserError", "app", "main"]

INTERRUPTED = 130  # what a shell says of a command ended by Ctrl+C

app = typer.Typer(
    name="salesyear",
    help="丰年 Salesyear: the annual sales work plan of a region, from your own data.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
app.command("demo")(demo.demo)
app.command("serve")(serve.serve)
app.command("work")(work.work)
app.command("import")(importing.import_file)
app.command("plan")(year.plan)
app.command("open")(opening.open_plan)
app.command("review")(review.review)
app.command("commitments")(commitments.commitments)
app.command("baseline")(plan.baseline)
app.command("customers")(plan.customers)
app.command("forecast")(forecast.forecast)
app.command("doctor")(doctor.doctor)
app.command("backup")(backup.backup)
app.command("restore")(restore.restore)
app.command("reseal")(reseal.reseal)
app.command("verify-audit")(audit.verify_audit)
app.command("manage", context_settings=manage.PASSED_ON)(manage.manage)
app.add_typer(targets.app, name="targets")
app.add_typer(figures.figures_app, name="figures")
app.add_typer(figures.facts_app, name="facts")
app.add_typer(user.app, name="user")


@app.callback()
def salesyear() -> None:
    """丰年 Salesyear: the annual sales work plan of a region, from your own data."""


def main() -> None:
    """Run the command line; exit codes: 0 done, 1 answered "no" (a check failed), 2 a mistake in what was asked."""
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except Exception as error:
        said = sentence_of(error)
        if not said:
            raise
        sys.stderr.write(f"salesyear: {said}\n")
        sys.exit(2)
