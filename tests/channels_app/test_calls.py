"""Telephone calls: reports in any order, call-backs, and what staff write down."""

import threading
from datetime import timedelta
from itertools import permutations

import pytest
from django.db import connection
from django.utils import timezone

from accounts.actors import Actor
from accounts.customers.directory import Person
from accounts.customers.models import Contact, Customer
from accounts.models import ApiClient, Role, Scope
from cases.events import flaws_of
from cases.models import Case, Category, FollowUp
from cases.sla.clock import ClockKind
from cases.states import Channel, Priority, Status
from cases.workflow import call_back, routing
from cases.workflow.call_back import CallOutcome
from cases.workflow.opening import Matter
from channels_app import calls, intake
from channels_app.calls import CallNotes
from channels_app.models import Call, Delivery, InboundItem, Message
from cskh.core.errors import Invalid, NotPermitted, NotVisible

HOTLINE = Actor.system("hotline")
NUMBER = "+84912345678"
T0 = timezone.now() - timedelta(minutes=5)


@pytest.fixture
def exchange(defaults):
    return Actor.integration(ApiClient.objects.create_with_key("exchange", [Scope.CALLS])[0])


@pytest.fixture
def report(exchange):
    def make(state, *, call_id="c1", number="0912 345 678", after=0, **more):
        return calls.report_call(
            actor=exchange, call_id=call_id, number=number, state=state, at=T0 + timedelta(seconds=after), **more
        )

    return make


@pytest.fixture
def hoa(make_staff):
    return make_staff("hoa", Role.INTAKE, "intake")


def known_case(**matter):
    return intake.open_request(
        Matter(subject="Nạp tiền", **matter),
        actor=Actor.system("intake"),
        channel=Channel.WEB,
        body="Tôi đã chuyển khoản",
        person=Person(name="An", phone=NUMBER),
    )


AFTER = {"ringing": 0, "answered": 10, "missed": 12, "ended": 60}


@pytest.mark.parametrize(
    ("states", "end", "owed"),
    [
        (("ringing",), "ringing", 0),
        (("answered",), "answered", 0),
        (("ended",), "ended", 0),
        (("missed",), "missed", 1),
        (("ringing", "answered", "ended"), "ended", 0),
        (("ringing", "missed", "ended"), "missed", 1),
        (("ringing", "ended"), "ended", 0),
        (("missed", "answered", "ended"), "ended", 0),  # one desk did not pick up, the next one did
    ],
)
@pytest.mark.django_db
def test_states_add_up_in_every_order_and_repeated(report, states, end, owed):
    for number, order in enumerate(permutations(states)):
        phone = f"+8491234{number:04d}"
        for state in (*order, *order):
            report(state, call_id=f"c{number}", number=phone, after=AFTER[state])
        call = Call.objects.get(external_id=f"c{number}")
        times = (call.started_at, call.answered_at, call.ended_at)
        assert call.state == end, order
        assert times == (
            T0 + timedelta(seconds=min(AFTER[s] for s in states)),
            T0 + timedelta(seconds=10) if "answered" in states else None,
            T0 + timedelta(seconds=60) if "ended" in states else None,
        ), order
        waiting = call_back.waiting().filter(case__calls__number=phone)
        assert waiting.count() == owed, order


@pytest.mark.django_db
def test_every_report_is_kept_raw_once_and_done(report):
    for state in ("ringing", "ringing", "missed", "missed"):
        report(state)
    items = InboundItem.objects.filter(channel="hotline")
    assert {(item.external_id, item.state) for item in items} == {("c1:ringing:", "done"), ("c1:missed:", "done")}
    assert items.get(external_id="c1:missed:").case == Case.objects.get()
    assert items.first().source == "exchange"


