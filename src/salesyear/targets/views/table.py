"""The planning table: the page, and the plain data it reads and sends."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from salesyear.core import numbers, rls
from salesyear.core.packed import packed
from salesyear.core.requests import Request
from salesyear.engine.messages import EngineError, noop
from salesyear.org.access import person
from salesyear.plans import reports
from salesyear.plans.models import State as Stage
from salesyear.plans.models import Version
from salesyear.targets.access import find_version
from salesyear.targets.editing.outcomes import Asking, CellText, Clash, Conflicts, Outcome, Problems, Refused
from salesyear.targets.services import editing
from salesyear.targets.table.asked import KINDS, BadQuestion, asked_for, choices, words_of

if TYPE_CHECKING:
    from salesyear.targets.editing.state import State
    from salesyear.targets.table.asked import Asked
    from salesyear.targets.table.read import Table

View = Callable[..., HttpResponse]
_WHY = noop("Why this number"), noop("What is this target made of, and who has changed it?")
_AUDIT = noop("How good?"), noop("How good are the targets: fair, reachable, and not the mirror of last year?")
FIRST_ROWS = 60  # drawn by the server, so that the page reads without JavaScript
MOST_EDITS = 20_000


def _refusals(view: View) -> View:
    """Answer what cannot be done with its sentence."""

    @wraps(view)
    def answered(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ANN401 - a view's own
        try:
            return view(request, *args, **kwargs)
        except (Refused, BadQuestion) as refused:
            return JsonResponse({"error": str(refused)}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        except EngineError as refused:
            said = gettext(refused.text) % refused.values
            return JsonResponse({"error": said}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        except (json.JSONDecodeError, KeyError, TypeError, UnicodeDecodeError):
            return JsonResponse({"error": "The request is not what this address reads."}, status=HTTPStatus.BAD_REQUEST)

    return answered


@require_safe
def page(request: Request, plan: int, number: int) -> HttpResponse:
    """Show the table; its first rows are in the page itself."""
    version = find_version(request.scope, plan, number)
    asked = asked_for(_query(request))
    table = _table(request, version, asked)
    measures = [(name, words_of(name)) for name in asked.measures]
    chosen = {"down": asked.down, "across": asked.across, "measures": asked.measures}
    context = {
        "version": version,
        "plan": version.plan,
        "base": reverse("plan-table", args=[plan, number]),
        "chosen": json.dumps(chosen),
        "table": {**chosen, "choices": choices()},
        "chosen_measures": asked.measures,
        "heads": [f"{table.title(one)} · {words}" for one in table.columns.ids for _name, words in measures],
        "lines": _first_lines(table),
    }
    return render(request, "targets/table.html", context)


def _query(request: Request) -> dict[str, Any]:
    """The address's question; a form without JavaScript sends a name several times."""
    return {name: ",".join(values) for name, values in request.GET.lists()}


def _first_lines(table: Table) -> list[dict[str, Any]]:
    """The first rows as the template prints them."""
    unit = table.unit()
    lines = []
    for row in table.written(range(min(FIRST_ROWS, len(table.rows)))):
        cells = [
            _shown(row["values"][name][column], name, unit)
            for column in table.columns.ids
            for name in table.asked.measures
        ]
        lines.append({"name": row["name"], "level": row["key"].count(":"), "cells": cells})
    return lines


def _shown(value: float | None, name: str, unit: dict[str, Any]) -> numbers.Shown:
    if value is None or name not in KINDS:
        return numbers.money(None if value is None else int(value), unit["code"], digits=unit["digits"])
    return numbers.percent(round(value * 1_000_000))


@require_safe
@packed
@_refusals
def rows(request: Request, plan: int, number: int) -> HttpResponse:
    """Return the whole table as asked for."""
    version = find_version(request.scope, plan, number)
    return JsonResponse(_table(request, version, asked_for(_query(request))).as_json())


