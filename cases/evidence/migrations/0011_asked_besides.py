from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("evidence", "0010_declared_names"),
    ]

    operations = [
        migrations.AddField(
            model_name="requesteditem",
            name="is_besides",
            field=models.BooleanField(db_default=False, default=False, verbose_name="besides what is as good"),
        ),
    ]
