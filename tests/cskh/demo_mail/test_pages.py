"""A demo customer reads and writes mail in the browser; it goes over the real servers."""

from email import message_from_bytes
from email.header import decode_header, make_header

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings
from django.utils.html import escape

from accounts.customers.models import Contact, Customer
from accounts.models import User
from cskh.demo_mail import reading
from tests.cskh.demo_mail.test_servers import DESK, LAN, send

pytestmark = [pytest.mark.urls("tests.cskh.demo_mail.urls"), pytest.mark.django_db]


@pytest.fixture
def mail(smtp_server, imap_server, settings):
    settings.DATA_DIR = smtp_server.root.parent
    return smtp_server


def on_disk(root):
    return sorted(path for path in root.rglob("*")) if root.exists() else []


def test_a_written_mail_arrives_with_its_picture_and_stays_in_the_senders_box(client, mail):
    photo = SimpleUploadedFile("biên lai.jpg", b"\xff\xd8\xffphoto", "image/jpeg")
    answer = client.post(
        f"/demo/mail/{LAN}/write/",
        {"to": DESK, "subject": "Chưa nhận được tiền", "body": "Tôi đã chuyển khoản.", "attached": [photo]},
    )
    assert answer.status_code == 302
    [raw] = mail.mails(DESK)
    arrived = message_from_bytes(raw)
    assert str(make_header(decode_header(arrived["Subject"]))) == "Chưa nhận được tiền"
    assert arrived["From"] == LAN
    assert [part.get_payload(decode=True) for part in arrived.walk() if part.get_filename()] == [b"\xff\xd8\xffphoto"]
    [thread] = reading.threads(LAN)
    assert [(shown.is_own, shown.mail.message_id) for shown in thread.mails] == [(True, arrived["Message-ID"])]


def test_a_reply_names_and_quotes_what_it_answers_and_joins_its_thread(client, mail):
    client.post(f"/demo/mail/{LAN}/write/", {"to": DESK, "subject": "Hỏi", "body": "Xin chào"})
    first = message_from_bytes(mail.mails(DESK)[0])["Message-ID"]
    send(
        mail,
        (
            f"From: CSKH <{DESK}>\r\nTo: {LAN}\r\nSubject: Re: Hoi [CS-1]\r\nMessage-ID: <desk-1@benxanh.example>\r\n"
            f"In-Reply-To: {first}\r\nReferences: {first}\r\n\r\nYour code is CS-1\r\n"
        ).encode(),
        sender=DESK,
        to=[LAN],
    )
    [thread] = reading.threads(LAN)
    page = client.get(f"/demo/mail/{LAN}/{thread.key}/").content.decode()
    assert "Your code is CS-1" in page
    assert DESK in page
    assert client.post(f"/demo/mail/{LAN}/{thread.key}/", {"body": "Cảm ơn"}).status_code == 302
    reply = message_from_bytes(mail.mails(DESK)[1])
    assert reply["Subject"] == "Re: Hoi [CS-1]"
    assert reply["In-Reply-To"] == "<desk-1@benxanh.example>"
    assert reply["References"].split() == [first, "<desk-1@benxanh.example>"]
    assert "> Your code is CS-1" in reply.get_payload(decode=True).decode()
    [thread] = reading.threads(LAN)
    assert [shown.words for shown in thread.mails] == ["Xin chào", "Your code is CS-1", "Cảm ơn"]


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</div><b>x</b>"])
def test_markup_in_any_field_is_shown_as_text(client, mail, hostile):
    send(
        mail,
        (
            f'From: "{hostile}" <{DESK}>\r\nSubject: {hostile}\r\nMIME-Version: 1.0\r\n'
            f"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n{hostile}\r\n"
            f'--b\r\nContent-Type: text/html\r\nContent-Disposition: attachment; filename="{hostile}"\r\n\r\nx\r\n--b--\r\n'
        ).encode(),
        to=[LAN],
    )
    [thread] = reading.threads(LAN)
    for address in ("/demo/mail/", f"/demo/mail/{LAN}/", f"/demo/mail/{LAN}/{thread.key}/"):
        page = client.get(address).content.decode()
        assert hostile not in page
        assert (escape(hostile) in page) == (LAN in address)  # the list of boxes shows no mail
        assert "<b>" not in page


def test_an_attachment_is_downloaded_whole_and_never_shown_in_place(client, mail):
    send(
        mail,
        b"Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhi\r\n"
        b'--b\r\nContent-Type: text/html\r\nContent-Disposition: attachment; filename="a.html"\r\n\r\n<b>x</b>\r\n--b--\r\n',
        to=[LAN],
    )
    answer = client.get(f"/demo/mail/{LAN}/INBOX/1/0/")
    assert answer.content.strip() == b"<b>x</b>"
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    "address",
    [
        "/demo/mail/no-address/",
        "/demo/mail/a@b/0123456789abcdef/",
        f"/demo/mail/{LAN}/INBOX/1/7/",
        f"/demo/mail/{LAN}/INBOX/99/0/",
        f"/demo/mail/{LAN}/Other/1/0/",
    ],
)
def test_what_is_not_there_is_404(client, mail, address):
    send(mail, b"Subject: x\r\n\r\nx", to=[LAN])
    assert client.get(address).status_code == 404


def test_looking_at_an_address_without_mail_makes_nothing(client, mail):
    before = on_disk(mail.root)
    assert client.get("/demo/mail/?address=new@khach.example").headers["Location"] == "/demo/mail/new@khach.example/"
    assert client.get("/demo/mail/new@khach.example/").status_code == 200
    assert client.get("/demo/mail/").status_code == 200
    assert on_disk(mail.root) == before


def test_customers_and_staff_are_listed_apart_and_the_desk_not_at_all(client, mail):
    User.objects.create(username="son", email="son@benxanh.example")
    Contact.objects.create(customer=Customer.objects.create(), kind=Contact.Kind.EMAIL, address="new@khach.example")
    send(mail, b"Subject: x\r\n\r\nx", to=[LAN, DESK, "son@benxanh.example"])
    assert reading.known_boxes() == reading.KnownBoxes([LAN, "new@khach.example"], ["son@benxanh.example"])
    page = client.get("/demo/mail/").content.decode()
    assert [name in page for name in (LAN, "new@khach.example", "son@benxanh.example", DESK)] == [
        True,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    "change",
    [{"to": "stranger@other.example"}, {"body": ""}, {"subject": ""}],
)
def test_a_form_that_is_not_right_sends_nothing(client, mail, change):
    form = {"to": DESK, "subject": "s", "body": "b"} | change
    assert client.post(f"/demo/mail/{LAN}/write/", form).status_code == 200
    assert mail.mails(DESK) == mail.mails(LAN, "Sent") == []


def test_a_subject_adds_no_header(client, mail):
    client.post(f"/demo/mail/{LAN}/write/", {"to": DESK, "subject": "a\r\nBcc: victim@x.example", "body": "b"})
    arrived = message_from_bytes(mail.mails(DESK)[0])
    assert (arrived["Subject"], arrived["Bcc"]) == ("a Bcc: victim@x.example", None)
    assert mail.mails("victim@x.example") == []


def test_a_mail_server_that_is_away_is_said_and_the_words_are_kept(client, mail):
    with override_settings(EMAIL_PORT=1):
        answer = client.post(f"/demo/mail/{LAN}/write/", {"to": DESK, "subject": "s", "body": "my words"})
    assert answer.status_code == 200
    assert "my words" in answer.content.decode()
    assert answer.context["form"].non_field_errors()
    assert mail.mails(DESK) == []
