"""What a source said is kept as it was said: not changed, not doubled, and what is altered is found."""

import hashlib
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import InternalError, OperationalError, ProgrammingError, connection, transaction

from cases.records import snapshots
from cases.records.models import RecordKind, Snapshot
from cases.records.rows import from_json
from cases.records.source import SourceAnswer
from tests.cases.building import open_case
from tests.cases.records.building import ROW

pytestmark = pytest.mark.django_db
REFUSED = (ProgrammingError, InternalError, OperationalError)


@pytest.fixture
def case(defaults):
    return open_case()


def keep(case, *, is_cut=False, total=None, **other):
    answer = SourceAnswer([from_json(RecordKind.DEPOSITS, {**ROW, **other})], is_cut, total)
    return snapshots.keep(case, RecordKind.DEPOSITS, answer, source="rest:bank", asked_for="FT26326004511")


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


def test_more_rows_beyond_the_same_ones_are_another_answer(case):
    kept = [keep(case), keep(case, is_cut=True), keep(case, is_cut=True, total=201), keep(case, is_cut=True, total=202)]
    assert len({one.pk for one in kept}) == 4
    assert keep(case, is_cut=True, total=202) == kept[-1]


def test_what_was_sealed_before_answers_could_be_cut_is_sealed_still():
    """The seal as it was computed then, to the letter."""
    at = datetime(2026, 11, 22, 2, 31, 2, 5, tzinfo=UTC)
    old = Snapshot(kind="deposits", source="rest:bank", asked_for="FT1", taken_at=at, content=[{"amount": 5}])
    said = (
        '{"asked_for":"FT1","case":"CS-1","content":[{"amount":5}],"kind":"deposits","source":"rest:bank",'
        '"taken_at":"2026-11-22T02:31:02.000005+00:00"}'
    )
    assert snapshots.seal_of(old, "CS-1") == hashlib.sha256(said.encode()).hexdigest()


@pytest.mark.parametrize("column", ["is_cut = false, total = null", "total = null", "total = 300"])
def test_that_it_is_cut_is_sealed(case, column):
    snapshot = keep(case, is_cut=True, total=240)
    rewrite(snapshot, column)
    assert list(snapshots.altered()) == [(case.code, snapshot)]


def test_that_it_is_whole_is_sealed(case):
    snapshot = keep(case)
    rewrite(snapshot, "is_cut = true")
    assert list(snapshots.altered()) == [(case.code, snapshot)]


def rewrite(snapshot, column):
    """What a superuser could do."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE records_snapshot DISABLE TRIGGER USER")
        cursor.execute(f"UPDATE records_snapshot SET {column} WHERE id = %s", [snapshot.pk])
        cursor.execute("ALTER TABLE records_snapshot ENABLE TRIGGER USER")


@pytest.mark.parametrize(
    "column", ["kind = 'bets'", "source = 'files'", "asked_for = 'FT1'", "content = '[]'", "taken_at = now()"]
)
def test_whatever_is_altered_is_found_and_named(case, column):
    other = open_case(email="binh@khach.example")
    snapshot = keep(case)
    keep(other)
    call_command("verify_audit", stdout=StringIO())
    rewrite(snapshot, column)
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("verify_audit", stdout=out)
    assert out.getvalue() == f"{case.code} snapshot {snapshot.pk}: altered\n"
    call_command("verify_audit", other.code, stdout=StringIO())
