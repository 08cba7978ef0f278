"""The corpus through the doors themselves: whatever is sent, however, ends kept as it was, refused with words, or in quarantine.

Which files are refused, and why, is walked one by one in `test_intake`, `test_polyglots`, `test_documents` and `test_mails`.
"""

import hashlib
import threading
from functools import cache

import pytest
from django.core.cache import cache as counts
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client
from django.urls import reverse

from accounts.models import ApiClient, Role, Scope
from cases.evidence.models import EvidenceItem, StoredFile
from cases.models import Case
from cases.states import Channel
from cases.tasks import examine_file, sweep_files
from channels_app import intake, links
from channels_app.models import Attachment, InboundItem
from tests.api import bearer
from tests.cases.building import open_case
from tests.cases.evidence.files import (
    EXE,
    GIF_SCRIPT,
    HTML,
    PDF,
    SVG,
    action,
    archive,
    bomb_png,
    heic,
    pdf,
    picture,
)
from tests.channels_app.mail import DESK, mail
from tests.channels_app.portal.test_uploads import upload as upload_in_pieces

from .test_intake import deep_png, many_texts_png

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_storage(settings, tmp_path):
    settings.MEDIA_ROOT, settings.TRACK_ANSWER_SECONDS = tmp_path / "media", 0
    settings.PORTAL_LIMITS = dict.fromkeys(settings.PORTAL_LIMITS, (10000, 3600))
    counts.clear()


@cache
def hundred_megapixels():
    return deep_png(10_000, 10_000)


TAKEN = {
    "photo": ("anh.jpg", picture),
    "iPhone photo": ("IMG_1.HEIC", heic),
    "statement": ("sao ke.pdf", lambda: PDF),
    "two endings": ("hoadon.jpg.exe", picture),
    "name from right to left": ("hoadon\u202egpj.exe", lambda: PDF),
    "wrong ending": ("hoadon.png", heic),
    "NUL and folders in the name": ("..\\..\\a\0.php", lambda: picture(kind="PNG")),
}
REFUSED = {
    "photo and archive": ("anh.jpg", lambda: picture((300, 200)) + archive("a.class")),
    "GIF and script": ("anh.gif", lambda: GIF_SCRIPT),
    "PDF and HTML": ("a.pdf", lambda: PDF + b"\n<html><script>alert(1)</script>"),
    "bomb": ("anh.png", bomb_png),
    "packed text": ("anh.png", many_texts_png),
    "100 megapixels": ("anh.png", hundred_megapixels),
    "SVG": ("anh.svg", lambda: SVG),
    "SVG that says JPEG": ("anh.jpg", lambda: SVG),
    "HTML": ("a.html", lambda: HTML),
    "locked PDF": ("a.pdf", lambda: pdf(change=lambda writer: writer.encrypt("x"))),
    "PDF with a script": ("a.pdf", lambda: pdf(change=action("JavaScript", JS="app.alert(1)"))),
    "cut photo": ("anh.jpg", lambda: picture((900, 900))[:-300]),
    "cut PDF": ("a.pdf", lambda: pdf(pages=3)[:-40]),
    "cut iPhone photo": ("a.heic", lambda: heic()[:-20]),
    "program": ("anh.jpg", lambda: EXE),
    "nothing but NUL": ("a.txt", lambda: bytes(5000)),
    "text with NUL": ("a.txt", lambda: b"Ma giao dich\0FT1"),
}


def following(case):
    browser = Client()
    browser.get(links.case_link(case, case.contact).removeprefix("http://testserver"))
    return browser


def by_form(name, data):
    case = open_case("deposit-not-credited")
    files = [SimpleUploadedFile(name, data)]
    return following(case).post(reverse("portal:evidence", args=[case.code]), {"documents": files})


def in_pieces(name, data):
    case = open_case("deposit-not-credited")
    browser = following(case)
    arrived = upload_in_pieces(browser, case, data, name)
    return browser.post(reverse("portal:evidence", args=[case.code]), {"uploads": [arrived]})


def over_rest(name, data):
    case = open_case("deposit-not-credited")
    _, key = ApiClient.objects.create_with_key("app", [Scope.CASES_WORK])
    file = SimpleUploadedFile(name, data)
    return bearer(key).post(f"/api/v1/cases/{case.code}/evidence/", {"file": file}, format="multipart")


