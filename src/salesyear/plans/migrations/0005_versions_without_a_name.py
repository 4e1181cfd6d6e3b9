"""A version nobody named has no name: it goes by its number, in the language of whoever reads it."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models

GIVEN = ("Draft", "草稿")  # what releases before this one wrote before the number, in the language of the worker


def forget_given_names(apps: Any, _editor: Any) -> None:
    """Take the given names away; a name that somebody chose stays."""
    for version in apps.get_model("plans", "Version").objects.exclude(name="").iterator():
        if version.name in {f"{word} {version.number}" for word in GIVEN}:
            version.name = ""
            version.save(update_fields=["name"])


class Migration(migrations.Migration):
    """Let the name be empty."""

    dependencies = [("plans", "0004_one_of_what_is_empty")]

    operations = [
        migrations.AlterField("version", "name", models.CharField("name", max_length=200, blank=True)),
        migrations.RunPython(forget_given_names, migrations.RunPython.noop, elidable=True),
    ]
