"""Whether anything in the database changed: one digest a table, of all its rows, whatever it is called."""

from django.apps import apps
from django.db import connection, transaction

# Signing in is no change to what the desk knows, nor is what one looked at, nor are the words one keeps for oneself.
_APART = {"django_session", "cases_access", "channels_app_draft"}


def fingerprint():
    """{table: digest of its rows}: equal exactly when no row of any table differs."""
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True)} - _APART
    digest = "count(*) || ':' || coalesce(sum(hashtextextended(row::text, 0)), 0)"
    with connection.cursor() as cursor:
        cursor.execute(
            # The names are those of our own models.
            " UNION ALL ".join(f"SELECT '{name}', {digest} FROM \"{name}\" row" for name in sorted(tables))
        )
        return dict(cursor.fetchall())


def tried(call, before):
    """What `call` returns, and the tables it changed since the fingerprint `before`; then everything is put back."""
    with transaction.atomic():
        result = call()
        after = fingerprint()
        transaction.set_rollback(True)
    return result, {name for name, digest in after.items() if digest != before[name]}
