"""The pages of the shell: home, the six chapters, the data, the settings, the theme switch."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from salesyear.core.requests import Request
from salesyear.plans.chapters import BY_SLUG, CHAPTERS, FACTS, PAGES, Chapter, Row
from salesyear.web.context import THEME_COOKIE, THEMES
from salesyear.web.policy import IMPORTERS
from salesyear.web.registers import REGISTERS, may_list, may_open, sections_for

_YEAR = 365 * 24 * 60 * 60


@dataclass(frozen=True)
class Need:
    """A kind of fact that a row reads: its words, and the list where it is, once there is one."""

    words: str
    url: str = ""


@dataclass(frozen=True)
class PlanRow:
    """A row of a chapter as the page shows it.

    shows: what it shows. url: its page, empty while it is not there. needs: facts. begun: pages with a part of it.
    """

    row: Row
    shows: str
    url: str
    needs: list[Need]
    begun: list[Need]


@require_safe
def home(request: Request) -> HttpResponse:
    """Show the chapters that open for this person, and how many of their rows are there."""
    chapters = [
        (chapter, chapter_rows(chapter, request)) for chapter in CHAPTERS if may_open(chapter.slug, request.scope)
    ]
    counted = [(chapter, sum(1 for row in rows if row.url), len(rows)) for chapter, rows in chapters]
    return render(
        request,
        "web/home.html",
        {"chapters": counted, "sections": sections_for(request.scope), "board": may_open("board", request.scope)},
    )


@require_safe
def chapter(request: Request, slug: str) -> HttpResponse:
    """Show one chapter: its rows, what is there, what is not and what it will need."""
    found = BY_SLUG[slug]
    rows = chapter_rows(found, request)
    here = sum(1 for row in rows if row.url)
    return render(request, "web/chapter.html", {"chapter": found, "rows": rows, "here": here})


@require_safe
def data(request: Request) -> HttpResponse:
    """Show the lists of facts this person may see, and the way to the imports."""
    imports = _url("imports") if request.scope.roles & IMPORTERS else ""
    return render(request, "web/data.html", {"sections": sections_for(request.scope), "imports": imports})


@require_safe
def preferences(request: Request) -> HttpResponse:
    """Show what a person may set for themselves."""
    return render(request, "web/preferences.html")


def health(_request: HttpRequest) -> HttpResponse:
    """Say whether the service and its database answer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Remember the theme in a cookie and go back to the page."""
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    answer = HttpResponseRedirect(back if safe else reverse("home"))
    chosen = request.POST.get("theme", "")
    if chosen in THEMES:
        answer.set_cookie(
            THEME_COOKIE, chosen, max_age=_YEAR, samesite="Lax", secure=request.is_secure(), httponly=True
        )
    return answer


def chapter_rows(chapter: Chapter, request: Request) -> list[PlanRow]:
    """Return a chapter's rows with the addresses of what is there; a page nobody has mounted is not there."""
    return [
        PlanRow(
            row, gettext(row.shows), _url(row.page), [_need(name, request) for name in row.needs], _begun(row, request)
        )
        for row in chapter.rows
    ]


def _begun(row: Row, request: Request) -> list[Need]:
    """Return the pages that show a part of a row, those of them this person may open."""
    return [Need(gettext(PAGES[name]), _url(name)) for name in row.begun if may_open(name, request.scope)]


def _need(name: str, request: Request) -> Need:
    register = REGISTERS.get(name)
    url = register.url() if register and may_list(register, request.scope) else ""
    return Need(gettext(FACTS[name]), url)


def _url(name: str) -> str:
    try:
        return reverse(name) if name else ""
    except NoReverseMatch:
        return ""
