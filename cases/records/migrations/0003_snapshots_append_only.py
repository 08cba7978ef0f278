"""Snapshots are only ever added: UPDATE, DELETE and TRUNCATE are refused by a trigger, as with events."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION records_refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'snapshots cannot be changed or deleted (%)', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER records_snapshot_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON records_snapshot
    FOR EACH STATEMENT EXECUTE FUNCTION records_refuse_rewriting();
"""
ALLOW = """
DROP TRIGGER records_snapshot_append_only ON records_snapshot;
DROP FUNCTION records_refuse_rewriting();
"""


class Migration(migrations.Migration):
    dependencies = [("records", "0002_codes_and_files")]

    operations = [migrations.RunSQL(REFUSE, ALLOW)]
