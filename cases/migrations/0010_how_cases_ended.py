from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0009_overview_urgent_first")]

    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                fields=["closed_at", "closed_as"], name="case_by_end", condition=models.Q(status="closed")
            ),
        ),
    ]
