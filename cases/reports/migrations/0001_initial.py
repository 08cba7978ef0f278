"""Summaries of the cases; and exports, which are only ever added: UPDATE, DELETE and TRUNCATE are refused by a trigger."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


REFUSE = """
CREATE FUNCTION reports_refuse_export_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'exports cannot be changed or deleted (%)', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER reports_export_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON reports_export
    FOR EACH STATEMENT EXECUTE FUNCTION reports_refuse_export_rewriting();
"""
ALLOW = """
DROP TRIGGER reports_export_append_only ON reports_export;
DROP FUNCTION reports_refuse_export_rewriting();
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0002_protection_team'),
        ('cases', '0013_flagged_for_protection'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Progress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('settled', models.BigIntegerField(default=0)),
                ('pending', models.BigIntegerField(default=0)),
                ('pending_horizon', models.BigIntegerField(default=0)),
                ('healed_case', models.BigIntegerField(default=0)),
                ('healed_month', models.DateField(null=True)),
                ('as_of', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='CauseCell',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(choices=[('chat', 'live chat'), ('email', 'email'), ('hotline', 'hotline'), ('app', 'app'), ('web', 'web form')], max_length=10)),
                ('is_complaint', models.BooleanField()),
                ('place', models.CharField(max_length=60)),
                ('basis', models.CharField(choices=[('opened', 'by the month of opening'), ('answered', 'by the month of the first answer'), ('closed', 'by the month of closing')], max_length=8)),
                ('month', models.DateField()),
                ('complaints', models.PositiveIntegerField(default=0)),
                ('upheld', models.PositiveIntegerField(default=0)),
                ('partly', models.PositiveIntegerField(default=0)),
                ('not_upheld', models.PositiveIntegerField(default=0)),
                ('out_of_scope', models.PositiveIntegerField(default=0)),
                ('given_up', models.PositiveIntegerField(default=0)),
                ('undecided', models.PositiveIntegerField(default=0)),
                ('cause', models.CharField(choices=[('system_error', 'system error'), ('data_error', 'wrong or missing data'), ('delay', 'delay'), ('payment_processing', 'payment processing'), ('staff_mistake', 'mistake of staff'), ('staff_conduct', 'conduct of staff'), ('unclear_information', 'unclear information'), ('rules_applied', 'the rules were applied as they are'), ('customer_entry', "the customer's entry"), ('misuse_by_others', 'misuse by others'), ('not_established', 'could not be established')], max_length=24)),
                ('category', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='cases.category')),
                ('department', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.department')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('basis', 'month', 'place', 'cause'), name='cause_cell_once')],
            },
        ),
        migrations.CreateModel(
            name='Cell',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(choices=[('chat', 'live chat'), ('email', 'email'), ('hotline', 'hotline'), ('app', 'app'), ('web', 'web form')], max_length=10)),
                ('is_complaint', models.BooleanField()),
                ('place', models.CharField(max_length=60)),
                ('basis', models.CharField(choices=[('opened', 'by the month of opening'), ('answered', 'by the month of the first answer'), ('closed', 'by the month of closing')], max_length=8)),
                ('month', models.DateField()),
                ('complaints', models.PositiveIntegerField(default=0)),
                ('upheld', models.PositiveIntegerField(default=0)),
                ('partly', models.PositiveIntegerField(default=0)),
                ('not_upheld', models.PositiveIntegerField(default=0)),
                ('out_of_scope', models.PositiveIntegerField(default=0)),
                ('given_up', models.PositiveIntegerField(default=0)),
                ('undecided', models.PositiveIntegerField(default=0)),
                ('cases', models.PositiveIntegerField(default=0)),
                ('open', models.PositiveIntegerField(default=0)),
                ('closed', models.PositiveIntegerField(default=0)),
                ('accepted', models.PositiveIntegerField(default=0)),
                ('final_response', models.PositiveIntegerField(default=0)),
                ('no_reply', models.PositiveIntegerField(default=0)),
                ('withdrawn', models.PositiveIntegerField(default=0)),
                ('duplicate', models.PositiveIntegerField(default=0)),
                ('spam', models.PositiveIntegerField(default=0)),
                ('answered', models.PositiveIntegerField(default=0)),
                ('reopened', models.PositiveIntegerField(default=0)),
                ('solved', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), default=list, size=None)),
                ('solved_net', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), default=list, size=None)),
                ('otherwise', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), default=list, size=None)),
                ('otherwise_net', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), default=list, size=None)),
                ('category', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='cases.category')),
                ('department', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.department')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('basis', 'month', 'place'), name='cell_once')],
            },
        ),
        migrations.CreateModel(
            name='CountedCase',
            fields=[
                ('channel', models.CharField(choices=[('chat', 'live chat'), ('email', 'email'), ('hotline', 'hotline'), ('app', 'app'), ('web', 'web form')], max_length=10)),
                ('is_complaint', models.BooleanField()),
                ('place', models.CharField(max_length=60)),
                ('case', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='cases.case')),
                ('version', models.PositiveIntegerField()),
                ('opened_at', models.DateTimeField()),
                ('opened_month', models.DateField()),
                ('answered_at', models.DateTimeField(null=True)),
                ('answered_month', models.DateField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('closed_month', models.DateField(null=True)),
                ('closed_as', models.CharField(blank=True, choices=[('accepted', 'accepted by the customer'), ('no_reply', 'closed without reply'), ('final_response', 'final response given'), ('withdrawn', 'withdrawn'), ('duplicate', 'duplicate'), ('spam', 'spam')], max_length=20)),
                ('is_reopened', models.BooleanField()),
                ('outcome', models.CharField(blank=True, choices=[('upheld', 'upheld'), ('partly', 'partly upheld'), ('not_upheld', 'not upheld'), ('out_of_scope', 'out of scope'), ('withdrawn', 'withdrawn')], max_length=12)),
                ('causes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('system_error', 'system error'), ('data_error', 'wrong or missing data'), ('delay', 'delay'), ('payment_processing', 'payment processing'), ('staff_mistake', 'mistake of staff'), ('staff_conduct', 'conduct of staff'), ('unclear_information', 'unclear information'), ('rules_applied', 'the rules were applied as they are'), ('customer_entry', "the customer's entry"), ('misuse_by_others', 'misuse by others'), ('not_established', 'could not be established')], max_length=24), size=None)),
                ('paused', models.PositiveIntegerField()),
                ('paused_since', models.DateTimeField(null=True)),
                ('elapsed', models.PositiveIntegerField(null=True)),
                ('net', models.PositiveIntegerField(null=True)),
                ('elapsed_step', models.PositiveSmallIntegerField(null=True)),
                ('net_step', models.PositiveSmallIntegerField(null=True)),
                ('category', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='cases.category')),
                ('department', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.department')),
            ],
            options={
                'indexes': [models.Index(fields=['opened_month', 'place'], name='counted_by_opening'), models.Index(fields=['answered_month', 'place'], name='counted_by_answer'), models.Index(fields=['closed_month', 'place'], name='counted_by_closing'), models.Index(condition=models.Q(('closed_at__isnull', True)), fields=['opened_at'], name='counted_open')],
            },
        ),
        migrations.CreateModel(
            name='Export',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='at')),
                ('what', models.CharField(max_length=200, verbose_name='what')),
                ('query', models.CharField(blank=True, max_length=1000, verbose_name='chosen by')),
                ('format', models.CharField(max_length=4, verbose_name='format')),
                ('rows', models.PositiveIntegerField(verbose_name='rows')),
                ('reason', models.CharField(max_length=300, verbose_name='reason')),
                ('user', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='exported by')),
            ],
            options={
                'verbose_name': 'export',
                'verbose_name_plural': 'exports',
                'indexes': [models.Index(fields=['-at'], name='export_latest')],
            },
        ),
        migrations.CreateModel(
            name='OpenCell',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(choices=[('chat', 'live chat'), ('email', 'email'), ('hotline', 'hotline'), ('app', 'app'), ('web', 'web form')], max_length=10)),
                ('is_complaint', models.BooleanField()),
                ('place', models.CharField(max_length=60)),
                ('month', models.DateField()),
                ('open', models.PositiveIntegerField(default=0)),
                ('ages', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), default=list, size=None)),
                ('ages_net', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), default=list, size=None)),
                ('oldest', models.DateTimeField()),
                ('category', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='cases.category')),
                ('department', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.department')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('month', 'place'), name='open_cell_once')],
            },
        ),
        migrations.RunSQL(REFUSE, ALLOW),
    ]
