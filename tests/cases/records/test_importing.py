"""Files are taken over as a whole or not at all, once, and can be withdrawn."""

import io
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.files.storage import default_storage
from django.utils import translation

from accounts.actors import Actor
from accounts.models import Role
from cases.records import importing
from cases.records.imported import ImportedSource
from cases.records.models import ImportedRow, RecordFile, RecordKind
from cases.records.reading.lines import in_words
from cases.records.source import Period
from cskh.core.errors import Conflict, Invalid, NotPermitted, TooLarge
from tests.cases.records.building import STATEMENT, hand_in, take_over
from tests.cases.records.test_reading import CAMT

pytestmark = pytest.mark.django_db
State = RecordFile.State
TABLE = "Mã giao dịch;Mã khách hàng;Số tiền;Thời gian\n" + "".join(
    f"GD{number:08};BX{number % 50:06};{number}000;22/11/2026 09:{number % 60:02}\n" for number in range(1, 12_001)
)


def found(code="FT26326004511", kind=RecordKind.DEPOSITS, **asked):
    return ImportedSource().look_up(kind, code=code, **asked).rows


def test_a_statement_is_found_by_its_codes(manager):
    file = take_over(manager)
    assert (file.state, file.kept, file.lines, file.share_read, file.errors) == (State.LIVE, 2, 3, 100, [])
    [row] = found()
    assert (row.amount, row.place) == (2_000_000, "sao-ke.csv, 4")
    [by_content] = found("RT88120A9", RecordKind.WITHDRAWALS)
    assert by_content.code == "FT26326004777"
    assert found("FT00000000000") == []


def test_a_statement_in_the_banks_own_format_is_read_at_once(manager):
    file = take_over(manager, CAMT, filename="camt.xml")
    assert (file.state, file.kept) == (State.LIVE, 2)
    assert len(found()) == 1


