from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("channels_app", "0006_help_articles")]

    operations = [
        migrations.RemoveIndex(model_name="chat", name="chat_taken"),
        migrations.AddField(
            model_name="chat",
            name="first_reply_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="first replied to at"),
        ),
        migrations.AddIndex(model_name="chat", index=models.Index(fields=["first_reply_at"], name="chat_first_reply")),
    ]
