import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("core", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="idempotencykey",
            name="body",
            field=models.BinaryField(help_text="Sealed: it may hold what is shown once."),
        ),
        migrations.AlterField(
            model_name="idempotencykey",
            name="created_at",
            field=models.DateTimeField(db_index=True, default=django.utils.timezone.now),
        ),
        migrations.AlterField(
            model_name="idempotencykey",
            name="status",
            field=models.PositiveSmallIntegerField(default=200),
            preserve_default=False,
        ),
    ]
