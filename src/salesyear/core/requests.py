"""The request as views see it: with a user, a scope and htmx's own questions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from salesyear.core.scope import Scope

if TYPE_CHECKING:
    from salesyear.org.models import User


class Request(HttpRequest):
    """A request of somebody signed in; `scope` is resolved once, before the view."""

    user: User
    scope: Scope
    htmx: HtmxDetails
