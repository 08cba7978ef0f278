"""The chat console's page and its JSON: for whom, what of it, and what a second try does."""

import itertools
import json
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.actors import Actor
from accounts.customers.models import Contact
from accounts.models import Role
from cases.models import Case, Category
from cases.states import Channel
from cases.workflow import evidence, resolution, routing
from channels_app import drafts
from channels_app.chat import agents, conversations, duties, giving, leaving, talking
from channels_app.models import Attachment, Chat, ChatDuty, Message
from tests.cases.building import open_case, settle_facts
from tests.cases.evidence.files import picture, upload

pytestmark = pytest.mark.django_db
_numbers = itertools.count()

PAGES = ("page", "state", "badge")
SINGLE_GET = ("lines", "card", "colleagues")
SINGLE_POST = ("take", "say", "note", "answer", "read", "hand-over", "classify", "end")


def new_id():
    return f"console-{next(_numbers):06d}"


def began(body="Tôi nạp tiền chưa vào", **how):
    chat, _key = conversations.begin(**how)
    talking.visitor_says(chat, client_id=new_id(), body=body)
    return Chat.objects.get(pk=chat.pk)


def classified(chat, slug, by):
    case = Case.objects.get(chat=chat)
    routing.classify_case(case, actor=Actor.staff(by), category=Category.objects.get(slug=slug))
    return case


@pytest.fixture
def lan(make_staff):
    return make_staff("lan", Role.INTAKE, "intake")


@pytest.fixture
def console(client):
    """console(user): somebody at the console."""

    def enter(user):
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return Console(client)

    return enter


class Console:
    def __init__(self, client):
        self.client = client

    def get(self, name, chat=None, **query):
        return self.client.get(reverse(f"chat_console:{name}", args=[chat.public_id] if chat else []), query)

    def post(self, name, chat=None, **content):
        address = reverse(f"chat_console:{name}", args=[chat.public_id] if chat else [])
        return self.client.post(address, json.dumps(content), content_type="application/json")


def test_nobody_without_an_office_login_gets_an_answer(client, lan):
    chat = began()
    for name in PAGES:
        assert client.get(reverse(f"chat_console:{name}")).status_code == 302
    for name in SINGLE_GET:
        assert client.get(reverse(f"chat_console:{name}", args=[chat.public_id])).status_code == 302
    for name in SINGLE_POST:
        address = reverse(f"chat_console:{name}", args=[chat.public_id])
        assert client.post(address, "{}", content_type="application/json").status_code == 302
    assert Chat.objects.get(pk=chat.pk).state == Chat.State.WAITING


def test_without_the_token_of_the_page_nothing_is_done(lan):
    chat = began()
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(lan)
    for name in SINGLE_POST:
        address = reverse(f"chat_console:{name}", args=[chat.public_id])
        assert strict.post(address, "{}", content_type="application/json").status_code == 403, name
    for name in ("here", "duty", "next"):
        assert strict.post(reverse(f"chat_console:{name}"), "{}", content_type="application/json").status_code == 403
    assert not ChatDuty.objects.exists()
    assert Chat.objects.get(pk=chat.pk).state == Chat.State.WAITING


def test_a_conversation_one_may_not_see_is_not_found_whatever_one_asks(console, lan, make_staff):
    chat = began()
    classified(chat, "deposit-not-credited", lan)
    desk = console(make_staff("tuan", Role.SPECIALIST, "technical"))
    before = Message.objects.count(), Chat.objects.values().get(pk=chat.pk)
    for name in SINGLE_GET:
        assert desk.get(name, chat).status_code == 404, name
    for name in SINGLE_POST:
        answer = desk.post(name, chat, client_id=new_id(), body="x", summary="x", last=1, category=1)
        assert answer.status_code == 404, name
    assert (Message.objects.count(), Chat.objects.values().get(pk=chat.pk)) == before
    state = desk.get("state").json()
    assert (state["waiting"], state["waiting_count"], state["mine"]) == ([], 0, [])
    assert desk.get("badge").json()["waiting"] == 0


