"""This slice as a Django app."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DocumentsConfig(AppConfig):
    """Papers out."""

    name = "salesyear.documents"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = _("Papers")
