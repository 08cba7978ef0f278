"""Mail in: kept first, then made a part of the right case, whatever shape it comes in."""

import errno
import hashlib
import io
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from celery import current_app
from django.contrib.admin.models import LogEntry
from django.core.files.storage import default_storage
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from imap_tools import MailBoxUnencrypted
from PIL import Image

from accounts.actors import Actor
from accounts.customers.models import Customer
from accounts.models import Role
from cases.evidence.queries import file_of
from cases.models import Case, Category, Clock
from cases.states import Channel, Status
from cases.workflow import answer, evidence, routing
from cases.workflow.ending import mark_duplicate
from channels_app import intake, intake_mail, mailboxes, tasks
from channels_app.adapters.base import Inbound
from channels_app.adapters.email.imap import FetchedMail, OpenMailbox
from channels_app.adapters.email.own_headers import LOOP_HEADER, loop_mark
from channels_app.models import Attachment, Delivery, InboundItem, MailboxState, Message
from cskh.core.errors import Conflict
from cskh.core.incoming import size_in_words
from cskh.core.locks import unless_held
from tests.cases.building import open_case, settle_facts
from tests.cases.evidence.files import kept
from tests.cases.evidence.receipts import receipt_of

from .mail import AN, DESK, deliver, headers_of, mail, pasted, photo, with_picture

pytestmark = pytest.mark.django_db
State = InboundItem.State
TASKS = {"poll_mailbox": "outside", "send_webhook": "outside", "send_delivery": "celery", "process_inbound": "celery"}


def only_case():
    return Case.objects.get()


def snapshot(case):
    """Everything of a case that a stranger's mail must leave alone."""
    case.refresh_from_db()
    return (
        case.status,
        case.last_event_hash,
        case.unanswered_since,
        case.next_due_at,
        case.reopen_asked_at,
        list(Clock.objects.filter(case=case).order_by("pk").values()),
        list(Message.objects.filter(case=case).values_list("pk", flat=True)),
        list(Delivery.objects.filter(message__case=case).values_list("pk", "state")),
    )


def test_a_mail_with_a_photo_opens_a_case_and_is_acknowledged_in_its_thread(post, work_off):
    sent = mail(files=[("biên lai.jpg", "image/jpeg", photo())])
    deliver(post, sent)
    work_off()
    case = only_case()
    assert (case.channel, case.status, case.subject) == (Channel.EMAIL, Status.RECEIVED, "Nạp tiền chưa vào")
    assert (case.customer.name, case.contact.address, case.customer.language) == ("Nguyễn Văn An", AN, "vi")
    message = case.messages.get(direction="in")
    assert message.body == "Tôi nạp 2.000.000đ lúc 9h mà chưa thấy."
    assert kept(message.attachments.get().evidence_item.file.original.name) == photo()
    [raw] = post.mails(AN)
    got = headers_of(raw)
    assert got["In-Reply-To"] == sent["Message-ID"]
    assert got["References"] == sent["Message-ID"]
    assert got["Subject"].strip() == f"Re: Nạp tiền chưa vào [{case.code}]"
    assert got["From"].addresses[0].addr_spec == DESK
    assert got["Auto-Submitted"] == "auto-replied"
    assert got["Message-ID"] == Delivery.objects.get().reference
    text = got.get_body(("plain",)).get_content()
    assert case.code in text
    assert "http://testserver/" in text
    assert InboundItem.objects.get().state == State.DONE


def test_nothing_is_fetched_twice_and_nothing_in_the_box_changes(post, work_off):
    deliver(post, mail())
    work_off()
    work_off()
    assert Case.objects.count() == 1
    assert len(post.mails(AN)) == 1
    with MailBoxUnencrypted(post.host, post.imap_port).login(DESK, "demo") as box:
        assert [each.flags for each in box.fetch(mark_seen=False) if "\\Seen" in each.flags] == []


def test_what_another_program_marks_as_read_is_still_taken(post, work_off):
    deliver(post, mail())
    with MailBoxUnencrypted(post.host, post.imap_port).login(DESK, "demo") as box:
        assert len(list(box.fetch(mark_seen=True))) == 1
    work_off()
    assert Case.objects.count() == 1


def test_a_changed_uidvalidity_reads_again_and_doubles_nothing(post, work_off):
    deliver(post, mail())
    deliver(post, mail("Không có Message-ID", headers={"Message-ID": ""}))
    work_off()
    assert Case.objects.count() == 2
    MailboxState.objects.filter(address=DESK).update(uid_validity=1, last_uid=10_000)
    deliver(post, mail("Thư mới", subject="Mới"))
    work_off()
    assert Case.objects.count() == 3
    state = MailboxState.objects.get(address=DESK)
    assert state.uid_validity > 1
    assert state.error == ""