def test_auditors_read_cases_but_have_no_console(console, make_staff):
    chat = began()
    desk = console(make_staff("kiem", Role.AUDITOR))
    assert desk.get("page").status_code == 403
    assert desk.post("here").status_code == 403
    assert desk.post("duty", takes_chats=True).status_code == 403
    assert desk.post("take", chat).status_code == 403
    assert desk.post("say", chat, client_id=new_id(), body="x").status_code == 403
    assert desk.get("state").json()["waiting"][0]["may_take"] is False
    assert not ChatDuty.objects.exists()
    assert "/admin/chat/" not in desk.client.get("/admin/").content.decode()


def test_the_page_carries_its_words_and_the_navigation_leads_to_it(console, lan):
    desk = console(lan)
    page = desk.get("page")
    assert page.status_code == 200
    assert "script-src 'self' 'unsafe-eval'" in page["Content-Security-Policy"]
    for part in ("data-chat-console", 'id="chat-words"', 'id="chat-column"', 'id="chat-hand-over"', 'id="desk-keys"'):
        assert part in page.content.decode(), part
    assert 'href="/admin/chat/"' in desk.client.get("/admin/").content.decode()


def test_the_state_shows_who_waits_oldest_first_and_whom_i_talk_with(console, lan):
    first, second, third = began("Một"), began("Hai"), began("Ba")
    agents.take(second, actor=Actor.staff(lan))
    state = console(lan).get("state").json()
    assert [row["last"] for row in state["waiting"]] == ["Một", "Ba"]
    assert [(row["id"], row["code"]) for row in state["mine"]] == [
        (str(second.public_id), Case.objects.get(chat=second).code)
    ]
    assert state["waiting"][0]["waiting_since"] == Chat.objects.get(pk=first.pk).waiting_since.isoformat()
    assert state["duty"] == {"takes_chats": False, "capacity": 3, "is_on_duty": True}
    assert third.state == Chat.State.WAITING


@pytest.mark.parametrize("chats", [1, 6])
def test_the_state_costs_the_same_however_many_wait(console, lan, chats):
    for _ in range(chats):
        began()
        agents.take(began(), actor=Actor.staff(lan))
    desk = console(lan)
    with CaptureQueriesContext(connection) as queries:
        state = desk.get("state").json()
    assert (len(state["waiting"]), len(state["mine"])) == (chats, chats)
    assert len(queries) == 7, [query["sql"][:90] for query in queries]


def test_duty_is_said_and_capacity_kept_within_reason(console, lan):
    desk = console(lan)
    assert desk.post("duty", takes_chats=True, capacity=2).json()["duty"]["capacity"] == 2
    for wrong in ({"takes_chats": "yes"}, {"takes_chats": True, "capacity": 0}, {"takes_chats": True, "capacity": "3"}):
        assert desk.post("duty", **wrong).status_code == 400
    assert desk.client.post("/admin/chat/duty/", "[", content_type="application/json").status_code == 400
    duty = ChatDuty.objects.get()
    assert (duty.takes_chats, duty.capacity) == (True, 2)


def test_talking_taking_noting_and_ending(console, lan):
    chat, desk = began(), console(lan)
    assert desk.post("next").json() == {"id": str(chat.public_id)}
    assert desk.post("next").json()["message"]  # nobody else waits: said in words
    said = desk.post("say", chat, client_id="say-00000001", body="Chào anh", after=0).json()
    again = desk.post("say", chat, client_id="say-00000001", body="Chào anh", after=0).json()
    assert [line["id"] for line in said["lines"]] == [line["id"] for line in again["lines"]]
    desk.post("note", chat, client_id="note-0000001", body="Khách quen")
    lines = desk.get("lines", chat, after=0).json()["lines"]
    assert [line["from"] for line in lines] == ["visitor", "automatic", "agent", "note"]
    assert desk.get("lines", chat, after=lines[-2]["id"]).json()["lines"] == lines[-1:]
    seen_by_visitor = talking.lines_after(Chat.objects.get(pk=chat.pk), 0)
    assert [line["from"] for line in seen_by_visitor] == ["visitor", "automatic", "agent"]
    assert desk.post("end", chat).status_code == 200
    assert desk.get("lines", chat).json()["shown"]["state"]["state"] == "ended"


