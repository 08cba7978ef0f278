"""The hotline page: found, logged, read back; who may; what stays hidden."""

import re
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.utils import timezone

from accounts.actors import Actor
from accounts.customers.directory import Person
from accounts.customers.models import Customer
from accounts.models import Role
from cases import codes
from cases.events import flaws_of
from cases.models import Case, Category
from cases.states import Channel, Priority
from cases.workflow import call_back, routing
from cases.workflow.opening import Matter
from channels_app import calls, intake, outbox
from channels_app.admin.read_back import read_back
from channels_app.models import Call, Message

POSTED = {"number": "+84912345678", "said": "x", "nature": "question", "direction": "in", "outcome": "reached"}
PAGE, LOG = "/admin/hotline/", "/admin/hotline/log/"
PHONE = "+84912345678"


@pytest.fixture
def hoa(make_staff, client):
    user = make_staff("hoa", Role.INTAKE, "intake")
    user.language = "en"
    user.save()
    client.force_login(user)
    client.cookies["django_language"] = "en"
    return user


def request_of(name="An", phone=PHONE, subject="Nạp tiền", category=None, **person):
    return intake.open_request(
        Matter(subject=subject, category=category and Category.objects.get(slug=category)),
        actor=Actor.system("intake"),
        channel=Channel.HOTLINE,
        body="Nội dung bí mật",
        person=Person(name=name, phone=phone, **person),
    )


@pytest.mark.parametrize("typed", ["0912345678", "0912 345 678", "+84 912-345-678", "345678", "Trần"])
def test_a_caller_is_found_by_whatever_is_typed(client, hoa, typed):
    case = request_of(name="Trần Văn An")
    page = client.get(PAGE, {"number": typed}).content.decode()
    assert "Trần Văn An" in page
    assert f'value="case-{case.pk}"' in page
    assert f'value="customer-{case.customer_id}" checked' in page
    assert PHONE not in page.split('<aside class="desk-rail"')[0].replace(f'value="{typed}"', "")


def test_what_is_urgent_stands_first_among_the_cases_of_a_caller(client, hoa, make_staff):
    urgent, normal = request_of(), request_of()
    routing.change_priority(urgent, actor=Actor.staff(make_staff("son", Role.MANAGER)), priority=Priority.URGENT)
    page = client.get(PAGE, {"number": PHONE}).content.decode()
    assert page.index(f'value="case-{urgent.pk}"') < page.index(f'value="case-{normal.pk}"')


def test_a_caller_is_found_by_the_code_in_loose_form(client, hoa):
    case = request_of()
    assert (
        f'value="case-{case.pk}"' in client.get(PAGE, {"number": case.code.lower().replace("-", " ")}).content.decode()
    )


def test_a_new_case_of_a_new_customer(client, hoa):
    category = Category.objects.get(slug="deposit-not-credited")
    answer = client.post(
        LOG,
        {
            "number": "0912345678",
            "about": "new",
            "name": "Lê <b>Thị</b> Hà",
            "said": "Chuyển 2 triệu\nchưa thấy tiền",
            "category": f"{category.parent} – {category.name}",
            "nature": "complaint",
            "transaction_ref": "FT99",
            "amount": "2000000",
            "direction": "in",
            "outcome": "reached",
            "recording_ref": "rec-1",
            "recording_consent": "on",
        },
        follow=True,
    )
    case = Case.objects.get()
    assert answer.redirect_chain == [(f"/admin/hotline/?logged={case.code}", 302)]
    assert (case.category, case.nature, case.transaction_ref, case.amount) == (category, "complaint", "FT99", 2_000_000)
    assert (case.subject, case.customer.name, case.contact.address) == ("Chuyển 2 triệu", "Lê <b>Thị</b> Hà", PHONE)
    page = answer.content.decode()
    for group in case.code.split("-"):
        assert f"<span>{group}</span>" in page
    assert "<b>Thị</b>" not in page


