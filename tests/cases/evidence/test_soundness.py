"""What only decoding tells of a file is found out behind the door, before anybody may open it; and its sender is told."""

import json
import subprocess
import sys
import time
from datetime import timedelta
from email.message import EmailMessage

import pytest
import time_machine
from django.conf import settings as django_settings
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone, translation

from accounts.actors import Actor
from accounts.models import Role
from cases.events import EventKind
from cases.evidence.models import EvidenceItem, StoredFile
from cases.evidence.pipeline import identify, sandbox, soundness
from cases.evidence.pipeline.decoder.refused import Died
from cases.states import Channel
from cases.tasks import examine_file, sweep_files
from cases.workflow import ending, evidence, turning_away
from channels_app.models import Message
from cskh.core.errors import DomainError, Invalid, StepNotAllowed, TooLarge
from tests.cases.building import customer_of, open_case

from .files import PDF, action, heic, pdf, picture, upload

# Nothing of these is seen in their bytes: a name is written in another way, or the decoder counts or sees it only.
STARTS_A_PROGRAM = pdf(change=action("Launch", F="cmd.exe"))
SPELLS_IT_OTHERWISE = pdf(change=action("JavaScript", JS="app.alert(1)")).replace(b"/JavaScript", b"/Java#53cript")
TOO_LONG = pdf(pages=21)
NOTHING_INSIDE = heic()[:28] + b"\0\0\0\x6cmdat" + bytes(100)


def mail_with(data):
    mail = EmailMessage()
    mail["From"], mail["Date"], mail["Subject"] = "an@khach.example", "Sun, 22 Nov 2026 10:00:00 +0700", "Sao kê"
    mail.set_content("Xin chào")
    mail.add_attachment(data, maintype="application", subtype="pdf", filename="sao ke.pdf")
    return mail.as_bytes()


OF_NO_USE = {
    "starts a program": (STARTS_A_PROGRAM, "program", Invalid),
    "spells it otherwise": (SPELLS_IT_OTHERWISE, "program", Invalid),
    "too long": (TOO_LONG, "pages", TooLarge),
    "photo of nothing": (NOTHING_INSIDE, "broken", Invalid),
    "in a mail": (mail_with(STARTS_A_PROGRAM), "mail", DomainError),
}


@pytest.fixture(autouse=True)
def own_storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def case(defaults):
    return open_case("deposit-not-credited")


def sent(case, data, filename="sao kê.pdf"):
    return evidence.submit_evidence(case, actor=customer_of(case), channel=Channel.WEB, upload=upload(data, filename))


def swept_later():
    StoredFile.objects.update(created_at=timezone.now() - timedelta(minutes=5))
    sweep_files()


def told(case):
    return list(Message.objects.filter(case=case, direction="out").order_by("pk").values_list("body", flat=True))


def rejections(case):
    return case.events.filter(kind=EventKind.EVIDENCE_REJECTED)


@pytest.mark.parametrize("name", OF_NO_USE)
def test_what_is_of_no_use_is_rejected_and_its_sender_told_in_their_language(case, name):
    data, code, _error = OF_NO_USE[name]
    case.customer.language = "en"
    case.customer.save()
    item = sent(case, data)
    assert (item.state, item.file.is_released) == ("received", False)
    examine_file(item.file_id)
    item.refresh_from_db()
    file = item.file
    assert (item.state, file.soundness, file.refused_why, file.is_released) == ("rejected", "refused", code, False)
    with translation.override("en"):
        words = identify.words_of(code)
    assert item.last_check.reason == words
    assert words in told(case)[-1]
    assert Message.objects.filter(case=case).last().is_automatic
    assert rejections(case).get().actor_kind == "system"
    examine_file(item.file_id)
    swept_later()
    assert rejections(case).count() == 1


