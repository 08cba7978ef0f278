"""What the desk shows, to whom, and at what cost."""

import re
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from accounts.actors import Actor
from accounts.models import Department, Role, User
from cases.models import Case
from cases.workflow import ending, evidence, routing
from channels_app import intake, outbox
from channels_app.models import Message

pytestmark = pytest.mark.django_db

MARKUP = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}{% now %}"


def queries_of(call):
    with CaptureQueriesContext(connection) as queries:
        assert call().status_code == 200
    return len(queries)


def codes_on(response):
    return re.findall(r'class="desk-code" href="[^"]+">(CS-[\w-]+)<', response.content.decode())


def test_the_list_costs_the_same_for_one_row_and_for_three(desk, people, open_case):
    at = desk(people["lan"])
    open_case("deposit-not-credited")
    at.list(queue="department")  # what is looked up once a process is looked up here
    assert queries_of(lambda: at.list(queue="department")) == 10
    open_case("deposit-not-credited")
    open_case("withdrawal-delayed")
    assert queries_of(lambda: at.list(queue="department")) == 10


def test_the_case_page_costs_the_same_whatever_was_said(desk, people, open_case):
    at, case = desk(people["lan"]), open_case("deposit-not-credited")
    say(case, people["lan"], "một")
    at.page(case)
    assert queries_of(lambda: at.page(case)) == 38
    say(case, people["lan"], "hai")
    say(case, people["minh"], "ba")
    assert queries_of(lambda: at.page(case)) == 38


def test_a_long_conversation_is_shown_from_its_end_page_by_page(desk, people, open_case):
    """Nothing is missing, nothing twice, and each page costs the same."""
    at, case = desk(people["lan"]), open_case("deposit-not-credited")
    at.page(case)
    cost = queries_of(lambda: at.page(case)) + 1  # whoever wrote besides the customer is looked up
    spoken(case, people["lan"], 300)
    assert queries_of(lambda: at.page(case)) <= cost
    said, happened = [], []
    page = at.page(case)
    latest = page.context["entries"][-1].anchor
    assert f'id="{latest}"' in page.content.decode()
    while True:
        said = [entry.anchor for entry in page.context["entries"]] + said
        if not (earlier := page.context["earlier_entries"]):
            break
        assert f"?before={quote(earlier)}#conversation" in page.content.decode()
        assert len(page.context["entries"]) == 50
        page = at.client.get(address_of(case), {"before": earlier})
    assert said == [f"message-{message.pk}" for message in all_of(case)]
    assert len(said) > 300
    page = at.page(case)
    while True:
        happened += [sentence.number for sentence in page.context["history"].rows]
        if not (earlier := page.context["history"].earlier):
            break
        page = at.client.get(address_of(case), {"history": earlier})
    assert happened == sorted((event.number for event in case.events.all()), reverse=True)


@pytest.mark.parametrize("cursor", ["x", "2026-01-01", "2026-01-01T00:00:00", "9" * 5000, "-1", "\x00"])
def test_a_cursor_that_is_none_shows_a_page(desk, people, open_case, cursor):
    at, case = desk(people["lan"]), open_case("deposit-not-credited")
    assert at.client.get(address_of(case), {"before": cursor, "history": cursor}).status_code == 200


def address_of(case):
    return reverse("admin:cases_case_change", args=[case.pk])


def all_of(case):
    return sorted(Message.objects.filter(case=case), key=lambda message: (message.created_at, message.pk))


def spoken(case, user, times):
    """So much was said, and of each that it was."""
    for number in range(times):
        outbox.write_note(case, actor=Actor.staff(user), body=f"Ghi chú {number}")


def say(case, user, text):
    outbox.write_message(case, actor=Actor.staff(user), body=text)
    outbox.write_note(case, actor=Actor.staff(user), body=text)
    evidence.submit_evidence(case, actor=Actor.staff(user), channel=case.channel, text=f"FT {text}")


