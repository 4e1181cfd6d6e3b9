"""The sheets that salespeople answer on, as they are written and as they are read back: names and headings, once."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext

from salesyear.engine.messages import noop

#: The sheets by what an answer is given for.
SHEETS: Final = {"customer": noop("Commitments"), "line": noop("Commitments by line")}
YEAR: Final = noop("Plan year")
REP: Final = noop("Salesperson code")
REP_NAME: Final = noop("Salesperson")
CODES: Final = {"customer": noop("Customer code"), "line": noop("Line code")}
NAMES: Final = {"customer": noop("Customer"), "line": noop("Product line")}
TARGET: Final = noop("Plan")
AMOUNT: Final = noop("Commitment")
NOTE: Final = noop("Note")


def headings(by: str) -> tuple[str, ...]:
    """The headings of a sheet, in the order of its columns, in today's language."""
    return tuple(map(gettext, (YEAR, REP, REP_NAME, CODES[by], NAMES[by], TARGET, AMOUNT, NOTE)))


def in_every_language(text: str) -> frozenset[str]:
    """A name of these sheets as it stands in the workbook of any language of the site."""
    found = set()
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            found.add(gettext(text))
    return frozenset(found)
