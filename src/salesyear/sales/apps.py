"""Sales, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class SalesConfig(AppConfig):
    """Sales."""

    name = "salesyear.sales"
    default_auto_field = "django.db.models.BigAutoField"
