"""Customers, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class CrmConfig(AppConfig):
    """Customers."""

    name = "salesyear.crm"
    default_auto_field = "django.db.models.BigAutoField"
