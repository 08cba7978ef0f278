import django.contrib.postgres.indexes
from django.db import migrations

import cskh.core.folding


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0002_claimed_contacts"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="customer",
            name="customer_name_trigrams",
        ),
        migrations.AddIndex(
            model_name="customer",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(cskh.core.folding.Folded("name"), name="gin_trgm_ops"),
                name="customer_name_folded",
            ),
        ),
    ]
