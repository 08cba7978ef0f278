"""The chain of custody of an item: what is noted, that nobody rewrites it, and the report of it."""

import hashlib
import io
import json
import threading
import unicodedata
from contextlib import contextmanager
from io import StringIO

import pypdfium2
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import InternalError, OperationalError, ProgrammingError, connection, connections, transaction
from django.urls import reverse

from accounts.actors import Actor
from accounts.models import Role
from cases.evidence import custody, custody_report
from cases.evidence.models import (
    ChecklistItem,
    Custody,
    CustodyEntry,
    CustodyText,
    DeclaredName,
    EvidenceItem,
    StoredFile,
)
from cases.evidence.names import DECLARED_MAX
from cases.evidence.pipeline import derive
from cases.evidence.pipeline.receive import Upload
from cases.models import Access
from cases.states import Channel
from cases.tasks import examine_file
from cases.workflow import evidence
from tests.cases.building import customer_of, open_case

from .files import pdf, picture, upload
from .receipts import hash_of, receipt_of

REFUSED = (ProgrammingError, InternalError, OperationalError)
Event = CustodyEntry.Event


@pytest.fixture(autouse=True)
def own_storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def lan(make_staff):
    return make_staff("lan", Role.SPECIALIST, "payments")


@pytest.fixture
def case(defaults):
    return open_case("deposit-not-credited")


def sent(case, data=None, text="", **how):
    how |= {"upload": upload(data)} if data else {"text": text}
    return evidence.submit_evidence(case, actor=customer_of(case), channel=Channel.WEB, **how)


def named(case, name, *, content_type="image/jpeg", address_hash=""):
    """A picture under that name."""
    file = Upload.of_bytes(picture(), filename=name, content_type=content_type)
    return evidence.submit_evidence(
        case, actor=customer_of(case), channel=Channel.WEB, upload=file, address_hash=address_hash
    )


def events_of(item):
    return [entry.event for entry in item.custody_entries.order_by("number")]


def entry(item, event):
    return item.custody_entries.get(event=event)


