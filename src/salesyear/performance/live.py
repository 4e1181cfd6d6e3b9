"""An open dashboard asks every second whether anything has changed; most answers are two hundred bytes.

The tag of an answer is a digest of what this person is shown, so that nothing outside their scope can be read from
it: a neighbour's news changes no byte, and the answer stays “not modified”. Whether a page must be made again at all
is told by the stamps of the facts, which never leave this process.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable

from django.http import HttpResponse, HttpResponseNotModified
from django.utils.translation import get_language

from salesyear.core.requests import Request
from salesyear.core.scope import Scope

_MOST = 512
_known: OrderedDict[tuple[object, ...], tuple[str, str]] = OrderedDict()
_guard = threading.Lock()


def tag_of(part: str) -> str:
    """Return the tag of a part of a page: a digest of all it says."""
    return f'"{hashlib.sha256(part.encode()).hexdigest()[:32]}"'


def _remember(request: Request, query: str, mark: str, tag: str) -> None:
    """Keep in mind what was shown to somebody while the facts stood at a mark."""
    with _guard:
        _known[_key(request, query)] = (mark, tag)
        _known.move_to_end(_key(request, query))
        while len(_known) > _MOST:
            _known.popitem(last=False)


def answer(request: Request, query: str, mark: str, make: Callable[[], str]) -> HttpResponse:
    """Answer whether the part of a page has changed: 304, or the new part with its tag."""
    asked = request.headers.get("If-None-Match", "")
    with _guard:
        known = _known.get(_key(request, query))
    if known and known[0] == mark and known[1] == asked:
        return _tagged(HttpResponseNotModified(), asked)
    part = make()
    tag = tag_of(part)
    _remember(request, query, mark, tag)
    return _tagged(HttpResponseNotModified() if tag == asked else HttpResponse(part), tag)


def _tagged(answer: HttpResponse, tag: str) -> HttpResponse:
    answer["ETag"] = tag
    answer["Cache-Control"] = "private, no-store"
    return answer


def _key(request: Request, query: str) -> tuple[object, ...]:
    return (_who(request.scope), get_language(), query)


def _who(scope: Scope) -> tuple[object, ...]:
    """Everything of a scope that decides what is shown."""
    reach = tuple(sorted((family, tuple(sorted(far))) for family, far in scope.reach.items()))
    return (scope.user_id, scope.roles, reach, scope.units, scope.reps, scope.agencies, scope.masks)