def test_a_box_that_cannot_be_read_is_shown_and_holds_up_no_other(post, work_off, settings):
    settings.MAILBOXES[0] = {**settings.MAILBOXES[0], "password": "wrong"}
    deliver(post, mail(), to=["khieunai@benxanh.example"])
    work_off()
    assert Case.objects.count() == 1
    assert MailboxState.objects.get(address=DESK).error
    assert MailboxState.objects.get(address="khieunai@benxanh.example").error == ""
    assert headers_of(post.mails(AN)[0])["From"].addresses[0].addr_spec == "khieunai@benxanh.example"


def test_a_box_somebody_reads_is_not_connected_to_and_holds_up_nobody(post, monkeypatch):
    """So that a server that does not answer keeps one worker waiting, and not all of them."""
    monkeypatch.setattr(mailboxes, "open_mailbox", lambda box: pytest.fail("connected"))

    is_held, may_go, polled = threading.Event(), threading.Event(), []

    def hold():
        try:
            with unless_held("mail box", DESK) as is_ours:
                polled.append(is_ours)
                is_held.set()
                may_go.wait(30)
        finally:
            connection.close()

    reader = threading.Thread(target=hold)
    reader.start()
    is_held.wait(30)
    mailboxes.poll(DESK)
    may_go.set()
    reader.join()
    assert polled == [True]


def test_a_slow_line_gets_on_with_every_few_megabytes(post, monkeypatch):
    for n in range(3):
        deliver(post, mail(subject=f"Thư {n}", files=[("to.jpg", "image/jpeg", b"\xff\xd8\xff" + bytes(3_000_000))]))
    fetch, fetched = OpenMailbox._fetch, []

    def third_hangs(self, uid, size):
        fetched.append(uid)
        if len(fetched) == 3:
            raise TimeoutError
        return fetch(self, uid, size)

    monkeypatch.setattr(OpenMailbox, "_fetch", third_hangs)
    mailboxes.poll(DESK)
    assert InboundItem.objects.count() == 2
    assert MailboxState.objects.get(address=DESK).last_uid == fetched[1]


def test_polls_expire_and_wait_in_a_line_of_their_own(settings, monkeypatch):
    asked = []
    monkeypatch.setattr(tasks.poll_mailbox, "apply_async", lambda arguments, **options: asked.append(options))
    settings.MAILBOXES = [{"address": DESK}]
    tasks.poll_mailboxes()
    assert asked == [{"expires": 30}]
    router = current_app.amqp.Router()
    queues = {name: router.route({}, f"channels_app.tasks.{name}")["queue"].name for name in TASKS}
    assert queues == TASKS


def test_the_same_mail_to_two_boxes_is_one_but_two_mails_with_one_message_id_are_two(post, work_off):
    one = mail(message_id="<x@khach.example>")
    deliver(post, one, to=[DESK, "khieunai@benxanh.example"])
    work_off()
    assert Case.objects.count() == 1
    deliver(post, mail("Chuyện khác", subject="Khác", message_id="<x@khach.example>"))
    work_off()
    assert Case.objects.count() == 2


def test_a_mail_above_the_limit_is_kept_from_its_beginning_and_says_so(post, work_off, settings):
    settings.MAIL_MAX_BYTES = 400_000
    deliver(post, mail(files=[("to.jpg", "image/jpeg", b"\xff\xd8\xff" + bytes(600_000))]))
    deliver(post, mail("Nhỏ", subject="Nhỏ"))
    work_off()
    assert Case.objects.count() == 2
    large = Case.objects.get(subject="Nạp tiền chưa vào")
    assert large.messages.get(direction="in").body.startswith("Tôi nạp")
    assert DESK in large.messages.get(direction="internal").body
    assert large.contact.address == AN


def test_of_a_mail_above_the_limit_only_whole_files_are_evidence_and_the_sender_hears_of_the_rest(
    post, work_off, settings
):
    settings.MAIL_MAX_BYTES = 400_000
    cut_through = photo(size=(80, 60)) + bytes(600_000)
    files = [
        ("một.jpg", "image/jpeg", photo()),
        ("hai.jpg", "image/jpeg", cut_through),
        ("ba.jpg", "image/jpeg", photo()),
    ]
    deliver(post, mail(files=files))
    work_off()
    case = only_case()
    message = case.messages.get(direction="in")
    taken = message.attachments.filter(refused="")
    assert [one.filename for one in taken] == ["một.jpg"]
    assert kept(taken.get().evidence_item.file.original.name) == photo()
    assert message.attachments.exclude(refused="").count() == 1
    told = [headers_of(raw).get_body(("plain",)).get_content() for raw in post.mails(AN)]
    assert sum(message.attachments.exclude(refused="").get().filename in text for text in told) == 1


