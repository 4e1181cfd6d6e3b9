"""Puts the sub-commands together and turns a user's mistake into one plain sentence."""

from __future__ import annotations

import sys

import typer

app = typer.Typer(
    name="salesyear",
    help="丰年 Salesyear: the annual sales work plan of a region, from your own data.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


class UserError(Exception):
    """A mistake the person at the keyboard can mend: shown as one sentence, exit code 2, no stack trace."""


@app.callback()
def salesyear() -> None:
    """丰年 Salesyear: the annual sales work plan of a region, from your own data."""


def main() -> None:
    """Run the command line; exit codes: 0 done, 1 answered "no" (a check failed), 2 a mistake in what was asked."""
    try:
        app()
    except UserError as mistake:
        sys.stderr.write(f"salesyear: {mistake}\n")
        sys.exit(2)
