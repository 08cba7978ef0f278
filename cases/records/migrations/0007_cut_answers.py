"""Snapshots of answers that were too long say so; what was kept before is whole."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("records", "0006_pulls")]

    operations = [
        migrations.AddField(
            "snapshot",
            "is_cut",
            models.BooleanField(
                db_default=False, default=False, help_text="Whether the source has more rows than are kept here."
            ),
        ),
        migrations.AddField(
            "snapshot", "total", models.PositiveIntegerField(null=True, help_text="How many it has then, where it tells.")
        ),
        migrations.AddConstraint(
            "snapshot",
            models.CheckConstraint(condition=Q(total__isnull=True) | Q(is_cut=True), name="snapshot_total_of_cut"),
        ),
    ]
