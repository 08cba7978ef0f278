"""Events cannot be rewritten: UPDATE and DELETE are refused by a trigger, TRUNCATE by privilege."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION cases_refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'case events cannot be changed or deleted (% on event % of case %)', TG_OP, OLD.number, OLD.case_id
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER cases_caseevent_append_only BEFORE UPDATE OR DELETE ON cases_caseevent
    FOR EACH ROW EXECUTE FUNCTION cases_refuse_rewriting();
REVOKE TRUNCATE ON cases_caseevent FROM PUBLIC, CURRENT_USER;
"""
ALLOW = """
GRANT TRUNCATE ON cases_caseevent TO CURRENT_USER;
DROP TRIGGER cases_caseevent_append_only ON cases_caseevent;
DROP FUNCTION cases_refuse_rewriting();
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]

    operations = [migrations.RunSQL(REFUSE, ALLOW)]