@require_safe
@packed
@_refusals
def changes(request: Request, plan: int, number: int) -> HttpResponse:
    """Return the rows that changed since an edition: nothing at all when nothing did."""
    version = find_version(request.scope, plan, number)
    since = request.GET.get("since", "")
    if since == str(version.edition):
        _prepare(version)
        return JsonResponse({"edition": version.edition, "rows": [], "by": [], "state": version.state})
    from salesyear.targets.table.read import changed_since

    table = _table(request, version, asked_for(_query(request)))
    seen = int(since) if since.isdecimal() and len(since) < 10 else 0
    by = {str(one.actor) for one in table.now.edits if one.number > seen and one.actor_id != request.scope.user_id}
    said = {"edition": table.now.edition, "by": sorted(by), "state": version.state}
    return JsonResponse(said | {"rows": changed_since(table, seen), **table.steps()})


def _prepare(version: Version) -> None:
    """Each process is asked now and then what has changed: it gets ready for the edit that may reach it next."""
    if version.state == Stage.DRAFT:
        from salesyear.targets.editing.state import prepare

        with rls.as_owner():
            prepare(version)


@require_POST
@packed
@_refusals
def edits(request: Request, plan: int, number: int) -> HttpResponse:
    """Set cells and subtotals."""
    version, body = _posted(request, plan, number)
    texts = [CellText(str(one["row"]), str(one["column"]), str(one["text"])) for one in body["edits"]]
    if len(texts) > MOST_EDITS:
        raise Refused(_too_many())
    outcome = editing.change(
        _asking(request, version, body),
        texts,
        batch=str(body.get("batch", ""))[:40],
        reason=str(body.get("reason", "")),
        relax=str(body.get("relax", "")),
        dry=bool(body.get("dry")),
        near=bool(body.get("nearest")),
    )
    return _answer(request, version, body, outcome)


def _too_many() -> str:
    from django.utils.translation import gettext

    return gettext("More than %(most)d cells at once are too many.") % {"most": MOST_EDITS}


@require_POST
@packed
@_refusals
def undo(request: Request, plan: int, number: int) -> HttpResponse:
    """Take back one's own last step."""
    version, body = _posted(request, plan, number)
    return _answer(request, version, body, editing.undo(_asking(request, version, body)))


@require_POST
@packed
@_refusals
def redo(request: Request, plan: int, number: int) -> HttpResponse:
    """Do again what was taken back last."""
    version, body = _posted(request, plan, number)
    return _answer(request, version, body, editing.redo(_asking(request, version, body)))


@require_POST
@packed
@_refusals
def lock(request: Request, plan: int, number: int) -> HttpResponse:
    """Hold a cell or subtotal at its present amount."""
    version, body = _posted(request, plan, number)
    asking = _asking(request, version, body)
    outcome = editing.lock(asking, str(body["row"]), str(body["column"]), reason=str(body.get("reason", "")))
    return _answer(request, version, body, outcome)


@require_POST
@packed
@_refusals
def lift(request: Request, plan: int, number: int) -> HttpResponse:
    """Lift a lock or an amount set by hand."""
    version, body = _posted(request, plan, number)
    asking = _asking(request, version, body)
    return _answer(request, version, body, editing.lift(asking, int(body["id"]), reason=str(body.get("reason", ""))))


@require_POST
@_refusals
def comment(request: Request, plan: int, number: int) -> HttpResponse:
    """Say something about a cell."""
    version, body = _posted(request, plan, number)
    row, column = str(body["row"]), str(body["column"])
    made = editing.comment(_asking(request, version, body), row, column, str(body["text"]))
    table = _table(request, version, asked_for(body))
    rows = table.written(place for place, one in enumerate(table.rows) if one.key == row)
    return JsonResponse({"edition": table.now.edition, "rows": rows, "id": made.pk, **table.steps()})


@require_safe
def coverage(request: Request, plan: int, number: int) -> HttpResponse:
    """Show how far the gap is covered by now: for the bar above the table, after an edit."""
    version = find_version(request.scope, plan, number)
    return render(request, "plans/coverage.html", {"coverage": reports.coverage(request.scope, version.plan, version)})


def _posted(request: Request, plan: int, number: int) -> tuple[Version, dict[str, Any]]:
    version = find_version(request.scope, plan, number)
    body = json.loads(request.body)
    if not isinstance(body, dict):
        raise TypeError
    return version, body


