"""The pages of imports: the list with the way in, and one import from its columns to done and undone."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from salesyear.core.requests import Request
from salesyear.engine.messages import EngineError
from salesyear.importing import runs, services
from salesyear.importing.documents import write_problems
from salesyear.importing.forms import UploadForm, layout_from
from salesyear.importing.layouts import Layout
from salesyear.importing.models import Import
from salesyear.importing.pages import Page, in_words
from salesyear.org.access import person

PER_PAGE = 50


@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: Request) -> HttpResponse:
    """Show the imports there were, and take a new file in."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            import_ = _take_in(request, form)
        except EngineError as refused:
            form.add_error("file", in_words(refused))
        else:
            return redirect("import", import_.pk)
    page = Paginator(Import.objects.select_related("made_by"), PER_PAGE).get_page(request.GET.get("page"))
    status = 400 if form.errors else 200
    return render(request, "importing/imports.html", {"form": form, "page": page}, status=status)


def _take_in(request: Request, form: UploadForm) -> Import:
    """Put the uploaded file where it can be read, and check it."""
    file: UploadedFile[Any] = form.cleaned_data["file"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "upload"
        with path.open("wb") as copy:
            for piece in file.chunks():
                copy.write(piece)
        return services.take_in(
            path, file.name or "", actor=person(request), scope=request.scope, kind=form.cleaned_data["kind"]
        )


@require_GET
def import_(request: Request, pk: int) -> HttpResponse:
    """Show one import: its columns and 20 rows as understood, its problems, its counts, and what can be done."""
    found = get_object_or_404(Import.objects.select_related("made_by"), pk=pk)
    return render(request, "importing/import.html", {"import": found, "page": Page(found)})


@require_POST
def columns(request: Request, pk: int) -> HttpResponse:
    """Take other columns, and check the file again."""
    found = get_object_or_404(Import, pk=pk)
    chosen = layout_from(request.POST.dict(), found.shown["headings"], Layout.of(found.layout))
    _try(request, lambda: services.change_layout(found, chosen, request.scope))
    return redirect("import", pk)


@require_POST
def save(request: Request, pk: int) -> HttpResponse:
    """Save all rows, or the good ones only."""
    found = get_object_or_404(Import, pk=pk)
    good_only = request.POST.get("rows") == "good"
    if found.rows > runs.MANY_ROWS:
        return redirect("run-status", runs.ask_to_save(found, actor=person(request), good_rows_only=good_only).pk)
    _try(
        request,
        lambda: services.save_import(found, scope=request.scope, actor=person(request), good_rows_only=good_only),
        _("Saved. The whole import can be undone from here."),
    )
    return redirect("import", pk)


@require_POST
def undo(request: Request, pk: int) -> HttpResponse:
    """Take a whole import back."""
    found = get_object_or_404(Import, pk=pk)
    done = _("Undone: everything is as it was before this import.")
    _try(request, lambda: services.undo_import(found, actor=person(request)), done)
    return redirect("import", pk)


@require_GET
def problems(request: Request, pk: int) -> FileResponse | HttpResponse:
    """Give the error workbook: every problem, and the refused rows to mend."""
    found = get_object_or_404(Import, pk=pk)
    try:
        table = services.read_file(services.path_of(found))
        draft = services.check(table, Layout.of(found.layout), request.scope)
    except EngineError as refused:
        messages.error(request, in_words(refused))
        return redirect("import", pk)
    file = tempfile.TemporaryFile()  # noqa: SIM115 (closed by the response)
    write_problems(file, draft)
    file.seek(0)
    name = f"{Path(found.name).stem}-{_('problems')}.xlsx"
    return FileResponse(file, as_attachment=True, filename=name)


def _try(request: Request, act: Callable[[], object], done: str = "") -> None:
    """Do something and say so; what cannot be done is said instead."""
    try:
        act()
    except EngineError as refused:
        messages.error(request, in_words(refused))
    else:
        if done:
            messages.success(request, done)
