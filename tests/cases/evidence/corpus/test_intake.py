"""Whatever is uploaded, however: it ends accepted, refused with words that help, or in quarantine; none is lost, none half kept."""

import errno
import hashlib
import io
import struct
import threading
import time
import zlib
from pathlib import PurePath

import pytest
from botocore.exceptions import EndpointConnectionError
from django.core.files.storage import default_storage
from django.core.files.storage.filesystem import FileSystemStorage
from django.db import connections
from django.urls import reverse

from accounts.models import ApiClient, Role, Scope
from cases.evidence.models import EvidenceItem, StoredFile
from cases.evidence.pipeline import receive
from cases.evidence.pipeline.receive import Upload
from cases.states import Channel
from cases.tasks import examine_file, sweep_files
from cases.workflow import evidence
from cskh.core import vault
from cskh.core.errors import DomainError, Invalid, NotKept, TooLarge
from tests.cases.building import customer_of, open_case
from tests.cases.evidence.files import (
    EXE,
    HTML,
    MAIL,
    SVG,
    action,
    archive,
    bomb_png,
    heic,
    moving,
    pdf,
    pdf_bomb,
    photo_with_place,
    picture,
    upload,
)


@pytest.fixture(autouse=True)
def own_storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def case(defaults):
    return open_case("deposit-not-credited")


def sent(case, data, filename="anh.jpg"):
    how = {"upload": data} if isinstance(data, Upload) else {"upload": upload(data, filename)}
    return evidence.submit_evidence(case, actor=customer_of(case), channel=Channel.WEB, **how)


def kept():
    """Hash of every original in the storage, and whatever else lies there."""
    names = [name for name in _below("") if not name.startswith("preview/")]
    return {name: vault.hash_now(name, sha256=PurePath(name).name) for name in names}


def _below(folder):
    if not default_storage.exists(folder or "."):
        return []
    folders, files = default_storage.listdir(folder)
    here = f"{folder}/" if folder else ""
    return [here + name for name in files] + [one for sub in folders for one in _below(here + sub)]


