"""What was suggested is called so in each reader's language: only a name that somebody gave is kept."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("plans", "0002_measured_offers_quarters")]

    operations = [
        migrations.RenameField("initiative", "title", "named"),
        migrations.AlterField(
            "initiative", "named", models.CharField(blank=True, max_length=300, verbose_name="title")
        ),
    ]
