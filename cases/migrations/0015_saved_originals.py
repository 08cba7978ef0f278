from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0014_found_without_marks"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="access", name="access_once_an_hour"),
        migrations.AddField(
            model_name="access",
            name="is_saved",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="The original was fetched, not only its picture looked at.",
                verbose_name="saved",
            ),
        ),
        migrations.AddConstraint(
            model_name="access",
            constraint=models.UniqueConstraint(
                fields=("case", "user", "program", "evidence_item", "is_saved", "hour", "reason"),
                name="access_once_an_hour",
                nulls_distinct=False,
            ),
        ),
    ]