@contextmanager
def without_the_trigger():
    """What a superuser could do."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE evidence_custodyentry DISABLE TRIGGER evidence_custody_append_only")
        yield cursor
        cursor.execute("ALTER TABLE evidence_custodyentry ENABLE TRIGGER evidence_custody_append_only")


class TestWhatIsNoted:
    def test_from_receipt_to_the_check(self, case, lan):
        data = pdf(pages=2)
        item, actor = sent(case, data), Actor.staff(lan)
        examine_file(item.file_id)
        thing = ChecklistItem.objects.get(checklist__category=case.category, slug="receipt")
        evidence.verify_evidence(item, actor=actor, result="rejected", reason="Ảnh mờ", checklist_item=thing)
        evidence.verify_evidence(item, actor=actor, result="accepted")
        assert events_of(item) == ["received", "derived", "linked", "rejected", "verified"]
        received, derived, rejected = (entry(item, one) for one in ("received", "derived", "rejected"))
        sha256 = hashlib.sha256(data).hexdigest()
        assert (received.actor_kind, received.sha256_before, received.sha256_after) == ("customer", "", sha256)
        assert received.facts["size"] == len(data)
        assert received.at == item.received_at
        assert derived.sha256_before == sha256
        assert derived.facts["pages"] == [page.sha256 for page in item.file.pages.all()]
        assert "pdfium" in derived.tool
        assert (rejected.actor_id, rejected.words.text) == (str(lan.pk), "Ảnh mờ")
        assert "Ảnh mờ" not in json.dumps(rejected.facts, ensure_ascii=False)
        assert custody.flaws_of(item) == []

    def test_the_scan_with_the_scanners_version(self, clamd, case):
        item = sent(case, picture())
        examine_file(item.file_id)
        scanned = entry(item, Event.SCANNED)
        assert (scanned.facts["result"], scanned.tool[:7]) == ("clean", "ClamAV ")
        assert events_of(item) == ["received", "scanned", "derived"]

    def test_of_a_file_that_is_known_what_was_done_with_it(self, clamd, case):
        examine_file(sent(case, picture()).file_id)
        other = open_case("deposit-not-credited", email="binh@khach.example")
        again = sent(other, picture())
        assert events_of(again) == ["received", "scanned", "derived"]
        assert custody.flaws_of(again) == []

    def test_what_its_sender_claims_and_where_it_came_from(self, case):
        name = "C:\\An\\hóa\u202egpj.đơn.exe"
        item = named(case, name, content_type="image/png", address_hash=hash_of("203.0.113.7"))
        assert receipt_of(item) == (name, "image/png", hash_of("203.0.113.7"))
        facts = entry(item, Event.RECEIVED).facts
        assert facts["declared_name"] == entry(item, Event.RECEIVED).declared_name.digest
        assert "exe" not in json.dumps(facts, ensure_ascii=False)
        assert custody.flaws_of(item) == []

    def test_a_name_in_pieces_of_letters_in_whole_ones(self, case):
        item = named(case, unicodedata.normalize("NFD", "hóa đơn.jpg"))
        assert receipt_of(item)[0] == unicodedata.normalize("NFC", "hóa đơn.jpg")

    def test_of_a_name_that_no_database_keeps_the_rest(self, case):
        item = named(case, "a\0\ud800b" + "x" * 2 * DECLARED_MAX)
        assert receipt_of(item)[0] == ("a?b" + "x" * DECLARED_MAX)[:DECLARED_MAX]

    def test_words_have_a_chain_too(self, case):
        item = sent(case, text="FT26327001")
        assert events_of(item) == ["received"]
        assert entry(item, Event.RECEIVED).words.text == "FT26327001"


@pytest.mark.django_db(transaction=True)
def test_whoever_notes_at_the_same_time_waits(defaults, lan):
    """A worker that derives, and people who check: every entry has its number, and the chain holds."""
    case = open_case("deposit-not-credited")
    item = sent(case, picture())
    actor = Actor.staff(lan)

    def check():
        with transaction.atomic():
            custody.note(EvidenceItem.objects.get(pk=item.pk), Event.EXPORTED, actor=actor)

    def run(work):
        try:
            work()
        finally:
            connections.close_all()

    work = [lambda: derive.derive_preview(type(item.file).objects.get(pk=item.file_id)), *[check] * 6]
    threads = [threading.Thread(target=run, args=(one,)) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(events_of(item)) == ["derived", *["exported"] * 6, "received"]
    assert custody.flaws_of(item) == []


@pytest.mark.parametrize(
    "rewrite",
    [
        lambda one: CustodyEntry.objects.filter(pk=one.pk).update(tool="x"),
        lambda one: connection.cursor().execute("DELETE FROM evidence_custodyentry WHERE id = %s", [one.pk]),
        lambda one: one.save(),
        lambda one: connection.cursor().execute("TRUNCATE evidence_custodyentry CASCADE"),
    ],
    ids=["update", "delete", "save", "truncate"],
)
def test_the_database_refuses(case, rewrite):
    item = sent(case, picture())
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(REFUSED, match="cannot be changed or deleted"), transaction.atomic():
        rewrite(entry(item, Event.RECEIVED))
    assert events_of(item) == ["received"]


@pytest.mark.parametrize(
    ("tampering", "number", "what"),
    [
        ("UPDATE evidence_custodyentry SET actor_id = '999' WHERE number = 2", 2, "altered"),
        ("UPDATE evidence_custodyentry SET at = at - interval '1 day' WHERE number = 2", 2, "altered"),
        ("UPDATE evidence_custodyentry SET sha256_after = 'x' WHERE number = 2", 2, "altered"),
        ("UPDATE evidence_custodyentry SET tool = 'other' WHERE number = 2", 2, "altered"),
        ("DELETE FROM evidence_custodyentry WHERE number = 2", 2, "missing"),
        (
            "DELETE FROM evidence_custodyentry WHERE number = 3",
            3,
            "the end of the chain is missing or was replaced",
        ),
        ("DELETE FROM evidence_custodyentry", 1, "the end of the chain is missing or was replaced"),
        ("UPDATE evidence_custodytext SET text = 'Rõ'", 3, "its words were altered"),
        ("UPDATE evidence_declaredname SET text = 'b.jpg'", 1, "its declared name was altered"),
        ("UPDATE evidence_declaredname SET entry_id = entry_id + 1", 2, "its declared name was altered"),
    ],
)
def test_what_was_rewritten_all_the_same_is_named(case, lan, tampering, number, what):
    item = sent(case, picture())
    examine_file(item.file_id)
    evidence.verify_evidence(item, actor=Actor.staff(lan), result="rejected", reason="Ảnh mờ")
    call_command("verify_audit", stdout=StringIO())
    with without_the_trigger() as cursor:
        if tampering.startswith("DELETE"):
            cursor.execute("DELETE FROM evidence_custodytext")
            cursor.execute("DELETE FROM evidence_declaredname")
        cursor.execute(tampering)
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("verify_audit", stdout=out)
    assert f"{case.code} custody of evidence {item.pk}, entry {number}: {what}" in out.getvalue()


def test_an_item_that_stands_for_another_file_is_named(case):
    item, other = sent(case, picture()), sent(case, picture(color=(1, 2, 3)))
    EvidenceItem.objects.filter(pk=item.pk).update(file=other.file)
    words = sent(case, text="FT26327001")
    EvidenceItem.objects.filter(pk=words.pk).update(text="FT99999999")
    found = {str(flaw) for flaw in custody.all_flaws([case.code])}
    assert found == {
        f"{case.code} custody of evidence {pk}, entry 1: the item is not what was received"
        for pk in (item.pk, words.pk)
    }


@pytest.mark.parametrize(
    ("tampering", "number", "what"),
    [
        ("UPDATE evidence_evidenceitem SET state = 'accepted'", 4, "the item's state is not what was found last"),
        ("UPDATE evidence_storedfile SET scan_state = 'infected'", 2, "its file is not what the scanner said last"),
        (
            "UPDATE evidence_storedfile SET content_type = 'text/plain'",
            1,
            "its file is not of the type and size that were received",
        ),
        ("UPDATE evidence_derivedpage SET sha256 = 'x' WHERE number = 2", 3, "the pages are not those that were made"),
        ("DELETE FROM evidence_derivedpage WHERE number = 1", 3, "the pages are not those that were made"),
    ],
)
def test_what_is_not_as_the_chain_says_is_named(clamd, case, lan, tampering, number, what):
    item = sent(case, pdf(pages=2))
    examine_file(item.file_id)
    evidence.verify_evidence(item, actor=Actor.staff(lan), result="rejected", reason="Ảnh mờ")
    assert custody.flaws_of(item) == []
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(tampering)
    assert [str(flaw) for flaw in custody.all_flaws()] == [
        f"{case.code} custody of evidence {item.pk}, entry {number}: {what}"
    ]


def test_what_never_happened_is_named(case):
    item = sent(case, picture())
    EvidenceItem.objects.update(state="accepted")
    item.file.pages.create(number=1, picture="x", sha256="x", original_sha256=item.file.sha256, tool="x")
    StoredFile.objects.update(scan_state="clean")
    assert custody.flaws_of(item) == [
        "entry 1: the item's state is not what was found last",
        "entry 1: its file is not what the scanner said last",
        "entry 1: the pages are not those that were made",
    ]


def test_of_what_was_written_down_later_nothing_is_known_from_before(case):
    item = EvidenceItem.objects.create(
        case=case, text="FT26327001", channel="web", sender_kind="customer", sender_id="1", state="accepted"
    )
    Custody.objects.create(item=item)
    custody.note(item, Event.RECEIVED, actor=customer_of(case), before="", after="", written_down_later=True)
    assert custody.flaws_of(item) == []


def test_words_may_be_erased(case, lan):
    item = sent(case, text="FT26327001")
    CustodyText.objects.all().delete()
    EvidenceItem.objects.filter(pk=item.pk).update(text="[đã xóa]")
    assert list(custody.all_flaws()) == []


def test_a_declared_name_may_be_erased(case):
    item = named(case, "Nguyễn Văn An 0901234567.jpg")
    DeclaredName.objects.all().delete()
    assert list(custody.all_flaws()) == []
    assert receipt_of(item)[0] == ""


def test_a_chain_from_before_names_were_kept_holds(case):
    """Entries of receipt without a name and without an address, as they were written before."""
    item = EvidenceItem.objects.create(
        case=case, text="FT26327001", channel="web", sender_kind="customer", sender_id="1"
    )
    Custody.objects.create(item=item)
    custody.note(item, Event.RECEIVED, actor=customer_of(case), words=item.text, before="", after="", channel="web")
    assert list(custody.all_flaws()) == []
    [told] = custody_report.export(item, actor=customer_of(case), reason="")["entries"][:1]
    assert (told["declared_name"], told["facts"].keys()) == ("", {"channel", "words"})


class TestReport:
    def export(self, client, item, form, reason="Gửi trung tâm trọng tài"):
        return client.post(reverse("evidence:custody", args=[item.public_id]), {"form": form, "reason": reason})

    def text_of(self, response):
        with pypdfium2.PdfDocument(io.BytesIO(response.content)) as document:
            return " ".join("".join(page.get_textpage().get_text_range() for page in document).split())

    @pytest.fixture
    def item(self, case):
        item = sent(case, picture())
        examine_file(item.file_id)
        return item

    def test_as_json(self, client, item, lan):
        client.force_login(lan)
        response = self.export(client, item, "json")
        report = json.loads(response.content)
        assert response["Content-Disposition"].startswith("attachment")
        assert [one["event"] for one in report["entries"]] == ["received", "derived", "exported"]
        assert report["entries"][-1]["words"] == "Gửi trung tâm trọng tài"
        assert report["entries"][-1]["actor"]["name"] == str(lan)
        assert report["file"]["sha256"] == report["file"]["sha256_now"] == item.file.sha256
        assert report["flaws"] == []
        assert events_of(item)[-1] == "exported"
        assert Access.objects.filter(user=lan, evidence_item=item.pk).exists()

    def test_says_how_it_was_received(self, client, case, lan):
        item = named(case, "hóa đơn\u202egpj.exe", address_hash=hash_of("203.0.113.7"))
        lan.language = "en"
        lan.save()
        client.force_login(lan)
        received = json.loads(self.export(client, item, "json").content)["entries"][0]
        assert received["declared_name"] == "hóa đơn\u202egpj.exe"
        assert received["facts"]["address_hash"] == hash_of("203.0.113.7")
        text = self.text_of(self.export(client, item, "pdf"))
        assert "Name as its sender says hóa đơn\\u202egpj.exe" in text
        assert f"Network address (keyed hash): {hash_of('203.0.113.7')[:20]}" in text
        assert "declared_name" not in text

    @pytest.mark.parametrize(("language", "word"), [("vi", "Gửi trung tâm"), ("en", "Chain of custody")])
    def test_as_pdf_in_the_readers_language(self, client, item, lan, language, word):
        lan.language = language
        lan.save()
        client.force_login(lan)
        response = self.export(client, item, "pdf")
        assert (response["Content-Type"], response.content[:5]) == ("application/pdf", b"%PDF-")
        with pypdfium2.PdfDocument(io.BytesIO(response.content)) as document:
            text = "".join(page.get_textpage().get_text_range() for page in document)
        assert word in text
        assert item.file.sha256[:20] in text

    def test_the_pdf_labels_everything_in_words(self, client, item, lan):
        thing = ChecklistItem.objects.get(checklist__category=item.case.category, slug="receipt")
        evidence.verify_evidence(item, actor=Actor.staff(lan), result="accepted", checklist_item=thing)
        lan.language = "en"
        lan.save()
        client.force_login(lan)
        text = self.text_of(self.export(client, item, "pdf"))
        for said in ("State accepted", "Who Customer", "Who Automatic", f"Filed as: {thing.name_en}", "Result: ready"):
            assert said in text
        for raw in ("content_type", "parameters", "{", "checklist_item"):
            assert raw not in text

    def test_says_where_the_original_is_not_what_came_in(self, client, item, lan):
        client.force_login(lan)
        default_storage.delete(item.file.original.name)
        assert json.loads(self.export(client, item, "json").content)["file"]["sha256_now"] == ""
        default_storage.save(item.file.original.name, ContentFile(b"other"))
        assert json.loads(self.export(client, item, "json").content)["file"]["sha256_now"] != item.file.sha256

    def test_what_people_typed_is_no_markup(self, client, item, lan):
        client.force_login(lan)
        assert self.export(client, item, "pdf", '#panic("x") $ * _ ]').status_code == 200

    def test_needs_a_reason_and_a_post(self, client, item, lan):
        client.force_login(lan)
        assert self.export(client, item, "json", "  ").status_code == 400
        assert client.get(reverse("evidence:custody", args=[item.public_id])).status_code == 405
        assert events_of(item)[-1] == "derived"
