"""Files that come in pieces: none is lost by a broken line, none is half there, none goes to another case."""

import base64
import errno
import hashlib
import uuid
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections
from django.test import Client
from django.utils import timezone

from cases.evidence.models import EvidenceItem
from channels_app import resumable
from channels_app.models import PartialUpload, UploadPiece
from cskh.core.errors import DatabaseFull, NotKept
from tests.cases.evidence.files import picture
from tests.cases.evidence.receipts import ADDRESS, hash_of, receipt_of
from tests.cases.fingerprint import fingerprint

from .test_requests import PNG

pytestmark = pytest.mark.django_db
PIECE = {"content_type": "application/offset+octet-stream"}


def begin(browser, case, data=PNG, name="biên lai.png", **headers):
    told = f"filename {base64.b64encode(name.encode()).decode()},filetype {base64.b64encode(b'image/png').decode()}"
    headers = {"Upload-Length": str(len(data)), "Upload-Metadata": told, **headers}
    return browser.post(f"/track/{case.code}/uploads/", headers=headers)


def add(browser, place, data, start):
    return browser.patch(place, data, headers={"Upload-Offset": str(start)}, **PIECE)


def upload(browser, case, data=PNG, name="biên lai.png"):
    """The id of a file that has arrived as a whole, in two pieces."""
    place, half = begin(browser, case, data, name)["Location"], len(data) // 2
    assert add(browser, place, data[:half], 0)["Upload-Offset"] == str(half)
    assert add(browser, place, data[half:], half)["Upload-Offset"] == str(len(data))
    return place.split("/")[-2]


def send(browser, case, *ids, address="127.0.0.1", **typed):
    return browser.post(f"/track/{case.code}/evidence/", {"uploads": ids, "text": "", **typed}, REMOTE_ADDR=address)


def test_pieces_become_the_file_that_was_sent(open_case, follow):
    case = open_case("awaiting_customer")
    browser = follow(case)
    assert send(browser, case, upload(browser, case)).status_code == 302
    item = EvidenceItem.objects.get()
    assert (item.filename, item.file.size) == ("biên lai.png", len(PNG))
    assert item.file.sha256 == hashlib.sha256(PNG).hexdigest()
    assert item.requested_item is not None
    assert not PartialUpload.objects.exists()
    assert not UploadPiece.objects.exists()


def test_the_name_is_kept_as_it_was_announced_and_where_it_was_sent_from(open_case, follow):
    case, name = open_case(), "../Ảnh\u202egpj.exe"
    browser = follow(case)
    place = upload(browser, case, name=name)
    assert PartialUpload.objects.get().filename == "Ảnhgpj.exe"
    assert send(browser, case, place, address=ADDRESS).status_code == 302
    assert receipt_of(EvidenceItem.objects.get()) == (name, "image/png", hash_of(ADDRESS))


def test_after_a_break_one_asks_how_far_it_came(open_case, follow):
    case = open_case()
    browser = follow(case)
    place = begin(browser, case)["Location"]
    add(browser, place, PNG[:20], 0)
    told = browser.head(place)
    assert (told["Upload-Offset"], told["Upload-Length"]) == ("20", str(len(PNG)))
    assert "no-store" in told["Cache-Control"]


@pytest.mark.parametrize("start", [0, 19, 21])
def test_only_the_next_piece_is_taken(open_case, follow, start):
    case = open_case()
    browser = follow(case)
    place = begin(browser, case)["Location"]
    add(browser, place, PNG[:20], 0)
    before = fingerprint()
    assert add(browser, place, PNG[20:30], start).status_code == 409
    assert fingerprint() == before


@pytest.mark.parametrize(
    ("size", "status"), [("0", 400), ("-1", 400), ("x", 400), ("", 400), ("9" * 30, 400), (str(10 * 1024**2 + 1), 413)]
)
def test_what_could_not_be_taken_is_refused_before_it_is_sent(open_case, follow, size, status):
    case = open_case()
    answer = begin(follow(case), case, **{"Upload-Length": size})
    assert answer.status_code == status
    assert answer.json()["message"]
    assert not PartialUpload.objects.exists()


