"""What came in raw and files on their way lie sealed in the database, open for their readers, and nowhere else."""

import tracemalloc

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from cases.states import Channel
from channels_app import intake, resumable
from channels_app.models import InboundItem, UploadPiece
from cskh.core.vault import Altered, KeyMissing
from tests.cases.building import customer_of, open_case

pytestmark = pytest.mark.django_db

WORDS = b"From: an@khach.example\r\nMessage-ID: <m1@khach.example>\r\n\r\nTai khoan 0123456789"
MEGABYTE = 1024 * 1024


@pytest.fixture
def item():
    return intake.receive_message(Channel.EMAIL, WORDS, source="cskh@benxanh.example")


def sending(data, *, size=None, case=None):
    case = case or open_case()
    upload = resumable.begin(
        case, actor=customer_of(case), filename="a.jpg", declared_type="image/jpeg", size=size or len(data)
    )
    resumable.add(upload, data, start=0)
    return upload


def lies(model, field):
    """The bytes as whoever reads the database's files, or a copy of it, has them."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {field} FROM {model._meta.db_table} ORDER BY id")
        return [bytes(value) for (value,) in cursor.fetchall()]


def lay(model, field, data):
    model.objects.update(**{field: data})


def put_together(upload):
    with resumable.put_together(upload) as whole:
        whole.stream.seek(0)
        return whole.stream.read()


def sealed_anew():
    try:
        call_command("seal_files")
    except CommandError as error:
        return str(error)
    return ""


def test_nobody_reads_them_in_the_database(item):
    upload = sending(WORDS)
    for model, field in ((InboundItem, "raw"), (UploadPiece, "data")):
        (kept,) = lies(model, field)
        assert kept.startswith(b"\x89CSKH")
        assert b"0123456789" not in kept
    assert InboundItem.objects.get(pk=item.pk).content == WORDS
    assert put_together(upload) == WORDS


def test_what_was_written_before_is_read_and_then_sealed(item, capsys):
    upload = sending(WORDS)
    lay(InboundItem, "raw", WORDS)
    lay(UploadPiece, "data", WORDS)
    assert (InboundItem.objects.get().content, put_together(upload)) == (WORDS, WORDS)
    assert not sealed_anew()
    assert capsys.readouterr().out.startswith("2 files")
    assert all(WORDS not in kept for kept in (*lies(InboundItem, "raw"), *lies(UploadPiece, "data")))
    assert (InboundItem.objects.get().content, put_together(upload)) == (WORDS, WORDS)
    sealed_anew()
    assert capsys.readouterr().out.startswith("0 files")


def test_a_new_key_takes_the_place_of_the_former(settings, item):
    former = settings.STORAGE_KEYS
    settings.STORAGE_KEYS = [bytes(range(32)), *former]
    assert not sealed_anew()
    settings.STORAGE_KEYS = settings.STORAGE_KEYS[:1]
    assert InboundItem.objects.get().content == WORDS
    settings.STORAGE_KEYS = former
    with pytest.raises(KeyMissing):
        _ = InboundItem.objects.get().content
    assert "1 could not be" in sealed_anew()


def test_what_comes_from_another_place_or_was_changed_does_not_open(item):
    case = open_case()
    one, other = sending(b"one", case=case), sending(b"two", case=case)
    first, second = lies(UploadPiece, "data")
    one.pieces.update(data=second)
    other.pieces.update(data=second[:-1] + bytes([second[-1] ^ 1]))
    for upload in (one, other):
        with pytest.raises(Altered):
            put_together(upload)
    one.pieces.update(data=first)
    assert put_together(one) == b"one"


def test_mail_that_does_not_open_stays_where_somebody_sees_it(settings, item):
    settings.STORAGE_KEYS = [bytes(range(32))]
    settings.INBOUND_RETRY_SECONDS = []
    intake.process(item.pk)
    item.refresh_from_db()
    assert (item.state, item.case) == (InboundItem.State.FAILED, None)
    assert "KeyMissing" in item.why


def test_what_could_not_be_fetched_is_nothing_still():
    item = InboundItem(channel=Channel.EMAIL, external_id="unfetched:x:1:2", content=b"")
    assert item.raw == item.content == b""


@pytest.mark.parametrize("megabytes", [6, 24])
def test_memory_does_not_grow_with_the_file(settings, megabytes):
    settings.EVIDENCE_MAX_BYTES = 30 * MEGABYTE
    piece = bytes(MEGABYTE)
    upload = sending(piece, size=megabytes * MEGABYTE)
    for number in range(1, megabytes):
        resumable.add(upload, piece, start=number * MEGABYTE)
    tracemalloc.start()
    with resumable.put_together(upload) as whole:
        assert whole.stream.seek(0, 2) == megabytes * MEGABYTE
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5 * MEGABYTE
