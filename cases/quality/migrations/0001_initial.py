"""Quality reviews. What is done, its marks and comments are never changed, by triggers; their texts may be emptied (erasure)."""

import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


REFUSE = """
CREATE FUNCTION quality_refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    field text;
    kept jsonb;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        kept := to_jsonb(NEW);
        FOREACH field IN ARRAY TG_ARGV LOOP
            IF kept ->> field = '' THEN
                kept := jsonb_set(kept, ARRAY[field], to_jsonb(OLD) -> field);
            END IF;
        END LOOP;
        IF kept = to_jsonb(OLD) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'quality reviews that are done cannot be changed or deleted (% on %)', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER quality_review_done_stays BEFORE UPDATE ON quality_review
    FOR EACH ROW WHEN (OLD.state = 'done') EXECUTE FUNCTION quality_refuse_rewriting('summary');
CREATE TRIGGER quality_review_stays BEFORE DELETE OR TRUNCATE ON quality_review
    FOR EACH STATEMENT EXECUTE FUNCTION quality_refuse_rewriting();
CREATE TRIGGER quality_mark_append_only BEFORE UPDATE ON quality_mark
    FOR EACH ROW EXECUTE FUNCTION quality_refuse_rewriting('comment');
CREATE TRIGGER quality_mark_stays BEFORE DELETE OR TRUNCATE ON quality_mark
    FOR EACH STATEMENT EXECUTE FUNCTION quality_refuse_rewriting();
CREATE TRIGGER quality_comment_append_only BEFORE UPDATE ON quality_agentcomment
    FOR EACH ROW EXECUTE FUNCTION quality_refuse_rewriting('text');
CREATE TRIGGER quality_comment_stays BEFORE DELETE OR TRUNCATE ON quality_agentcomment
    FOR EACH STATEMENT EXECUTE FUNCTION quality_refuse_rewriting();
"""
ALLOW = """
DROP TRIGGER quality_review_done_stays ON quality_review;
DROP TRIGGER quality_review_stays ON quality_review;
DROP TRIGGER quality_mark_append_only ON quality_mark;
DROP TRIGGER quality_mark_stays ON quality_mark;
DROP TRIGGER quality_comment_append_only ON quality_agentcomment;
DROP TRIGGER quality_comment_stays ON quality_agentcomment;
DROP FUNCTION quality_refuse_rewriting();
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0002_protection_team'),
        ('cases', '0015_saved_originals'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Review',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('round', models.PositiveSmallIntegerField(verbose_name='round')),
                ('state', models.CharField(choices=[('open', 'to be done'), ('done', 'done')], default='open', max_length=4, verbose_name='state')),
                ('done_at', models.DateTimeField(null=True, verbose_name='reviewed at')),
                ('score', models.PositiveSmallIntegerField(null=True, verbose_name='score (%)')),
                ('passed', models.BooleanField(null=True, verbose_name='passed')),
                ('customer_ok', models.BooleanField(null=True)),
                ('business_ok', models.BooleanField(null=True)),
                ('compliance_ok', models.BooleanField(null=True)),
                ('summary', models.TextField(blank=True, verbose_name='in all')),
                ('summary_sha256', models.CharField(blank=True, max_length=64)),
                ('salt', models.CharField(blank=True, max_length=32)),
                ('sha256', models.CharField(blank=True, max_length=64)),
                ('agent', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='whose work')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to='cases.case', verbose_name='case')),
                ('department', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.department', verbose_name='department')),
                ('reviewer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='reviewed by')),
            ],
            options={
                'verbose_name': 'quality review',
                'verbose_name_plural': 'quality reviews',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='AgentComment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField(verbose_name='what the agent says')),
                ('text_sha256', models.CharField(max_length=64)),
                ('salt', models.CharField(max_length=32)),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='at')),
                ('review', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='said', to='quality.review', verbose_name='quality review')),
            ],
            options={
                'verbose_name': 'comment of an agent',
                'verbose_name_plural': 'comments of agents',
            },
        ),
        migrations.CreateModel(
            name='ReviewForm',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(unique=True, verbose_name='version')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='what changed')),
                ('pass_percent', models.PositiveSmallIntegerField(default=80, help_text='Of what applies, so much must be met. A compliance-critical error fails a review whatever its score.', validators=[django.core.validators.MaxValueValidator(100)], verbose_name='passed from (%)')),
                ('published_at', models.DateTimeField(blank=True, null=True, verbose_name='published at')),
                ('published_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='published by')),
            ],
            options={
                'verbose_name': 'quality form',
                'verbose_name_plural': 'quality forms',
                'ordering': ['-number'],
            },
        ),
        migrations.CreateModel(
            name='Criterion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(verbose_name='slug')),
                ('critical', models.CharField(choices=[('customer', 'customer-critical'), ('business', 'business-critical'), ('compliance', 'compliance-critical')], max_length=10, verbose_name='an error is')),
                ('text_vi', models.CharField(max_length=200, verbose_name='what is met (Vietnamese)')),
                ('text_en', models.CharField(max_length=200, verbose_name='what is met (English)')),
                ('help_vi', models.CharField(blank=True, max_length=400, verbose_name='how to tell (Vietnamese)')),
                ('help_en', models.CharField(blank=True, max_length=400, verbose_name='how to tell (English)')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ('form', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='criteria', to='quality.reviewform', verbose_name='quality form')),
            ],
            options={
                'verbose_name': 'criterion',
                'verbose_name_plural': 'criteria',
                'ordering': ['form_id', 'position', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Sample',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='drawn at')),
                ('first_day', models.DateField(verbose_name='closed from')),
                ('last_day', models.DateField(verbose_name='closed until')),
                ('strata', models.CharField(choices=[('department', 'department'), ('agent', 'agent')], max_length=10, verbose_name='drawn from each')),
                ('size', models.PositiveSmallIntegerField(verbose_name='cases from each')),
                ('seed', models.CharField(max_length=32, verbose_name='seed')),
                ('population', models.JSONField(default=list, verbose_name='drawn from')),
                ('department', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.department', verbose_name='department')),
                ('drawn_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='drawn by')),
                ('form', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='quality.reviewform', verbose_name='quality form')),
            ],
            options={
                'verbose_name': 'quality sample',
                'verbose_name_plural': 'quality samples',
                'ordering': ['-id'],
            },
        ),
        migrations.AddField(
            model_name='review',
            name='sample',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to='quality.sample', verbose_name='quality sample'),
        ),
        migrations.CreateModel(
            name='Mark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('result', models.CharField(choices=[('met', 'met'), ('not_met', 'not met'), ('na', 'not applicable')], max_length=7, verbose_name='result')),
                ('comment', models.TextField(blank=True, verbose_name='comment')),
                ('comment_sha256', models.CharField(blank=True, max_length=64)),
                ('criterion', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='quality.criterion', verbose_name='criterion')),
                ('review', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='marks', to='quality.review', verbose_name='quality review')),
            ],
            options={
                'verbose_name': 'mark',
                'verbose_name_plural': 'marks',
                'ordering': ['criterion__position', 'criterion_id'],
                'constraints': [models.UniqueConstraint(fields=('review', 'criterion'), name='quality_mark_once'), models.CheckConstraint(condition=models.Q(models.Q(('result', 'not_met'), _negated=True), models.Q(('comment_sha256', ''), _negated=True), _connector='OR'), name='quality_error_says_what')],
            },
        ),
        migrations.AddConstraint(
            model_name='reviewform',
            constraint=models.UniqueConstraint(models.Value(1), condition=models.Q(('published_at__isnull', True)), name='quality_form_one_draft'),
        ),
        migrations.AddConstraint(
            model_name='reviewform',
            constraint=models.CheckConstraint(condition=models.Q(('pass_percent__lte', 100)), name='quality_form_percent'),
        ),
        migrations.AddConstraint(
            model_name='criterion',
            constraint=models.UniqueConstraint(fields=('form', 'slug'), name='quality_criterion_once'),
        ),
        migrations.AddConstraint(
            model_name='sample',
            constraint=models.CheckConstraint(condition=models.Q(('first_day__lte', models.F('last_day'))), name='quality_sample_days'),
        ),
        migrations.AddConstraint(
            model_name='sample',
            constraint=models.CheckConstraint(condition=models.Q(('size__gt', 0)), name='quality_sample_size'),
        ),
        migrations.AddIndex(
            model_name='review',
            index=models.Index(fields=['agent', '-done_at'], name='quality_by_agent'),
        ),
        migrations.AddIndex(
            model_name='review',
            index=models.Index(fields=['done_at'], name='quality_by_day'),
        ),
        migrations.AddIndex(
            model_name='review',
            index=models.Index(condition=models.Q(('state', 'open')), fields=['id'], name='quality_to_do'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=models.UniqueConstraint(fields=('case', 'round'), name='quality_review_once'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('done_at', None), ('passed', None), ('state', 'open')), models.Q(('done_at__isnull', False), ('passed__isnull', False), ('reviewer__isnull', False), ('state', 'done'), models.Q(('reviewer', models.F('agent')), _negated=True)), _connector='OR'), name='quality_review_done_says_how'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=models.CheckConstraint(condition=models.Q(('compliance_ok', False), ('passed', True), _negated=True), name='quality_compliance_error_fails'),
        ),
        migrations.RunSQL(REFUSE, ALLOW),
    ]