@pytest.mark.parametrize("name", OF_NO_USE)
def test_nobody_opens_it_before_or_after(case, client, make_staff, name):
    item = sent(case, OF_NO_USE[name][0])
    client.force_login(make_staff("quan", Role.MANAGER))
    original = reverse("evidence:original", args=[item.public_id])
    page = reverse("admin:cases_case_change", args=[case.pk])
    assert client.get(original).status_code == 404
    with translation.override("vi"):
        assert str(item.file.why_closed) in client.get(page).content.decode()
    examine_file(item.file_id)
    assert client.get(original).status_code == 404
    assert original not in client.get(page).content.decode()
    lan = Actor.staff(make_staff("son", Role.MANAGER))
    with pytest.raises(StepNotAllowed):
        evidence.verify_evidence(EvidenceItem.objects.get(), actor=lan, result="accepted")


@pytest.mark.parametrize("data", [PDF, heic(), mail_with(PDF)], ids=["PDF", "iPhone photo", "mail"])
def test_what_is_sound_opens_once_it_was_looked_into(case, data):
    item = sent(case, data)
    assert (item.file.soundness, item.file.is_released) == ("waiting", False)
    examine_file(item.file_id)
    file = StoredFile.objects.get()
    assert (file.soundness, file.refused_why, file.is_released) == ("sound", "", True)
    assert EvidenceItem.objects.get().state == "received"


class TestTheDecoderDies:
    """Of the file, or because its machine is busy, or lacks something: nobody can say at once."""

    DIES = (sys.executable, "-c", "import os; os.abort()")

    def swept(self, clock, minutes):
        clock.shift(timedelta(minutes=minutes))
        sweep_files()
        return StoredFile.objects.get()

    @pytest.fixture
    def clock(self):
        with time_machine.travel(timezone.now(), tick=True) as clock:
            yield clock

    @pytest.mark.parametrize("data", [PDF, mail_with(PDF)], ids=["PDF", "in a mail"])
    def test_it_is_asked_again_and_nobody_is_told_of_a_damaged_file(self, case, data, clock, monkeypatch):
        item = sent(case, data)
        before = told(case)
        with monkeypatch.context() as broken:
            broken.setattr(sandbox, "_PROGRAM", self.DIES)
            examine_file(item.file_id)
            file = StoredFile.objects.get()
            assert (file.soundness, file.failed_tries, file.is_released) == ("waiting", 1, False)
            assert self.swept(clock, minutes=5).failed_tries == 1, "it is left alone for a while"
        assert self.swept(clock, minutes=6).soundness == "sound"
        assert EvidenceItem.objects.get().state == "received"
        assert told(case) == before

    def test_the_third_time_it_is_the_file(self, case, clock, monkeypatch):
        item = sent(case, PDF)
        monkeypatch.setattr(sandbox, "_PROGRAM", self.DIES)
        examine_file(item.file_id)
        assert self.swept(clock, minutes=11).soundness == "waiting"
        file = self.swept(clock, minutes=11)
        assert (file.soundness, file.refused_why) == ("refused", "broken")
        assert EvidenceItem.objects.get().state == "rejected"

    def test_after_a_worker_was_mended_it_is_looked_into_again(self, case, clock, monkeypatch):
        with monkeypatch.context() as broken:
            broken.setattr(sandbox, "_PROGRAM", self.DIES)
            item = sent(case, PDF)
            examine_file(item.file_id)
            for _time in range(2):
                self.swept(clock, minutes=11)
        with pytest.raises(Invalid):
            sent(case, PDF)
        call_command("look_again", "0" * 64)
        assert StoredFile.objects.get().soundness == "refused"
        call_command("look_again")
        file = self.swept(clock, minutes=11)
        assert (file.soundness, file.failed_tries, file.preview_state) == ("sound", 0, "ready")
        sent(case, PDF)


@pytest.mark.parametrize("name", OF_NO_USE)
def test_the_same_file_again_is_refused_at_the_door(case, name):
    data, _code, error = OF_NO_USE[name]
    examine_file(sent(case, data).file_id)
    other = open_case("deposit-not-credited", email="binh@khach.example")
    with pytest.raises(error):
        sent(other, data)
    assert not other.evidence.exists()


