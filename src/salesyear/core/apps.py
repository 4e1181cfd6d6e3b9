"""Starts the plumbing: policies and the history's guard are written after every migration."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CoreConfig(AppConfig):
    """The shared plumbing."""

    name = "salesyear.core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Ask to be told when the tables are there."""
        from salesyear.core import guards, rls

        post_migrate.connect(rls.apply, sender=self, dispatch_uid="salesyear.rls")
        post_migrate.connect(guards.apply, sender=self, dispatch_uid="salesyear.guards")
