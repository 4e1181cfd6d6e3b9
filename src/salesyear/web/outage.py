"""When the database or the disk cannot do its part: a plain page that says so, and nothing is pretended."""

from __future__ import annotations

import errno
import logging
import sys
from collections.abc import Iterator
from http import HTTPStatus

from django.db import InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext_noop
from django.views.defaults import server_error

log = logging.getLogger(__name__)

FULL = gettext_noop("The disk is full: nothing can be saved until there is room again.")
READ_ONLY = gettext_noop("Nothing can be saved at the moment: the database can be read, but not written.")
BUSY = gettext_noop("The database is busy with other work and did not get round to this in time.")
AWAY = gettext_noop("The database does not answer at the moment.")

_SOON = 10  # seconds after which trying again makes sense

# What SQLite and PostgreSQL say, in lower case, and what that means. First match wins.
_SAID = (
    ("disk is full", FULL),  # SQLite: database or disk is full
    ("no space left on device", FULL),  # PostgreSQL
    ("disk i/o error", FULL),  # SQLite when a file may not grow
    ("disk full", FULL),
    ("file too large", FULL),
    ("readonly database", READ_ONLY),  # SQLite
    ("read-only transaction", READ_ONLY),  # PostgreSQL
    ("locked", BUSY),  # SQLite: another one is writing
    ("lock timeout", BUSY),
    ("deadlock detected", BUSY),
    ("too many clients", BUSY),
    ("remaining connection slots", BUSY),
)
_ERRNO = {errno.ENOSPC: FULL, errno.EDQUOT: FULL, errno.EFBIG: FULL, errno.EROFS: READ_ONLY}


def outage_of(error: BaseException | None) -> str:
    """Return the sentence for an error that is an outage; empty for one that is a fault of ours."""
    for one in _chain(error):
        if isinstance(one, OSError) and one.errno in _ERRNO:
            return _ERRNO[one.errno]
        if isinstance(one, (OperationalError, InterfaceError, InternalError)):
            said = str(one).lower()
            meant = next((sentence for words, sentence in _SAID if words in said), "")
            if meant or not isinstance(one, InternalError):
                return meant or ("" if _is_our_fault(said) else AWAY)
    return ""


def handler500(request: HttpRequest) -> HttpResponse:
    """Answer an error nobody caught: 503 with words for an outage, 500 for a fault of ours."""
    sentence = outage_of(sys.exc_info()[1])
    if not sentence:
        return server_error(request)
    log.error("Outage: %s", sentence)
    return plain_page(sentence)


def plain_page(sentence: str) -> HttpResponse:
    """Return the page of an outage; it asks no database for anything."""
    page = render_to_string("503.html", {"sentence": sentence})
    answer = HttpResponse(page, status=HTTPStatus.SERVICE_UNAVAILABLE)
    answer["Retry-After"] = str(_SOON)
    answer["Cache-Control"] = "no-store"
    return answer


def _is_our_fault(said: str) -> bool:
    # A table or column that is not there is a missing migration, not an outage.
    return "no such table" in said or "no such column" in said or "syntax error" in said


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
