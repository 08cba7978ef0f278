from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("records", "0004_codes_of_known_cases")]

    operations = [
        migrations.AddField(
            model_name="recordfile",
            name="attempts",
            field=models.PositiveSmallIntegerField(default=0, help_text="How often reading it was begun."),
        )
    ]
