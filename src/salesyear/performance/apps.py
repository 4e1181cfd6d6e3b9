"""Performance, as a Django application."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PerformanceConfig(AppConfig):
    """Performance."""

    name = "salesyear.performance"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have changes of facts noted from the first migration on."""
        from salesyear.performance.facts import changes

        post_migrate.connect(changes.apply, sender=self, dispatch_uid="salesyear.performance.changes")