@pytest.mark.django_db
def test_what_fails_after_the_report_is_kept_can_be_repeated(report, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(calls.call_back, "call_missed", lambda *a, **k: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            report("missed")
    item = InboundItem.objects.get()
    assert (item.state, Call.objects.count(), Case.objects.count()) == ("waiting", 0, 0)
    intake.process(item.pk)
    assert Call.objects.get().state == "missed"
    assert call_back.waiting().count() == 1
    item.refresh_from_db()
    assert item.state == "done"


@pytest.mark.django_db
def test_a_missed_call_of_a_stranger_opens_a_case_that_owes_a_call(report):
    call = report("missed")
    case = Case.objects.get()
    assert (case.channel, case.contact.address, call.case, call.customer) == ("hotline", NUMBER, case, case.customer)
    body = case.messages.get(direction="in").body
    assert body.startswith(("Cuộc gọi nhỡ", "Missed call"))
    follow_up = case.follow_ups.get(kind="call_back")
    clock = case.clocks.get(kind=ClockKind.CALL_BACK)
    assert follow_up.due_at == clock.due_at == T0 + timedelta(minutes=15)
    assert case.next_due_at <= clock.due_at
    assert list(case.events.filter(kind="call_logged").values_list("facts__outcome", flat=True)) == ["missed"]
    assert list(flaws_of(case)) == []


@pytest.mark.django_db
def test_missed_calls_in_a_row_make_one_call_back_that_counts_them(report):
    for number in range(3):
        report("missed", call_id=f"c{number}", after=number)
    follow_up = FollowUp.objects.get(kind="call_back")
    assert len(follow_up.facts["calls"]) == 3
    assert follow_up.due_at == T0 + timedelta(minutes=15)
    assert Case.objects.count() == 1


@pytest.mark.django_db
def test_a_missed_call_of_a_customer_with_an_open_case_belongs_to_it(report):
    case = known_case()
    assert report("missed").case == case
    assert call_back.owed(case).count() == 1
    assert Case.objects.count() == 1


@pytest.mark.django_db
def test_a_missed_call_of_a_customer_with_several_open_cases_belongs_to_the_most_urgent(report, make_staff):
    urgent = known_case()
    newer = intake.open_request(
        Matter(subject="Khác"), actor=HOTLINE, channel=Channel.WEB, body="x", customer=urgent.customer
    )
    routing.change_priority(urgent, actor=Actor.staff(make_staff("son", Role.MANAGER)), priority=Priority.URGENT)
    assert newer.opened_at > urgent.opened_at
    assert report("missed").case == urgent


@pytest.mark.parametrize("direction", ["in", "out"])
@pytest.mark.django_db
def test_a_later_answered_call_returns_the_missed_one(report, direction):
    report("missed", call_id="c1")
    report("answered", call_id="c2", after=30, direction=direction)
    case = Case.objects.get()
    assert not call_back.owed(case).exists()
    assert case.clocks.get(kind="call_back").stopped_at is not None
    assert list(case.events.filter(kind="call_logged").values_list("facts__outcome", flat=True)) == [
        "missed",
        "reached",
    ]
    report("missed", call_id="c3", after=90)
    assert call_back.owed(case).count() == 1
    assert Case.objects.count() == 1


@pytest.mark.django_db
def test_an_earlier_answered_call_returns_nothing(report):
    report("missed", call_id="c2", after=60)
    report("answered", call_id="c1", after=0)
    assert call_back.waiting().count() == 1


@pytest.mark.django_db
def test_a_missed_call_reported_after_the_customer_was_reached_is_owed_no_call(report):
    report("answered", call_id="c2", after=60)
    assert report("missed", call_id="c1", after=0).state == "missed"
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    ("number", "kept", "owed"),
    [
        ("anonymous", "", 0),
        ("", "", 0),
        ("1068", "1068", 1),
        ("+442071838750", "+442071838750", 1),
        ("tel:+84912345678", NUMBER, 1),
    ],
)
@pytest.mark.django_db
def test_numbers(report, number, kept, owed):
    assert report("missed", number=number).number == kept
    assert call_back.waiting().count() == owed


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"number": "abc"}, "number"),
        ({"number": "1" * 30}, "number"),
        ({"call_id": " "}, "call_id"),
        ({"call_id": "x" * 201}, "call_id"),
        ({"state": "busy"}, "state"),
        ({"direction": "up"}, "direction"),
    ],
)
@pytest.mark.django_db
def test_what_is_malformed_is_refused_and_not_kept(report, wrong, field):
    with pytest.raises(Invalid) as refusal:
        report(**{"state": "missed", **wrong})
    assert list(refusal.value.errors) == [field]
    assert not InboundItem.objects.exists()
    assert not Call.objects.exists()


