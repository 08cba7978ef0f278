"""Who read what. Rows are only ever added: UPDATE, DELETE and TRUNCATE are refused by a trigger, as with events."""

import cases.access_log
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

REFUSE = """
CREATE FUNCTION cases_refuse_access_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'accesses cannot be changed or deleted (%)', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER cases_access_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON cases_access
    FOR EACH STATEMENT EXECUTE FUNCTION cases_refuse_access_rewriting();
"""
ALLOW = """
DROP TRIGGER cases_access_append_only ON cases_access;
DROP FUNCTION cases_refuse_access_rewriting();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('cases', '0007_events_never_emptied'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Access',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='at')),
                ('hour', models.DateTimeField(default=cases.access_log.this_hour)),
                ('evidence_item', models.PositiveBigIntegerField(default=0, verbose_name='evidence item')),
                ('case', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='accesses', to='cases.case', verbose_name='case')),
                ('program', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.apiclient', verbose_name='API client')),
                ('user', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who')),
            ],
            options={
                'verbose_name': 'access',
                'verbose_name_plural': 'accesses',
                'indexes': [models.Index(fields=['-at'], name='access_latest')],
                'constraints': [models.UniqueConstraint(fields=('case', 'user', 'program', 'evidence_item', 'hour'), name='access_once_an_hour', nulls_distinct=False), models.CheckConstraint(condition=models.Q(models.Q(('program__isnull', True), ('user__isnull', False)), models.Q(('program__isnull', False), ('user__isnull', True)), _connector='OR'), name='access_of_a_person_or_a_program')],
            },
        ),
        migrations.RunSQL(REFUSE, ALLOW),
    ]