def test_a_case_is_continued(client, hoa):
    case = request_of()
    client.post(
        LOG,
        {**POSTED, "about": f"case-{case.pk}", "said": "Hỏi tiến độ"},
    )
    assert Case.objects.count() == 1
    assert case.messages.filter(direction="in").last().body == "Hỏi tiến độ"
    assert case.calls.get().agent == hoa


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"said": "  "}, "said"),
        ({"about": "case-999999"}, "about"),
        ({"about": "customer-999999"}, "about"),
        ({"about": "x"}, "about"),
        ({"category": "Không có"}, "category"),
        ({"amount": "-1"}, "amount"),
        ({"amount": "x"}, "amount"),
        ({"number": "abc"}, "number"),
        ({"said": "x" * 100_001}, "said"),
        ({"nature": "joke"}, "nature"),
    ],
)
def test_what_is_wrong_is_shown_and_nothing_happens(client, hoa, wrong, field):
    posted = {**POSTED, "about": "new", "said": "Xin chào"}
    answer = client.post(LOG, {**posted, **wrong})
    assert answer.status_code == 200
    assert field in answer.context["form"].errors
    assert not Case.objects.exists()
    assert not Call.objects.exists()
    assert not Customer.objects.exists()


def test_what_a_caller_typed_survives_an_error(client, hoa):
    answer = client.post(LOG, {**POSTED, "about": "new", "name": "Bình", "said": "Đã nói", "category": "?"})
    page = answer.content.decode()
    assert 'value="Bình"' in page
    assert "Đã nói" in page


@pytest.fixture
def in_vietnamese(hoa):
    hoa.language = "vi"
    hoa.save()


@pytest.mark.parametrize("typed", ["khóa", "KHOA", "tai khoan bi khoa", "Tài khoản bị khóa", "account-locked"])
def test_a_category_is_taken_by_the_only_words_that_fit(client, in_vietnamese, typed):
    client.post(LOG, {**POSTED, "about": "new", "category": typed})
    assert Case.objects.get().category == Category.objects.get(slug="account-locked")


def test_words_that_fit_several_categories_choose_none(client, in_vietnamese):
    answer = client.post(LOG, {**POSTED, "about": "new", "category": "tài khoản"})
    assert "category" in answer.context["form"].errors
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"said": " "}, 'name="said"'),
        ({"category": "?"}, 'name="category"'),
        ({"amount": "x", "category": "?"}, 'name="category"'),
        ({"about": "x"}, 'name="about"'),
        ({"number": "abc"}, 'name="said"'),
    ],
)
def test_after_an_error_one_writes_where_it_is(client, hoa, wrong, place):
    page = client.post(LOG, {**POSTED, "about": "new", **wrong}).content.decode()
    (focused,) = [tag for tag in re.findall(r"<(?:input|textarea|select)[^>]*>", page) if " autofocus" in tag]
    assert place in focused


def test_its_keys_are_listed(client, hoa):
    listed = client.get(PAGE).content.decode().partition('id="desk-keys"')[2]
    for key in "nscilo":
        assert f"<kbd>{key}</kbd>" in listed


def test_cases_one_may_not_see_are_neither_shown_nor_continued(client, make_staff, hoa):
    hidden = request_of(subject="Mật", category="account-takeover")
    Category.objects.filter(pk=hidden.category_id).update(is_restricted=True)
    page = client.get(PAGE, {"number": PHONE}).content.decode()
    assert hidden.code not in page
    answer = client.post(
        LOG,
        {**POSTED, "about": f"case-{hidden.pk}"},
    )
    assert "about" in answer.context["form"].errors
    assert Message.objects.filter(case=hidden, direction="in").count() == 1


def test_a_specialist_finds_a_caller_by_the_whole_number_only(client, make_staff, defaults):
    client.force_login(make_staff("minh", Role.SPECIALIST, "technical"))
    case = request_of(category="deposit-not-credited", email="an@khach.example")
    about = f"customer-{case.customer_id}"
    for typed, found in ((PHONE, True), ("0912 345 678", True), ("345678", False), ("an@khach.example", False)):
        page = client.get(PAGE, {"number": typed}).content.decode()
        assert (about in page, case.code in page) == (found, False), typed
        check = client.post(f"/admin/hotline/customers/{case.customer_id}/check/", {"email": "x", "number": typed})
        assert check.status_code == (200 if found else 404)
    refused = client.post(LOG, {**POSTED, "number": "0987654321", "about": about})
    assert "about" in refused.context["form"].errors
    assert (Case.objects.count(), Call.objects.count()) == (1, 0)
    own = Category.objects.filter(department__slug="technical", parent__isnull=False).first()
    assert client.post(LOG, {**POSTED, "about": about, "category": own.slug}).status_code == 302
    assert Case.objects.filter(customer=case.customer).count() == 2