def test_urgent_cases_come_first_then_what_is_due_first(desk, people, open_case):
    slow, urgent = open_case("withdrawal-delayed"), open_case("deposit-not-credited")
    routing.change_priority(slow, actor=Actor.staff(people["manager"]), priority="low", reason="không gấp")
    assert codes_on(desk(people["lan"]).list(queue="department")) == [urgent.code, slow.code]


@pytest.mark.parametrize("form", ["{}", "cs{0} ", "  {1}"])
def test_a_code_is_found_in_any_form(desk, people, open_case, form):
    case = open_case("deposit-not-credited")
    open_case("deposit-not-credited")
    typed = form.format(case.code if form == "{}" else case.code[3:].replace("-", " ").lower(), case.code.lower())
    assert codes_on(desk(people["lan"]).list(q=typed, queue="reopened")) == [case.code]


@pytest.mark.parametrize(
    "typed", ["chưa về tài", "CHUA VE  tai", "tai khoan chua", "Bùi Gia", "gia-huy@khach", "FT2632600"]
)
def test_a_case_is_found_by_what_is_known_of_it(desk, people, open_case, typed):
    case = open_case(
        "deposit-not-credited",
        subject="Tiền chưa về tài khoản",
        name="Bùi Gia Huy",
        email="gia-huy@khach.example",
        transaction_ref="FT2632600",
    )
    open_case("deposit-not-credited")
    assert codes_on(desk(people["lan"]).list(q=typed)) == [case.code]


@pytest.mark.parametrize("typed", ["\x00", "%", "'; drop table", "CS-", "🙂", "\u0301", "a" * 500])
def test_any_search_is_answered(desk, people, typed):
    assert desk(people["lan"]).list(q=typed).status_code == 200


def test_cases_one_may_not_see_are_not_there(desk, people, open_case):
    case = open_case("deposit-not-credited")
    routing.route_case(case, actor=Actor.staff(people["manager"]), department=case.department)
    at = desk(people["elsewhere"])
    assert codes_on(at.list(queue="all")) == []
    assert codes_on(at.list(q=case.code)) == []
    assert at.page(case).status_code == 404
    assert at.form(case, "note").status_code == 404
    assert at.take(case, "note", body="x").status_code == 404
    assert at.client.get(reverse("admin:cases_case_by_code", args=[case.code])).status_code == 404


def test_the_short_address_takes_any_form_of_the_code(desk, people, open_case):
    case = open_case("deposit-not-credited")
    found = desk(people["lan"]).client.get(reverse("admin:cases_case_by_code", args=[case.code.lower()]))
    assert found.url == reverse("admin:cases_case_change", args=[case.pk])


@pytest.mark.parametrize("role", ["intake", "lan", "manager", "administrator"])
def test_nobody_adds_edits_or_deletes_a_case_by_form(desk, people, open_case, role):
    case = open_case("deposit-not-credited")
    client = desk(people[role]).client
    before = Case.objects.values().get(pk=case.pk)
    assert client.get(reverse("admin:cases_case_add")).status_code == 403
    assert client.post(reverse("admin:cases_case_delete", args=[case.pk]), {"post": "yes"}).status_code == 403
    client.post(reverse("admin:cases_case_change", args=[case.pk]), {"status": "closed", "subject": "khác"})
    assert Case.objects.values().get(pk=case.pk) == before


def test_markup_stays_text_everywhere(desk, people, open_case):
    case = open_case(
        "deposit-not-credited", subject=MARKUP, body=MARKUP, name=MARKUP[:150], transaction_ref=MARKUP[:90]
    )
    actor = Actor.staff(people["lan"])
    outbox.write_note(case, actor=actor, body=MARKUP)
    routing.transfer_case(case, actor=actor, department=Department.objects.get(slug="technical"), summary=MARKUP)
    at = desk(people["manager"])
    for response in (at.page(case), at.list(queue="all"), at.form(case, "transfer"), at.client.get("/admin/")):
        text = response.content.decode()
        assert response.status_code == 200
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert escape(MARKUP) in text


