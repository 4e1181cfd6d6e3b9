"""The three addresses of a register: the list, its export, one row."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from salesyear.core import numbers
from salesyear.core.registers.columns import BoundColumn
from salesyear.core.registers.export import to_csv, to_xlsx
from salesyear.core.registers.register import Asked, Register, Summary
from salesyear.core.requests import Request
from salesyear.core.scope import Scope

_SHORT = 18  # letters of a text that stays on one line
_FORMS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True)
class Cell:
    """A value on the page; `url` where it leads, `tight` if it must stay on one line."""

    text: str
    css: str = ""
    url: str = ""


@dataclass(frozen=True)
class Head:
    """A heading of the list: the link that sorts by it, and how the list is sorted by it now."""

    name: str
    text: str
    css: str
    sort: str
    link: str


MayOpen = Callable[[str, Scope], bool]


def addresses(register: type[Register], may_open: MayOpen) -> list[URLPattern]:
    """Return the URL patterns of a register, named `name`, `name-export` and `name-row`.

    may_open: whether somebody may open the view with that name; a link they could not follow is not shown.
    """
    views = _Views(register, may_open)
    return [
        path(f"{register.name}/", require_safe(views.show_list), name=register.name),
        path(f"{register.name}/export.<str:form>", require_safe(views.send), name=f"{register.name}-export"),
        path(f"{register.name}/<str:pk>/", require_safe(views.show_row), name=f"{register.name}-row"),
    ]


class _Views:
    """The views of one register."""

    def __init__(self, register: type[Register], may_open: MayOpen) -> None:
        self._declared, self._may_open = register, may_open

    def show_list(self, request: Request) -> HttpResponse:
        """The page, or only its rows when htmx asks for them."""
        register = self._open(request)
        asked = register.asked(request.GET.dict())
        part = bool(request.htmx and not request.htmx.history_restore_request)
        template = "registers/list.html#rows" if part else "registers/list.html"
        answer = render(request, template, self._list_context(register, asked, part=part))
        patch_vary_headers(answer, ["HX-Request"])
        if part:
            answer["HX-Push-Url"] = request.path + (asked.link() if asked.values else "")
        return answer

    def show_row(self, request: Request, pk: str) -> HttpResponse:
        """Everything about one row, and the lists that hold its rows."""
        register = self._open(request)
        read = register.find(pk)
        fields = [(column.heading, self._cell(column, read, register)) for column in register.bound]
        context = {"register": register, "fields": fields, "related": self._related(register, pk)}
        return render(request, "registers/row.html", context | {"name": _name_of(register, fields)})

    def send(self, request: Request, form: str) -> HttpResponseBase:
        """Every row asked for, as a file."""
        register = self._open(request)
        if form not in _FORMS:
            raise Http404
        rows = register.exported(register.rows(register.asked(request.GET.dict())))
        file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it once it is sent
        if form == "csv":
            to_csv(file, register.bound, rows)
        else:
            to_xlsx(file, register.bound, rows, register.heading())
        file.seek(0)
        name = f"{register.heading()}.{form}"
        return FileResponse(file, as_attachment=True, filename=name, content_type=_FORMS[form])

    def _open(self, request: Request) -> Register:
        if not self._declared.opens_for(request.scope):
            raise PermissionDenied
        return self._declared(request.scope)

    def _list_context(self, register: Register, asked: Asked, *, part: bool) -> dict[str, Any]:
        rows = register.rows(asked)
        summary = register.summary(rows)
        page = register.page(rows, asked, summary.count)
        return {
            "register": register,
            "asked": asked,
            "heads": [_head(register, column, asked) for column in register.listed],
            "rows": [self._cells(register, read) for read in page.object_list],
            "page": page,
            "found": numbers.grouped(summary.count),
            "sums": _sums(register, summary),
            "widgets": [] if part else register.widgets(asked),
            "links": _links(page, asked),
            "export": {form: _export_link(register, asked, form) for form in ("xlsx", "csv")},
            "narrowed": bool(set(asked.values) - {"sort", "page"}),
            "clear": register.url(),
        }

    def _cells(self, register: Register, read: dict[str, Any]) -> list[Cell]:
        cells = [self._cell(column, read, register) for column in register.listed]
        own = reverse(f"{register.name}-row", args=[read["pk"]])
        return [Cell(cells[0].text, cells[0].css, own), *cells[1:]]

    def _cell(self, column: BoundColumn, read: dict[str, Any], register: Register) -> Cell:
        text = column.text(column.value(read, register.scope))
        return Cell(text, _css(column, text), self._link_of(column, read, register.scope))

    def _link_of(self, column: BoundColumn, read: dict[str, Any], scope: Scope) -> str:
        if not column.declared.link:
            return ""
        name, key = column.declared.link
        if read[key] is None or not self._may_open(f"{name}-row", scope):
            return ""
        return reverse(f"{name}-row", args=[read[key]])

    def _related(self, register: Register, pk: str) -> tuple[tuple[str, str], ...]:
        return tuple(
            (str(one.label), f"{reverse(one.register)}?{urlencode({one.parameter: pk})}")
            for one in register.related
            if self._may_open(one.register, register.scope)
        )


def _head(register: Register, column: BoundColumn, asked: Asked) -> Head:
    sort = register.sort_of(column, asked)
    link = asked.link(sort=f"-{column.name}" if sort == "ascending" else column.name, page="")
    return Head(column.name, column.heading, "number" if column.kind.is_number else "", sort, link)


def _css(column: BoundColumn, text: str) -> str:
    if column.kind.is_number:
        return "number"
    return "tight" if column.kind.is_tight or len(text) <= _SHORT else "long"


def _name_of(register: Register, fields: list[tuple[str, Cell]]) -> str:
    names = [
        cell.text for column, (_heading, cell) in zip(register.bound, fields, strict=True) if column.name == "name"
    ]
    return names[0] if names else fields[0][1].text


def _sums(register: Register, summary: Summary) -> list[str]:
    words = []
    for found in summary.sums:
        for name in register.totals:
            amount = numbers.grouped(numbers.major(found[f"sum_{name}"] or 0, found["currency__digits"]))
            words.append(gettext("sum %(currency)s %(amount)s") % {"currency": found["currency_id"], "amount": amount})
    return words


def _links(page: Any, asked: Asked) -> dict[str, str]:  # noqa: ANN401 - a page of any model
    links = {"first": asked.link(page=""), "last": asked.link(page=str(page.paginator.num_pages))}
    if page.has_previous():
        links["previous"] = asked.link(page=str(page.previous_page_number()))
    if page.has_next():
        links["next"] = asked.link(page=str(page.next_page_number()))
    return links


def _export_link(register: Register, asked: Asked, form: str) -> str:
    return reverse(f"{register.name}-export", args=[form]) + asked.link(page="")