def deep_png(width, height):
    """A whole PNG of one colour: kilobytes that become hundreds of megabytes."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    packer, lines = zlib.compressobj(9), bytes(1 + width * 3)
    pixels = b"".join(packer.compress(lines) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def many_texts_png():
    """A picture with a text of a hundred megabytes packed into it."""
    text = b"Comment\0\0" + zlib.compress(bytes(100 * 1024 * 1024), 9)
    chunk = struct.pack(">I", len(text)) + b"zTXt" + text + struct.pack(">I", zlib.crc32(b"zTXt" + text))
    whole = picture(kind="PNG")
    return whole[:33] + chunk + whole[33:]


ACCEPTED, REFUSED = "accepted", "refused"
CORPUS = {
    "photo": (photo_with_place, ACCEPTED),
    "screenshot": (lambda: picture((1080, 2340), kind="PNG"), ACCEPTED),
    "iPhone photo": (heic, ACCEPTED),
    "statement": (lambda: pdf(pages=3), ACCEPTED),
    "forwarded mail": (lambda: MAIL, ACCEPTED),
    "words": (lambda: "Mã FT26327001".encode(), ACCEPTED),
    "PNG of 900 megapixels": (bomb_png, REFUSED),
    "PNG of 100 megapixels, whole": (lambda: deep_png(10_000, 10_000), REFUSED),
    "JPEG of 100 megapixels": (lambda: picture((10_000, 10_000)), REFUSED),
    "WebP of 100 megapixels": (lambda: _claims_webp(10_000, 10_000), REFUSED),
    "PNG of 39 megapixels, whole": (lambda: deep_png(6_500, 6_000), ACCEPTED),
    "PNG with a packed text": (many_texts_png, (ACCEPTED, REFUSED)),
    "PDF of a packed page": (lambda: pdf_bomb(100), ACCEPTED),
    "PDF with a page of 100 metres": (lambda: pdf(size=(283_000, 283_000)), ACCEPTED),
    "PDF with a script": (lambda: pdf(change=action("JavaScript", JS="app.alert(1)")), REFUSED),
    "PDF with a password": (lambda: pdf(change=lambda writer: writer.encrypt("x")), REFUSED),
    "SVG": (lambda: SVG, REFUSED),
    "HTML": (lambda: HTML, REFUSED),
    "program": (lambda: EXE, REFUSED),
    "archive in an archive": (lambda: archive("a.zip", "b.zip"), REFUSED),
    "animation": (lambda: moving("WEBP"), REFUSED),
    "nothing but NUL": (lambda: bytes(5000), REFUSED),
    "text with NUL": (lambda: b"Ma giao dich\0FT1", REFUSED),
    "NUL as text of Windows": (lambda: b"\xff\xfe" + bytes(200), REFUSED),
    "escape sequence as text of Windows": (lambda: "Mã \x1b[2J".encode("utf-16"), REFUSED),
    "cut photo": (lambda: picture((900, 900))[:-300], REFUSED),
    "cut iPhone photo": (lambda: heic()[:-20], REFUSED),
    "cut statement": (lambda: pdf(pages=3)[:-40], REFUSED),
    "one byte": (lambda: b"\xff", REFUSED),
    "empty": (lambda: b"", REFUSED),
}


def _claims_webp(width, height):
    frame = b"\x9d\x01\x2a" + struct.pack("<HH", width, height)
    body = b"WEBPVP8 " + struct.pack("<I", 3 + len(frame) + 100) + b"\x10\0\0" + frame + bytes(100)
    return b"RIFF" + struct.pack("<I", len(body)) + body


@pytest.mark.parametrize("name", CORPUS)
def test_ends_accepted_and_whole_or_refused_with_a_word_and_gone(case, name, settings):
    settings.EVIDENCE_DECODE_SECONDS = 20
    make, ends = CORPUS[name]
    data = make()
    try:
        item = sent(case, data)
    except DomainError as refused:
        assert REFUSED in ends
        words = " ".join(text for texts in getattr(refused, "errors", {}).values() for text in texts) or str(refused)
        assert len(words) > 20
        assert kept() == {}
        assert not EvidenceItem.objects.exists()
        return
    assert ACCEPTED in ends
    sha256 = hashlib.sha256(data).hexdigest()
    assert kept() == {item.file.original.name: sha256}
    examine_file(item.file_id)
    file = StoredFile.objects.get()
    assert file.preview_state != "waiting"
    assert kept() == {item.file.original.name: sha256}  # untouched by what was made of it


def test_where_the_scanner_is_down_it_stays_in_quarantine(case, settings, tmp_path, client, make_staff):
    settings.CLAMD = f"unix://{tmp_path / 'nobody'}"
    item = sent(case, picture())
    examine_file(item.file_id)
    sweep_files()
    assert StoredFile.objects.get().scan_state == "waiting"
    assert len(kept()) == 1
    client.force_login(make_staff("quan", Role.MANAGER))
    for door in ("original", "preview"):
        assert client.get(reverse(f"evidence:{door}", args=[item.public_id])).status_code == 404
    assert "chưa quét" in client.get(reverse("admin:cases_case_change", args=[case.pk])).content.decode()


class TestFullDisk:
    def no_room(self, *args, **kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    def test_in_the_storage(self, case, monkeypatch):
        monkeypatch.setattr("cskh.core.storage.os.fsync", self.no_room)
        with pytest.raises(NotKept, match="in a few minutes|vài phút nữa"):
            sent(case, picture())
        assert kept() == {}
        assert not StoredFile.objects.exists()
        monkeypatch.undo()
        assert len({sent(case, picture()).pk}) == len(kept()) == 1

    def test_in_the_quarantine(self, case, monkeypatch):
        monkeypatch.setattr("cskh.core.incoming.tempfile.TemporaryFile", self.no_room)
        with pytest.raises(NotKept, match="in a few minutes|vài phút nữa"):
            sent(case, picture())
        assert kept() == {}

    def test_while_the_copy_is_made_it_is_made_later(self, case, monkeypatch):
        item = sent(case, picture())
        monkeypatch.setattr(FileSystemStorage, "save", self.no_room)
        with pytest.raises(OSError, match="No space"):
            examine_file(item.file_id)
        monkeypatch.undo()
        assert StoredFile.objects.get().preview_state == "waiting"
        examine_file(item.file_id)
        assert StoredFile.objects.get().preview_state == "ready"

    def test_the_sender_is_not_told_that_it_came(self, case, client, monkeypatch):
        _, key = ApiClient.objects.create_with_key("app", [Scope.CASES_OPEN, Scope.CASES_READ])
        monkeypatch.setattr("cskh.core.storage.os.fsync", self.no_room)
        file = io.BytesIO(picture())
        file.name = "anh.jpg"
        address = f"/api/v1/cases/{case.code}/evidence/"
        response = client.post(address, {"file": file}, headers={"Authorization": f"Bearer {key}"})
        assert (response.status_code, response.json()["code"]) == (503, "not_kept")
        assert response["Content-Type"] == "application/problem+json"
        assert not EvidenceItem.objects.exists()

    def test_nor_from_a_bucket(self, case, monkeypatch):
        def no_answer(*args, **kwargs):
            raise EndpointConnectionError(endpoint_url="http://bucket.example")

        monkeypatch.setattr(default_storage, "save", no_answer)
        with pytest.raises(NotKept):
            sent(case, picture())
        assert not StoredFile.objects.exists()


class Slow(io.RawIOBase):
    """Bytes that come in small pieces, and may stop coming."""

    def __init__(self, data, breaks_at=None):
        self.data, self.at, self.breaks_at = data, 0, breaks_at

    def seek(self, *where):
        self.at = 0
        return 0

    def read(self, size=-1):
        if self.breaks_at is not None and self.at >= self.breaks_at:
            raise ConnectionResetError
        time.sleep(0.001)
        piece = self.data[self.at : self.at + 1000]
        self.at += len(piece)
        return piece


def test_a_slow_upload_arrives_whole(case):
    data = picture((1500, 1500), kind="PNG", color=(1, 2, 3))
    item = sent(case, Upload(filename="a.png", stream=Slow(data)))
    assert item.file.sha256 == hashlib.sha256(data).hexdigest()


def test_one_that_breaks_off_leaves_nothing(case):
    with pytest.raises(ConnectionResetError):
        sent(case, Upload(filename="a.png", stream=Slow(picture((900, 900)), breaks_at=2000)))
    assert kept() == {}


@pytest.mark.django_db(transaction=True)
def test_many_at_once_are_all_kept_and_stay_within_the_limit_of_the_case(defaults, settings):
    case = open_case("deposit-not-credited")
    files = [picture((40, 40), color=(number, 0, 0), kind="PNG") for number in range(8)]
    settings.EVIDENCE_MAX_BYTES_PER_CASE = sum(map(len, files[:5]))
    ended = []

    def send(data):
        try:
            ended.append(sent(case, data).file.sha256)
        except DomainError as refused:
            ended.append(type(refused))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send, args=(data,)) for data in files]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken = [one for one in ended if isinstance(one, str)]
    assert len(ended) == 8
    assert set(ended) - set(taken) <= {TooLarge, Invalid}
    assert EvidenceItem.objects.count() == len(taken)
    assert sum(EvidenceItem.objects.values_list("file__size", flat=True)) <= settings.EVIDENCE_MAX_BYTES_PER_CASE
    assert set(taken) <= set(kept().values())


def test_the_memory_of_an_upload_does_not_grow_with_its_size(case):
    import tracemalloc

    def peak(size):
        stream = io.BytesIO(b"a" * size)
        tracemalloc.start()
        receive.receive(Upload(filename="a.txt", stream=stream), room=10**9)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(1024)
    assert peak(10 * 1024 * 1024 - 1) < peak(1024 * 1024) + 512 * 1024