@pytest.mark.parametrize("told", ["", "filename", "filename !!", "filename //79", ",,,", "filename " + "QQ==" * 2000])
def test_names_that_cannot_be_read_harm_nothing(open_case, follow, told):
    case = open_case()
    browser = follow(case)
    place = begin(browser, case, **{"Upload-Metadata": told})["Location"]
    add(browser, place, PNG, 0)
    assert send(browser, case, place.split("/")[-2]).status_code == 302
    assert EvidenceItem.objects.get().filename.endswith(".png")


def test_more_than_announced_and_pieces_too_large_are_refused(open_case, follow, settings):
    case = open_case()
    browser = follow(case)
    place = begin(browser, case)["Location"]
    before = fingerprint()
    assert add(browser, place, PNG + b"x", 0).status_code == 400
    assert browser.patch(place, PNG, headers={"Upload-Offset": "0"}, content_type="image/png").status_code == 415
    settings.UPLOAD_PIECE_MAX_BYTES = 10
    assert add(browser, place, PNG, 0).status_code == 413
    assert fingerprint() == before


def test_nobody_else_finds_it(open_case, follow):
    case, other = open_case(), open_case()
    place = begin(follow(case), case)["Location"]
    theirs = place.replace(case.code, other.code)
    before = fingerprint()
    for browser, where in ((Client(), place), (follow(other), place), (follow(other), theirs)):
        assert browser.head(where).status_code == 404
        assert add(browser, where, PNG, 0).status_code == 404
        assert browser.delete(where).status_code == 404
    assert begin(Client(), case).status_code == 404
    assert send(follow(other), other, place.split("/")[-2]).status_code == 400
    assert fingerprint() == before


def test_without_a_cross_site_token_nothing_is_taken(open_case, follow):
    case = open_case()
    place = begin(follow(case), case)["Location"]
    strict, before = follow(case, enforce_csrf_checks=True), fingerprint()
    assert begin(strict, case).status_code == 403
    assert add(strict, place, PNG, 0).status_code == 403
    assert strict.delete(place).status_code == 403
    assert fingerprint() == before


@pytest.mark.parametrize("ids", [lambda half: [half], lambda half: [uuid.uuid4()], lambda half: ["x"]])
def test_what_is_not_there_as_a_whole_is_not_sent(open_case, follow, ids):
    case = open_case()
    browser = follow(case)
    place = begin(browser, case)["Location"]
    add(browser, place, PNG[:20], 0)
    before = fingerprint()
    answer = send(browser, case, *ids(place.split("/")[-2]), text="và mã GD")
    assert answer.status_code == 400
    assert fingerprint() == before


def test_a_refused_file_is_forgotten_and_the_others_stay(open_case, follow):
    case = open_case()
    browser = follow(case)
    good, bad = upload(browser, case), upload(browser, case, b"<svg onload=alert(1)></svg>", "x.png")
    refused = send(browser, case, good, bad)
    assert refused.status_code == 415
    page = refused.content.decode()
    assert good in page
    assert bad not in page
    assert [str(one.pk) for one in PartialUpload.objects.all()] == [good]
    assert send(browser, case, good).status_code == 302
    assert EvidenceItem.objects.count() == 1


def no_room(*args, **kwargs):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_where_there_is_no_room_what_arrived_and_was_typed_stays(open_case, follow, monkeypatch):
    case = open_case()
    browser = follow(case)
    arrived = upload(
        browser, case, data=picture((91, 47), color=(9, 99, 9)), name="bien-lai.jpg"
    )  # kept by no other test
    monkeypatch.setattr(default_storage, "save", no_room)
    full = send(browser, case, arrived, text="và mã FT26326004511")
    assert full.status_code == 503
    assert str(NotKept.default_message) in full.content.decode()
    assert arrived in full.content.decode()
    assert "và mã FT26326004511" in full.content.decode()
    assert not EvidenceItem.objects.exists()
    monkeypatch.undo()
    assert send(browser, case, arrived, text="và mã FT26326004511").status_code == 302
    assert EvidenceItem.objects.count() == 2