def large_photo(number, megabytes):
    """As a telephone takes it: what stands behind its picture makes it large."""
    return photo(size=(80, 60 + number)) + b"\0\0\0\x18ftypmp42" + bytes(megabytes * 1024 * 1024)


def test_photos_of_telephones_arrive_by_mail_up_to_what_is_promised(post, work_off, settings):
    photos = [large_photo(number, megabytes) for number, megabytes in enumerate((9, 8, 7))]
    assert 0.95 < sum(map(len, photos)) / settings.MAIL_FILES_BYTES < 1
    deliver(post, mail(files=[(f"IMG_{number}.jpg", "image/jpeg", data) for number, data in enumerate(photos)]))
    work_off()
    message = only_case().messages.get(direction="in")
    assert not message.attachments.exclude(refused="").exists()
    kept_files = [one.evidence_item.file for one in message.attachments.order_by("filename")]
    assert [file.sha256 for file in kept_files] == [hashlib.sha256(data).hexdigest() for data in photos]


def test_beyond_it_the_sender_hears_how_to_send_the_rest(post, work_off, settings):
    photos = [("a.jpg", "image/jpeg", large_photo(number, 9)) for number in range(4)]
    deliver(post, mail(files=photos))
    work_off()
    case = only_case()
    rest = case.messages.get(direction="in").attachments.exclude(refused="").get()
    with translation.override(case.customer.language):
        promised = size_in_words(settings.MAIL_FILES_BYTES)
    assert promised in rest.refused
    told = [headers_of(raw).get_body(("plain",)).get_content() for raw in post.mails(AN)]
    link = settings.PUBLIC_URL + reverse("portal:link", args=["TOKEN"]).partition("TOKEN")[0]
    assert sum(rest.refused in one and link in one for one in told) == 1


def test_of_a_mail_of_thirty_megabytes_the_words_are_taken_and_both_sides_hear_of_the_file(post, work_off):
    deliver(post, mail(files=[("quay.mp4", "video/mp4", bytes(30 * 1024 * 1024))]))
    deliver(post, mail("Nhỏ", subject="Nhỏ"))
    work_off()
    assert Case.objects.count() == 2
    message = Case.objects.get(subject="Nạp tiền chưa vào").messages.get(direction="in")
    assert message.body == "Tôi nạp 2.000.000đ lúc 9h mà chưa thấy."
    assert set(message.attachments.values_list("file", "evidence_item")) == {(None, None)}
    refused = message.attachments.last()
    told = [headers_of(raw).get_body(("plain",)).get_content() for raw in post.mails(AN)]
    assert sum(refused.refused in text for text in told) == 1


def test_a_sender_cannot_say_that_the_mail_was_cut(post, work_off):
    deliver(post, mail(headers={"X-CSKH-Cut": "99999999"}))
    work_off()
    assert not only_case().messages.filter(direction="internal").exists()
    assert len(post.mails(AN)) == 1


# Replies


def test_a_reply_joins_its_case_by_reference_and_only_its_new_words_are_shown(post, work_off):
    deliver(post, mail())
    work_off()
    case = only_case()
    [ack] = post.mails(AN)
    deliver(post, mail("Thêm: mã GD 123.\n\nVào 9:00, CSKH đã viết:\n> Mã của bạn", subject="Khác hẳn", answers=ack))
    work_off()
    last = only_case().messages.filter(direction="in").last()
    assert last.body == "Thêm: mã GD 123."
    assert "> Mã của bạn" in last.quoted
    assert len(post.mails(AN)) == 1, "a follow-up is not acknowledged again"
    assert case.events.filter(kind="message_received").count() == 1


def test_a_reply_joins_by_any_id_of_the_chain_or_by_the_code_in_the_subject(post, work_off):
    first = mail()
    deliver(post, first)
    work_off()
    case = only_case()
    deliver(post, mail("qua References", headers={"References": f"<a@b> {first['Message-ID']} <c@d>"}))
    deliver(post, mail("qua mã", subject=f"hỏi về {case.code.lower().replace('-', ' ')}"))
    work_off()
    assert only_case().messages.filter(direction="in").count() == 3


@pytest.mark.parametrize("way", ["code", "reference"])
def test_a_stranger_who_quotes_a_code_or_a_reference_gets_a_case_of_their_own(post, work_off, way):
    deliver(post, mail())
    work_off()
    case = only_case()
    [ack] = post.mails(AN)
    before = snapshot(case)
    stranger = {"sender": "la@xa.example", "body": "Cho tôi biết về vụ này"}
    if way == "code":
        deliver(post, mail(subject=f"Re: [{case.code}]", **stranger), sender="la@xa.example")
    else:
        deliver(post, mail(subject="Re: vụ", answers=ack, **stranger), sender="la@xa.example")
    work_off()
    assert snapshot(case) == before
    other = Case.objects.exclude(pk=case.pk).get()
    assert other.customer != case.customer
    [told] = post.mails("la@xa.example")
    text = headers_of(told).get_body(("plain",)).get_content()
    assert case.customer.name not in text
    assert "Nạp tiền" not in text


