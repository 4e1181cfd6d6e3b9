"""The shell of the site, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The shell of the site."""

    name = "salesyear.web"
    default_auto_field = "django.db.models.BigAutoField"
