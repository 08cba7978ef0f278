from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("evidence", "0012_checks_made"),
    ]

    operations = [
        migrations.AlterField(
            model_name="custodyentry",
            name="event",
            field=models.CharField(
                choices=[
                    ("received", "Received"),
                    ("scanned", "Scanned for malware"),
                    ("derived", "Copy made to look at"),
                    ("linked", "Filed as"),
                    ("cited", "Named as a source of a finding"),
                    ("verified", "Accepted"),
                    ("rejected", "Rejected"),
                    ("exported", "Report exported"),
                ],
                max_length=12,
            ),
        ),
    ]
