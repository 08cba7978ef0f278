"""Malware, looked for by a real clamd: nothing is released before it said so, and nothing that waits is lost."""

import io
import socket
import threading
import time
from contextlib import suppress
from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Role
from cases.evidence.models import StoredFile
from cases.evidence.pipeline import scan
from cases.states import Channel
from cases.tasks import examine_file, sweep_files
from cases.workflow import evidence
from channels_app.chat import talking
from channels_app.models import Attachment
from cskh.core.errors import StepNotAllowed
from cskh.settings.env import scanner_address
from tests.cases.building import customer_of, open_case
from tests.channels_app.chat.chatting import begun, new_id, says
from tests.scanner import EICAR

from .files import PDF, picture, upload


@pytest.fixture(autouse=True)
def own_storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def case(defaults):
    return open_case("deposit-not-credited")


def sent(case, data, filename="bill.txt"):
    """Came in; its task is still on its way."""
    actor = customer_of(case)
    return evidence.submit_evidence(case, actor=actor, channel=Channel.WEB, upload=upload(data, filename))


def state_of(item):
    return StoredFile.objects.get(pk=item.file_id).scan_state


def swept_later():
    StoredFile.objects.update(created_at=timezone.now() - timedelta(minutes=5))
    sweep_files()


@pytest.mark.parametrize(
    ("data", "state"),
    [
        (EICAR, "infected"),
        (b"Ma giao dich FT1\n" * 5000 + EICAR, "infected"),
        (picture() + EICAR, "infected"),
        (b"Ma giao dich FT1\n", "clean"),
        (picture((900, 900)), "clean"),
    ],
    ids=["EICAR", "at the end of a text", "behind a picture", "text", "picture"],
)
def test_a_real_scanner_decides(clamd, case, data, state):
    item = sent(case, data)
    assert state_of(item) == "waiting"
    examine_file(item.file_id)
    file = StoredFile.objects.get()
    assert file.scan_state == state
    assert file.scanner.startswith("ClamAV ")
    assert file.scanned_at is not None
    assert file.is_released == (state == "clean")


def test_over_tcp_as_well(clamd, settings):
    """The same protocol, passed on by a line of ours."""
    door = socket.create_server(("127.0.0.1", 0))

    def carry(source, target):
        with suppress(OSError):  # the other side has said what it had to say
            while data := source.recv(65536):
                target.sendall(data)

    def pass_on():
        for _ in range(2):  # the file, and the version
            line, _address = door.accept()
            with line, socket.socket(socket.AF_UNIX) as scanner:
                scanner.connect(str(clamd.socket))
                threading.Thread(target=carry, args=(line, scanner), daemon=True).start()
                carry(scanner, line)

    threading.Thread(target=pass_on, daemon=True).start()
    settings.CLAMD = f"tcp://127.0.0.1:{door.getsockname()[1]}"
    assert scan.ask(io.BytesIO(EICAR)).found == "Local.Eicar.Test.UNOFFICIAL"
    door.close()


class SlowScanner:
    """Keeps the line busy and never comes to an end: each of its bytes starts a socket's own timeout anew."""

    def __init__(self, way):
        self.door, self.is_over = socket.create_server(("127.0.0.1", 0)), threading.Event()
        self.door.settimeout(20)
        self.address = f"tcp://127.0.0.1:{self.door.getsockname()[1]}"
        self.thread = threading.Thread(target=self._serve, args=(way,), daemon=True)
        self.thread.start()

    def _serve(self, way):
        with suppress(OSError), self.door.accept()[0] as line:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            while not self.is_over.wait(0.05):
                way(line)

    def leave(self):
        self.is_over.set()
        self.thread.join(20)
        self.door.close()


SLOW_WAYS = {
    "speaks a byte at a time": lambda line: line.sendall(b"s"),
    "reads a little at a time": lambda line: line.recv(64),
}


@pytest.mark.parametrize("way", SLOW_WAYS)
def test_a_scanner_that_trickles_holds_nobody_up(settings, way):
    slow = SlowScanner(SLOW_WAYS[way])
    settings.CLAMD, settings.CLAMD_TIMEOUT_SECONDS, settings.CLAMD_TOTAL_SECONDS = slow.address, 30, 1
    begun = time.monotonic()
    try:
        with pytest.raises(scan.NoVerdict):
            scan.ask(io.BytesIO(bytes(9_000_000)))
    finally:
        took = time.monotonic() - begun
        slow.leave()
    assert 0.9 < took < 10


def test_an_answer_that_breaks_off_is_none(settings):
    def answer():
        line, _address = door.accept()
        with line:
            line.sendall(b"stream: OK")

    door = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    settings.CLAMD = f"tcp://127.0.0.1:{door.getsockname()[1]}"
    with pytest.raises(scan.NoVerdict):
        scan.ask(io.BytesIO(b""))
    thread.join(20)
    door.close()


def test_nothing_is_shown_before_the_verdict(clamd, case, client, make_staff):
    item = sent(case, picture(), "bill.jpg")
    client.force_login(make_staff("quan", Role.MANAGER))
    doors = [reverse("evidence:original", args=[item.public_id]), reverse("evidence:preview", args=[item.public_id])]
    assert [client.get(door).status_code for door in doors] == [404, 404]
    page = client.get(reverse("admin:cases_case_change", args=[case.pk])).content.decode()
    assert doors[0] not in page
    assert StoredFile.objects.get().why_closed in page
    examine_file(item.file_id)
    assert [client.get(door).status_code for door in doors] == [200, 200]