def in_chat(name, data):
    client = Client()
    key = client.post("/chat/start", "{}", content_type="application/json").json()["key"]
    headers = {"authorization": f"Chat {key}"}
    said = {"client_id": "first-0001", "body": "Tôi gửi ảnh", "after": 0}
    client.post("/chat/say", said, "application/json", headers=headers)
    return client.post(
        "/chat/file", {"client_id": "first-0002", "file": SimpleUploadedFile(name, data)}, headers=headers
    )


DOORS = {"form": by_form, "pieces": in_pieces, "REST": over_rest, "chat": in_chat}


def kept():
    """What is kept of files, by what was sent: (hash, name)."""
    return [(item.file.sha256, item.filename) for item in EvidenceItem.objects.select_related("file")]


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("name", TAKEN)
def test_what_is_taken_is_kept_as_it_was_under_a_name_that_runs_nothing(defaults, door, name):
    filename, make = TAKEN[name]
    data = make()
    assert DOORS[door](filename, data).status_code in (200, 201, 302)
    [(sha256, shown)] = kept()
    assert sha256 == hashlib.sha256(data).hexdigest()
    assert shown.rpartition(".")[2] in ("jpg", "png", "heic", "pdf", "HEIC")
    assert not set(shown) & set("\u202e\0/\\")


@pytest.mark.parametrize("door", DOORS)  # and by mail below
@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_leaves_nothing_and_is_told_in_words(defaults, door, name):
    answer = DOORS[door](*_made(REFUSED[name]))
    assert answer.status_code in (400, 413, 415), answer
    assert len(_words(answer)) > 20
    assert kept() == []
    assert not StoredFile.objects.exists()


def _made(entry):
    filename, make = entry
    return filename, make()


def _words(answer):
    if answer["Content-Type"].startswith("text/html"):
        return " ".join(text for texts in answer.context["evidence_form"].errors.values() for text in texts)
    said = answer.json()
    return " ".join(text for texts in said.get("errors", {}).values() for text in texts) or next(
        said[name] for name in ("detail", "message") if name in said
    )


def test_by_mail_each_is_kept_or_its_sender_hears_why_and_the_mail_stays_whole(defaults):
    sent = {name: _made(entry) for name, entry in (TAKEN | REFUSED).items() if name != "100 megapixels"}
    for number, (name, (filename, data)) in enumerate(sent.items()):
        letter = mail(name, files=[(filename.replace("\0", ""), "application/octet-stream", data)])
        item = intake.receive_message(Channel.EMAIL, letter.as_bytes(), source=DESK)
        intake.process(item.pk)
        item.refresh_from_db()
        assert item.state == InboundItem.State.DONE, name
        case = Case.objects.get(pk=item.case_id)
        attachment = Attachment.objects.get(message__case=case, message__direction="in", message__body__startswith=name)
        if name in TAKEN:
            assert attachment.evidence_item.file.sha256 == hashlib.sha256(data).hexdigest(), name
        else:
            assert len(attachment.refused) > 20, name
            assert attachment.file is None, name
        assert InboundItem.objects.count() == number + 1


@pytest.mark.parametrize("door", DOORS)
def test_where_the_scanner_is_down_it_waits_behind_every_door(defaults, settings, tmp_path, make_staff, door):
    settings.CLAMD = f"unix://{tmp_path / 'nobody'}"
    assert DOORS[door]("anh.jpg", picture(color=(3, 2, 1))).status_code in (200, 201, 302)
    item = EvidenceItem.objects.get()
    examine_file(item.file_id)
    sweep_files()
    client = Client()
    client.force_login(make_staff("quan", Role.MANAGER))
    assert client.get(reverse("evidence:original", args=[item.public_id])).status_code == 404
    assert StoredFile.objects.get().scan_state == "waiting"


@pytest.mark.django_db(transaction=True)
def test_the_same_file_through_all_doors_at_once_is_one_file_and_no_item_is_lost(defaults):
    data, said = picture((70, 70), color=(1, 2, 3)), {}

    def send(door):
        try:
            said[door] = DOORS[door]("anh.jpg", data).status_code
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send, args=(door,)) for door in DOORS]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(said.values()) <= {200, 201, 302}
    assert len(said) == EvidenceItem.objects.count() == len(DOORS)
    assert StoredFile.objects.get().sha256 == hashlib.sha256(data).hexdigest()
