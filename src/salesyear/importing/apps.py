"""Files in, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class ImportingConfig(AppConfig):
    """Files in."""

    name = "salesyear.importing"
    default_auto_field = "django.db.models.BigAutoField"