def test_what_is_infected_stays_closed_and_is_rejected_by_the_usual_check(clamd, case, client, make_staff):
    quan = make_staff("quan", Role.MANAGER)
    item = sent(case, picture() + EICAR, "bill.jpg")
    examine_file(item.file_id)
    client.force_login(quan)
    doors = [reverse("evidence:original", args=[item.public_id]), reverse("evidence:preview", args=[item.public_id])]
    assert [client.get(door).status_code for door in doors] == [404, 404]
    page = client.get(reverse("admin:cases_case_change", args=[case.pk])).content.decode()
    assert StoredFile.objects.get().why_closed in page
    with pytest.raises(StepNotAllowed):
        evidence.verify_evidence(item, actor=Actor.staff(quan), result="accepted")
    evidence.verify_evidence(item, actor=Actor.staff(quan), result="rejected", reason="Tệp hỏng, gửi ảnh khác.")
    assert type(item).objects.get(pk=item.pk).state == "rejected"


def test_what_is_not_scanned_is_not_accepted(clamd, case, make_staff):
    item = sent(case, picture())
    with pytest.raises(StepNotAllowed):
        evidence.verify_evidence(item, actor=Actor.staff(make_staff("quan", Role.MANAGER)), result="accepted")


def test_the_chat_console_offers_only_what_is_released(clamd, defaults, make_staff):
    chat = says(begun())
    talking.visitor_sends(chat, client_id=new_id(), upload=upload(picture()))
    attachment = Attachment.objects.get()

    def shown():
        return talking._file(Attachment.objects.get(), for_staff=True)

    assert shown()["item"] is None
    assert shown()["closed"]
    examine_file(attachment.file_id)
    assert (shown()["item"], shown()["closed"]) == (str(attachment.evidence_item.public_id), "")


def test_a_scanner_that_is_down_loses_nothing(clamd, case):
    item = sent(case, EICAR)
    clamd.kill()
    examine_file(item.file_id)
    assert state_of(item) == "waiting"
    clamd.start()
    swept_later()
    assert state_of(item) == "infected"


def test_a_scanner_killed_in_the_middle(clamd, case):
    class KilledHalfway(io.BytesIO):
        def read(self, size=-1):
            if self.tell() > 500_000 and clamd.child.running:
                clamd.kill()
            return super().read(size)

    with pytest.raises(scan.NoVerdict):
        scan.ask(KilledHalfway(b"a" * 5_000_000))


def test_a_scanner_that_says_nothing_is_given_up_on(clamd, case, settings):
    settings.CLAMD_TIMEOUT_SECONDS = 0.5
    item = sent(case, picture())
    clamd.stand_still()
    examine_file(item.file_id)
    assert state_of(item) == "waiting"


@pytest.mark.django_db
@pytest.mark.parametrize("said", [b"", b"stream: ", b"INSTREAM size limit exceeded. ERROR\0", b"\xff\xfe\0", b"OK\0"])
def test_only_a_clear_word_is_a_verdict(settings, tmp_path, said):
    """Whoever sits at the other end: what is no verdict releases nothing."""
    door = socket.socket(socket.AF_UNIX)
    door.bind(str(tmp_path / "s"))
    door.listen()

    def answer():
        line, _address = door.accept()
        with line:
            line.recv(65536)
            line.sendall(said)

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    settings.CLAMD = f"unix://{tmp_path / 's'}"
    with pytest.raises(scan.NoVerdict):
        scan.ask(io.BytesIO(b"x"))
    thread.join(10)
    door.close()


def test_a_scanner_set_up_later_sees_what_is_there(case, settings, request, client, make_staff):
    item = sent(case, EICAR)
    examine_file(item.file_id)
    assert (state_of(item), StoredFile.objects.get().is_released) == ("off", True)
    request.getfixturevalue("clamd")
    assert not StoredFile.objects.get().is_released
    swept_later()
    assert state_of(item) == "infected"


def test_what_the_scanner_chokes_on_lets_the_others_pass(clamd, case, monkeypatch):
    choking = [sent(case, b"choke %d" % number, f"{number}.txt") for number in range(3)]
    fine = sent(case, PDF, "a.pdf")
    asked = scan.ask

    def ask(stream):
        if stream.peek().startswith(b"choke"):
            raise scan.NoVerdict("too deep")
        return asked(stream)

    monkeypatch.setattr(scan, "ask", ask)
    swept_later()
    sweep_files()
    assert state_of(fine) == "clean"
    assert [state_of(item) for item in choking] == ["waiting"] * 3


def test_an_original_that_was_exchanged_is_not_released(clamd, case, tmp_path, caplog):
    item = sent(case, EICAR)
    original = tmp_path / "media" / str(item.file.original.name)
    original.chmod(0o600)
    original.write_bytes(b"harmless")
    examine_file(item.file_id)
    assert state_of(item) == "waiting"
    assert "not what came in" in caplog.text


def test_one_whose_key_is_not_here_waits(clamd, case, settings, caplog):
    item, keys = sent(case, PDF), settings.STORAGE_KEYS
    settings.STORAGE_KEYS = [bytes(range(32))]
    scan.scan(item.file)
    assert (state_of(item), "is not scanned yet" in caplog.text) == ("waiting", True)
    settings.STORAGE_KEYS = keys
    scan.scan(item.file)
    assert state_of(item) == "clean"


@pytest.mark.parametrize("address", ["clamd", "unix://", "tcp://", "http://host:3310", "/run/clamd.sock"])
def test_an_address_that_means_nothing_is_refused_at_the_start(monkeypatch, address):
    monkeypatch.setenv("CLAMD", address)
    with pytest.raises(ImproperlyConfigured):
        scanner_address()