def test_customers_and_times(manager):
    take_over(manager, TABLE, content="deposits")
    nine = datetime(2026, 11, 22, 9, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
    period = Period(nine, nine + timedelta(minutes=2))
    some = ImportedSource().look_up(RecordKind.DEPOSITS, customer="BX000001", period=period)
    rows = some.rows
    assert (len(rows), some.is_cut, some.total) == (40, False, None)
    assert {(row.customer, row.at) for row in rows} == {("BX000001", nine + timedelta(minutes=1))}
    many = ImportedSource().look_up(RecordKind.DEPOSITS, customer="BX000001")
    assert (len(many.rows), many.is_cut, many.total) == (200, True, 240)


def test_of_too_many_rows_the_latest_are_given_in_the_order_of_time(manager, monkeypatch):
    lines = [f"GD{day};BX1;1000;{day:02}/11/2026" for day in (3, 1, 5, 2, 4)]
    take_over(manager, "\n".join(["Mã giao dịch;Mã khách hàng;Số tiền;Thời gian", *lines]).encode(), content="deposits")
    monkeypatch.setattr("cases.records.imported.MOST_ROWS", 3)
    monkeypatch.setattr("cases.records.source.MOST_ROWS", 3)
    answer = ImportedSource().look_up(RecordKind.DEPOSITS, customer="BX1")
    assert [row.code for row in answer.rows] == ["GD3", "GD4", "GD5"]
    assert (answer.is_cut, answer.total) == (True, 5)


@pytest.mark.parametrize("bad", ["GDX;BX1;1,5;22/11/2026\n", 'GDX;BX1;1;"\n' + "x" * 140_000])
def test_one_wrong_line_and_nothing_is_taken_over(manager, bad):
    file = take_over(manager, TABLE + bad, content="deposits")
    assert (file.state, file.kept, file.error_count, file.stored) == (State.REFUSED, 0, 1, "")
    assert file.errors[0]["line"] >= 12_000
    assert in_words(file.errors[0])
    assert not ImportedRow.objects.exists()
    assert not ImportedSource.has_any()


def test_nothing_shows_before_all_is_read(manager, monkeypatch):
    seen = []
    whole = importing._Reading._tell
    monkeypatch.setattr(
        importing._Reading,
        "_tell",
        lambda self, at: (seen.append((ImportedRow.objects.count(), found("GD00000001"))), whole(self, at)),
    )
    take_over(manager, TABLE, content="deposits")
    assert [count for count, _ in seen] == [5_000, 10_000, 12_000]
    assert all(rows == [] for _, rows in seen)
    assert len(found("GD00000001")) == 1


def test_whoever_died_at_it_leaves_nothing_double(manager, monkeypatch):
    file = hand_in(manager, TABLE, content="deposits")
    importing.confirm_columns(file, file.columns, actor=Actor.staff(manager))
    with monkeypatch.context() as dying:
        dying.setattr(importing._Reading, "_tell", lambda self, at: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            importing.read(file.pk)
    assert ImportedRow.objects.count() == 5_000
    importing.read(file.pk)  # not yet: it may still be alive
    assert ImportedRow.objects.count() == 5_000
    RecordFile.objects.update(next_try_at="2026-01-01T00:00:00Z")
    importing.read(file.pk)
    assert ImportedRow.objects.count() == 12_000


def begun_anew(file):
    """Read once more, as soon as whoever read it last is taken for dead."""
    RecordFile.objects.update(next_try_at="2026-01-01T00:00:00Z")
    importing.read(file.pk)


def lost_by_the_storage(file, patching):
    default_storage.delete(file.stored)


def failing_half_way(file, patching):
    patching.setattr(importing._Reading, "_tell", lambda self, at: 1 / 0)


@pytest.mark.parametrize("what", [lost_by_the_storage, failing_half_way])
def test_what_cannot_be_read_ends_with_a_word(manager, monkeypatch, what):
    file = hand_in(manager, TABLE, content="deposits")
    importing.confirm_columns(file, file.columns, actor=Actor.staff(manager))
    what(file, monkeypatch)
    for _ in range(2):
        with pytest.raises((FileNotFoundError, ZeroDivisionError)):
            begun_anew(file)
    begun_anew(file)
    assert_ended_with_a_word(file)


def test_what_every_reader_dies_of_ends_with_a_word(manager, monkeypatch):
    """Such as a worker that is killed: nothing of it is heard again."""

    class Killed(BaseException):
        pass

    def die(self, at):
        raise Killed

    file = hand_in(manager, TABLE, content="deposits")
    importing.confirm_columns(file, file.columns, actor=Actor.staff(manager))
    monkeypatch.setattr(importing._Reading, "_tell", die)
    for _ in range(3):
        with pytest.raises(Killed):
            begun_anew(file)
    begun_anew(file)
    assert_ended_with_a_word(file)


def assert_ended_with_a_word(file):
    file.refresh_from_db()
    assert (file.state, file.is_in_work, file.next_try_at, file.kept) == (State.REFUSED, False, None, 0)
    with translation.override("en"):
        assert "hand it in again" in in_words(file.errors[0])
    assert not ImportedRow.objects.exists()
    assert importing.due(10) == ([], [])


def test_the_same_file_twice_is_recognised_until_it_is_withdrawn(manager, make_staff):
    first = take_over(manager)
    with pytest.raises(Conflict, match=r"sao-ke\.csv"):
        hand_in(make_staff("tri", Role.ADMINISTRATOR), filename="other name.csv")
    importing.withdraw(first, actor=Actor.staff(manager))
    assert found() == []
    assert take_over(manager).state == State.LIVE
    importing.clear(first.pk)
    first.refresh_from_db()
    assert (first.rows.count(), first.stored) == (0, "")
    assert len(found()) == 1


def test_what_was_handed_in_again_outlives_the_one_that_was_withdrawn(manager):
    """In a bucket both lie under one name."""
    first = take_over(manager)
    importing.withdraw(first, actor=Actor.staff(manager))
    again = take_over(manager)
    RecordFile.objects.filter(pk=again.pk).update(stored=first.stored)
    importing.clear(first.pk)
    again.refresh_from_db()
    assert default_storage.exists(again.stored)
    importing.withdraw(again, actor=Actor.staff(manager))
    importing.clear(again.pk)
    assert not default_storage.exists(again.stored)


def test_a_file_that_was_refused_can_come_again(manager):
    assert take_over(manager, "Mã giao dịch;Số tiền\nA1;x\n", content="deposits").state == State.REFUSED
    assert take_over(manager, "Mã giao dịch;Số tiền\nA1;x\n", content="deposits").state == State.REFUSED


def test_columns_as_a_person_says(manager):
    file = hand_in(manager, "Mã giao dịch;Số tiền;Tiền gì đó\nA1B2C3;x;1.000\n", content="deposits")
    importing.confirm_columns(file, {"code": 0, "amount": 2, "odds": 1}, actor=Actor.staff(manager))
    importing.read(file.pk)
    assert found("A1B2C3")[0].amount == 1_000
    with pytest.raises(Conflict):
        importing.confirm_columns(file, {"code": 0, "amount": 2}, actor=Actor.staff(manager))


def test_what_is_lacking_is_said(manager):
    file = hand_in(manager, content="statement")
    with pytest.raises(Invalid) as invalid:
        importing.confirm_columns(file, {"at": 1}, actor=Actor.staff(manager))
    assert invalid.value.errors["columns"]


@pytest.mark.parametrize("text", ["", "khong co gi\n", "a;b\n1;2\n", b"\x00\x01\x02\x03"])
def test_what_cannot_be_read_at_all_is_not_even_kept(manager, text):
    kept = list_stored()
    with pytest.raises(Invalid):
        hand_in(manager, text)
    assert list_stored() == kept
    assert not RecordFile.objects.exists()


def list_stored():
    return default_storage.listdir("records")[1] if default_storage.exists("records") else []


def test_an_empty_table_is_refused(manager):
    file = take_over(manager, "Mã giao dịch;Số tiền\n", content="deposits")
    assert (file.state, file.errors[0]["key"]) == (State.REFUSED, "nothing")


def test_too_large(manager, settings):
    settings.RECORD_FILE_MAX_BYTES = 100
    with pytest.raises(TooLarge):
        hand_in(manager)


@pytest.mark.parametrize("role", [Role.INTAKE, Role.SPECIALIST, Role.AUDITOR])
def test_only_managers_and_administrators(manager, make_staff, role):
    other = Actor.staff(make_staff("x", role))
    file = hand_in(manager)
    for attempt in (
        lambda: importing.hand_in(
            io.BytesIO(STATEMENT.encode() + b"\n"), filename="x", content="statement", actor=other
        ),
        lambda: importing.confirm_columns(file, file.columns, actor=other),
        lambda: importing.withdraw(file, actor=other),
    ):
        with pytest.raises(NotPermitted):
            attempt()
    file.refresh_from_db()
    assert file.state == State.UPLOADED
