"""What is not classified is in intake's queue, whatever its status."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_events_append_only")]

    operations = [
        migrations.RemoveConstraint("case", "case_open_has_a_queue"),
        migrations.AddConstraint(
            "case",
            models.CheckConstraint(
                name="case_open_has_a_queue",
                condition=Q(category__isnull=True) | Q(status="closed") | Q(department__isnull=False),
            ),
        ),
    ]