def no_room_in_the_database(table):
    """Every row for that table meets a full disk, as PostgreSQL says it, until the trigger is gone."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$;"
            f"CREATE TRIGGER no_room BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION no_room()"
        )


def test_a_piece_that_finds_the_database_full_says_so_and_is_sent_again_later(open_case, follow, caplog):
    case = open_case()
    browser = follow(case)
    place = begin(browser, case)["Location"]
    add(browser, place, PNG[:20], 0)
    no_room_in_the_database(UploadPiece._meta.db_table)
    full = add(browser, place, PNG[20:], 20)
    assert (full.status_code, full.json()["code"]) == (503, "not_kept")
    assert full.json()["message"] == str(DatabaseFull.default_message)
    assert "the disk of the database is full" in caplog.text
    assert browser.head(place)["Upload-Offset"] == "20"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER no_room ON {UploadPiece._meta.db_table}")
    assert add(browser, place, PNG[20:], 20)["Upload-Offset"] == str(len(PNG))
    assert send(browser, case, place.split("/")[-2]).status_code == 302
    assert EvidenceItem.objects.get().file.sha256 == hashlib.sha256(PNG).hexdigest()


def test_nor_is_a_file_lost_that_arrived_before_the_database_was_full(open_case, follow):
    case = open_case()
    browser = follow(case)
    arrived = upload(browser, case)
    no_room_in_the_database(EvidenceItem._meta.db_table)
    full = send(browser, case, arrived, text="và mã FT26326004511")
    assert (full.status_code, arrived in full.content.decode()) == (503, True)
    assert "và mã FT26326004511" in full.content.decode()
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER no_room ON {EvidenceItem._meta.db_table}")
    assert send(browser, case, arrived, text="và mã FT26326004511").status_code == 302
    assert EvidenceItem.objects.count() == 2


@pytest.mark.parametrize(
    "fails",
    [
        "TemporaryUploadedFile",
        *(f"TemporaryFileUploadHandler.{name}" for name in ("receive_data_chunk", "file_complete")),
    ],
)
def test_nor_is_what_was_typed_lost_where_the_request_itself_finds_no_room(
    open_case, follow, monkeypatch, settings, fails
):
    case = open_case()
    browser = follow(case)
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 0
    monkeypatch.setattr(f"django.core.files.uploadhandler.{fails}", no_room)
    files = [SimpleUploadedFile(name, PNG) for name in ("a.png", "b.png")]
    full = send(browser, case, documents=files, text="và mã FT26326004511")
    assert full.status_code == 503
    assert "và mã FT26326004511" in full.content.decode()
    assert not EvidenceItem.objects.exists()
    monkeypatch.undo()
    assert send(browser, case, documents=SimpleUploadedFile("a.png", PNG)).status_code == 302


def test_given_up_it_is_gone(open_case, follow):
    case = open_case()
    browser = follow(case)
    place = begin(browser, case)["Location"]
    add(browser, place, PNG[:20], 0)
    assert browser.delete(place).status_code == 204
    assert browser.head(place).status_code == 404
    assert not UploadPiece.objects.exists()


def test_of_too_many_at_once_the_oldest_is_forgotten(open_case, follow, settings):
    settings.EVIDENCE_MAX_FILES_PER_UPLOAD = 2
    case = open_case()
    browser = follow(case)
    places = [begin(browser, case)["Location"] for _number in range(3)]
    assert [browser.head(place).status_code for place in places] == [404, 200, 200]


def test_what_nobody_went_on_sending_is_forgotten(open_case, follow, settings):
    case = open_case()
    browser = follow(case)
    old, new = (begin(browser, case)["Location"] for _number in range(2))
    days_ago = timezone.now() - settings.UPLOAD_KEPT_FOR - timedelta(seconds=1)
    PartialUpload.objects.filter(pk=old.split("/")[-2]).update(updated_at=days_ago)
    resumable.forget_old()
    assert [browser.head(place).status_code for place in (old, new)] == [404, 200]


@pytest.mark.parametrize(("pieces", "queries"), [(1, 9), (5, 9)])
def test_a_piece_costs_so_many_queries(open_case, follow, django_assert_num_queries, pieces, queries):
    case = open_case()
    browser = follow(case)
    place = begin(browser, case)["Location"]
    for start in range(pieces):
        add(browser, place, PNG[start : start + 1], start)
    with django_assert_num_queries(queries):
        add(browser, place, PNG[pieces:], pieces)


@pytest.mark.django_db(transaction=True)
def test_the_same_piece_twice_at_once_is_taken_once(open_case, follow):
    case = open_case()
    browser = follow(case)
    place, at_once, said = begin(browser, case)["Location"], Barrier(2), []

    def one():
        mine = follow(case)
        at_once.wait()
        said.append(add(mine, place, PNG, 0).status_code)
        connections.close_all()

    threads = [Thread(target=one) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == [204, 409]
    assert UploadPiece.objects.get().content == PNG
