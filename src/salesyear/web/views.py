"""The pages of the shell: home and the health of the service."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def home(request: HttpRequest) -> HttpResponse:
    """Show where somebody stands: their chapters and lists, or that they have no role yet."""
    return render(request, "home.html")


def health(_request: HttpRequest) -> HttpResponse:
    """Say whether the service and its database answer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")
