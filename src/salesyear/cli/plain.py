"""What all commands share: starting Django late, answering with data, and mistakes told in one sentence."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

MIGRATE = "salesyear manage migrate"
DOCTOR = "salesyear doctor"
AS_JSON = typer.Option("--json", help="Answer with data for programs instead of words for people.")


class UserError(Exception):
    """A mistake the person at the keyboard can mend: shown as one sentence, exit code 2, no stack trace."""


def set_up() -> None:
    """Start Django (once): half a second that `--help` need not pay."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "salesyear.web.settings")
    import django

    django.setup()


def answer(data: Any) -> None:  # noqa: ANN401 - whatever JSON can hold
    """Print data as JSON, dates and moments in ISO 8601."""
    sys.stdout.write(json.dumps(data, ensure_ascii=False, indent=2, default=str) + "\n")


def say(text: str = "") -> None:
    """Print a line for people."""
    sys.stdout.write(text + "\n")


def bring_up_to_date() -> None:
    """Compile the texts and bring the database up to date."""
    from django.core.management import call_command

    from salesyear.web.messages import compile_

    compile_()
    call_command("migrate", interactive=False, verbosity=0)


def console() -> Console:
    """Return where progress bars go: beside the answer, never into it."""
    from rich.console import Console

    return Console(stderr=True)


def sentence_of(error: BaseException) -> str:
    """Return what to tell the person at the keyboard, with the command that mends it; empty for our own faults."""
    if isinstance(error, UserError) or _is_refusal(error):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename or 'The system'}: {error.strerror}."
    return _about_the_database(error)


def _is_refusal(error: BaseException) -> bool:
    # Each slice's own refusals (NotPossible, SettingError, KeyUsedOtherwise, …) are written for people.
    ours = type(error).__module__.startswith("salesyear.")
    return (ours and isinstance(error, (ValueError, LookupError))) or type(error).__name__ == "SettingError"


def _about_the_database(error: BaseException) -> str:
    if "django.db" not in sys.modules:
        return ""
    from django.core.exceptions import ImproperlyConfigured
    from django.db import DatabaseError, InterfaceError

    reason = " ".join(str(error).split())
    if isinstance(error, ImproperlyConfigured):
        return f"The settings do not fit together: {reason}. Run: {DOCTOR}"
    if isinstance(error, (DatabaseError, InterfaceError)):
        if "no such table" in reason or "does not exist" in reason or "no such column" in reason:
            return f"The database has not been brought up to date ({reason}). Run: {MIGRATE}"
        return f"The database does not answer as it should: {reason}. Run: {DOCTOR}"
    return ""
