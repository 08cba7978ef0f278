"""Files that come in pieces keep the name as it was declared; what is shown is made of it. The column keeps its name: the
version before goes on while this runs."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("channels_app", "0011_files_in_pieces")]

    operations = [
        migrations.AlterField(
            "partialupload", "filename", models.CharField(blank=True, db_column="filename", max_length=1000)
        ),
        migrations.RenameField("partialupload", "filename", "declared_name"),
    ]
