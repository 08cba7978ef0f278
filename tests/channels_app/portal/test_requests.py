"""Opening a request on the public page."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone, translation
from django.utils.translation import gettext

from accounts.actors import Actor
from accounts.customers.models import Customer, Notice
from accounts.models import Role
from cases.models import Case, Category
from channels_app.merging import merge_customers
from channels_app.models import Delivery, Message
from channels_app.portal.forms.request import new_token
from tests.cases.evidence.receipts import ADDRESS, CLAIMED, hash_of, receipt_of

pytestmark = pytest.mark.django_db
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc0000003010100c9fe92ef"
    "0000000049454e44ae426082"
)


@pytest.fixture(autouse=True)
def _filled(defaults):
    """Every page here shows the first filling."""


def typed(**changes):
    return {
        "category": "",
        "nature": "service_request",
        "body": "Tôi chuyển 2.000.000đ lúc 9h mà chưa thấy.",
        "name": "Nguyễn Văn An",
        "email": "an@khach.example",
        "token": new_token(Notice.in_force()),
        **changes,
    }


def counts():
    return Case.objects.count(), Customer.objects.count(), Message.objects.count(), Delivery.objects.count()


def test_a_full_request_becomes_a_case_whose_code_is_shown_in_groups(client):
    category = Category.objects.get(slug="deposit-not-credited")
    data = typed(
        category=category.pk,
        subject="Nạp tiền chưa vào",
        nature="complaint",
        transaction_ref="FT123",
        amount="2.000.000đ",
        incident_at="2026-01-02T09:30",
        documents=[SimpleUploadedFile("bien-lai.png", PNG), SimpleUploadedFile("khac.png", PNG + b"\0")],
    )
    response = client.post("/request/", data, headers={"accept-language": "en"})
    assert (response.status_code, response.url) == (302, "/request/done/")
    case = Case.objects.get()
    assert (case.category, case.nature, case.channel) == (category, "complaint", "web")
    assert (case.amount, case.transaction_ref) == (2_000_000, "FT123")
    assert case.incident_at.isoformat() == "2026-01-02T02:30:00+00:00"
    assert (case.notice.version, case.customer.language, case.contact.address) == ("1.0", "en", "an@khach.example")
    assert case.messages.first().body.startswith("Tôi chuyển")
    assert sorted(case.evidence.values_list("filename", flat=True)) == ["bien-lai.png", "khac.png"]
    page = client.get("/request/done/").content.decode()
    assert "".join(f"<span>{group}</span>" for group in case.code.split("-")) in page


def test_what_is_attached_keeps_its_name_and_the_hash_of_where_it_came_from(client):
    data = typed(documents=[SimpleUploadedFile(CLAIMED, PNG, "image/png")])
    assert client.post("/request/", data, REMOTE_ADDR=ADDRESS).status_code == 302
    assert receipt_of(Case.objects.get().evidence.get()) == (CLAIMED, "image/png", hash_of(ADDRESS))


def test_what_has_no_title_is_called_by_its_first_words(client):
    client.post("/request/", typed(body=f"Tôi chuyển\n2.000.000đ {'mà ' * 40}"))
    subject = Case.objects.get().subject
    assert subject.startswith("Tôi chuyển 2.000.000đ mà")
    assert subject.endswith("…")
    assert len(subject) == 80


def test_what_has_to_be_chosen_again_is_said_at_its_field(client):
    files = [SimpleUploadedFile("bien-lai.png", PNG)]
    page = client.post("/request/", typed(body="", documents=files), headers={"accept-language": "en"}).content.decode()
    assert page.index('name="body"') < page.index("please choose them again") < page.index('name="documents"')


def test_what_files_are_taken_is_said_in_full(client):
    page = client.get("/request/", headers={"accept-language": "en"}).content.decode()
    hint = page[page.index('id="id_documents_helptext"') :].partition("</")[0]
    for name in ("JPEG", "PNG", "WebP", "HEIC", "PDF", "plain text"):
        assert name in hint


def test_the_notice_and_its_version_are_shown_before_sending(client):
    page = client.get("/request/", headers={"accept-language": "en"}).content.decode()
    assert "1.0" in page
    assert "never for advertising" in page
    assert 'type="checkbox"' not in page


def test_no_more_than_five_fields_must_be_filled(client):
    page = client.get("/request/").content.decode()
    must = re.findall(r"<(?:input|select|textarea)[^>]* required", page)
    assert 1 <= len(must) + 1 <= 5  # and one of email and telephone


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"body": ""}, "body"),
        ({"body": "  \n "}, "body"),
        ({"body": "x" * 100_001}, "body"),
        ({"body": "a\0b"}, "body"),
        ({"name": ""}, "name"),
        ({"nature": "casino"}, "nature"),
        ({"category": "999999"}, "category"),
        ({"category": "x"}, "category"),
        ({"email": ""}, "email"),
        ({"email": "an@"}, "email"),
        ({"email": "an@khach.example\nBcc: all@khach.example"}, "email"),
        ({"email": "", "phone": "12"}, "phone"),
        ({"email": "", "phone": "hỏi tôi"}, "phone"),
        ({"amount": "hai triệu"}, "amount"),
        ({"amount": "-5"}, "amount"),
        ({"amount": "1e9"}, "amount"),
        ({"amount": "9" * 20}, "amount"),
        ({"incident_at": "hôm qua"}, "incident_at"),
        ({"incident_at": "2999-01-01T00:00"}, "incident_at"),
        ({"incident_at": "1970-01-01T00:00"}, "incident_at"),
        ({"subject": "x" * 301}, "subject"),
        ({"transaction_ref": "x" * 101}, "transaction_ref"),
        ({"website": "https://spam.example"}, "website"),
        ({"documents": SimpleUploadedFile("a.png", b"")}, "documents"),
        ({"documents": SimpleUploadedFile("a.exe", b"MZ" + b"\0" * 100)}, "documents"),
        ({"documents": SimpleUploadedFile("big.png", PNG + b"\0" * (10 * 1024 * 1024))}, "documents"),
        ({"documents": [SimpleUploadedFile(f"{n}.png", PNG) for n in range(11)]}, "documents"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_kept(client, changes, field):
    before = counts()
    response = client.post("/request/", typed(subject="Giữ lại tôi") | changes)
    assert 400 <= response.status_code < 500
    assert list(response.context["form"].errors) == [field]
    assert f'href="#id_{field}"' in response.content.decode()
    if field != "subject":
        assert "Giữ lại tôi" in response.content.decode()
    assert counts() == before


@pytest.mark.parametrize("token", ["", "forged", new_token(None) + "x"])
def test_a_form_without_our_token_is_sent_once_more_and_then_taken(client, token):
    response = client.post("/request/", typed(token=token))
    assert (response.status_code, Case.objects.count()) == (400, 0)
    again = response.context["form"]["token"].value()
    assert client.post("/request/", typed(token=again)).status_code == 302
    assert Case.objects.count() == 1


def test_sending_twice_opens_one_case_and_shows_it_both_times(client):
    data = typed()
    assert client.post("/request/", data).url == client.post("/request/", data).url == "/request/done/"
    assert Case.objects.count() == Message.objects.filter(direction="in").count() == 1


@pytest.mark.parametrize("files_kept", [False, True])
def test_going_back_and_sending_again_shows_the_first_code(client, files_kept):
    """The page was loaded anew: another token, and what the browser kept of the words and files."""

    def files():
        return [SimpleUploadedFile("bien-lai.png", PNG)]

    client.post("/request/", {**typed(), "documents": files()})
    case, before = Case.objects.get(), counts()
    again = {**typed(), **({"documents": files()} if files_kept else {})}
    assert client.post("/request/", again).url == "/request/done/"
    assert counts() == before
    assert client.get("/request/done/").context["case"] == case


@pytest.mark.parametrize("what", ["words", "file", "browser", "next day"])
def test_what_is_not_the_same_again_is_another_request(client, what):
    """Also from the very same form: corrected words are never lost."""
    first = typed()
    client.post("/request/", first)
    if what == "words":
        client.post("/request/", {**first, "body": "Thêm: mã giao dịch FT1"})
    elif what == "file":
        client.post("/request/", {**typed(), "documents": [SimpleUploadedFile("them.png", PNG)]})
    elif what == "browser":
        Client().post("/request/", typed())
    else:
        with time_machine.travel(timezone.now() + timedelta(days=1, minutes=1)):
            client.post("/request/", typed())
    assert Case.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_sending_twice_at_the_same_moment_opens_one_case(client):
    data = typed()

    def send(_number):
        try:
            return Client().post("/request/", data).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(send, range(4))) == [302] * 4
    assert Case.objects.count() == 1


def test_markup_stays_text(client):
    evil = "<script>alert(1)</script>{{ 7|add:7 }}<img src=x onerror=alert(1)>"
    client.post("/request/", typed(subject=evil, body=evil, name=evil))
    assert Case.objects.get().subject == evil
    refused = client.post("/request/", typed(subject=evil, body="", name=evil, email=evil)).content.decode()
    for page in (client.get("/request/done/").content.decode(), refused):
        assert "<script>" not in page
        assert "<img" not in page


def test_too_many_from_one_address_keeps_what_was_typed_and_opens_nothing(client, settings):
    settings.PORTAL_LIMITS = {**settings.PORTAL_LIMITS, "request": (2, 3600)}
    for number in range(2):
        assert client.post("/request/", typed(body=f"Lần {number}"), REMOTE_ADDR="203.0.113.7").status_code == 302
    response = client.post("/request/", typed(body="Xin đừng mất"), REMOTE_ADDR="203.0.113.7")
    assert response.status_code == 429
    assert "Xin đừng mất" in response.content.decode()
    assert Case.objects.count() == 2
    assert client.post("/request/", typed(), REMOTE_ADDR="203.0.113.8").status_code == 302


@pytest.mark.parametrize("refused", ["file", "token"])
def test_everything_typed_stays_as_it_was_typed_where_the_page_comes_again(client, refused):
    filled = {
        "subject": "Nạp <b>tiền</b>",
        "body": "Tôi nạp sáng nay",
        "transaction_ref": "FT123",
        "amount": "1.250.000",
        "name": "Nguyễn Văn An",
        "email": "an@khach.example",
        "phone": "",
    }
    wrong = (
        {"documents": [SimpleUploadedFile("evil.jpg", b"MZ no picture")]} if refused == "file" else {"token": "gone"}
    )
    response = client.post("/request/", typed(**filled, **wrong))
    assert response.status_code in (400, 415)
    form = response.context["form"]
    assert {name: form[name].value() for name in filled} == filled
    again = typed(**{name: form[name].value() for name in filled}, token=form["token"].value())
    assert client.post("/request/", again).status_code == 302
    case = Case.objects.get()
    assert (case.subject, case.amount, case.transaction_ref) == ("Nạp <b>tiền</b>", 1_250_000, "FT123")


def test_what_going_back_must_bring_back_is_not_kept_from_the_browser(client):
    form = client.get("/request/").context["form"]
    assert [name for name, field in form.fields.items() if field.widget.attrs.get("autocomplete") == "off"] == []


def test_a_body_far_too_large_is_refused_unread(client, settings):
    settings.EVIDENCE_MAX_BYTES_PER_CASE = 1000
    response = client.post("/request/", typed(body="x" * 2000))
    assert (response.status_code, Case.objects.count()) == (413, 0)


def test_a_file_of_thirty_megabytes_is_explained_and_what_was_typed_stays(client):
    before = counts()
    film = SimpleUploadedFile("quay.mp4", bytes(30 * 1024 * 1024), "video/mp4")
    response = client.post("/request/", typed(body="Xin đừng mất", documents=[film]))
    assert response.status_code == 413
    assert list(response.context["form"].errors) == ["documents"]
    assert "Xin đừng mất" in response.content.decode()
    assert counts() == before


def test_an_empty_file_is_called_what_it_is_called_elsewhere(client):
    response = client.post("/request/", typed(documents=[SimpleUploadedFile("gia.jpg", b"", "image/jpeg")]))
    with translation.override("vi"):
        assert response.context["form"].errors["documents"] == [gettext("The file is empty. Choose it again.")]


def test_nobody_can_have_somebody_elses_address_mailed_without_end(client, settings):
    limit = settings.MAIL_ACKNOWLEDGEMENTS_PER_HOUR
    for number in range(limit + 2):
        email = "An@khach.example" if number % 2 else "an@khach.example"
        assert client.post("/request/", typed(email=email, body=f"Lần {number}")).status_code == 302
    client.post("/request/", typed(email="", phone="0900000101"))
    client.post("/request/", typed(email="la@khach.example"))
    assert Case.objects.count() == limit + 4
    assert Delivery.objects.filter(state=Delivery.State.CANCELLED, channel="email").count() == 2
    assert Delivery.objects.filter(state=Delivery.State.QUEUED, channel="email").count() == limit + 1
    with time_machine.travel(timezone.now() + timedelta(hours=1, minutes=1)):
        client.post("/request/", typed())
    assert Delivery.objects.filter(state=Delivery.State.QUEUED, channel="email").count() == limit + 2


def test_who_has_no_address_is_shown_every_receipt(client, settings):
    settings.MAIL_ACKNOWLEDGEMENTS_PER_HOUR = 1
    for number in range(3):
        client.post("/request/", typed(email="", phone="0900000101", body=f"Lần {number}"))
    assert not Delivery.objects.filter(state=Delivery.State.CANCELLED).exists()


@pytest.mark.parametrize("number", [11, 150])
def test_too_many_files_are_refused_with_their_limit_and_nothing_typed_is_lost(client, settings, number):
    files = [SimpleUploadedFile(f"{n}.png", PNG) for n in range(number)]
    response = client.post("/request/", typed(body="Xin đừng mất", documents=files), headers={"accept-language": "en"})
    page = response.content.decode()
    assert (response.status_code, Case.objects.count()) == (400, 0)
    assert f"At most {settings.EVIDENCE_MAX_FILES_PER_UPLOAD} files at a time." in page
    assert "Xin đừng mất" in page


def test_far_too_many_files_are_refused_with_their_limit(client, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FILES = 20
    files = [SimpleUploadedFile(f"{n}.png", PNG) for n in range(21)]
    response = client.post("/request/", typed(documents=files), headers={"accept-language": "en"})
    assert (response.status_code, Case.objects.count()) == (413, 0)
    assert f"At most {settings.EVIDENCE_MAX_FILES_PER_UPLOAD} files at a time." in response.content.decode()


def test_without_a_cross_site_token_nothing_opens():
    assert Client(enforce_csrf_checks=True).post("/request/", typed()).status_code == 403
    assert Case.objects.count() == 0


def test_opening_gives_no_way_into_the_case(client):
    """Anybody may type anybody's address; what we answer is for whoever reads its mail."""
    client.post("/request/", typed())
    assert client.get(f"/track/{Case.objects.get().code}/").status_code == 404


