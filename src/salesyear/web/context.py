"""What every page's frame shows."""

from __future__ import annotations

from django.http import HttpRequest


def shell(request: HttpRequest) -> dict[str, object]:
    """Return the values that `base.html` needs on every page."""
    return {"scope": getattr(request, "scope", None)}