OUR_SERVER = "mx.benxanh.example"


@pytest.mark.parametrize("way", ["code", "reference"])
@pytest.mark.parametrize("found", ["dmarc=fail", "spf=fail; dkim=none"])
def test_a_forged_sender_who_quotes_a_code_or_a_reference_gets_a_case_of_their_own(
    post, work_off, settings, way, found
):
    settings.MAIL_TRUSTED_SERVERS = [OUR_SERVER]
    deliver(post, mail())
    work_off()
    case = only_case()
    before = snapshot(case)
    named = {"subject": f"Re: [{case.code}]"} if way == "code" else {"answers": post.mails(AN)[0]}
    headers = {"Authentication-Results": f"{OUR_SERVER}; {found}"}
    deliver(post, mail("Chuyển tiền về số này", headers=headers, **named))
    work_off()
    assert snapshot(case) == before
    other = Case.objects.exclude(pk=case.pk).get()
    assert case.code in other.messages.get(direction="internal").body


@pytest.mark.parametrize(
    ("trusted", "found"),
    [
        ([], f"{OUR_SERVER}; dmarc=fail"),
        ([OUR_SERVER], f"{OUR_SERVER}; dmarc=pass"),
        ([OUR_SERVER], "mx.xa.example; dmarc=fail"),
    ],
)
def test_only_a_server_of_ours_can_refute_a_sender(post, work_off, settings, trusted, found):
    settings.MAIL_TRUSTED_SERVERS = trusted
    deliver(post, mail())
    work_off()
    deliver(post, mail("Thêm", subject=f"Re: [{only_case().code}]", headers={"Authentication-Results": found}))
    work_off()
    assert only_case().messages.filter(direction="in").count() == 2


def test_a_forged_automatic_reply_is_set_aside_without_a_case(post, work_off, settings):
    settings.MAIL_TRUSTED_SERVERS = [OUR_SERVER]
    deliver(post, mail())
    work_off()
    headers = {"Authentication-Results": f"{OUR_SERVER}; dmarc=fail", "Auto-Submitted": "auto-replied"}
    deliver(post, mail("Tôi đi vắng", answers=post.mails(AN)[0], headers=headers))
    work_off()
    assert InboundItem.objects.get(state=State.SET_ASIDE).case is None


@pytest.mark.parametrize("is_verified", [False, True])
def test_a_second_address_joins_the_case_once_it_is_known_to_be_the_customers(post, work_off, is_verified):
    deliver(post, mail())
    work_off()
    case = only_case()
    second = case.customer.contacts.create(
        kind="email", address="an2@khach.example", verified_at=timezone.now() if is_verified else None
    )
    before = snapshot(case)
    deliver(post, mail("Thêm", sender=second.address, subject=f"Re: [{case.code}]"), sender=second.address)
    work_off()
    if is_verified:
        assert only_case().messages.filter(direction="in").count() == 2
    else:
        assert snapshot(case) == before
        other = Case.objects.exclude(pk=case.pk).get()
        assert (other.customer, other.contact) == (case.customer, second)
        [told] = post.mails(second.address)
        assert case.code not in headers_of(told).get_body(("plain",)).get_content()


def test_a_reply_to_a_duplicate_goes_on_in_the_original(post, work_off, make_staff):
    deliver(post, mail())
    deliver(post, mail("Lần nữa", subject="Nạp tiền lần nữa"))
    work_off()
    original, double = Case.objects.order_by("pk")
    mark_duplicate(double, actor=Actor.staff(make_staff("hoa", Role.INTAKE, "intake")), of=original)
    work_off()
    told = post.mails(AN)[-1]
    assert original.code in headers_of(told).get_body(("plain",)).get_content()
    deliver(post, mail("Cảm ơn", answers=told))
    work_off()
    assert original.messages.filter(direction="in").count() == 2
    double.refresh_from_db()
    assert (double.status, double.reopen_asked_at) == (Status.CLOSED, None)


def test_duplicates_in_a_circle_end_somewhere(post, work_off):
    deliver(post, mail())
    deliver(post, mail("Lần nữa", subject="Nạp tiền lần nữa"))
    work_off()
    one, other = Case.objects.order_by("pk")
    ended = {"status": "closed", "closed_as": "duplicate", "closed_at": timezone.now()}
    Case.objects.filter(pk=one.pk).update(duplicate_of=other, **ended)
    Case.objects.filter(pk=other.pk).update(duplicate_of=one, **ended)
    deliver(post, mail("Sao rồi?", subject=f"Re: {one.code}"))
    work_off()
    assert [case.messages.filter(direction="in").count() for case in (one, other)] == [1, 2]