@pytest.mark.parametrize("name", ["say", "note", "answer"])
@pytest.mark.parametrize(
    "wrong",
    [{"body": ""}, {"body": 5}, {"client_id": "x"}, {"client_id": None}, {"after": -1}, {"body": "x" * 100_001}],
)
def test_what_cannot_be_said_is_refused_and_nothing_is_kept(console, lan, name, wrong):
    chat = began()
    classified(chat, "other", lan)
    agents.take(chat, actor=Actor.staff(lan))
    before = Message.objects.count()
    answer = console(lan).post(name, chat, **{"client_id": new_id(), "body": "Chào", "after": 0, **wrong})
    assert (answer.status_code, Message.objects.count()) == (400, before)
    assert answer.json()["message"]


def test_reading_counts_for_who_has_the_conversation(console, lan, make_staff):
    chat = began()
    agents.take(chat, actor=Actor.staff(lan))
    last = Message.objects.latest("id").pk
    console(make_staff("hoa", Role.INTAKE, "intake")).post("read", chat, last=last)
    assert Chat.objects.get().agent_read == 0
    console(lan).post("read", chat, last=last)
    assert Chat.objects.get().agent_read == last


def test_the_card_shows_contacts_and_only_those_earlier_cases_one_may_see(console, lan):
    chat = began()
    case = Case.objects.get(chat=chat)
    case.customer.name = "<b>An</b>"
    case.customer.save()
    Contact.objects.create(customer=case.customer, kind="email", address="an@khach.example", verified_at=timezone.now())
    seen, hidden = open_case("other", email="x@khach.example"), open_case("staff-conduct", email="y@khach.example")
    Case.objects.filter(pk__in=[seen.pk, hidden.pk]).update(customer=case.customer)
    assert hidden.category.is_restricted
    html = console(lan).get("card", chat).json()["html"]
    assert "&lt;b&gt;An&lt;/b&gt;" in html
    assert "<b>An</b>" not in html
    assert "an@khach.example" in html
    assert seen.code in html
    assert hidden.code not in html


def test_the_card_brings_ones_own_drafts_and_nobody_elses(console, lan, make_staff):
    chat = began()
    case = Case.objects.get(chat=chat)
    drafts.keep(lan, case, "note", "nhớ gọi lại")
    drafts.keep(make_staff("minh", Role.MANAGER), case, "message", "của người khác")
    assert console(lan).get("card", chat).json()["drafts"] == {"note": "nhớ gọi lại"}


def test_the_card_says_what_keeps_the_case_from_being_answered(console, lan, make_staff):
    minh = make_staff("minh", Role.SPECIALIST, "payments")
    chat = began()
    agents.take(chat, actor=Actor.staff(lan))
    answer = console(lan).get("card", chat).json()["answer"]
    assert (answer["may"], bool(answer["why"]), answer["approved"]) == (False, True, "")
    card = console(lan).post("classify", chat, category=Category.objects.get(slug="withdrawal-delayed").pk).json()
    assert card["answer"]["may"] is False
    assert str(Case.objects.get().department) in card["answer"]["why"]
    duties.note_console(minh)
    agents.hand_over(chat, actor=Actor.staff(lan), to=minh, summary="Rút tiền", client_id=new_id())
    answer = console(minh).get("card", chat).json()["answer"]
    assert (answer["may"], answer["is_evidence"]) == (False, True), "nobody has looked for the withdrawal"
    settle_facts(Case.objects.get(), Actor.staff(minh))
    assert console(minh).get("card", chat).json()["answer"]["may"] is True


def test_a_check_on_the_case_page_frees_the_answer_and_the_conversation_says_that_something_changed(console, lan):
    chat = began()
    agents.take(chat, actor=Actor.staff(lan))
    case = classified(chat, "other", lan)
    item = evidence.submit_evidence(case, actor=Actor.customer(case.customer), channel=Channel.CHAT, text="FT2632")
    desk = console(lan)
    card, shown = desk.get("card", chat).json(), desk.get("lines", chat, after=0).json()["shown"]
    assert (card["answer"]["may"], card["answer"]["is_evidence"]) == (False, True)
    assert card["version"] == shown["version"]
    evidence.verify_evidence(item, actor=Actor.staff(lan), result="accepted")
    later = desk.get("lines", chat, after=0).json()["shown"]
    assert later["version"] > shown["version"]
    assert later["state"]["case_status"] == shown["state"]["case_status"]
    assert desk.get("card", chat).json()["answer"]["may"] is True


