"""What the sender called a file, beside the entry of its receipt."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("evidence", "0009_entries_on_facts_append_only")]

    operations = [
        migrations.CreateModel(
            name="DeclaredName",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.TextField()),
                ("salt", models.CharField(max_length=32)),
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="declared_name",
                        to="evidence.custodyentry",
                    ),
                ),
            ],
            options={"verbose_name": "declared file name", "verbose_name_plural": "declared file names"},
        ),
    ]