def test_a_telephone_number_is_enough(client):
    client.post("/request/", typed(email="", phone="0912 345 678"))
    assert Case.objects.get().contact.address == "+84912345678"


def test_a_case_can_be_opened_at_any_hour_with_a_true_expected_time(client):
    client.post("/request/", typed())
    due = client.get("/request/done/").context["progress"].reply.at
    assert due > timezone.now() - timedelta(seconds=5)


def test_the_notice_that_was_shown_is_kept(client):
    shown = Notice.in_force()
    page = client.get("/request/")
    assert f"{shown.version})" in page.content.decode()
    newer = Notice.objects.create(version="newer", body_vi="mới", body_en="new")
    data = typed(token=page.context["form"]["token"].value())
    wrong = client.post("/request/", data | {"body": ""})  # the page comes back as it was
    assert (wrong.context["notice"], wrong.context["form"]["token"].value()) == (shown, data["token"])
    client.post("/request/", data)
    assert Case.objects.get().notice == shown
    late = client.post("/request/", typed(token="forged", subject="Khác"))
    assert late.context["notice"] == newer
    client.post("/request/", typed(token=late.context["form"]["token"].value(), subject="Khác"))
    assert Case.objects.latest("pk").notice == newer


def test_the_code_is_still_shown_after_its_customer_was_merged_with_another_record(client, make_staff):
    assert client.post("/request/", typed()).status_code == 302
    case = Case.objects.get()
    other = Customer.objects.create(name="Nguyễn Văn An")
    merge_customers(other, case.customer, actor=Actor.staff(make_staff("quan", Role.MANAGER)))
    page = client.get("/request/done/")
    assert (page.status_code, page.context["case"]) == (200, case)
