"""The chain of custody of each evidence item. Entries are only ever added, as with events."""

import django.db.models.deletion
from django.db import migrations, models

from cases.evidence.custody import chain_hash

REFUSE = """
CREATE FUNCTION evidence_refuse_custody_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'custody entries cannot be changed or deleted (%)', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER evidence_custody_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON evidence_custodyentry
    FOR EACH STATEMENT EXECUTE FUNCTION evidence_refuse_custody_rewriting();
"""
ALLOW = """
DROP TRIGGER evidence_custody_append_only ON evidence_custodyentry;
DROP FUNCTION evidence_refuse_custody_rewriting();
"""


def begin(apps, schema_editor):
    """What is there came in before custody was written down: its chain begins with that."""
    Custody, CustodyEntry = (apps.get_model("evidence", name) for name in ("Custody", "CustodyEntry"))
    for item in apps.get_model("evidence", "EvidenceItem").objects.select_related("file").iterator():
        facts = {"channel": item.channel, "written_down_later": True}
        if item.file:
            facts |= {"size": item.file.size, "content_type": item.file.content_type}
        entry = CustodyEntry(
            item=item,
            number=1,
            event="received",
            actor_kind=item.sender_kind,
            actor_id=item.sender_id,
            at=item.received_at,
            sha256_after=item.file.sha256 if item.file else "",
            facts=facts,
        )
        entry.hash = chain_hash(entry)
        entry.save()
        Custody.objects.create(item=item, last_number=1, last_hash=entry.hash)


class Migration(migrations.Migration):

    dependencies = [
        ('evidence', '0003_derived_pages'),
    ]

    operations = [
        migrations.CreateModel(
            name='Custody',
            fields=[
                ('item', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='custody', serialize=False, to='evidence.evidenceitem')),
                ('last_number', models.PositiveIntegerField(default=0)),
                ('last_hash', models.CharField(blank=True, max_length=64)),
            ],
            options={
                'verbose_name': 'chain of custody',
                'verbose_name_plural': 'chains of custody',
            },
        ),
        migrations.CreateModel(
            name='CustodyEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('event', models.CharField(choices=[('received', 'Received'), ('scanned', 'Scanned for malware'), ('derived', 'Copy made to look at'), ('linked', 'Filed as'), ('verified', 'Accepted'), ('rejected', 'Rejected'), ('exported', 'Report exported')], max_length=12)),
                ('actor_kind', models.CharField(choices=[('staff', 'staff'), ('customer', 'customer'), ('integration', 'integration'), ('system', 'system')], max_length=12)),
                ('actor_id', models.CharField(max_length=64)),
                ('at', models.DateTimeField()),
                ('sha256_before', models.CharField(blank=True, max_length=64)),
                ('sha256_after', models.CharField(blank=True, max_length=64)),
                ('tool', models.CharField(blank=True, max_length=100)),
                ('facts', models.JSONField(default=dict)),
                ('previous_hash', models.CharField(blank=True, max_length=64)),
                ('hash', models.CharField(max_length=64)),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='custody_entries', to='evidence.evidenceitem')),
            ],
            options={
                'verbose_name': 'custody entry',
                'verbose_name_plural': 'custody entries',
                'ordering': ['item_id', 'number'],
            },
        ),
        migrations.CreateModel(
            name='CustodyText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField()),
                ('salt', models.CharField(max_length=32)),
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='words', to='evidence.custodyentry')),
            ],
            options={
                'verbose_name': 'words of a custody entry',
                'verbose_name_plural': 'words of custody entries',
            },
        ),
        migrations.AddConstraint(
            model_name='custodyentry',
            constraint=models.UniqueConstraint(fields=('item', 'number'), name='custody_number_once'),
        ),
        migrations.RunPython(begin, migrations.RunPython.noop, elidable=True),
        migrations.RunSQL(REFUSE, ALLOW),
    ]