@pytest.mark.django_db
def test_a_time_to_come_is_refused_and_not_kept(exchange):
    later = timezone.now() + timedelta(hours=1)
    with pytest.raises(Invalid) as refusal:
        calls.report_call(actor=exchange, call_id="c1", number=NUMBER, state="missed", at=later)
    assert list(refusal.value.errors) == ["at"]
    assert not InboundItem.objects.exists()


@pytest.mark.django_db
def test_only_who_may_report_calls_reports(defaults, hoa):
    stranger = Actor.integration(ApiClient.objects.create_with_key("app", [Scope.CASES_OPEN])[0])
    for actor in (stranger, Actor.staff(hoa)):
        with pytest.raises(NotPermitted):
            calls.report_call(actor=actor, call_id="c1", number=NUMBER, state="missed")
    assert not InboundItem.objects.exists()


@pytest.mark.django_db
def test_the_agent_is_found_by_name_or_extension(report, hoa):
    hoa.phone_extension = "201"
    hoa.save()
    assert report("ringing", agent="nobody").agent is None
    assert report("ringing", call_id="c2", agent="hoa").agent == hoa
    assert report("answered", call_id="c3", agent="201").agent == hoa


@pytest.mark.django_db(transaction=True)
def test_two_missed_calls_at_the_same_moment_make_one_case(exchange):
    start = threading.Barrier(4)
    failures = []

    def ring(number):
        try:
            start.wait(5)
            calls.report_call(actor=exchange, call_id=f"c{number % 2}", number=NUMBER, state="missed", at=T0)
        except Exception as error:  # noqa: BLE001 - shown by the assertion
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=ring, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert failures == []
    assert (Case.objects.count(), Customer.objects.count(), Call.objects.count()) == (1, 1, 2)
    assert len(FollowUp.objects.get(kind="call_back").facts["calls"]) == 2


@pytest.mark.django_db
def test_a_case_opened_while_the_customer_talks(hoa):
    category = Category.objects.get(slug="deposit-not-credited")
    case = calls.open_by_call(
        Matter(category=category, transaction_ref="FT123", amount=2_000_000),
        actor=Actor.staff(hoa),
        notes=CallNotes(
            number="0912345678", said="Nạp 2 triệu chưa vào", recording_ref="rec-7", recording_consent=True
        ),
        name="  Trần Văn\nBình ",
    )
    assert (case.status, case.channel, case.customer.name) == (Status.ROUTED, "hotline", "Trần Văn Bình")
    assert (case.contact.address, case.contact.verified_at) == (NUMBER, None)
    assert not case.clocks.filter(kind="first_response", stopped_at=None).exists()
    assert case.unanswered_since is None
    call = case.calls.get()
    assert (call.agent, call.recording_ref, call.recording_consent, call.state) == (hoa, "rec-7", True, "ended")
    assert case.messages.get(direction="in").body == "Nạp 2 triệu chưa vào"
    assert not Delivery.objects.filter(message__case=case, channel="hotline").exclude(state="delivered").exists()


@pytest.mark.django_db
def test_a_logged_call_is_a_message_a_reply_and_the_call_that_was_owed(report, hoa):
    case = known_case()
    reported = report("missed")
    assert call_back.owed(case).exists()
    calls.log_call(
        case, actor=Actor.staff(hoa), notes=CallNotes(number=NUMBER, said="Đã giải thích", direction=Call.Direction.OUT)
    )
    case.refresh_from_db()
    message = case.messages.order_by("-pk").first()
    assert (message.direction, message.channel, message.body, message.author_id) == (
        "in",
        "hotline",
        "Đã giải thích",
        str(hoa.pk),
    )
    assert not call_back.owed(case).exists()
    assert case.unanswered_since is None
    assert not case.clocks.filter(kind__in=["first_response", "next_response"], stopped_at=None).exists()
    assert reported.case == case
    assert list(flaws_of(case)) == []


