"""What customers said of their satisfaction; and monthly reports, which are only ever added: a trigger refuses the rest."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


REFUSE = """
CREATE FUNCTION reports_refuse_monthly_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'monthly reports cannot be changed or deleted (%)', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER reports_monthly_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON reports_monthlyreport
    FOR EACH STATEMENT EXECUTE FUNCTION reports_refuse_monthly_rewriting();
"""
ALLOW = """
DROP TRIGGER reports_monthly_append_only ON reports_monthlyreport;
DROP FUNCTION reports_refuse_monthly_rewriting();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_protection_team'),
        ('cases', '0015_saved_originals'),
        ('reports', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='MonthlyReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField(verbose_name='month')),
                ('edition', models.PositiveSmallIntegerField(verbose_name='edition')),
                ('as_of', models.DateTimeField(verbose_name='counted as of')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='at')),
                ('content', models.TextField(help_text='Canonical JSON: the figures, and names in both languages.')),
                ('pdf_vi', models.BinaryField()),
                ('pdf_en', models.BinaryField()),
            ],
            options={
                'verbose_name': 'monthly complaints report',
                'verbose_name_plural': 'monthly complaints reports',
                'ordering': ['-month', '-at'],
            },
        ),
        migrations.AddField(
            model_name='cell',
            name='asked',
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='cell',
            name='easy',
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='cell',
            name='said',
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='cell',
            name='said_ease',
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='cell',
            name='satisfied',
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='cell',
            name='score_1',
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='cell',
            name='score_2',
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='cell',
            name='score_3',
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='cell',
            name='score_4',
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='cell',
            name='score_5',
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='countedcase',
            name='asked_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='countedcase',
            name='asked_month',
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name='countedcase',
            name='ease',
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='countedcase',
            name='score',
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name='causecell',
            name='basis',
            field=models.CharField(choices=[('opened', 'by the month of opening'), ('answered', 'by the month of the first answer'), ('closed', 'by the month of closing'), ('asked', 'by the month of asking')], max_length=8),
        ),
        migrations.AlterField(
            model_name='cell',
            name='basis',
            field=models.CharField(choices=[('opened', 'by the month of opening'), ('answered', 'by the month of the first answer'), ('closed', 'by the month of closing'), ('asked', 'by the month of asking')], max_length=8),
        ),
        migrations.AddIndex(
            model_name='countedcase',
            index=models.Index(fields=['asked_month', 'place'], name='counted_by_asking'),
        ),
        migrations.AddField(
            model_name='monthlyreport',
            name='department',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.department', verbose_name='department'),
        ),
        migrations.AddField(
            model_name='monthlyreport',
            name='made_by',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='made by'),
        ),
        migrations.AddConstraint(
            model_name='monthlyreport',
            constraint=models.UniqueConstraint(fields=('month', 'department', 'edition'), name='monthly_report_edition_once', nulls_distinct=False),
        ),
        migrations.RunSQL(REFUSE, ALLOW),
    ]
