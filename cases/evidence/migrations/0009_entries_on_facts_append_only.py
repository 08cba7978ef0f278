"""What was found about a fact cannot be rewritten: UPDATE and DELETE are refused, but texts may be emptied (erasure)."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION evidence_refuse_rewriting_facts() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE emptied evidence_factentry;
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.value IN ('', OLD.value) AND NEW.sentence IN ('', OLD.sentence)
            AND NEW.statement IN ('', OLD.statement) THEN
        emptied := OLD;
        emptied.value := NEW.value;
        emptied.sentence := NEW.sentence;
        emptied.statement := NEW.statement;
        IF NEW IS NOT DISTINCT FROM emptied THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'entries on facts cannot be changed or deleted (% on % of case %)', TG_OP, OLD.slug, OLD.case_id
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER evidence_factentry_append_only BEFORE UPDATE OR DELETE ON evidence_factentry
    FOR EACH ROW EXECUTE FUNCTION evidence_refuse_rewriting_facts();
"""
ALLOW = """
DROP TRIGGER evidence_factentry_append_only ON evidence_factentry;
DROP FUNCTION evidence_refuse_rewriting_facts();
"""


class Migration(migrations.Migration):
    dependencies = [("evidence", "0008_entries_and_facts")]

    operations = [migrations.RunSQL(REFUSE, ALLOW)]
