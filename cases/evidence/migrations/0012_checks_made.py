from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("evidence", "0011_asked_besides")]

    operations = [
        migrations.AlterField(
            model_name="checklistitem",
            name="is_mandatory",
            field=models.BooleanField(
                default=True,
                help_text="It is asked for where it is missing. A check: nothing is decided before somebody has made it.",
                verbose_name="mandatory",
            ),
        ),
        migrations.AlterField(
            model_name="factentry",
            name="kind",
            field=models.CharField(
                choices=[
                    ("claimed", "claimed"),
                    ("corroborated", "corroborated"),
                    ("contradicted", "contradicted"),
                    ("unable", "cannot be verified"),
                    ("set_aside", "set aside as not needed"),
                    ("made", "made"),
                    ("taken_back", "taken back"),
                ],
                max_length=12,
                verbose_name="result",
            ),
        ),
        migrations.AlterField(
            model_name="factentry",
            name="statement",
            field=models.CharField(
                blank=True,
                help_text="Of a check: what was noted about it.",
                max_length=300,
                verbose_name="other source",
            ),
        ),
    ]
