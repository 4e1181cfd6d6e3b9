"""Targets, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class TargetsConfig(AppConfig):
    """Targets."""

    name = "salesyear.targets"
    default_auto_field = "django.db.models.BigAutoField"
