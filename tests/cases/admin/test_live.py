"""What an open page fetches by itself, what it may be told, and words that are not said yet."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.actors import Actor
from accounts.models import User
from cases.admin import case_page
from cases.admin.conversation import entries_of
from cases.admin.news import news_since
from cases.workflow import routing
from channels_app import calls, drafts, holding, intake, outbox
from channels_app.models import Call, Draft, HeldSend
from tests.cases.building import settle_facts

pytestmark = pytest.mark.django_db

HOTLINE = Actor.system("hotline")


def part(text, name):
    return re.search(rf'data-live="{name}"[^>]*>(.*?)(?=<div[^>]* data-live=|\Z)', text, re.S)[1]


def live(at, case, **query):
    address = reverse("admin:cases_case_change", args=[case.pk])
    return at.client.get(address, {"fragment": "live", **query})


def queries_of(call):
    with CaptureQueriesContext(connection) as queries:
        assert call().status_code == 200
    return len(queries)


def write_on(at, case, kind, body, **more):
    return at.client.post(reverse("admin:cases_case_draft", args=[case.pk, kind]), {"body": body, **more})


def ring(call_id="call-1", **report):
    told = {"number": "0912345678", "state": "ringing", **report}
    return calls.report_call(actor=HOTLINE, call_id=call_id, **told)


# The case page


def test_the_fragment_has_every_part_of_the_page_and_nothing_around_it(desk, people, open_case):
    at, case = desk(people["lan"]), open_case("deposit-not-credited")
    page, fragment = at.page(case).content.decode(), live(at, case).content.decode()
    names = re.findall(r'data-live="(\w+)"', page)
    assert names == ["top", "conversation", "held", "composer", "complaint", "evidence", "records", "history", "rail"]
    assert sorted(re.findall(r'data-live="(\w+)"', fragment)) == sorted(names)
    assert "<html" not in fragment
    for text in (page, fragment):
        assert f'data-seen="{case.last_event_number}"' in text


def test_the_fragment_costs_the_same_whatever_happened(desk, people, open_case):
    at, case = desk(people["lan"]), open_case("deposit-not-credited")
    since = case.last_event_number
    outbox.write_note(case, actor=Actor.staff(people["minh"]), body="một")
    live(at, case, since=since)
    assert queries_of(lambda: live(at, case, since=since)) == 37
    for number in range(5):
        outbox.write_note(case, actor=Actor.staff(people["minh"]), body=f"ghi chú {number}")
    assert queries_of(lambda: live(at, case, since=since)) == 37


def test_the_news_is_what_others_did_in_words(desk, people, open_case):
    case, lan = open_case("deposit-not-credited"), Actor.staff(people["lan"])
    since = str(case.last_event_number)
    outbox.write_note(case, actor=lan, body="của tôi")
    assert news_since(case, lan, since) == ""
    intake.add_message(case, actor=Actor.customer(case.customer), channel=case.channel, body="Sao rồi?")
    routing.assign_case(case, actor=Actor.staff(people["minh"]), assignee=people["minh"])
    said = news_since(case, lan, since)
    assert said.startswith(f"{people['minh']}: ")
    assert "Sao rồi" not in said
    assert said.count(". ") == 1
    assert live(desk(people["lan"]), case, since=since).context["news"] == said


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("defaults")
def test_the_fragment_is_of_one_moment_whatever_comes_in_while_it_is_made(desk, people, open_case, monkeypatch):
    case = open_case("deposit-not-credited")
    since = case.last_event_number

    def write():
        try:
            intake.add_message(case, actor=Actor.customer(case.customer), channel=case.channel, body="Sao rồi?")
        finally:
            connection.close()

    def then_somebody_writes(*args):
        shown = entries_of(*args)
        with ThreadPoolExecutor(1) as thread:
            thread.submit(write).result()
        return shown

    monkeypatch.setattr(case_page, "entries_of", then_somebody_writes)
    text = live(desk(people["lan"]), case, since=since).content.decode()
    assert f'data-seen="{since}"' in text
    assert '<p id="case-news"></p>' in text
    monkeypatch.undo()
    after = live(desk(people["lan"]), case, since=since)
    assert after.context["news"]
    assert "Sao rồi?" in part(after.content.decode(), "conversation")


@pytest.mark.parametrize("since", ["", "x", "-1", "9" * 30, "\x00"])
def test_a_number_that_is_none_is_no_news(desk, people, open_case, since):
    answer = live(desk(people["lan"]), open_case("deposit-not-credited"), since=since)
    assert (answer.status_code, answer.context["news"]) == (200, "")


def test_the_fragment_is_for_those_who_may_see_the_case(desk, people, open_case, client):
    case = open_case("deposit-not-credited")
    routing.assign_case(case, actor=Actor.staff(people["lan"]), assignee=people["lan"])
    assert live(desk(people["elsewhere"]), case).status_code == 404
    client.logout()
    assert client.get(reverse("admin:cases_case_change", args=[case.pk]), {"fragment": "live"}).status_code == 302


# Drafts


def test_a_draft_is_kept_shown_to_its_author_alone_and_gone_once_sent(desk, people, open_case):
    case, at = open_case("deposit-not-credited"), desk(people["lan"])
    saved = write_on(at, case, "message", "Chúng tôi đang <b>kiểm")
    assert saved.status_code == 200
    assert saved.json()["text"]
    assert "Chúng tôi đang &lt;b&gt;kiểm" in part(at.page(case).content.decode(), "composer")
    for other in ("minh", "manager", "auditor"):
        assert "Chúng tôi đang" not in desk(people[other]).page(case).content.decode()
    at = desk(people["lan"])
    assert at.take(case, "message", body="Chúng tôi đang kiểm tra.").status_code == 302
    assert not Draft.objects.exists()


def test_the_tab_with_the_latest_draft_is_open(desk, people, open_case):
    case, at = open_case("deposit-not-credited"), desk(people["lan"])

    def opened():
        return [tab.action.name for tab in at.page(case).context["tabs"] if tab.open]

    assert opened() == ["message"]
    write_on(at, case, "message", "một")
    write_on(at, case, "note", "hai")
    assert opened() == ["note"]


def test_a_draft_survives_transfer_refusal_and_logout(desk, people, open_case):
    case, at = open_case("deposit-not-credited"), desk(people["lan"])
    write_on(at, case, "answer", "Đã ghi có.")
    old = case.last_event_number
    outbox.write_note(case, actor=Actor.staff(people["minh"]), body="Khoan")
    address = reverse("admin:cases_case_step", args=[case.pk, "answer"])
    assert at.client.post(address, {"version": old, "body": "Đã ghi có hai triệu."}).status_code == 409
    routing.assign_case(case, actor=Actor.staff(people["minh"]), assignee=people["minh"])
    at.client.logout()
    assert "Đã ghi có hai triệu." in desk(people["lan"]).page(case).content.decode()


def test_what_can_no_longer_be_said_here_is_still_shown_and_can_be_thrown_away(desk, people, open_case):
    case, at = open_case("deposit-not-credited"), desk(people["lan"])
    write_on(at, case, "propose", "Hoàn 2.000.000đ")  # no approval is needed here: it cannot be proposed
    assert [one.body for one in at.page(case).context["left_over"]] == ["Hoàn 2.000.000đ"]
    assert write_on(at, case, "propose", "", discard="1").status_code == 302
    assert not Draft.objects.exists()


def test_no_draft_where_one_may_not_look_nor_without_the_right_request(desk, people, open_case, client):
    case = open_case("deposit-not-credited")
    assert write_on(desk(people["elsewhere"]), case, "message", "x").status_code == 404
    at = desk(people["lan"])
    assert write_on(at, case, "transfer", "x").status_code == 400
    assert write_on(at, case, "message", "a" * 100_001).status_code == 400
    address = reverse("admin:cases_case_draft", args=[case.pk, "message"])
    assert client.get(address).status_code == 405
    client.logout()
    assert client.post(address, {"body": "x"}).status_code == 302
    assert not Draft.objects.exists()


# What is held


@pytest.fixture
def held_for_a_while(settings):
    settings.SEND_HOLD_SECONDS = 8


@pytest.mark.usefixtures("held_for_a_while")
def test_what_is_sent_is_on_its_way_seen_by_colleagues_and_can_be_undone(desk, people, open_case):
    case, at = open_case("deposit-not-credited"), desk(people["lan"])
    events = case.events.count()
    assert at.take(case, "message", body="Gửi nhầm rồi").status_code == 302
    held = HeldSend.objects.get()
    undo = reverse("admin:cases_case_undo", args=[case.pk, held.pk])
    assert undo in part(at.page(case).content.decode(), "held")
    assert "Gửi nhầm rồi" not in part(at.page(case).content.decode(), "conversation")
    seen = part(desk(people["minh"]).page(case).content.decode(), "held")
    assert "Gửi nhầm rồi" in seen
    assert undo not in seen
    at = desk(people["lan"])
    assert at.client.post(undo).status_code == 302
    page = at.page(case)
    assert (page.context["held"], page.context["tabs"][0].text) == (None, "Gửi nhầm rồi")
    assert case.events.count() == events
    assert not case.messages.filter(body="Gửi nhầm rồi").exists()


@pytest.mark.usefixtures("held_for_a_while")
def test_a_colleague_is_told_that_something_is_on_its_way_and_keeps_the_text(desk, people, open_case):
    case = open_case("deposit-not-credited")
    settle_facts(case, Actor.staff(people["lan"]))
    desk(people["lan"]).take(case, "answer", body="Đã ghi có.")
    refused = desk(people["minh"]).take(case, "answer", body="Tôi cũng trả lời")
    assert refused.status_code == 409
    assert str(people["lan"]) in refused.content.decode()
    assert drafts.drafts_of(people["minh"], case)["answer"].body == "Tôi cũng trả lời"
    assert HeldSend.objects.count() == 1


@pytest.mark.usefixtures("held_for_a_while")
def test_sent_twice_is_held_once_and_a_note_is_never_held(desk, people, open_case):
    case, at = open_case("deposit-not-credited"), desk(people["lan"])
    assert at.take(case, "message", body="một").status_code == 302
    assert at.take(case, "message", body="một").status_code == 409
    assert at.take(case, "note", body="Ghi ngay").status_code == 302
    assert HeldSend.objects.count() == 1
    assert case.messages.filter(body="Ghi ngay").exists()


@pytest.mark.usefixtures("held_for_a_while")
def test_undo_is_for_the_author_and_not_too_late(desk, people, open_case):
    case = open_case("deposit-not-credited")
    desk(people["lan"]).take(case, "message", body="một")
    held = HeldSend.objects.get()
    undo = reverse("admin:cases_case_undo", args=[case.pk, held.pk])
    assert desk(people["elsewhere"]).client.post(undo).status_code == 404
    assert desk(people["minh"]).client.post(undo).status_code == 302  # told that it is not theirs to undo
    assert holding.waiting(case) == held
    HeldSend.objects.update(send_at=case.opened_at)
    holding.release(held.pk)
    desk(people["lan"]).client.post(undo)
    assert case.messages.filter(body="một").exists()
    assert not Draft.objects.exists()


@pytest.mark.usefixtures("held_for_a_while")
def test_what_came_back_says_why(desk, people, open_case):
    case, at = open_case("deposit-not-credited"), desk(people["lan"])
    settle_facts(case, Actor.staff(people["lan"]))
    at.take(case, "answer", body="Đã ghi có.")
    intake.add_message(case, actor=Actor.customer(case.customer), channel=case.channel, body="Thôi khỏi")
    HeldSend.objects.update(send_at=case.opened_at)
    holding.release(HeldSend.objects.get().pk)
    assert at.client.get(reverse("live-me")).json()["unread"] > 0
    shown = part(at.page(case).content.decode(), "composer")
    assert HeldSend.objects.get().error in shown
    assert "Đã ghi có." in shown


# The bell, and telephones


def ringing_for(at):
    return at.client.get(reverse("live-me")).json()["calls"]


def test_the_bell_and_what_rings_for_whom(desk, people):
    people["lan"].phone_extension = "104"
    people["lan"].save()
    ring()
    ring("call-2", number="", agent="104")
    assert [call["number"] for call in ringing_for(desk(people["intake"]))] == ["+84912345678"]
    assert len(ringing_for(desk(people["lan"]))) == 1
    assert ringing_for(desk(people["minh"])) == ringing_for(desk(people["auditor"])) == []
    ring("call-2", number="", agent="104", state="answered")
    assert ringing_for(desk(people["lan"])) == []
    User.objects.filter(pk=people["intake"].pk).update(presence="off_duty")
    assert ringing_for(desk(people["intake"])) == []


def test_the_pop_knows_the_customer_and_leads_to_the_filled_in_page(desk, people, open_case):
    case = open_case("deposit-not-credited", name="Bùi Gia Huy")
    case.customer.contacts.create(kind="phone", address="+84912345678")
    ring()
    at = desk(people["intake"])
    (call,) = ringing_for(at)
    assert call["customer"] == "Bùi Gia Huy"
    page = at.client.get(call["url"])
    assert page.context["text"] == "+84912345678"
    assert page.context["found"][0].customer == case.customer


def test_asking_costs_the_same_however_much_rings(desk, people):
    at = desk(people["intake"])
    ring()
    ringing_for(at)
    assert queries_of(lambda: at.client.get(reverse("live-me"))) == 6
    ring("call-2", number="0912345679")
    assert queries_of(lambda: at.client.get(reverse("live-me"))) == 6


def test_a_call_that_never_ended_does_not_ring_for_ever(desk, people):
    ring()
    Call.objects.update(started_at="2026-01-01T00:00:00Z")
    assert ringing_for(desk(people["intake"])) == []


def test_who_is_not_signed_in_is_told_nothing(client, db):
    assert client.get(reverse("live-me")).status_code == 302
