import django.contrib.postgres.indexes
from django.db import migrations

import cskh.core.folding


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0013_flagged_for_protection"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="case",
            name="case_subject_trigrams",
        ),
        migrations.AddIndex(
            model_name="case",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(cskh.core.folding.Folded("subject"), name="gin_trgm_ops"),
                name="case_subject_folded",
            ),
        ),
    ]
