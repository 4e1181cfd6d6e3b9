"""Addresses that alerts go to are sealed with the installation's secret."""

from __future__ import annotations

from typing import ClassVar

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

import salesyear.core.sealed


def seal(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Seal what was kept as it had been typed: read as it stands, before the field would open it."""
    channels = apps.get_model("performance", "Channel")
    with editor.connection.cursor() as cursor:
        cursor.execute("SELECT id, address FROM performance_channel")
        typed = cursor.fetchall()
    for pk, address in typed:
        channels._base_manager.filter(pk=pk).update(address=address, mark=salesyear.core.sealed.mark_of(address))


class Migration(migrations.Migration):
    dependencies: ClassVar = [("performance", "0005_days_of_changes")]

    operations: ClassVar = [
        migrations.RemoveConstraint(model_name="channel", name="channel_once"),
        migrations.AddField(
            model_name="channel",
            name="mark",
            field=models.CharField(default="", editable=False, max_length=64, verbose_name="mark"),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="channel",
            name="address",
            field=salesyear.core.sealed.SealedField(verbose_name="address"),
        ),
        migrations.RunPython(seal, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="channel",
            constraint=models.UniqueConstraint(fields=("user", "kind", "mark"), name="channel_once"),
        ),
    ]
