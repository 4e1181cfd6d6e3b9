"""The page that takes commitments back from a workbook of the plan."""

from __future__ import annotations

import tempfile
from http import HTTPStatus
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from salesyear.core.requests import Request
from salesyear.engine.messages import EngineError
from salesyear.importing.commitments import AnswersRefused, Brought, bring_in
from salesyear.importing.documents import sentences
from salesyear.importing.forms import AnswersForm
from salesyear.importing.pages import in_words
from salesyear.org.access import person


@require_http_methods(["GET", "HEAD", "POST"])
def commitments(request: Request) -> HttpResponse:
    """Take a workbook with commitments in; every problem is named with its row, and then nothing is kept."""
    form = AnswersForm(request.POST or None, request.FILES or None)
    faults: list[dict[str, Any]] = []
    if request.method == "POST" and form.is_valid():
        try:
            brought = _bring_in(request, form.cleaned_data["file"])
        except AnswersRefused as refused:
            form.add_error("file", in_words(refused))
            faults = [_shown(fault) for fault in refused.faults]
        except EngineError as refused:
            form.add_error("file", in_words(refused))
        else:
            messages.success(request, _said(brought))
            return redirect("commitments")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "importing/commitments.html", {"form": form, "faults": faults}, status=status)


def _bring_in(request: Request, file: UploadedFile[Any]) -> Brought:
    """Put the uploaded file where it can be read, and keep what it says."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "upload"
        with path.open("wb") as copy:
            for piece in file.chunks():
                copy.write(piece)
        return bring_in(path, scope=request.scope, actor=person(request))


def _shown(fault: Any) -> dict[str, Any]:  # noqa: ANN401 - a Fault
    rule, mend = sentences(fault.problem)
    return {"row": fault.row, "heading": fault.heading, "value": fault.value, "rule": rule, "mend": mend}


def _said(brought: Brought) -> str:
    if not brought.kept:
        return _("Nothing was changed.")
    return ngettext("%(count)d row is kept.", "%(count)d rows are kept.", brought.kept) % {"count": brought.kept}
