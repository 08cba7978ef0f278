from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("channels_app", "0008_chat_lost")]

    operations = [
        migrations.AddField(
            model_name="mailboxstate",
            name="refused_uid",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="mailboxstate",
            name="refused_times",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.RemoveField(model_name="message", name="html"),
    ]
