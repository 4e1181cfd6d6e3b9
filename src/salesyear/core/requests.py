"""The request as views see it: with a scope and htmx's own questions."""

from __future__ import annotations

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from salesyear.core.scope import Scope


class Request(HttpRequest):
    """A request of somebody signed in; `scope` is resolved once, before the view."""

    scope: Scope
    htmx: HtmxDetails
