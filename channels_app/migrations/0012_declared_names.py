"""Files that come in pieces keep the name as it was declared; what is shown is made of it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("channels_app", "0011_files_in_pieces")]

    operations = [
        migrations.RenameField("partialupload", "filename", "declared_name"),
        migrations.AlterField("partialupload", "declared_name", models.CharField(blank=True, max_length=1000)),
    ]
