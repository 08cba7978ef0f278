"""What a source said is kept as it was said: not changed, not doubled, and what is altered is found."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import InternalError, OperationalError, ProgrammingError, connection, transaction

from cases.records import snapshots
from cases.records.models import RecordKind, Snapshot
from cases.records.rows import from_json
from tests.cases.building import open_case
from tests.cases.records.building import ROW

pytestmark = pytest.mark.django_db
REFUSED = (ProgrammingError, InternalError, OperationalError)


@pytest.fixture
def case(defaults):
    return open_case()


def keep(case, **other):
    rows = [from_json(RecordKind.DEPOSITS, {**ROW, **other})]
    return snapshots.keep(case, RecordKind.DEPOSITS, rows, source="rest:bank", asked_for="FT26326004511")


def test_the_same_answer_is_kept_once_and_another_beside_it(case):
    first = keep(case)
    assert keep(case) == first
    second = keep(case, status="returned")
    third = keep(case)
    assert [one.pk for one in Snapshot.objects.order_by("pk")] == [first.pk, second.pk, third.pk]
    assert snapshots.latest_of(case) == [third]
    assert first.content == [ROW]


@pytest.mark.parametrize(
    "rewrite",
    [
        lambda one: Snapshot.objects.filter(pk=one.pk).update(source="x"),
        lambda one: Snapshot.objects.filter(pk=one.pk).delete(),
        lambda one: one.save(),
        lambda one: connection.cursor().execute("TRUNCATE records_snapshot CASCADE"),
    ],
    ids=["update", "delete", "save", "truncate"],
)
def test_the_database_refuses_to_rewrite(case, rewrite):
    snapshot = keep(case)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(REFUSED, match="cannot be changed or deleted"), transaction.atomic():
        rewrite(snapshot)
    assert Snapshot.objects.get() == snapshot


@pytest.mark.parametrize(
    "column", ["kind = 'bets'", "source = 'files'", "asked_for = 'FT1'", "content = '[]'", "taken_at = now()"]
)
def test_whatever_is_altered_is_found_and_named(case, column):
    other = open_case(email="binh@khach.example")
    snapshot = keep(case)
    keep(other)
    call_command("verify_audit", stdout=StringIO())
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE records_snapshot DISABLE TRIGGER USER")
        cursor.execute(f"UPDATE records_snapshot SET {column} WHERE id = %s", [snapshot.pk])
        cursor.execute("ALTER TABLE records_snapshot ENABLE TRIGGER USER")
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("verify_audit", stdout=out)
    assert out.getvalue() == f"{case.code} snapshot {snapshot.pk}: altered\n"
    call_command("verify_audit", other.code, stdout=StringIO())