def test_who_classifies_while_talking_owns_the_case_where_they_may_answer_it(console, lan):
    chat = began()
    agents.take(chat, actor=Actor.staff(lan))
    desk = console(lan)
    assert desk.post("classify", chat, category=Category.objects.get(slug="other").pk).json()["answer"]["may"] is True
    assert Case.objects.get().assignee == lan
    payments = Category.objects.get(slug="withdrawal-delayed").pk
    assert desk.post("classify", chat, category=payments).status_code == 400
    assert Case.objects.get().assignee == lan
    assert 'name="summary"' in desk.get("card", chat).json()["html"]
    assert desk.post("classify", chat, category=payments, summary="Rút tiền chưa về").status_code == 200
    assert Case.objects.get().assignee is None
    assert Chat.objects.get().agent == lan  # goes on talking until handed over


def test_a_matter_one_may_not_know_of_goes_to_those_who_may(console, lan):
    chat = began()
    agents.take(chat, actor=Actor.staff(lan))
    answer = console(lan).post("classify", chat, category=Category.objects.get(slug="staff-conduct").pk)
    assert (answer.status_code, answer.json()) == (200, {})
    assert Chat.objects.get().state == Chat.State.WAITING


@pytest.mark.parametrize("category", [None, 0, "x", 10**9])
def test_a_category_that_is_none_is_refused(console, lan, category):
    chat = began()
    agents.take(chat, actor=Actor.staff(lan))
    assert console(lan).post("classify", chat, category=category).status_code == 400
    assert Case.objects.get().status == "received"


def test_what_needs_approval_is_sent_as_it_was_approved(console, lan, make_staff):
    minh, quan = make_staff("minh", Role.SPECIALIST, "payments"), make_staff("quan", Role.MANAGER)
    Category.objects.filter(slug="deposit-not-credited").update(needs_approval=True)
    chat = began()
    case = classified(chat, "deposit-not-credited", lan)
    agents.take(chat, actor=Actor.staff(minh))
    desk = console(minh)
    refused = desk.post("answer", chat, client_id=new_id(), body="Đã hoàn tiền.")
    assert (refused.status_code, refused.json()["code"]) == (409, "step_not_allowed")
    assert desk.get("card", chat).json()["answer"]["why"]
    case.refresh_from_db()
    settle_facts(case, Actor.staff(minh))
    resolution.start_resolving(case, actor=Actor.staff(minh))
    resolution.propose(case, actor=Actor.staff(minh), body="Đã hoàn tiền.")
    resolution.approve(case, actor=Actor.staff(quan))
    assert desk.get("card", chat).json()["answer"] == {
        "may": True,
        "why": "",
        "is_evidence": False,
        "approved": "Đã hoàn tiền.",
    }
    answer = desk.post("answer", chat, client_id=new_id(), body="Đã hoàn tiền.", after=0).json()
    said = answer["lines"][-1]
    assert (said["body"], said["answer"]) == ("Đã hoàn tiền.", case.answers.get(state="sent").pk)
    assert answer["shown"]["state"]["state"] == "ended"


def test_handing_over_names_who_is_there_and_may(console, lan, make_staff):
    hoa, away, minh = (
        make_staff("hoa", Role.INTAKE, "intake"),
        make_staff("duc", Role.INTAKE, "intake"),
        make_staff("minh", Role.SPECIALIST, "payments"),
    )
    chat = began()
    agents.take(chat, actor=Actor.staff(lan))
    for user in (lan, hoa, minh):
        duties.note_console(user)
    desk = console(lan)
    assert desk.get("colleagues", chat).json() == {"people": [{"id": hoa.pk, "name": str(hoa)}]}
    for to in (away.pk, minh.pk, lan.pk, 10**9, True, "x"):
        assert desk.post("hand-over", chat, client_id=new_id(), to=to, summary="x").status_code == 400
    assert Chat.objects.get().agent == lan
    for _again in range(2):
        assert desk.post("hand-over", chat, client_id="hand-0000001", to=hoa.pk, summary="Hết ca").status_code == 200
    assert Chat.objects.get().agent == hoa
    assert Message.objects.filter(direction="internal").count() == 1


