"""How people come in: accounts are made by an administrator, never by whoever passes by."""

from __future__ import annotations

from collections.abc import Mapping

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedDoor(DefaultAccountAdapter):  # type: ignore[misc]  # allauth carries no types
    """Nobody signs up by themselves."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse: `salesyear user add` or the page of users makes accounts."""
        return False


def name_tried(request: HttpRequest | None, credentials: Mapping[str, str] | None) -> str:
    """Return the address somebody tried to sign in with: wrong tries are counted for it alone."""
    tried = credentials or {}
    typed = request.POST.get("login", "") if request else ""
    return (tried.get("email") or tried.get("username") or typed).strip().lower()
