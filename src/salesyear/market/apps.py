"""Market, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class MarketConfig(AppConfig):
    """Market."""

    name = "salesyear.market"
    default_auto_field = "django.db.models.BigAutoField"