@pytest.mark.django_db
def test_a_call_logged_on_another_case_returns_the_missed_one_too(report, hoa):
    report("missed")
    owing = Case.objects.get()
    other = calls.open_by_call(Matter(), actor=Actor.staff(hoa), notes=CallNotes(number=NUMBER, said="Hỏi việc khác"))
    assert other != owing
    assert not call_back.waiting().exists()


@pytest.mark.django_db
def test_a_vain_try_is_noted_and_the_call_still_owed(report, hoa):
    case = known_case()
    report("missed")
    calls.log_call(
        case,
        actor=Actor.staff(hoa),
        notes=CallNotes(number=NUMBER, said="Không nghe máy", outcome=CallOutcome.NOT_REACHED, direction="out"),
    )
    assert call_back.owed(case).exists()
    assert case.clocks.filter(kind="first_response", stopped_at=None).exists()
    assert case.messages.order_by("-pk").first().direction == Message.Direction.INTERNAL


@pytest.mark.django_db
def test_a_call_on_a_closed_case_raises_the_question_of_reopening(hoa):
    from cases.workflow import ending

    case = known_case()
    ending.withdraw(case, actor=Actor.customer(case.customer))
    calls.log_call(case, actor=Actor.staff(hoa), notes=CallNotes(number=NUMBER, said="Tôi đổi ý"))
    case.refresh_from_db()
    assert case.status == Status.CLOSED
    assert case.reopen_asked_at is not None


@pytest.mark.django_db
def test_refusals_change_nothing(hoa, make_staff):
    case = known_case(category=Category.objects.get(slug="deposit-not-credited"))
    before = (case.last_event_number, Message.objects.count())
    auditor = make_staff("kim", Role.AUDITOR)
    outsider = make_staff("sau", Role.SPECIALIST, "technical")
    for user, notes, error in [
        (hoa, CallNotes(number=NUMBER, said="  "), Invalid),
        (hoa, CallNotes(number="abc", said="Xin chào"), Invalid),
        (auditor, CallNotes(number=NUMBER, said="Xin chào"), NotPermitted),
        (outsider, CallNotes(number=NUMBER, said="Xin chào"), NotVisible),
    ]:
        with pytest.raises(error):
            calls.log_call(case, actor=Actor.staff(user), notes=notes)
    case.refresh_from_db()
    assert (case.last_event_number, Message.objects.count()) == before
    assert not Call.objects.exists()
    assert Contact.objects.filter(address=NUMBER).count() == 1


def test_an_answer_never_goes_to_a_number_that_was_only_claimed(hoa):
    """Else a one-time code for the case would be read out to whoever typed the number beside the customer's address."""
    customer = intake.open_request(
        Matter(subject="Nạp tiền"),
        actor=Actor.system("intake"),
        channel=Channel.WEB,
        body="x",
        person=Person(email="an@khach.example", phone="0987654321"),
    ).customer
    notes = CallNotes(number="", said="Tôi gọi từ máy khác")
    case = calls.open_by_call(Matter(subject="Gọi"), actor=Actor.staff(hoa), notes=notes, customer=customer)
    assert case.contact.address == "an@khach.example"
    calls.report_call(actor=Actor.system("hotline"), call_id="c", number="0987654321", state="missed")
    assert Call.objects.get(external_id="c").customer != customer


def test_a_report_that_is_taken_at_once_asks_no_worker(report, monkeypatch):
    asked = []
    monkeypatch.setattr(intake, "enqueue_after_commit", lambda *task: asked.append(task))
    report("ringing")
    assert InboundItem.objects.get().state == InboundItem.State.DONE
    assert asked == []
