from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0008_access_log")]

    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                models.OrderBy(
                    models.ExpressionWrapper(models.Q(closed_at__isnull=True), output_field=models.BooleanField()),
                    descending=True,
                ),
                models.OrderBy(models.F("urgency"), descending=True),
                models.OrderBy(models.F("opened_at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                name="case_overview",
            ),
        ),
    ]
