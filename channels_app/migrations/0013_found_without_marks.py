import django.contrib.postgres.indexes
from django.db import migrations

import cskh.core.folding


class Migration(migrations.Migration):
    dependencies = [
        ("channels_app", "0012_declared_names"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="message",
            name="message_body_trigrams",
        ),
        migrations.AddIndex(
            model_name="message",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(cskh.core.folding.Folded("body"), name="gin_trgm_ops"),
                name="message_body_folded",
            ),
        ),
    ]
