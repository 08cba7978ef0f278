"""Previews become pages that say what made them, how and from what. Those that are there do not: they are made anew."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


def make_anew(apps, schema_editor):
    files = apps.get_model("evidence", "StoredFile").objects
    files.filter(preview_state="ready").update(preview_state="waiting")
    files.filter(content_type__in=["image/heic", "application/pdf"]).update(preview_state="waiting")


class Migration(migrations.Migration):

    dependencies = [
        ('evidence', '0002_scanning'),
    ]

    operations = [
        migrations.RunPython(make_anew, migrations.RunPython.noop),
        migrations.RemoveField(
            model_name='storedfile',
            name='preview',
        ),
        migrations.AddField(
            model_name='storedfile',
            name='preview_pages',
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.CreateModel(
            name='DerivedPage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(verbose_name='page')),
                ('picture', models.FileField(max_length=200, upload_to='')),
                ('sha256', models.CharField(max_length=64)),
                ('original_sha256', models.CharField(max_length=64)),
                ('tool', models.CharField(max_length=100)),
                ('parameters', models.JSONField(default=dict)),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pages', to='evidence.storedfile')),
            ],
            options={
                'verbose_name': 'derived page',
                'verbose_name_plural': 'derived pages',
                'ordering': ['file_id', 'number'],
                'constraints': [models.UniqueConstraint(fields=('file', 'number'), name='derived_page_once')],
            },
        ),
    ]
