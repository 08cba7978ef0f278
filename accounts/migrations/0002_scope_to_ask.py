import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="apiclient",
            name="scopes",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("cases:open", "open cases and add messages and evidence"),
                        ("cases:read", "read cases"),
                        ("cases:work", "take the department's steps on cases"),
                        ("cases:ask", "ask customers for what is not on the checklist"),
                        ("cases:customer", "accept, reject and withdraw for the customer"),
                        ("customers", "read and correct customers"),
                        ("calls", "report telephone calls"),
                        ("webhooks", "manage webhooks"),
                    ],
                    max_length=30,
                ),
                size=None,
                verbose_name="scopes",
            ),
        ),
    ]