# Automatic mail


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto-Submitted": "auto-replied"},
        {"X-Auto-Response-Suppress": "All", "Auto-Submitted": "auto-generated (vacation)"},
        {"X-Autoreply": "yes"},
        {"Subject": "Trả lời tự động: Re: Nạp tiền"},
        {LOOP_HEADER: "MARK"},
    ],
)
def test_automatic_mail_is_set_aside_shown_on_its_case_and_moves_nothing(post, work_off, headers):
    deliver(post, mail())
    work_off()
    case = only_case()
    [ack] = post.mails(AN)
    before = snapshot(case)
    headers = {name: value.replace("MARK", loop_mark()) for name, value in headers.items()}
    deliver(post, mail("Tôi đi vắng", answers=ack, headers=headers))
    work_off()
    assert snapshot(case) == before
    assert Case.objects.count() == 1
    item = InboundItem.objects.get(state=State.SET_ASIDE)
    assert item.why
    if LOOP_HEADER not in headers:
        assert item.case == case
    assert len(post.mails(AN)) == 1


def test_what_was_set_aside_can_be_taken_for_a_persons_words(post, work_off):
    deliver(post, mail(headers={"Precedence": "bulk"}))
    work_off()
    assert Case.objects.count() == 0
    item = InboundItem.objects.get()
    intake.retry(item)
    assert item.state == State.DONE
    assert item.case == only_case()


def test_a_robot_that_does_not_say_so_gets_no_endless_acknowledgements(post, work_off, settings):
    for number in range(settings.MAIL_ACKNOWLEDGEMENTS_PER_HOUR + 3):
        deliver(post, mail(f"ticket {number}", subject=f"Ticket {number}"))
    work_off()
    assert Case.objects.count() == settings.MAIL_ACKNOWLEDGEMENTS_PER_HOUR + 3
    assert len(post.mails(AN)) == settings.MAIL_ACKNOWLEDGEMENTS_PER_HOUR
    assert Delivery.objects.filter(state=Delivery.State.CANCELLED).count() == 3


def test_a_robot_whose_files_are_refused_is_not_told_so_without_end(post, work_off, settings):
    limit = settings.MAIL_ACKNOWLEDGEMENTS_PER_HOUR
    program = [("virus.exe", "application/octet-stream", b"MZ" + bytes(200))]
    deliver(post, mail())
    work_off()
    for number in range(limit + 2):
        deliver(post, mail(f"Ticket {number}", files=program, answers=post.mails(AN)[0]))
    work_off()
    assert only_case().messages.filter(direction="in").count() == limit + 3
    assert len(post.mails(AN)) == limit  # the acknowledgement among them
    assert Delivery.objects.filter(state=Delivery.State.CANCELLED).count() == 3


def bounce_of(raw, recipient=AN):
    original = headers_of(raw)
    return (
        f"From: MAILER-DAEMON@mail.example\r\nTo: {DESK}\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        "Message-ID: <bounce@mail.example>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nno such user\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mail.example\r\n\r\n"
        f"Final-Recipient: rfc822; {recipient}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
        f"--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: {original['Message-ID']}\r\nSubject: x\r\n\r\nx\r\n--b--\r\n"
    ).encode()


def test_a_bounced_evidence_request_undoes_its_pause(post, work_off, make_staff):
    deliver(post, mail())
    work_off()
    case = only_case()
    lan = Actor.staff(make_staff("lan", "specialist", "payments"))
    routing.classify_case(
        case, actor=Actor.system("intake"), category=Category.objects.get(slug="deposit-not-credited")
    )
    request = evidence.request_evidence(case, actor=lan, items=[evidence.Wanted(name="statement-line")])
    work_off()
    request.refresh_from_db()
    assert request.delivered_at is not None
    raw = post.mails(AN)[-1]
    assert "Dòng sao kê" in headers_of(raw).get_body(("plain",)).get_content()
    assert headers_of(raw)["Auto-Submitted"] is None
    assert case.pauses.filter(ended_at=None).count() == 1
    deliver(post, bounce_of(raw), sender="")
    work_off()
    delivery = Delivery.objects.get(message__evidence_request=request)
    assert delivery.state == Delivery.State.BOUNCED
    assert not case.pauses.filter(ended_at=None).exists()
    assert case.events.filter(kind="delivery_failed").count() == 1
    assert InboundItem.objects.get(state=State.SET_ASIDE).case == case
    work_off()
    assert Case.objects.count() == 1


# What breaks

