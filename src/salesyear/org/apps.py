"""People and structure, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class OrgConfig(AppConfig):
    """People and structure."""

    name = "salesyear.org"
    default_auto_field = "django.db.models.BigAutoField"