def test_the_page_shows_notes_to_colleagues_and_the_auditor_reads_all(desk, people, open_case):
    case = open_case("deposit-not-credited")
    outbox.write_note(case, actor=Actor.staff(people["lan"]), body="Khách đã gọi hai lần")
    page = desk(people["auditor"]).page(case)
    assert "Khách đã gọi hai lần" in page.content.decode()
    assert page.context["buttons"] == page.context["endings"] == page.context["tabs"] == []


def test_earlier_cases_are_only_those_one_may_see(desk, people, open_case):
    case = open_case("deposit-not-credited", email="an@khach.example")
    hidden = open_case("account-takeover", email="an@khach.example")
    assert hidden.customer == case.customer
    assert desk(people["lan"]).page(case).context["others"] == []
    assert desk(people["manager"]).page(case).context["others"] == [hidden]


def test_a_message_after_the_end_asks_and_can_be_declined(desk, people, open_case):
    case = open_case("deposit-not-credited")
    ending.withdraw(case, actor=Actor.customer(case.customer))
    intake.add_message(case, actor=Actor.customer(case.customer), channel=case.channel, body="Tôi vẫn chưa nhận được")
    at = desk(people["lan"])
    assert codes_on(at.list(queue="asked_to_reopen")) == [case.code]
    assert at.take(case, "decline-reopening", reason="Đã xử lý ở yêu cầu khác").status_code == 302
    case.refresh_from_db()
    assert (case.status, case.reopen_asked_at) == ("closed", None)


def test_who_works_nowhere_does_not_get_in(client, make_staff):
    stranger = User.objects.create_user("nobody", password="rat-bi-mat-1", is_staff=True)
    client.force_login(stranger, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/admin/").status_code == 302
    make_staff("nobody", Role.SPECIALIST, "payments")
    assert client.get("/admin/").status_code == 200


def test_the_desk_speaks_the_persons_language_and_can_be_switched(desk, people):
    client = desk(people["lan"]).client
    assert '<html lang="vi"' in client.get("/admin/").content.decode()
    client.post(reverse("admin:choose_language"), {"language": "en", "next": "/admin/"})
    assert '<html lang="en"' in client.get("/admin/").content.decode()
    client.post(reverse("admin:choose_language"), {"language": "xx"})
    here = reverse("admin:cases_case_changelist") + "?queue=all"
    assert 'name="next" type="hidden" value="/admin/cases/case/?queue=all"' in client.get(here).content.decode()
    assert User.objects.get(pk=people["lan"].pk).language == "en"


def test_who_signs_in_chooses_the_language_of_that_page(client, db):
    address = reverse("admin:login") + "?next=/admin/"
    page = client.get(address, headers={"accept-language": "vi"}).content.decode()
    assert 'value="en" lang="en"' in page
    assert f'name="next" value="{address}"' in page
    assert client.post(reverse("portal:language"), {"language": "en", "next": address}).url == address
    page = client.get(address, headers={"accept-language": "vi"}).content.decode()
    assert '<html lang="en"' in page
    assert 'value="vi" lang="vi"' in page


def test_english_dates_are_written_one_way(desk, people, open_case):
    case = open_case("deposit-not-credited")
    people["lan"].language = "en"
    people["lan"].save()
    opened = timezone.localtime(case.opened_at)
    assert f"{opened.day} {opened:%b %Y %H:%M}" in desk(people["lan"]).page(case).content.decode()


def test_the_policy_is_wider_on_the_desk_only(client, db):
    assert "unsafe-eval" in client.get(reverse("admin:login"))["Content-Security-Policy"]
    assert "unsafe" not in client.get("/healthz")["Content-Security-Policy"]