def _asking(request: Request, version: Version, body: dict[str, Any]) -> Asking:
    return Asking(version, request.scope, person(request), int(body.get("seen", version.edition)))


def _table(request: Request, version: Version, asked: Asked, now: State | None = None) -> Table:
    from salesyear.targets.table.read import table_of

    return table_of(request.scope, version, asked, now)


def _answer(request: Request, version: Version, body: dict[str, Any], outcome: Outcome) -> HttpResponse:
    """Say what came out, with the rows that changed as the page shows them."""
    if isinstance(outcome, Problems):
        said = [vars(one) for one in outcome.cells]
        return JsonResponse({"problems": said}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if isinstance(outcome, Clash):
        return JsonResponse(_clash(request, version, outcome))
    if isinstance(outcome, Conflicts):
        table = _table(request, version, asked_for(body), outcome.now)
        cells = [vars(one) for one in outcome.cells]
        rows = [row for row in table.as_json()["rows"] if row["key"] in {one["row"] for one in cells}]
        answer = {"edition": outcome.now.edition, "conflicts": cells, "rows": rows}
        return JsonResponse(answer, status=HTTPStatus.CONFLICT)
    table = _table(request, version, asked_for(body), outcome.after)
    kept = {"edition": outcome.after.edition, "said": outcome.said, "dry": outcome.dry}
    return JsonResponse(kept | {"rows": table.changed(outcome.before), **table.steps()})


def _clash(request: Request, version: Version, outcome: Clash) -> dict[str, Any]:
    from salesyear.targets.reports.clash import clash

    found = clash(request.scope, outcome.now, outcome.problem, outcome.wanted, version.plan.currency_id)
    ways = [{"id": way.id, "label": way.label, "amount": way.amount} for way in found.ways]
    said = {"sentence": found.sentence, "rules": list(found.rules), "relaxations": ways}
    return {"edition": outcome.now.edition, "clash": said}


@require_safe
@_refusals
def why(request: Request, plan: int, number: int) -> HttpResponse:
    """Show why a number is what it is: a part for the panel beside the table."""
    from salesyear.targets.editing.places import NoPlace
    from salesyear.targets.reports.why import NoSuchCell
    from salesyear.targets.reports.why import why as explained

    version = find_version(request.scope, plan, number)
    try:
        found = explained(request.scope, version, request.GET.get("row", ""), request.GET.get("column", "total"))
    except (NoPlace, NoSuchCell):
        raise Http404 from None
    context = {"found": found, "code": version.plan.currency_id}
    return _answer_in_words(request, version, "targets/why.html", context, _WHY)


@require_safe
def audit(request: Request, plan: int, number: int) -> HttpResponse:
    """Show how good the targets are: a part for the panel beside the table."""
    from salesyear.targets.reports.audit import audit as audited

    version = find_version(request.scope, plan, number)
    context = {"found": audited(request.scope, version)}
    return _answer_in_words(request, version, "targets/audit.html", context, _AUDIT)


def _answer_in_words(
    request: Request, version: Version, part: str, context: dict[str, Any], words: tuple[str, str]
) -> HttpResponse:
    """Give the panel its part; whoever opens the address by itself gets a page with it."""
    if request.headers.get("Sec-Fetch-Mode") != "navigate":
        return render(request, part, context)
    title, question = (gettext(text) for text in words)
    page = {"version": version, "plan": version.plan, "part": part, "title": title, "question": question}
    return render(request, "targets/table_answer.html", context | page)


@require_safe
@_refusals
def export(request: Request, plan: int, number: int, form: str) -> HttpResponse:
    """Give the table as a file, with the amounts of the page."""
    from salesyear.targets.table.export import as_csv, as_xlsx

    kinds = {
        "csv": (as_csv, "text/csv; charset=utf-8"),
        "xlsx": (as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    }
    if form not in kinds:
        raise Http404
    version = find_version(request.scope, plan, number)
    write, kind = kinds[form]
    answer = HttpResponse(write(_table(request, version, asked_for(_query(request)))), content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="plan-{version.plan.year}-{version.number}.{form}"'
    return answer
