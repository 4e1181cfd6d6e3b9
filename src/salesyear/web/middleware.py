"""Before every view: who is asking, and whether the policy table lets them in."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from salesyear.core import rls
from salesyear.core.requests import Request
from salesyear.org.access import scope_of
from salesyear.web.policy import POLICY, Gate

Handler = Callable[[HttpRequest], HttpResponse]


class PolicyMiddleware:
    """Deny first: a view that the policy table does not name, or not for this role and method, is not reached."""

    def __init__(self, handler: Handler) -> None:
        self.handler = handler

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Resolve the scope once and keep the database itself to it."""
        asking = cast("Request", request)
        asking.scope = scope_of(request.user)
        if not asking.scope.user_id:
            return self.handler(request)  # the pages before sign-in touch no scoped row
        with rls.enforced(asking.scope):
            return self.handler(request)

    def process_view(
        self, request: HttpRequest, _view: object, _args: object, _kwargs: object
    ) -> HttpResponseBase | None:
        """Let through, send to sign-in, or refuse."""
        match = request.resolver_match
        name = match.view_name if match else ""
        gate = POLICY.get(name)
        if gate is None:
            raise PermissionDenied(f"{name or 'This page'} is not in the policy table.")
        if gate is Gate.PUBLIC:
            return None
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if gate is Gate.SIGNED_IN or gate.allows(request.method or "", cast("Request", request).scope.roles):
            return None
        raise PermissionDenied
