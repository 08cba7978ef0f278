"""TRUNCATE of events is refused by a trigger too: a privilege binds neither a superuser nor an owner who grants it to themselves."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION cases_refuse_emptying() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'case events cannot be changed or deleted (TRUNCATE)' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER cases_caseevent_never_emptied BEFORE TRUNCATE ON cases_caseevent
    FOR EACH STATEMENT EXECUTE FUNCTION cases_refuse_emptying();
"""
ALLOW = """
DROP TRIGGER cases_caseevent_never_emptied ON cases_caseevent;
DROP FUNCTION cases_refuse_emptying();
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0006_first_replied_at")]

    operations = [migrations.RunSQL(REFUSE, ALLOW)]
