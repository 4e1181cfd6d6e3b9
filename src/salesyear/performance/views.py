"""The dashboard: the page, the part of it that follows each change, the workbook of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.http import FileResponse, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from salesyear.core import runs, worker
from salesyear.core.requests import Request
from salesyear.performance import catalogue_page, live, queries
from salesyear.performance.board import asked
from salesyear.performance.facts import FILES, changes, facts_of
from salesyear.performance.facts.columnar import BeingMade
from salesyear.sales.money import NoRate

if TYPE_CHECKING:
    from salesyear.performance.board.page import BoardPage


@require_safe
def board(request: Request) -> HttpResponse:
    """Show a place of the organisation in a period: is it on plan, and which part of it is behind."""
    try:
        page = _page(request)
    except NoRate as refused:
        return render(request, "performance/board.html", {"refused": refused})
    except BeingMade as reason:
        return _being_made(request, "performance/being_made.html", reason)
    part = render_to_string("performance/board_part.html", {"page": page}, request)
    # What was rendered a line above is shown as it is: it is our own template's, escaped there.
    context = {"page": page, "part": mark_safe(part), "tag": live.tag_of(part)}  # noqa: S308
    return render(request, "performance/board.html", context)


@require_safe
def board_live(request: Request) -> HttpResponse:
    """Say whether what somebody has on their screen has changed; if so, send the new one."""
    wanted = asked.read(request.GET.dict())

    def part() -> str:
        return render_to_string("performance/board_part.html", {"page": _page(request)}, request)

    try:
        return live.answer(request, wanted.url(), _mark(request), part)
    except BeingMade:  # what is on the screen stays there until there is something new to say
        return HttpResponseNotModified()


@require_safe
def board_standing(request: Request) -> HttpResponse:
    """Say how many files of months are there; once all are, have the page that waits for them loaded again."""
    try:
        with _made_soon():
            facts_of(request.scope, patient=False)
    except BeingMade as reason:
        return _being_made(request, "performance/being_made_part.html", reason)
    except NoRate:
        pass  # the page says it
    answer = HttpResponse()
    answer["HX-Refresh"] = "true"
    return answer


def _being_made(request: Request, template: str, reason: BeingMade) -> HttpResponse:
    """Say how many files of months are there."""
    answer = render(request, template, {"reason": reason, "workers": worker.living()})
    answer["Cache-Control"] = "no-store"
    return answer


@require_safe
def headline(request: Request) -> HttpResponse:
    """Say in a sentence or two how somebody stands, for the first page they see."""
    try:
        said = _page(request).answer
    except NoRate as refused:
        said = [str(refused)]
    except BeingMade as reason:
        said = [_("Figures are being made from the data: %(done)s of %(total)s parts.") % vars(reason)]
    answer = render(request, "performance/headline.html", {"answer": said})
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_safe
def board_export(request: Request) -> HttpResponse | FileResponse:
    """Send what the page shows as a workbook: the parts with live sums, and the months."""
    from salesyear.performance.board import workbook

    try:
        page = _page(request, whole=True)
    except BeingMade as reason:
        return _being_made(request, "performance/being_made.html", reason)
    return FileResponse(workbook.book_of(page), as_attachment=True, filename=workbook.name_of(page))


def _page(request: Request, *, whole: bool = False) -> BoardPage:
    """The board that the address asks for. The engines come only with the first one: a site starts without them."""
    from salesyear.performance.board import making

    with _made_soon():
        return making.page_of(request.scope, asked.read(request.GET.dict()), timezone.localdate(), whole=whole)


@contextmanager
def _made_soon() -> Iterator[None]:
    """Have a worker make files that a page may not wait for."""
    try:
        yield
    except BeingMade:
        runs.ask_soon(FILES)
        raise


def _mark(request: Request) -> str:
    """Where all facts stand, and what else a board shows: it changes whenever a board may have to be made again."""
    standing = (
        sorted(changes.stamps().items()),
        queries.newest_event(),
        queries.open_count(request.scope),
        timezone.localdate(),
    )
    return hashlib.sha256(repr(standing).encode()).hexdigest()


@require_safe
def figures(request: Request) -> HttpResponse:
    """Show every figure with its definition in the reader's language."""
    return render(request, "performance/figures.html", {"groups": catalogue_page.groups()})