@pytest.mark.parametrize("category", ["", "deposit-not-credited"], ids=["no kind yet", "another department's"])
def test_a_specialist_writes_down_what_is_for_others(client, make_staff, defaults, category):
    """The caller gets the code although the case is nobody's business at this desk afterwards."""
    minh = make_staff("minh", Role.SPECIALIST, "technical")
    client.force_login(minh)
    logged = client.post(LOG, {**POSTED, "about": "new", "name": "An", "category": category})
    case = Case.objects.get()
    assert logged.status_code == 302, logged.context["form"].errors
    page = client.get(logged["Location"]).content.decode()
    assert codes.spelled(case.code)[-1] in page
    assert f"/admin/cases/case/{case.pk}/change/" not in page
    assert client.get(f"/admin/cases/case/{case.pk}/change/").status_code == 404
    assert Call.objects.get().agent == minh
    assert list(flaws_of(case)) == []
    client.force_login(make_staff("mai", Role.SPECIALIST, "account-security"))
    assert client.get(logged["Location"]).status_code == 404


def test_an_auditor_reads_and_logs_nothing(client, make_staff, defaults):
    client.force_login(make_staff("kim", Role.AUDITOR))
    case = request_of()
    page = client.get(PAGE, {"number": PHONE})
    assert page.status_code == 200
    assert b'id="call-form"' not in page.content
    for about in ("new", f"case-{case.pk}"):
        answer = client.post(
            LOG,
            {**POSTED, "about": about},
        )
        assert answer.status_code == 403
    assert (Case.objects.count(), Call.objects.count()) == (1, 0)
    assert client.post(f"/admin/hotline/customers/{case.customer_id}/check/", {"email": "x"}).status_code == 403


def test_calls_owed_and_what_to_tell_are_shown_and_done(client, hoa):
    case = request_of(category="deposit-not-credited")
    outbox.write_message(case, actor=Actor.system("outbox"), body="Tiền đã vào tài khoản")
    calls.report_call(actor=Actor.system("hotline"), call_id="c1", number=PHONE, state="missed")
    page = client.get(PAGE).content.decode()
    assert f"about=case-{case.pk}" in page
    page = client.get(PAGE, {"number": PHONE}).content.decode()
    assert "hotline-tell" in page
    assert "Tiền đã vào tài khoản" in page
    client.post(
        LOG,
        {**POSTED, "about": f"case-{case.pk}", "said": "Đã gọi lại", "direction": "out"},
    )
    assert not call_back.waiting().exists()
    page = client.get(PAGE, {"number": PHONE}).content.decode()
    assert "hotline-tell" not in page
    assert f"about=case-{case.pk}" not in page


def test_an_exchange_call_is_completed_by_the_log(client, hoa):
    call = calls.report_call(actor=Actor.system("hotline"), call_id="c1", number=PHONE, state="answered", agent="hoa")
    assert f'value="{PHONE}"' in client.get(PAGE, {"call": call.pk}).content.decode()
    client.post(
        LOG,
        {**POSTED, "call": call.pk, "about": "new"},
    )
    call.refresh_from_db()
    assert call.case == Case.objects.get()
    assert Call.objects.count() == 1


@pytest.fixture
def recorded(hoa):
    """A call with a recording, about a case that intake may not see."""
    case = request_of(category="account-takeover", phone="+84999888777")
    Category.objects.filter(pk=case.category_id).update(is_restricted=True)
    return Call.objects.create(
        external_id="c9", state="ended", number="+84999888777", case=case, customer=case.customer,
        recording_ref="rec-proof", recording_consent=True,
    )  # fmt: skip


def values_of(call):
    return Call.objects.filter(pk=call.pk).values().get()