BROKEN = {
    "no headers at all": b"\r\nchi co chu\r\n",
    "nothing": b"\r\n",
    "no message id, no date": f"From: {AN}\r\nSubject: x\r\n\r\nAlo\r\n".encode(),
    "foul date": f"From: {AN}\r\nDate: hôm qua\r\nSubject: x\r\n\r\nAlo\r\n".encode(),
    "unknown charset": f"From: {AN}\r\nContent-Type: text/plain; charset=klingon\r\n\r\nAlo\r\n".encode(),
    "no closing boundary": (
        f'From: {AN}\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\nAlo\r\n--b\r\n'
        "Content-Type: image/png; name=a.png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0K\r\n"
    ).encode(),
    "NUL": f"From: {AN}\r\nSubject: a\x00b\r\n\r\nA\x00lo\r\n".encode(),
    "foul sender": b"From: ba lan <ba lan at nha>\r\nSubject: x\r\n\r\nAlo\r\n",
    "markup": f"From: {AN}\r\nSubject: <script>alert(1)</script>\r\n\r\n<b>Alo</b>\r\n".encode(),
    "header injection": f"From: {AN}\r\nSubject: =?utf-8?q?x=0D=0ABcc:_b@b.example?=\r\n\r\nAlo\r\n".encode(),
    "long message id": f"From: {AN}\r\nMessage-ID: <{'a' * 900}@x>\r\n\r\nAlo\r\n".encode(),
}