def test_the_one_who_is_slower_hears_who_was_faster(console, lan, make_staff):
    chat = began()
    agents.take(chat, actor=Actor.staff(make_staff("hoa", Role.INTAKE, "intake")))
    answer = console(lan).post("take", chat)
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert "Hoa" in answer.json()["message"]


@pytest.mark.parametrize(
    ("address", "verified", "expected"),
    [
        ("an@khach.example", True, {"mail": "an@khach.example", "known": "an@khach.example"}),
        ("an@khach.example", False, {"mail": "", "known": "an@khach.example"}),
        ("", False, {"mail": "", "known": ""}),
    ],
)
def test_where_the_answer_finds_a_visitor_who_left(console, lan, address, verified, expected):
    chat = began()
    agents.take(chat, actor=Actor.staff(lan))
    if address:
        leaving.leave_contact(chat, email=address)
        Contact.objects.update(verified_at=timezone.now() if verified else None)
    desk = console(lan)
    assert desk.get("lines", chat).json()["shown"]["gone"] is None
    seen = Chat.objects.get().seen_at
    with time_machine.travel(timezone.now() + settings.CHAT_SEEN_FOR + timedelta(seconds=5)):
        gone = desk.get("lines", chat).json()["shown"]["gone"]
    assert gone == {"at": seen.isoformat(), **expected}


def test_a_file_of_the_visitor_is_offered_by_its_safe_address(console, lan):
    chat = began()
    talking.visitor_sends(chat, client_id=new_id(), upload=upload(picture()))
    line = console(lan).get("lines", chat).json()["lines"][-1]
    file = Attachment.objects.get()
    assert line["files"] == [
        {
            "name": file.filename,
            "refused": "",
            "closed": "",
            "item": str(file.evidence_item.public_id),
            "picture": "waiting",
        }
    ]
    seen_by_visitor = talking.lines_after(Chat.objects.get(), 0)[-1]
    assert seen_by_visitor["files"] == [{"name": file.filename, "refused": ""}]


def test_leads_set_the_capacity_of_their_people_managers_of_all(client, lan, make_staff):
    hoa = make_staff("hoa", Role.INTAKE, "intake", lead=True)
    minh = make_staff("minh", Role.SPECIALIST, "payments")
    for user in (lan, minh):
        duties.note_console(user)

    def set_capacity(by, user, capacity):
        client.force_login(by)
        duty = ChatDuty.objects.get(user=user)
        address = reverse("admin:channels_app_chatduty_change", args=[duty.pk])
        client.post(address, {"capacity": capacity, "takes_chats": "on"})
        return ChatDuty.objects.get(user=user).capacity

    assert set_capacity(hoa, lan, 5) == 5
    assert set_capacity(hoa, minh, 6) == 3
    assert set_capacity(make_staff("quan", Role.MANAGER), minh, 7) == 7
    assert set_capacity(lan, lan, 9) == 5
    for wrong in (0, -1, giving.MOST_AT_ONCE + 1, 40_000, "", "x"):
        assert set_capacity(hoa, lan, wrong) == 5


def test_who_waits_is_given_out_once_a_lead_makes_room(
    client, lan, make_staff, defaults, django_capture_on_commit_callbacks
):
    hoa = make_staff("hoa", Role.INTAKE, "intake", lead=True)
    giving.set_duty(lan, takes_chats=False)
    seen = ChatDuty.objects.get(user=lan).seen_at
    chat = began()
    client.force_login(hoa)
    address = reverse("admin:channels_app_chatduty_change", args=[ChatDuty.objects.get(user=lan).pk])
    with django_capture_on_commit_callbacks(execute=True):
        client.post(address, {"capacity": 1, "takes_chats": "on"})
    assert Chat.objects.get(pk=chat.pk).agent == lan
    assert ChatDuty.objects.get(user=lan).seen_at == seen
