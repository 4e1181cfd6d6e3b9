"""This slice as a Django app."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlansConfig(AppConfig):
    """The plan of a year."""

    name = "salesyear.plans"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = _("Plans")