@pytest.mark.parametrize("raw", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_mail_becomes_a_case_and_the_next_one_does_not_wait(post, work_off, raw):
    deliver(post, raw)
    deliver(post, mail(subject="sau đó"))
    work_off()
    assert InboundItem.objects.filter(state=State.DONE).count() == 2
    assert Case.objects.count() == 2
    assert 1 <= len(post.mails(AN)) <= 3
    assert all(headers_of(each)["Bcc"] is None for each in post.mails(AN))
    assert post.mails("b@b.example") == []


def test_a_mail_that_cannot_be_taken_is_tried_again_then_shown_with_a_case_of_its_own(
    post, work_off, settings, monkeypatch
):
    settings.INBOUND_RETRY_SECONDS = (0, 0)

    def fault(*args, **kwargs):
        raise RuntimeError("a fault of ours")

    with monkeypatch.context() as patched:
        patched.setattr(intake_mail, "_take_files", fault)
        deliver(post, mail())
        work_off()
        item = InboundItem.objects.get()
        assert (item.state, item.attempts, Case.objects.count()) == (State.WAITING, 1, 0)
        work_off()
        work_off()
    item.refresh_from_db()
    assert item.state == State.FAILED
    assert "a fault of ours" in item.why
    case = only_case()
    assert item.case == case
    assert case.messages.filter(direction="internal").count() == 1
    assert len(post.mails(AN)) == 1
    intake.retry(item)
    assert item.state == State.DONE
    assert only_case().messages.filter(direction="in", inbound=item).count() == 1


@pytest.fixture
def refuse(monkeypatch):
    """refuse(1): while it holds, the server answers NO to whoever asks for the mail with this uid; `refuse()` ends it."""
    whole = OpenMailbox._fetch

    def refuse_uids(*uids):
        def fetch(box, uid, size):
            return FetchedMail(uid, b"", "FETCH: NO [UNAVAILABLE]") if uid in uids else whole(box, uid, size)

        monkeypatch.setattr(OpenMailbox, "_fetch", fetch)

    return refuse_uids


def first_uid(post):
    with MailBoxUnencrypted(post.host, post.imap_port).login(DESK, "demo") as box:
        return int(box.uids()[0])


def test_a_server_that_refuses_a_mail_for_a_while_loses_neither_it_nor_the_order(post, work_off, refuse):
    deliver(post, mail())
    deliver(post, mail("Sau đó", subject="Sau đó"))
    refuse(first_uid(post))
    work_off()
    work_off()
    state = MailboxState.objects.get(address=DESK)
    assert (state.last_uid, state.error) == (0, "FETCH: NO [UNAVAILABLE]")
    assert not InboundItem.objects.exists()
    refuse()
    work_off()
    assert list(Case.objects.order_by("pk").values_list("subject", flat=True)) == ["Nạp tiền chưa vào", "Sau đó"]
    state.refresh_from_db()
    assert state.error == ""


def test_each_mail_that_is_refused_is_waited_for_anew(post, work_off, refuse, settings):
    settings.MAIL_FETCH_TRIES = 3
    deliver(post, mail())
    deliver(post, mail("Sau đó", subject="Sau đó"))
    first = first_uid(post)
    refuse(first)
    work_off()
    work_off()
    refuse(first + 1)
    work_off()
    work_off()
    assert (only_case().subject, InboundItem.objects.count()) == ("Nạp tiền chưa vào", 1)
    work_off()
    assert InboundItem.objects.get(state=State.FAILED).external_id.endswith(f":{first + 1}")


def test_a_mail_that_is_refused_too_often_is_seen_at_the_desk_until_somebody_looked(
    post, work_off, client, make_staff, refuse, settings
):
    settings.MAIL_FETCH_TRIES = 3
    deliver(post, mail())
    deliver(post, mail("Sau đó", subject="Sau đó"))
    refuse(first_uid(post))
    work_off()
    work_off()
    assert Case.objects.count() == 0
    work_off()
    assert only_case().subject == "Sau đó", "one broken mail holds up nobody else for long"
    item = InboundItem.objects.get(state=State.FAILED)
    assert (item.case, item.source) == (None, DESK)
    items = "/admin/channels_app/inbounditem/"
    client.force_login(make_staff("lan", Role.SPECIALIST, "payments"))
    assert items not in client.get("/admin/").content.decode()
    client.force_login(make_staff("boss", Role.MANAGER))
    asked = f'{items}?state__exact=failed"'
    assert asked in client.get("/admin/").content.decode()
    assert "FETCH: NO" in client.get(f"{items}{item.pk}/change/").content.decode()
    client.post(items, {"action": "try_again", "_selected_action": [item.pk]})
    item.refresh_from_db()
    assert (item.state, Case.objects.count()) == (State.FAILED, 1)
    client.post(items, {"action": "dismiss", "_selected_action": [item.pk]})
    item.refresh_from_db()
    assert item.state == State.SET_ASIDE
    assert LogEntry.objects.filter(object_id=str(item.pk)).count() == 1
    assert asked not in client.get("/admin/").content.decode()


@pytest.fixture
def unfetched(post, work_off, refuse, settings):
    """A mail that the server refused for good, as it seemed, and now would give."""
    settings.MAIL_FETCH_TRIES = 1
    deliver(post, mail(message_id="<x@khach.example>", files=[("a.jpg", "image/jpeg", photo())]))
    refuse(first_uid(post))
    work_off()
    refuse()
    return InboundItem.objects.get(state=State.FAILED)


def test_trying_again_fetches_the_mail_anew(work_off, unfetched):
    intake.retry(unfetched)
    assert unfetched.state == State.DONE
    assert only_case().opened_at == unfetched.received_at
    assert only_case().messages.get(direction="in").attachments.count() == 1
    MailboxState.objects.update(uid_validity=1, last_uid=0)
    work_off()
    assert Case.objects.count() == 1, "read from the start, it is known again"


def test_a_mail_whose_file_finds_no_room_waits_as_a_whole(post, work_off, settings, monkeypatch):
    settings.INBOUND_RETRY_SECONDS = (0, 0)

    def no_room(*args, **kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(default_storage, "save", no_room)
        deliver(post, mail(files=[("a.jpg", "image/jpeg", photo("teal", (83, 61)))]))  # kept by no other test
        work_off()
        item = InboundItem.objects.get()
        assert (item.state, item.attempts, Case.objects.count()) == (State.WAITING, 1, 0)
    work_off()
    assert only_case().messages.get(direction="in").attachments.get().refused == ""


def test_a_mail_fetched_anew_of_which_a_copy_came_in_is_no_second_case(post, work_off, unfetched):
    [raw] = post.mails(DESK)
    deliver(post, raw, to=["khieunai@benxanh.example"])
    work_off()
    case = only_case()
    intake.retry(unfetched)
    assert (unfetched.state, unfetched.case) == (State.SET_ASIDE, case)
    assert only_case().messages.filter(direction="in").count() == 1


@pytest.mark.parametrize("reason", ["uids mean other mails", "removed", "no such box", "no server", "an empty mail"])
def test_a_mail_that_is_not_to_be_had_any_more_stays_shown(post, unfetched, settings, reason):
    if reason == "uids mean other mails":
        InboundItem.objects.update(external_id=f"unfetched:{DESK}:1:{first_uid(post)}")
        unfetched.refresh_from_db()
    elif reason == "removed":
        with MailBoxUnencrypted(post.host, post.imap_port).login(DESK, "demo") as box:
            box.delete(box.uids())
    elif reason == "an empty mail":
        InboundItem.objects.update(external_id="mail:e3b0c442")
        unfetched.refresh_from_db()
    elif reason == "no such box":
        settings.MAILBOXES = settings.MAILBOXES[1:]
    else:
        settings.MAILBOXES[0] = {**settings.MAILBOXES[0], "port": 1}
    with pytest.raises(Conflict, match=DESK):
        intake.retry(unfetched)
    unfetched.refresh_from_db()
    assert (unfetched.state, bytes(unfetched.raw), Case.objects.count()) == (State.FAILED, b"", 0)


def test_a_refused_file_is_noted_and_the_customer_is_told_why(post, work_off):
    deliver(
        post,
        mail(files=[("virus.exe", "application/octet-stream", b"MZ" + bytes(200)), ("a.jpg", "image/jpeg", photo())]),
    )
    work_off()
    kept, refused = Attachment.objects.order_by("refused")
    assert kept.evidence_item is not None
    assert (refused.filename, refused.file) == ("virus.exe", None)
    told = [headers_of(raw).get_body(("plain",)).get_content() for raw in post.mails(AN)]
    assert any("virus.exe" in text and refused.refused in text for text in told)
    assert InboundItem.objects.get().content.count(b"virus.exe") == 1
    assert receipt_of(kept.evidence_item) == ("a.jpg", "image/jpeg", "")  # it came from a mail server of theirs


def test_the_logo_of_a_signature_is_kept_and_answers_nothing_but_a_pasted_photo_does(post, work_off, make_staff):
    deliver(post, mail())
    work_off()
    case = only_case()
    lan = Actor.staff(make_staff("lan", "specialist", "payments"))
    routing.classify_case(
        case, actor=Actor.system("intake"), category=Category.objects.get(slug="deposit-not-credited")
    )
    evidence.request_evidence(case, actor=lan, items=[evidence.Wanted(name="statement-line")])
    work_off()
    asked = post.mails(AN)[-1]
    deliver(post, with_picture(mail("Mai tôi gửi.", answers=asked), "image001.jpg", "jpeg", photo()))
    work_off()
    case.refresh_from_db()
    assert case.status == Status.AWAITING_CUSTOMER
    logo = case.evidence.get()
    assert (logo.filename, logo.requested_item) == ("image001.jpg", None)
    assert file_of(case).others == [logo]
    assert Attachment.objects.get().evidence_item == logo
    deliver(post, with_picture(mail("Đây ạ.", answers=asked), "image.jpg", "jpeg", pasted()))
    work_off()
    case.refresh_from_db()
    assert case.status == Status.VERIFYING


def test_nobody_is_told_that_a_decoration_was_not_taken(post, work_off):
    out = io.BytesIO()
    Image.new("P", (40, 40)).save(out, "GIF")
    deliver(post, with_picture(mail(), "logo.gif", "gif", out.getvalue()))
    work_off()
    assert Attachment.objects.get().refused
    told = [headers_of(raw).get_body(("plain",)).get_content() for raw in post.mails(AN)]
    assert told
    assert not any("logo.gif" in text for text in told)


def test_a_free_text_on_an_answered_case_is_never_a_yes(post, work_off, make_staff):
    deliver(post, mail())
    work_off()
    case = only_case()
    lan = Actor.staff(make_staff("lan", "specialist", "payments"))
    routing.classify_case(
        case,
        actor=Actor.system("intake"),
        category=Category.objects.filter(
            department__slug="payments", needs_approval=False, parent__isnull=False
        ).first(),
    )
    settle_facts(case, lan)
    answer.send_answer(case, actor=lan, body="Đã xong.")
    work_off()
    assert case.events.filter(kind="answer_delivered").count() == 1
    deliver(post, mail("OK đồng ý", answers=post.mails(AN)[-1]))
    work_off()
    case.refresh_from_db()
    assert case.status == Status.ANSWERED
    assert case.unanswered_since is not None


@pytest.mark.django_db(transaction=True)
def test_two_copies_at_once_make_one_case(post):
    deliver(post, mail())

    def work(_):
        try:
            mailboxes.poll(DESK)
            for item_id in intake.due(10):
                intake.process(item_id)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert Case.objects.count() == 1
    assert Message.objects.filter(direction="in").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_first_mails_of_a_new_customer_at_once_are_one_customer(defaults):
    items = [
        intake.receive_message(Channel.EMAIL, mail(f"thư {n}", subject=f"Thư {n}").as_bytes(), source=DESK)
        for n in range(2)
    ]

    def work(item):
        try:
            intake.process(item.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, items))
    assert Case.objects.count() == 2
    assert Customer.objects.count() == 1


def test_a_mail_that_names_many_cases_costs_as_much_as_one_that_names_two(defaults):
    """Whoever is a party of none of them."""
    cases = [open_case(email=f"khach{number}@khach.example") for number in range(6)]
    for case in cases:
        case.messages.filter(direction="in").update(channel=Channel.EMAIL, external_id=f"<{case.code}@khach.example>")

    def cost(named):
        references = [f"<{case.code}@khach.example>" for case in named]
        found = Inbound(sender_kind="email", sender_address="la@khach.example", references=references)
        with CaptureQueriesContext(connection) as queries:
            assert list(intake_mail._named_cases(found)) == named[::-1]
        return len(queries)

    assert cost(cases) == cost(cases[:2])
