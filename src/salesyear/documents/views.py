"""The page of papers: ask for one, follow its making, take the file."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe

from salesyear.core import runs
from salesyear.core.access import find_run
from salesyear.core.models import RunState
from salesyear.core.requests import Request
from salesyear.documents import queries
from salesyear.documents.forms import PaperForm
from salesyear.documents.runs import path_of
from salesyear.org.access import person
from salesyear.performance.review import begun
from salesyear.plans.models import Version


@require_safe
def papers(request: Request) -> HttpResponse:
    """Show what can be had of a version, and the papers this person had made."""
    asked = request.GET.get("version", "")
    number = int(asked) if asked.isdecimal() and len(asked) < 7 else None
    version = queries.version_for(timezone.localdate(), number)
    parts = queries.parts_of(request.scope, version) if version else []
    form = _fresh(request, version, parts) if version and parts else None
    return render(request, "documents/papers.html", _context(request, version, form))


def _fresh(request: Request, version: Version, parts: list[tuple[str, str]]) -> PaperForm:
    months = begun(version.plan, timezone.localdate())
    month = request.GET.get("month", "")
    return PaperForm.fresh(version.pk, parts, get_language() or "", months=months, month=month)


@require_POST
def make(request: Request) -> HttpResponse:
    """Put a paper into the queue, and go to the page of that work."""
    asked = request.POST.get("version", "")
    version = (
        Version.objects.select_related("plan")
        .filter(pk=int(asked) if asked.isdecimal() and len(asked) < 10 else 0)
        .first()
    )
    parts = queries.parts_of(request.scope, version) if version else []
    if version is None or not parts:
        raise Http404
    form = PaperForm(request.POST, about=parts, months=begun(version.plan, timezone.localdate()))
    if not form.is_valid():
        return render(request, "documents/papers.html", _context(request, version, form), status=HTTPStatus.BAD_REQUEST)
    user = person(request)
    key = f"{queries.KIND}:{user.pk}:{form.cleaned_data['token']}"
    run = runs.ask_for(queries.KIND, form.params(), actor=user, key=key, fingerprint=version.fingerprint)
    answer = redirect("run-status", pk=run.pk)
    answer.status_code = HTTPStatus.SEE_OTHER
    return answer


@require_safe
def file(request: Request, pk: int) -> FileResponse:
    """Give the file of a run to whoever asked for it; to nobody else, an administrator included."""
    run = find_run(request.scope, pk)
    if run.kind != queries.KIND or run.state != RunState.DONE or run.made_by_id != request.scope.user_id:
        raise Http404
    path = path_of(run)
    if not path.is_file():
        raise Http404
    answer = FileResponse(path.open("rb"), as_attachment=True, filename=f"salesyear-{run.pk}{path.suffix}")
    answer["Cache-Control"] = "private, no-store"
    return answer


def _context(request: Request, version: Version | None, form: PaperForm | None) -> dict[str, Any]:
    return {"version": version, "form": form, "made": queries.papers_of(request.scope)}