def test_a_task_that_died_before_anybody_was_told_is_made_up_for(case, monkeypatch):
    item = sent(case, STARTS_A_PROGRAM)
    with monkeypatch.context() as dying, pytest.raises(SystemExit):
        dying.setattr(turning_away, "turn_away", lambda file: sys.exit(1))
        examine_file(item.file_id)
    item.refresh_from_db()
    assert (item.file.soundness, item.state) == ("refused", "received")
    swept_later()
    item.refresh_from_db()
    assert (item.state, rejections(case).count()) == ("rejected", 1)


def test_on_a_closed_case_nothing_happens_again_and_again(case, make_staff):
    item = sent(case, STARTS_A_PROGRAM)
    ending.withdraw(case, actor=customer_of(case))
    examine_file(item.file_id)
    before = len(told(case))
    swept_later()
    item.refresh_from_db()
    assert (item.state, item.file.soundness, len(told(case))) == ("received", "refused", before)


def test_it_is_asked_of_the_scanner_first(case, settings, tmp_path, monkeypatch):
    settings.CLAMD = f"unix://{tmp_path / 'nobody'}"
    item = sent(case, STARTS_A_PROGRAM)
    monkeypatch.setattr(soundness.identify, "why_refused", lambda file: pytest.fail("decoded before it was scanned"))
    examine_file(item.file_id)
    assert StoredFile.objects.get().soundness == "waiting"


def test_what_lies_in_a_mail_shares_one_time(settings, monkeypatch, tmp_path):
    """Twenty documents that each take as long as one may would hold the worker for all that time, again and again."""
    mail = EmailMessage()
    mail["From"], mail["Date"], mail["Subject"] = "an@khach.example", "Sun, 22 Nov 2026 10:00:00 +0700", "Sao kê"
    mail.set_content("Xin chào")
    for number in range(20):
        mail.add_attachment(pdf(size=(300, 400 + number)), maintype="application", subtype="pdf", filename="a.pdf")
    path = tmp_path / "a.eml"
    path.write_bytes(mail.as_bytes())
    monkeypatch.setattr(sandbox, "_PROGRAM", (sys.executable, "-c", "import time; time.sleep(0.4); print('{}')"))
    settings.EVIDENCE_DECODE_SECONDS = 2
    begun = time.monotonic()
    with path.open("rb") as file, pytest.raises(Died):
        identify.why_refused(file)
    assert time.monotonic() - begun < 6


_AT_THE_DOOR = """
import sys, json, subprocess, django
for name in ("PIL", "pypdf", "pypdfium2", "pillow_heif"):
    sys.modules[name] = None  # whoever imports it fails
django.setup()
import cskh.urls
from cases.evidence.pipeline import identify
from cskh.core.errors import DomainError
def none(*args, **kwargs):
    raise AssertionError("another program was asked")
subprocess.Popen = none
said = []
for path in sys.argv[1:]:
    with open(path, "rb") as file:
        try:
            said.append(identify.content_type(file))
        except DomainError as refused:
            said.append(type(refused).__name__)
print(json.dumps(said))
"""
AT_THE_DOOR = {
    "image/jpeg": picture(),
    "image/png": picture(kind="PNG"),
    "image/webp": picture(kind="WEBP"),
    "image/heic": heic(),
    "application/pdf": PDF,
    "message/rfc822": mail_with(PDF),
    "text/plain": b"FT26327001",
    "TooLarge": picture((8000, 5001), kind="PNG", color=(0, 0, 0)),
    "Invalid": pdf(change=lambda writer: writer.encrypt("secret")),
    "UnsupportedType": b"MZ" + bytes(100),
}


def test_while_the_sender_waits_nothing_is_decoded(tmp_path):
    paths = []
    for number, data in enumerate(AT_THE_DOOR.values()):
        paths.append(tmp_path / str(number))
        paths[-1].write_bytes(data)
    done = subprocess.run(
        [sys.executable, "-c", _AT_THE_DOOR, *map(str, paths)],
        cwd=django_settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout.splitlines()[-1]) == list(AT_THE_DOOR)
