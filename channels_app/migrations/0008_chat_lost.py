"""Who first replied, and when, is known on the case, wherever it was written; a conversation knows when it was lost."""

from django.db import migrations, models

FIRST_WRITTEN = """
UPDATE cases_case SET first_replied_at = written.first
FROM (
    SELECT case_id, min(created_at) AS first FROM channels_app_message
    WHERE direction = 'out' AND NOT is_automatic AND author_kind = 'staff' GROUP BY case_id
) AS written
WHERE cases_case.id = written.case_id
"""
LOST = """
UPDATE channels_app_chat SET lost_at = least(channels_app_chat.left_at, channels_app_chat.ended_at)
FROM cases_case
WHERE cases_case.id = channels_app_chat.case_id
AND (cases_case.first_replied_at IS NULL
     OR cases_case.first_replied_at > least(channels_app_chat.left_at, channels_app_chat.ended_at))
"""


class Migration(migrations.Migration):

    dependencies = [
        ("cases", "0006_first_replied_at"),
        ("channels_app", "0007_chat_first_reply"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="chat", name="chat_first_reply"),
        migrations.RemoveField(model_name="chat", name="first_reply_at"),
        migrations.RemoveField(model_name="chat", name="replied_at"),
        migrations.AddField(
            model_name="chat",
            name="lost_at",
            field=models.DateTimeField(
                blank=True,
                help_text="When the visitor left, or the conversation ended, before a person had replied.",
                null=True,
            ),
        ),
        migrations.RunSQL(FIRST_WRITTEN, migrations.RunSQL.noop),
        migrations.RunSQL(LOST, migrations.RunSQL.noop),
    ]
