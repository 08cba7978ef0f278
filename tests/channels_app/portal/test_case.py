"""The case's page, and what the customer does there."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone, translation
from django.utils.translation import gettext

from accounts.actors import Actor
from accounts.models import Role, User
from cases import timeline
from cases.admin.next_up import next_up
from cases.events import flaws_of
from cases.evidence.models import ChecklistItem
from cases.evidence.wanted import Wanted
from cases.models import Case, CaseEvent
from cases.sla.clock import ClockKind
from cases.states import Status
from cases.workflow import answer, evidence, routing
from channels_app import outbox
from channels_app.models import Message

from .test_requests import PNG

pytestmark = pytest.mark.django_db
MUTATING = ("message/", "evidence/", "accept/", "reject/", "withdraw/")


def state():
    return (
        list(Case.objects.order_by("pk").values_list("status", "closed_as", "round", "last_event_hash")),
        CaseEvent.objects.count(),
        Message.objects.count(),
    )


@pytest.mark.parametrize("status", ["received", "routed", "awaiting_customer", "answered", "closed"])
def test_the_page_says_where_the_case_stands(open_case, follow, status):
    case = open_case(status)
    page = follow(case).get(f"/track/{case.code}/", headers={"accept-language": "en"})
    progress = page.context["progress"]
    assert page.status_code == 200
    assert [stage.state for stage in progress.stages].count("current") == (0 if status == "closed" else 1)
    assert (progress.stages[-1].state == "done") == (status == "closed")
    assert progress.is_yours == (status in ("awaiting_customer", "answered"))
    assert (progress.yours is not None) == progress.is_yours
    assert (progress.outcome is not None) == (status in ("received", "routed", "awaiting_customer"))
    assert str(progress.next) in page.content.decode()


@pytest.mark.parametrize("status", ["received", "awaiting_customer", "answered", "closed"])
def test_fetching_any_address_changes_nothing(open_case, follow, status):
    case = open_case(status)
    browser, before = follow(case), state()
    for path in ("", *MUTATING):
        for method in (browser.get, browser.head):
            assert method(f"/track/{case.code}/{path}").status_code in (200, 302)
    assert state() == before


def test_without_access_nothing_can_be_done(open_case):
    case, before = open_case("answered"), state()
    for path in MUTATING:
        assert Client().post(f"/track/{case.code}/{path}", {"body": "x", "answer": 1}).status_code == 404
    assert state() == before


def test_without_a_cross_site_token_nothing_can_be_done(open_case, follow):
    case = open_case("answered")
    browser, before = follow(case, enforce_csrf_checks=True), state()
    for path in MUTATING:
        assert browser.post(f"/track/{case.code}/{path}", {"body": "x"}).status_code == 403
    assert state() == before


def test_accepting_closes_the_case(open_case, follow):
    case = open_case("answered")
    browser = follow(case)
    shown = browser.get(f"/track/{case.code}/accept/").context["answer"]
    assert browser.post(f"/track/{case.code}/accept/", {"answer": shown.pk}).url == f"/track/{case.code}/"
    case.refresh_from_db()
    assert (case.status, case.closed_as) == ("closed", "accepted")
    event = case.events.get(kind="outcome_accepted")
    assert (event.actor_kind, event.actor_id, event.facts["answer"]) == ("customer", str(case.customer_id), shown.pk)
    assert list(flaws_of(case)) == []


@pytest.mark.parametrize("word", ["accept", "reject"])
def test_a_word_said_twice_stands_and_is_thanked_for(open_case, follow, word):
    case = open_case("answered")
    browser, typed = follow(case), {"answer": case.answers.get().pk}
    address = f"/track/{case.code}/{word}/"
    once = browser.post(address, typed, follow=True)
    before = state()
    twice = browser.post(address, typed, follow=True)
    assert told(twice) == told(once)
    assert told(once)[0].level_tag == "success"
    assert state() == before
    other = "reject" if word == "accept" else "accept"
    assert told(browser.post(f"/track/{case.code}/{other}/", typed, follow=True))[0].level_tag == "error"
    assert state() == before


def told(page):
    return list(page.context["messages"])


@pytest.mark.parametrize("word", ["accept", "reject"])
def test_only_the_answer_that_was_read_can_be_accepted_or_rejected(open_case, follow, word):
    case = open_case("answered")
    browser = follow(case)
    read = case.answers.get()
    answer.reject(case, actor=Actor.customer(case.customer))
    answer.send_answer(case, actor=Actor.staff(User.objects.get(username="minh")), body="Câu trả lời khác.")
    before = state()
    for data in ({"answer": read.pk}, {}, {"answer": "x"}):
        assert browser.post(f"/track/{case.code}/{word}/", data).status_code in (302, 400)
    assert state() == before


@pytest.mark.parametrize("reason", ["", "Chưa thấy tiền <b>đâu</b>"])
def test_not_satisfied_reopens_with_or_without_a_reason(open_case, follow, reason):
    case = open_case("answered")
    browser = follow(case)
    asked = browser.get(f"/track/{case.code}/reject/")
    assert case.answers.get().body in asked.content.decode()
    typed = {"reason": reason, "answer": asked.context["form"]["answer"].value()}
    assert browser.post(f"/track/{case.code}/reject/", typed).status_code == 302
    case.refresh_from_db()
    assert (case.status, case.round, case.assignee.username) == ("reopened", 2, "minh")
    page = browser.get(f"/track/{case.code}/", headers={"accept-language": "en"}).content.decode()
    assert "Our earlier answer" in page
    assert "Round 1: answered" in page
    assert "Round 2: somebody else looks at it" in page
    answer.send_answer(case, actor=Actor.staff(case.assignee), body="Đã ghi có hôm nay.")
    for _look in ("answered", "closed"):
        page = browser.get(f"/track/{case.code}/", headers={"accept-language": "en"}).content.decode()
        assert "Round 2: answered" in page
        assert "somebody else looks at it" not in page
        if case.is_open:
            answer.accept(case, actor=Actor.customer(case.customer))


def test_withdrawing_asks_first_and_closes(open_case, follow):
    case = open_case()
    browser = follow(case)
    assert browser.get(f"/track/{case.code}/withdraw/").status_code == 200
    browser.post(f"/track/{case.code}/withdraw/")
    case.refresh_from_db()
    assert (case.status, case.closed_as) == ("closed", "withdrawn")


def test_withdrawing_twice_is_withdrawing(open_case, follow):
    case = open_case()
    browser = follow(case)
    browser.post(f"/track/{case.code}/withdraw/")
    before = state()
    again = browser.post(f"/track/{case.code}/withdraw/", follow=True)
    assert [message.level_tag for message in told(again)][-1] == "success"
    assert state() == before


@pytest.mark.parametrize(
    ("status", "path"),
    [
        ("received", "accept"),
        ("received", "reject"),
        ("closed", "accept"),
        ("closed", "reject"),
        ("closed", "withdraw"),
    ],
)
def test_what_is_not_possible_now_says_so_and_changes_nothing(open_case, follow, status, path):
    case = open_case(status)
    browser, before = follow(case), state()
    response = browser.post(f"/track/{case.code}/{path}/", {"answer": 1}, follow=True)
    assert [message.level_tag for message in told(response)] == ["error"]
    assert "Khách hàng" not in str(told(response)[0])  # our names of the steps
    assert state() == before


def test_a_message_arrives(open_case, follow):
    case = open_case("answered")
    browser = follow(case)
    assert browser.post(f"/track/{case.code}/message/", {"body": "Cảm ơn, để tôi xem"}).status_code == 302
    case.refresh_from_db()
    assert case.status == Status.ANSWERED
    assert case.messages.filter(direction="in", body="Cảm ơn, để tôi xem", author_kind="customer").exists()


def test_a_message_on_a_closed_case_raises_the_reopen_question(open_case, follow):
    case = open_case("closed")
    browser = follow(case)
    assert "decides whether" in browser.get(f"/track/{case.code}/", headers={"accept-language": "en"}).content.decode()
    browser.post(f"/track/{case.code}/message/", {"body": "Tiền lại mất"})
    case.refresh_from_db()
    assert case.status == Status.CLOSED
    assert case.reopen_asked_at is not None


@pytest.mark.parametrize("body", ["", "  ", "a\0b", "x" * 100_001])
def test_a_message_that_cannot_be_taken_is_kept_in_the_form(open_case, follow, body):
    case = open_case()
    browser, before = follow(case), state()
    response = browser.post(f"/track/{case.code}/message/", {"body": body})
    assert response.status_code == 400
    assert list(response.context["message_form"].errors) == ["body"]
    assert state() == before


def test_evidence_completes_what_was_asked(open_case, follow):
    case = open_case("awaiting_customer")
    browser = follow(case)
    receipt, code = case.evidence_requests.get().items.order_by("pk")
    url = f"/track/{case.code}/evidence/"
    assert receipt.name in browser.get(f"/track/{case.code}/").content.decode()
    file = SimpleUploadedFile("biên lai <b>.png", PNG)
    assert browser.post(url, {"item": receipt.pk, "documents": [file]}).status_code == 302
    assert browser.post(url, {"item": code.pk, "text": "FT26001"}).status_code == 302
    case.refresh_from_db()
    assert case.status == Status.VERIFYING
    assert sorted(case.evidence.values_list("filename", "text")) == [("", "FT26001"), ("biên lai <b>.png", "")]
    page = browser.get(f"/track/{case.code}/").content.decode()
    assert "biên lai &lt;b&gt;.png" in page


@pytest.mark.parametrize(("sent", "slug"), [("file", "receipt"), ("text", "transaction-code")])
def test_which_of_several_things_it_is_its_form_says(open_case, follow, sent, slug):
    """Nobody has to say what a picture is: it is no transaction code."""
    case = open_case("awaiting_customer")
    browser = follow(case)
    form = browser.get(f"/track/{case.code}/").context["evidence_form"]
    said = {"item": form["item"].value(), "text": "FT26001"}
    if sent == "file":
        said = {**said, "text": "", "documents": [SimpleUploadedFile("a.png", PNG)]}
    assert browser.post(f"/track/{case.code}/evidence/", said).status_code == 302
    assert case.evidence.get().requested_item.checklist_item.slug == slug


def test_what_something_is_can_be_said_before_anybody_asks(open_case, follow):
    case = open_case("routed")
    browser, url = follow(case), f"/track/{case.code}/evidence/"
    offered = dict(browser.get(f"/track/{case.code}/").context["evidence_form"].fields["thing"].choices)
    assert {"", "receipt"} <= set(offered)
    sent = browser.post(url, {"thing": "receipt", "documents": [SimpleUploadedFile("a.png", PNG)]})
    assert (sent.status_code, case.evidence.get().checklist_item.slug) == (302, "receipt")
    left = browser.get(f"/track/{case.code}/").context["evidence_form"].fields["thing"].choices
    assert "receipt" not in dict(left)
    assert browser.post(url, {"thing": "code-unused", "text": "Chuyện khác"}).status_code == 302  # of an old page
    assert case.evidence.latest("pk").checklist_item is None


def test_no_reply_is_promised_for_after_the_outcome(open_case, follow):
    case, now = open_case("routed"), timezone.now()
    running = case.clocks.filter(stopped_at__isnull=True)
    outcome = running.filter(kind=ClockKind.RESOLUTION)
    running.exclude(kind=ClockKind.RESOLUTION).update(due_at=now + timedelta(hours=1))
    for minutes, replies in ((28, False), (60, False), (90, True), (-5, True)):
        outcome.update(due_at=now + timedelta(minutes=minutes))
        progress = follow(case).get(f"/track/{case.code}/").context["progress"]
        assert (progress.reply is not None, progress.outcome is not None) == (replies, True)


def test_a_refused_file_is_named(open_case, follow):
    files = [SimpleUploadedFile("tot.png", PNG), SimpleUploadedFile("xau.svg", b"<svg onload=alert(1)>")]
    case = open_case("awaiting_customer")
    refused = follow(case).post(f"/track/{case.code}/evidence/", {"item": "", "documents": files})
    assert refused.status_code == 415
    assert "xau.svg: " in str(refused.context["evidence_form"].errors["documents"])


def test_something_else_is_not_what_was_asked(open_case, follow):
    """It is kept, somebody looks at it, and what was asked for is still waited for."""
    case = open_case("awaiting_customer")
    browser = follow(case)
    file = SimpleUploadedFile("khac.png", PNG)
    sent = browser.post(f"/track/{case.code}/evidence/", {"item": "", "text": "Chuyện khác", "documents": [file]})
    assert sent.status_code == 302
    case.refresh_from_db()
    assert case.status == Status.AWAITING_CUSTOMER
    assert case.unanswered_since is not None
    assert set(case.evidence.values_list("requested_item", flat=True)) == {None}
    assert set(case.evidence_requests.get().items.values_list("state", flat=True)) == {"requested"}


def test_who_was_not_shown_what_is_asked_has_not_said_that_it_is_something_else(open_case, follow):
    """Their page was loaded before the request was made: what they send answers it, as a mail would."""
    case = open_case("awaiting_customer")
    follow(case).post(f"/track/{case.code}/evidence/", {"text": "FT26001"})
    assert case.evidence.get().requested_item is not None


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"text": " "},
        {"documents": SimpleUploadedFile("a.exe", b"MZ\0\0")},
        {"text": "tốt", "documents": SimpleUploadedFile("a.svg", b"<svg onload=alert(1)>")},
        {"text": "tốt", "item": "999999"},
        {"text": "tốt", "item": "x"},
        {"text": "x" * 4001},
    ],
)
def test_evidence_that_cannot_be_taken_is_explained_and_nothing_is_kept(open_case, follow, data):
    case = open_case("awaiting_customer")
    browser, before = follow(case), state()
    response = browser.post(f"/track/{case.code}/evidence/", data)
    assert 400 <= response.status_code < 500
    assert response.context["evidence_form"].errors
    assert state() == before
    assert not case.evidence.exists()


def test_rejected_evidence_says_why(open_case, follow):
    case = open_case("awaiting_customer")
    browser = follow(case)
    browser.post(f"/track/{case.code}/evidence/", {"text": "mờ quá"})
    lan = Actor.staff(User.objects.get(username="lan"))
    evidence.verify_evidence(case.evidence.get(), actor=lan, result="rejected", reason="Chụp lại cho rõ số tiền")
    assert "Chụp lại cho rõ số tiền" in browser.get(f"/track/{case.code}/").content.decode()


def test_of_several_things_one_is_enough_before_and_after_it_came(open_case, follow):
    case, lan = open_case("routed"), Actor.staff(User.objects.get(username="lan"))
    wanted = [Wanted(name=name) for name in ("receipt", "statement-line", "transaction-code")]
    evidence.request_evidence(case, actor=lan, items=wanted)
    browser = follow(case)

    def page():
        return browser.get(f"/track/{case.code}/", headers={"accept-language": "en"}).content.decode()

    assert "Or instead: Statement line with the payment" in page()
    assert "Or instead: Transfer receipt" in page()
    assert "For example: FT26326004511, as printed on the bank&#x27;s receipt" in page()
    assert next_up(case).what.endswith("Biên lai chuyển khoản / Dòng sao kê có khoản tiền, Mã giao dịch.")
    assert page().count("please send") == 3
    documents = [SimpleUploadedFile("a.png", PNG)]
    assert browser.post(f"/track/{case.code}/evidence/", {"documents": documents}).status_code == 302
    assert "Or instead" not in page()
    assert page().count("please send") == 1
    assert "not needed any more" in page()


def test_in_what_form_each_thing_is_wanted_stands_beside_it(open_case, follow):
    case, lan = open_case("routed"), Actor.staff(User.objects.get(username="lan"))
    words = {"formats_vi": "Ảnh <b>rõ</b> số tiền", "formats_en": "A <b>sharp</b> picture", "why_vi": "", "why_en": ""}
    ChecklistItem.objects.filter(slug="receipt").update(**words)
    evidence.request_evidence(case, actor=lan, items=[Wanted(name="receipt")])
    browser = follow(case)
    for language, told in (("vi", "Ảnh &lt;b&gt;rõ&lt;/b&gt; số tiền"), ("en", "A &lt;b&gt;sharp&lt;/b&gt; picture")):
        asked = browser.get(f"/track/{case.code}/", headers={"accept-language": language}).content.decode()
        assert told in asked
    letter = case.messages.latest("pk").body
    assert "Biên lai chuyển khoản" in letter
    assert "Ảnh <b>rõ</b> số tiền)" in letter


def test_what_is_asked_besides_is_needed_and_says_why(open_case, follow, make_staff):
    case, lan = open_case("routed"), Actor.staff(User.objects.get(username="lan"))
    evidence.request_evidence(case, actor=lan, items=[Wanted(name="receipt")])
    receipt = evidence.submit_evidence(
        case, actor=Actor.customer(case.customer), channel="web", text="Biên lai FT26001"
    )
    evidence.verify_evidence(receipt, actor=lan, result="accepted")
    boss = Actor.staff(make_staff("son", Role.MANAGER))
    wanted = Wanted(name="statement-line", why="Biên lai không ghi tài khoản nhận", is_besides=True)
    evidence.request_evidence(case, actor=boss, items=[wanted])
    told = case.messages.latest("pk").body
    with translation.override(case.customer.language):
        besides = gettext("(besides what you have already sent)")
    assert f"- Dòng sao kê có khoản tiền {besides}: {wanted.why}" in told
    page = follow(case).get(f"/track/{case.code}/", headers={"accept-language": "en"})
    asked = case.evidence_requests.last().items.get()
    assert asked.pk in [choice for choice, _label in page.context["evidence_form"].fields["item"].choices]
    html = page.content.decode()
    assert "We need this besides what you have already sent." in html
    assert wanted.why in html
    assert "Or instead:" not in html


def test_nothing_asked_and_nothing_sent_has_no_heading_of_its_own(open_case, follow):
    case = open_case()
    address, title = f"/track/{case.code}/", "Documents and information"
    browser = follow(case)
    assert title not in browser.get(address, headers={"accept-language": "en"}).content.decode()
    browser.post(f"{address}evidence/", {"text": "FT26001"})
    assert title in browser.get(address, headers={"accept-language": "en"}).content.decode()


def test_nothing_internal_is_shown(open_case, follow):
    case = open_case("routed")
    lan = Actor.staff(User.objects.get(username="lan"))
    outbox.write_note(case, actor=lan, body="GHI CHÚ NỘI BỘ")
    routing.transfer_case(case, actor=lan, department=_department("technical"), summary="TÓM TẮT NỘI BỘ")
    outbox.write_message(case, actor=Actor.system("outbox"), body="Xin chào Quý khách")
    page = follow(case).get(f"/track/{case.code}/").content.decode()
    assert "Xin chào Quý khách" in page
    shown = {entry.kind for entry in follow(case).get(f"/track/{case.code}/").context["history"]}
    assert "case_opened" in shown
    assert not shown & {"note_added", "case_assigned"}
    assert {"note_added", "case_assigned"} <= set(case.events.values_list("kind", flat=True))
    for secret in ("NỘI BỘ", ">lan", ">Lan", str(User.objects.get(username="lan"))):
        assert secret not in page.partition("<main")[2]


def test_the_page_costs_the_same_however_much_was_said(open_case, follow):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def cost(case):
        browser = follow(case)
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(f"/track/{case.code}/").status_code == 200
        return len(queries)

    small, large = open_case("answered"), open_case("answered", email="binh@khach.example")
    for case, number in ((small, 1), (large, 12)):
        for one in range(number):
            evidence.submit_evidence(case, actor=Actor.customer(case.customer), channel="web", text=f"Mã {one}")
            outbox.write_message(case, actor=Actor.system("outbox"), body=f"Tin {one}")
    assert cost(large) == cost(small) <= 20


def test_a_long_correspondence_is_shown_from_its_end_page_by_page(open_case, follow):
    case = open_case("answered")
    for number in range(300):
        outbox.write_message(case, actor=Actor.system("outbox"), body=f"Tin số {number}.")
    browser, address = follow(case), f"/track/{case.code}/"
    said, page = [], browser.get(address)
    assert "Tin số 299." in page.content.decode()
    assert "Tin số 249." not in page.content.decode()
    assert len(page.context["history"]) == 50
    while True:
        said = [message.pk for message in page.context["correspondence"].rows] + said
        if not (earlier := page.context["correspondence"].earlier):
            break
        assert f"?before={quote(earlier)}#correspondence" in page.content.decode()
        page = browser.get(address, {"before": earlier})
    assert said == list(case.messages.exclude(direction="internal").values_list("pk", flat=True))
    told, page = [], browser.get(address)
    while True:
        told = [entry.number for entry in page.context["history"]] + told
        if not (earlier := page.context["history_before"]):
            break
        page = browser.get(address, {"history": earlier})
    public = CaseEvent.objects.filter(case=case, kind__in=timeline.public_kinds())
    assert told == list(public.values_list("number", flat=True))


def test_loose_forms_of_the_code_lead_to_the_canonical_address(open_case, follow):
    case = open_case()
    assert follow(case).get(f"/track/{case.code.lower()}/").url == f"/track/{case.code}/"


def _department(slug):
    from accounts.models import Department

    return Department.objects.get(slug=slug)


def test_what_was_withdrawn_early_does_not_look_handled(open_case, follow):
    case = open_case()
    browser = follow(case)
    browser.post(f"/track/{case.code}/withdraw/")
    states = [stage.state for stage in browser.get(f"/track/{case.code}/").context["progress"].stages]
    assert states == ["done", "skipped", "skipped", "skipped", "skipped", "done"]


def test_the_page_is_refreshed_in_pieces_only_when_something_happened(open_case, follow):
    case = open_case("routed")
    browser, address = follow(case), f"/track/{case.code}/live/"
    page = browser.get(f"/track/{case.code}/").content.decode()
    seen = case.last_event_number
    assert f'data-live-url="{address}"' in page
    assert f'data-seen="{seen}"' in page
    quiet = browser.get(address, {"seen": seen})
    assert (quiet.status_code, quiet.content) == (204, b"")
    outbox.write_message(case, actor=Actor.staff(User.objects.get(username="lan")), body="Chúng tôi đang xem.")
    outbox.write_note(case, actor=Actor.staff(User.objects.get(username="lan")), body="Chỉ nội bộ")
    fresh = browser.get(address, {"seen": seen})
    assert "no-store" in fresh.headers["Cache-Control"]
    html = fresh.content.decode()
    assert "Chúng tôi đang xem." in html
    assert "Chỉ nội bộ" not in html
    assert "<form" not in html
    assert [part for part in ("standing", "asked", "said") if f'data-live="{part}"' in html] == [
        "standing",
        "asked",
        "said",
    ]


def test_the_pieces_are_shown_to_nobody_else(open_case, follow):
    case, other = open_case("routed"), open_case("routed", email="binh@khach.example")
    assert Client().get(f"/track/{case.code}/live/").status_code == 404
    assert follow(other).get(f"/track/{case.code}/live/").status_code == 404


@pytest.mark.parametrize(("path", "queries"), [("", 19), ("live/", 15), ("live/?seen={seen}", 3)])
def test_following_a_case_costs_so_many_queries(open_case, follow, django_assert_num_queries, path, queries):
    case = open_case("awaiting_customer")
    browser, path = follow(case), path.format(seen=case.last_event_number)
    browser.get(f"/track/{case.code}/{path}")
    with django_assert_num_queries(queries):
        browser.get(f"/track/{case.code}/{path}")
