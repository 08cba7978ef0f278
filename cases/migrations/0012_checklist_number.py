"""Cases keep the version of the checklist they were classified under."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0011_access_reason")]

    operations = [
        migrations.AddField(
            model_name="category",
            name="checklist_number",
            field=models.PositiveSmallIntegerField(
                default=0,
                editable=False,
                help_text="The version that cases classified now get; 0 where none was published.",
                verbose_name="checklist in force",
            ),
        ),
        migrations.AddField(
            model_name="case",
            name="checklist_number",
            field=models.PositiveSmallIntegerField(
                default=0,
                editable=False,
                help_text="The version of the category's checklist it was classified under.",
            ),
        ),
    ]