def test_a_call_about_a_case_one_may_not_see_is_neither_shown_nor_taken(client, hoa, recorded):
    own, before = request_of(phone="+84900000009"), values_of(recorded)
    page = client.get(PAGE, {"call": recorded.pk}).content.decode()
    assert "999888777" not in page
    for about in ("new", f"case-{own.pk}"):
        answer = client.post(LOG, {**POSTED, "about": about, "call": recorded.pk, "recording_ref": "mine"})
        assert "call" in answer.context["form"].errors
    assert values_of(recorded) == before
    assert own.messages.filter(direction="in").count() == 1


def test_a_call_about_another_case_is_not_taken_from_it(client, hoa, recorded):
    Category.objects.update(is_restricted=False)
    own, before = request_of(phone="+84900000009"), values_of(recorded)
    for about in ("new", f"case-{own.pk}"):
        answer = client.post(LOG, {**POSTED, "about": about, "call": recorded.pk})
        assert "another case" in str(answer.context["form"].errors["call"])
    assert values_of(recorded) == before
    assert Case.objects.count() == 2
    assert own.messages.filter(direction="in").count() == 1


def test_a_recording_stays(client, hoa, recorded):
    Category.objects.update(is_restricted=False)
    about = f"case-{recorded.case_id}"
    assert f'value="{about}" checked' in client.get(PAGE, {"call": recorded.pk}).content.decode()
    posted = {**POSTED, "about": about, "call": recorded.pk, "recording_ref": "mine"}
    assert client.post(LOG, posted).status_code == 302
    recorded.refresh_from_db()
    assert (recorded.recording_ref, recorded.recording_consent) == ("rec-proof", True)


@pytest.mark.parametrize(
    ("said", "matches", "proven"),
    [
        ({"email": "AN@khach.example"}, {"email": True}, False),
        ({"email": "an@khach.example", "external_id": "KH-1"}, {"email": True, "external_id": True}, True),
        ({"email": "an@khach.example", "external_id": "KH-2"}, {"email": True, "external_id": False}, False),
        ({"phone_end": "5678"}, {"phone_end": False}, False),  # the number they call from proves nothing
        ({"phone_end": "0001", "transaction": "ft1"}, {"phone_end": True, "transaction": True}, True),
        ({"phone_end": "", "external_id": "zz"}, {"external_id": False}, False),
    ],
)
def test_facts_are_compared_and_never_shown(client, hoa, said, matches, proven):
    customer = request_of(email="an@khach.example").customer
    customer.external_id = "KH-1"
    customer.save()
    customer.contacts.create(kind="phone", address="+84900000001")
    Case.objects.update(transaction_ref="FT1")
    answer = client.post(f"/admin/hotline/customers/{customer.pk}/check/", {**said, "number": PHONE})
    assert answer.json() == {"matches": matches, "proven": proven}
    entry = LogEntry.objects.get()
    assert entry.user == hoa
    assert not any(text and text in entry.change_message for text in said.values())


def test_the_page_costs_the_same_however_much_it_shows(client, hoa, django_assert_num_queries):
    for number in range(2):
        request_of(name=f"Trần {number}", phone=f"+8491234567{number}")
    calls.report_call(actor=Actor.system("hotline"), call_id="first", number="+84912345670", state="missed")
    client.get(PAGE, {"number": "Trần"})
    with django_assert_num_queries(QUERIES):
        client.get(PAGE, {"number": "Trần"})
    for number in range(6):
        for _again in range(3):
            request_of(name=f"Trần {number}", phone=f"+8491234567{number}")
        calls.report_call(
            actor=Actor.system("hotline"), call_id=f"c{number}", number=f"+8491234567{number}", state="missed",
            at=timezone.now() - timedelta(minutes=number),
        )  # fmt: skip
    with django_assert_num_queries(QUERIES):
        client.get(PAGE, {"number": "Trần"})


QUERIES = 12


@pytest.mark.parametrize(
    ("language", "words"), [("vi", ["bảy", "Khánh", "ba", "Mai"]), ("en", ["seven", "Kilo", "three", "Mike"])]
)
def test_codes_are_spelled_in_the_customers_language(language, words):
    groups = read_back("CS-7K3M-0A1B-ZWX", language)
    assert [word for _character, word in groups[0]] == words
    assert ["".join(character for character, _word in group) for group in groups] == ["7K3M", "0A1B", "ZWX"]
