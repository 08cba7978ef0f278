from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("channels_app", "0003_chat_dropped")]

    operations = [
        migrations.AddIndex(
            model_name="inbounditem",
            index=models.Index(
                condition=Q(("case", None), ("state", "failed")), fields=["received_at"], name="inbound_unread"
            ),
        ),
    ]
