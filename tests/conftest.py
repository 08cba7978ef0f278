"""Fixtures every test may use."""

from copy import copy

import pytest
from django.apps import apps
from django.db import transaction
from django.db.backends.postgresql.operations import DatabaseOperations
from django.utils import timezone

from accounts.models import Department, Membership, Role, User
from cskh.defaults.load import load

pytest_plugins = ["tests.servers", "tests.scanner", "tests.key_values", "tests.api", "tests.web"]


def pytest_collection_modifyitems(items):
    """Browsers come last: Playwright's event loop stays in the thread, and no test after it could run one of its own."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


_FOR_ALL_TESTS = {"django_content_type", "auth_permission"}


@pytest.fixture(autouse=True, scope="session")
def tests_that_commit_leave_nothing():
    """Their rows are deleted. The record refuses that: here alone, its owner lifts the refusal.

    Django would truncate every table and fill two of its own again, which takes longer than most tests.
    """
    records = (
        "cases_caseevent",
        "cases_access",
        "channels_app_helpversion",
        "complaints_account",
        "complaints_approvallimit",
        "complaints_decision",
        "complaints_deviationapproval",
        "complaints_finding",
        "complaints_finding_evidence",
        "complaints_finding_facts",
        "complaints_finding_snapshots",
        "complaints_issue",
        "complaints_recourse",
        "complaints_remedy",
        "complaints_remedyapproval",
        "complaints_remedyexecution",
        "complaints_response",
        "complaints_responseprint",
        "evidence_custodyentry",
        "evidence_factentry",
        "quality_agentcomment",
        "quality_mark",
        "quality_review",
        "records_snapshot",
        "reports_export",
        "reports_monthlyreport",
    )

    def sql_flush(operations, style, tables, **kwargs):
        filled = _filled(operations.connection, [table for table in tables if table not in _FOR_ALL_TESTS])
        return [
            *(f"ALTER TABLE {record} DISABLE TRIGGER USER" for record in records),
            *(f'DELETE FROM "{table}"' for table in filled),
            "SET CONSTRAINTS ALL IMMEDIATE",
            *(f"ALTER TABLE {record} ENABLE TRIGGER USER" for record in records),
        ]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(DatabaseOperations, "sql_flush", sql_flush)
        patched.setattr("django.core.management.commands.flush.emit_post_migrate_signal", lambda *args, **kwargs: None)
        yield


def _filled(connection, tables):
    """Those of the tables that hold rows."""
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"(SELECT '{table}' FROM \"{table}\" LIMIT 1)" for table in tables))
        return [table for (table,) in cursor.fetchall()]


_fillings = {}  # by day: what is loaded depends on the year and on the laws in force


@pytest.fixture
def defaults(db):
    """The first filling of a new installation: loaded once, then copied, as its hundreds of queries take most of a test's time."""
    today = timezone.localdate()
    if today in _fillings:
        with transaction.atomic():  # an article names its version in force, and the version its article
            for model, rows in _fillings[today].items():
                model._base_manager.bulk_create(copy(row) for row in rows)
        return
    before = _rows()
    load()
    _fillings[today] = {model: [row for row in rows if row not in before[model]] for model, rows in _rows().items()}


def _rows():
    return {model: list(model._base_manager.all()) for model in apps.get_models(include_auto_created=True)}


@pytest.fixture
def make_staff(defaults):
    """make_staff("lan", Role.SPECIALIST, "payments", lead=False): a member of staff; no department means all of them."""

    def make(username, role=Role.SPECIALIST, department=None, *, lead=False):
        user, _ = User.objects.get_or_create(
            username=username, defaults={"is_staff": True, "last_name": username.title()}
        )
        Membership.objects.create(
            user=user,
            role=role,
            department=Department.objects.get(slug=department) if department else None,
            is_lead=lead,
        )
        return user

    return make
