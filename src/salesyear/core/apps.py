"""Starts the plumbing: policies and the history's guard after every migration, sorting by sound on SQLite."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate


class CoreConfig(AppConfig):
    """The shared plumbing."""

    name = "salesyear.core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Ask to be told when the tables are there."""
        from salesyear.core import guards, pinyin, rls

        post_migrate.connect(rls.apply, sender=self, dispatch_uid="salesyear.rls")
        post_migrate.connect(guards.apply, sender=self, dispatch_uid="salesyear.guards")
        connection_created.connect(pinyin.add_to_sqlite, dispatch_uid="salesyear.pinyin")
