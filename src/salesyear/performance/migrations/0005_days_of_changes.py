"""Changes of facts are noted by the day, so that a month is not read anew for one of its days."""

from __future__ import annotations

from typing import ClassVar

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def forget_triggers(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Drop SQLite's triggers, which name the table as it was; `changes.apply` puts new ones in place afterwards."""
    if editor.connection.vendor != "sqlite":
        return  # PostgreSQL's functions are replaced each time
    with editor.connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%~_noted~_%' ESCAPE '~'")
        for (name,) in cursor.fetchall():
            cursor.execute(f'DROP TRIGGER "{name}"')


class Migration(migrations.Migration):
    """A day beside the month."""

    dependencies: ClassVar = [("performance", "0004_lessons")]

    operations: ClassVar = [
        migrations.RunPython(forget_triggers, migrations.RunPython.noop),
        migrations.AddField("factchange", "day", models.IntegerField("day", default=0)),
        migrations.RemoveIndex("factchange", "change_of_month"),
        migrations.AddIndex("factchange", models.Index(fields=["facts", "month", "day"], name="change_of_day")),
        migrations.RunPython(migrations.RunPython.noop, forget_triggers),  # taken back, it is the first
    ]
