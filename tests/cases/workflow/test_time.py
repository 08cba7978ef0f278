"""What time brings about: deadlines, follow-ups, the sweep, and the end of duty."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from accounts.actors import Actor
from accounts.models import Role, User
from cases import queries
from cases.admin.history import history_of
from cases.evidence.wanted import Wanted
from cases.models import Case, Category, Clock, Pause
from cases.states import Channel, Priority, Status
from cases.tasks import sweep_due
from cases.workflow import answer, ending, evidence, routing
from cases.workflow.handover import set_presence
from channels_app import bounces, deliveries, intake, outbox
from channels_app.models import Delivery, StaffNotice
from cskh.core.errors import NotPermitted
from tests.cases.building import case_at, customer_of, deliver_answer, open_case, settle_facts

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 18, 5, 0, tzinfo=UTC)  # a Wednesday, noon in Việt Nam
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def lan(clock, make_staff):
    return make_staff("lan", Role.SPECIALIST, "payments")


@pytest.fixture
def minh(clock, make_staff):
    return make_staff("minh", Role.SPECIALIST, "payments")


@pytest.fixture
def toan(clock, make_staff):
    """Works for every department."""
    return make_staff("toan", Role.SPECIALIST)


def due_of(case, kind):
    return case.clocks.filter(kind=kind).latest("pk").due_at


def kinds(case, *which):
    return list(case.events.filter(kind__in=which).values_list("kind", flat=True))


def wrote(case):
    intake.add_message(case, actor=customer_of(case), channel=case.channel, body="Sao rồi?")


def answered(lan):
    """A case whose answer reached the customer."""
    case = case_at(Status.ANSWERED, lan, category="deposit-not-credited")
    deliver_answer(case)
    return case


def test_a_deadline_warns_once_then_escalates_once(clock, lan, make_staff):
    boss, lead = make_staff("son", Role.MANAGER), make_staff("mai", Role.SPECIALIST, "payments", lead=True)
    case = open_case("deposit-not-credited")
    routing.assign_case(case, actor=Actor.staff(lan), assignee=lan)
    due = due_of(case, "first_response")
    assert due == NOON + timedelta(minutes=5)  # the web's, when urgent
    clock.move_to(due - timedelta(minutes=1))
    sweep_due()
    sweep_due()
    assert StaffNotice.objects.filter(event__kind="clock_warned").values_list("recipient", flat=True).get() == lan.pk
    clock.move_to(due)
    sweep_due()
    assert kinds(case, "clock_breached") == []  # kept by what happens up to and at the due time
    clock.move_to(due + timedelta(seconds=1))
    sweep_due()
    sweep_due()
    breach = case.events.get(kind="clock_breached", facts__clock="first_response")
    told = StaffNotice.objects.filter(event=breach).values_list("recipient", flat=True)
    assert sorted(told) == sorted([lan.pk, lead.pk, boss.pk])


def test_after_an_outage_the_breach_is_dated_by_the_clock_and_told_once(clock, lan):
    case = open_case("deposit-not-credited")
    due = due_of(case, "first_response")
    clock.move_to(NOON + timedelta(minutes=20))
    sweep_due()
    sweep_due()
    assert case.clocks.get(kind="first_response").breached_at == due
    assert case.events.filter(facts__clock="first_response").count() == 1  # and no late warning


def test_what_is_answered_late_before_the_sweep_came_by_is_a_breach_all_the_same(clock, lan):
    case = open_case("deposit-not-credited")
    clock.shift(HOUR)
    outbox.write_message(case, actor=Actor.staff(lan), body="Xin lỗi vì chậm.")
    assert case.events.filter(kind="clock_breached", facts__clock="first_response").count() == 1
    sweep_due()
    assert case.events.filter(kind="clock_breached", facts__clock="first_response").count() == 1


def test_met_exactly_at_its_due_time_is_met(clock, lan):
    case = open_case("deposit-not-credited")
    clock.move_to(due_of(case, "first_response"))
    outbox.write_message(case, actor=Actor.staff(lan), body="Đang xử lý.")
    assert kinds(case, "clock_breached") == []


def test_the_second_message_never_moves_the_next_response(clock, lan):
    case = open_case("deposit-not-credited")
    outbox.write_message(case, actor=Actor.staff(lan), body="Đang xử lý.")
    wrote(case)
    due = due_of(case, "next_response")
    clock.shift(timedelta(minutes=3))
    wrote(case)
    assert due_of(case, "next_response") == due
    outbox.write_message(case, actor=Actor.staff(lan), body="Sắp xong.")
    assert not case.clocks.filter(kind="next_response", stopped_at=None).exists()


def test_priority_and_category_recompute_from_the_start_and_keep_pauses(clock, lan):
    case = case_at(Status.AWAITING_CUSTOMER, lan, category="deposit-not-credited")
    evidence.mark_delivered(case.evidence_requests.get(), at=NOON)
    resolution = case.clocks.get(kind="resolution")
    assert (resolution.due_at, resolution.paused_at) == (None, NOON)
    clock.shift(2 * HOUR)
    evidence.waive_rest(case, actor=Actor.staff(lan), reason="Đủ rồi")
    assert due_of(case, "resolution") == NOON + 2 * HOUR + timedelta(minutes=30)
    routing.change_priority(case, actor=Actor.staff(lan), priority=Priority.NORMAL, reason="Khách không vội")
    assert due_of(case, "resolution") == NOON + 4 * HOUR
    assert Clock.objects.get(pk=resolution.pk).started_at == NOON


def test_a_bounce_undoes_the_pause_from_its_start(clock, lan):
    case = case_at(Status.AWAITING_CUSTOMER, lan, category="deposit-not-credited")
    request = case.evidence_requests.get()
    evidence.mark_delivered(request, at=NOON)
    clock.shift(HOUR)
    evidence.mark_bounced(request)
    assert not Pause.objects.filter(case=case).exists()
    assert due_of(case, "resolution") == NOON + timedelta(minutes=30)


def test_the_law_is_not_reset_by_reopening(clock, lan, minh):
    case = open_case("deposit-not-credited")
    settle_facts(case, Actor.staff(lan))
    law = case.clocks.get(kind="regulatory")
    assert law.started_at == NOON
    for reopened in (answer.reject, ending.reopen):
        answer.send_answer(case, actor=Actor.staff(case.assignee or lan), body="Xong.")
        clock.shift(HOUR)
        if reopened is ending.reopen:
            answer.accept(case, actor=customer_of(case))
            reopened(case, actor=Actor.staff(minh), reason="Khách hỏi lại")
        else:
            reopened(case, actor=customer_of(case))
        now = case.clocks.get(kind="regulatory")
        assert (now.pk, now.started_at, now.due_at, now.stopped_at) == (law.pk, law.started_at, law.due_at, None)


def test_silence_after_a_first_answer_reminds_then_closes_apart(clock, lan):
    case = answered(lan)
    seen = []
    for _ in range(8 * 4):
        clock.shift(DAY / 4)
        sweep_due()
        seen = kinds(case, "follow_up_done", "case_closed")
    case.refresh_from_db()
    assert (seen, case.closed_as) == (["follow_up_done", "follow_up_done", "case_closed"], "no_reply")


def test_after_an_outage_silence_reminds_once_and_leaves_time_before_it_closes(clock, lan):
    case = answered(lan)
    clock.shift(30 * DAY)
    sweep_due()
    sweep_due()
    assert kinds(case, "follow_up_done", "case_closed") == ["follow_up_done"]
    clock.shift(4 * DAY)
    sweep_due()
    assert kinds(case, "follow_up_done", "case_closed") == ["follow_up_done", "case_closed"]


def test_after_a_rejection_silence_closes_nothing(clock, lan, minh):
    case = case_at(Status.REOPENED, lan, category="deposit-not-credited")
    answer.send_answer(case, actor=Actor.staff(minh), body="Đã chuyển lại.")
    deliver_answer(case)
    for _ in range(10):
        clock.shift(4 * DAY)
        sweep_due()
    case.refresh_from_db()
    assert case.status == Status.ANSWERED
    assert StaffNotice.objects.filter(recipient=minh, event__facts__follow_up="review_reopened").count() >= 2
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(status="closed", closed_as="no_reply", closed_at=NOON)


def days_of_looking(case, person):
    """On which days of the clock `person` was told to look at the case."""
    told = StaffNotice.objects.filter(case=case, recipient=person, event__facts__follow_up="review_reopened")
    return [(at - NOON) / DAY for at in told.order_by("pk").values_list("created_at", flat=True)]


def said_by_silence(case):
    return kinds(case, "case_closed") + list(
        case.events.filter(facts__follow_up="silence_reminder").values_list("kind", flat=True)
    )


def pass_days(clock, days):
    for _ in range(days):
        clock.shift(DAY)
        sweep_due()


@pytest.mark.parametrize("channel", [Channel.APP, Channel.HOTLINE, Channel.EMAIL])
def test_an_answer_that_has_not_arrived_is_neither_reminded_of_nor_closed_but_looked_at(clock, lan, channel):
    case = open_case("deposit-not-credited", channel=channel)
    routing.assign_case(case, actor=Actor.staff(lan), assignee=lan)
    settle_facts(case, Actor.staff(lan))
    answer.send_answer(case, actor=Actor.staff(lan), body="Đã ghi có.")
    pass_days(clock, 20)
    case.refresh_from_db()
    assert (case.status, said_by_silence(case)) == (Status.ANSWERED, [])
    assert days_of_looking(case, lan) == [1, 8, 15]
    assert not queries.orphans().exists()
    deliver_answer(case)  # on the 20th day
    pass_days(clock, 6)
    assert said_by_silence(case) == ["follow_up_done"] * 2
    pass_days(clock, 1)
    case.refresh_from_db()
    assert case.closed_as == "no_reply"
    assert len(days_of_looking(case, lan)) == 3


def test_without_an_owner_the_leads_look_at_what_has_not_arrived(clock, lan, make_staff):
    lead = make_staff("mai", Role.SPECIALIST, "payments", lead=True)
    case = open_case("deposit-not-credited", channel=Channel.APP)
    settle_facts(case, Actor.staff(lan))
    answer.send_answer(case, actor=Actor.staff(lan), body="Đã ghi có.")
    pass_days(clock, 2)
    assert days_of_looking(case, lead) == [1]


@pytest.mark.parametrize("channel", [Channel.WEB, Channel.CHAT])
@pytest.mark.parametrize("is_lost", [False, True])
def test_an_answer_that_nothing_brings_nearer_than_our_page_may_be_closed_by_silence(clock, lan, channel, is_lost):
    case = open_case("deposit-not-credited", channel=channel)
    case.contact = None
    case.save()
    case.customer.contacts.all().delete()
    settle_facts(case, Actor.staff(lan))
    sent = answer.send_answer(case, actor=Actor.staff(lan), body="Đã ghi có.")
    if is_lost:
        lose(case, sent)
    pass_days(clock, 7)
    case.refresh_from_db()
    assert case.closed_as == "no_reply"


@pytest.mark.parametrize("news", ["lost", "arrived"])
def test_what_is_heard_late_of_an_earlier_round_says_nothing_about_the_present_one(clock, lan, minh, news):
    case = case_at(Status.REOPENED, lan, category="deposit-not-credited")
    first = case.answers.get()
    answer.send_answer(case, actor=Actor.staff(minh), body="Đã chuyển lại.")
    deliver_second = Delivery.objects.get(message__answer=case.answers.get(round=2))
    deliveries.mark_delivered(deliver_second)
    planned = list(case.follow_ups.filter(done_at=None, cancelled_at=None).values_list("kind", "due_at"))
    clock.shift(HOUR)
    if news == "lost":
        lose(case, first)
    else:
        deliveries.mark_delivered(Delivery.objects.get(message__answer=first))
    case.refresh_from_db()
    assert case.unanswered_since is None
    assert list(case.follow_ups.filter(done_at=None, cancelled_at=None).values_list("kind", "due_at")) == planned


def lose(case, sent):
    """The answer comes back."""
    for delivery in Delivery.objects.filter(message__case=case, message__answer=sent):
        bounces.take([delivery.reference])


@pytest.mark.parametrize("end", ["reopened", "declined"])
def test_a_reopen_question_nobody_answers_is_told_to_the_lead_every_day(clock, lan, minh, make_staff, end):
    lead = make_staff("mai", Role.SPECIALIST, "payments", lead=True)
    case = case_at(Status.CLOSED, lan, category="deposit-not-credited")
    clock.shift(HOUR)
    wrote(case)
    wrote(case)
    due = case.follow_ups.get(done_at=None, cancelled_at=None).due_at
    assert timezone.now() < due <= timezone.now() + DAY
    clock.move_to(due)
    for days in (1, 2, 3):
        sweep_due()
        sweep_due()
        told = StaffNotice.objects.filter(event__kind="follow_up_done", case=case)
        assert list(told.values_list("recipient", flat=True)) == [lead.pk] * days
        assert not case.clocks.filter(stopped_at=None).exists()
        clock.shift(DAY)
    with translation.override("en"):
        told_of = [sentence.details for sentence in history_of(case).rows if sentence.what == "Follow-up done"]
    assert told_of == ["round 1, look at the case again"] * 3  # it is closed, not reopened
    if end == "reopened":
        ending.reopen(case, actor=Actor.staff(minh), reason="Khách nói đúng")
    else:
        ending.decline_reopening(case, actor=Actor.staff(lan), reason="Chỉ là lời cảm ơn")
    assert not case.follow_ups.filter(kind="review_reopened", done_at=None, cancelled_at=None).exists()


def test_free_text_on_an_answered_case_is_answered_never_a_yes(clock, lan):
    case = case_at(Status.ANSWERED, lan, category="deposit-not-credited")
    wrote(case)
    assert case.clocks.filter(kind="next_response", stopped_at=None).exists()
    clock.shift(30 * DAY)
    sweep_due()
    case.refresh_from_db()
    assert case.status == Status.ANSWERED
    outbox.write_message(case, actor=Actor.staff(lan), body="Vâng ạ.")
    assert not queries.orphans().exists()
    assert case.follow_ups.filter(kind="close_no_reply", done_at=None, cancelled_at=None).exists()


def test_a_reopened_case_has_a_first_contact_and_progress(clock, lan, minh, make_staff):
    make_staff("son", Role.MANAGER)
    case = case_at(Status.REOPENED, lan, category="deposit-not-credited")
    assert (case.assignee, due_of(case, "first_contact")) == (minh, NOON + timedelta(minutes=30))
    clock.shift(HOUR)
    sweep_due()
    case.refresh_from_db()
    assert case.needs_manager
    for _ in range(3):
        clock.shift(DAY)
        sweep_due()
    assert case.events.filter(kind="follow_up_done", facts__follow_up="progress").count() == 3


def told_of_progress(case):
    return case.events.filter(kind="follow_up_done", facts__follow_up="progress").count()


def rhythm(case):
    return case.follow_ups.filter(kind="progress", done_at=None, cancelled_at=None)


def sweep_days(clock, days):
    for _ in range(days):
        clock.shift(DAY)
        sweep_due()


def test_a_complex_case_tells_of_progress_from_its_start(clock, toan):
    """At each beat while we work on it, silently while the customer is asked for something, then again."""
    case = open_case("settlement")
    routing.assign_case(case, actor=Actor.staff(toan), assignee=toan)
    assert case.is_complex
    assert rhythm(case).get().due_at == NOON + DAY
    sweep_days(clock, 2)
    assert told_of_progress(case) == 2
    assert case.messages.filter(direction="out", is_automatic=True, created_at=timezone.now()).count() == 1
    evidence.request_evidence(case, actor=Actor.staff(toan), items=[Wanted(name="Thời điểm xảy ra")])
    sweep_days(clock, 1)
    assert (told_of_progress(case), rhythm(case).count()) == (2, 1)
    evidence.waive_rest(case, actor=Actor.staff(toan), reason="Đã có")
    sweep_days(clock, 1)
    assert told_of_progress(case) == 3


@pytest.mark.parametrize("before", ["settlement", "deposit-not-credited"])
def test_a_case_that_is_complex_has_its_rhythm_whenever_that_is_found(clock, toan, make_staff, before):
    son = Actor.staff(make_staff("son", Role.MANAGER))
    case = case_at(Status.AWAITING_CUSTOMER, toan, category=before)
    complex_one = Category.objects.get(slug="account-takeover")
    routing.classify_case(case, actor=son, category=complex_one, summary="Nghi mất tài khoản")
    assert case.is_complex
    assert rhythm(case).count() == 1
    simple = Category.objects.get(slug="deposit-not-credited")
    routing.classify_case(case, actor=son, category=simple, summary="Chỉ là nạp tiền")
    assert not rhythm(case).exists()


def test_what_is_answered_has_no_rhythm_whatever_its_kind(clock, lan, make_staff):
    son = Actor.staff(make_staff("son", Role.MANAGER))
    case = case_at(Status.ANSWERED, lan, category="deposit-not-credited")
    complex_one = Category.objects.get(slug="account-takeover")
    routing.classify_case(case, actor=son, category=complex_one, summary="Nghi mất tài khoản")
    assert not rhythm(case).exists()


def test_what_nobody_classified_in_time_is_told_to_the_leads_of_intake(clock, make_staff):
    make_staff("hoa", Role.INTAKE, "intake", lead=True)
    make_staff("nga", Role.INTAKE, "intake")
    make_staff("tuan", Role.SPECIALIST, "payments", lead=True)
    make_staff("son", Role.MANAGER)
    case = open_case()
    sweep_days(clock, 1)
    told = StaffNotice.objects.filter(case=case, event__kind="clock_breached", event__facts__clock="first_response")
    assert set(told.values_list("recipient__username", flat=True)) == {"hoa", "son"}


def test_the_end_of_duty_hands_over_what_waits_on_us(clock, lan, minh):
    waiting, quiet = (
        case_at(Status.RESOLVING, lan, category="deposit-not-credited"),
        case_at(Status.ANSWERED, lan, category="deposit-not-credited"),
    )
    other = open_case("deposit-not-credited", email="binh@khach.example")
    routing.assign_case(other, actor=Actor.staff(lan), assignee=lan)
    with pytest.raises(NotPermitted):
        set_presence(lan, User.Presence.OFF_DUTY, actor=Actor.staff(minh))
    set_presence(lan, User.Presence.OFF_DUTY, actor=Actor.staff(lan))
    for case in (waiting, quiet, other):
        case.refresh_from_db()
    assert (waiting.assignee, other.assignee, quiet.assignee) == (minh, minh, lan)
    assert StaffNotice.objects.filter(recipient=minh, event__kind="case_handed_over").count() == 2
    set_presence(minh, User.Presence.OFF_DUTY, actor=Actor.staff(minh))
    waiting.refresh_from_db()
    assert (waiting.assignee, waiting.department.slug) == (None, "payments")


def evidence_comes_in(case):
    submitted = {"channel": case.channel, "text": "FT26326004511"}
    evidence.submit_evidence(
        case, actor=customer_of(case), item=case.evidence_requests.get().items.get().pk, **submitted
    )


def the_wait_is_over(case):
    evidence.stop_waiting(case, actor=Actor.system("evidence"))


def the_customer_writes(case):
    intake.add_message(case, actor=customer_of(case), channel=case.channel, body="Sao rồi?")


@pytest.mark.parametrize(
    ("status", "happens"),
    [
        (Status.AWAITING_CUSTOMER, evidence_comes_in),
        (Status.AWAITING_CUSTOMER, the_wait_is_over),
        (Status.AWAITING_CUSTOMER, the_customer_writes),
        (Status.ANSWERED, the_customer_writes),
    ],
)
def test_what_begins_to_wait_on_us_does_not_wait_on_who_is_off_duty(lan, minh, status, happens):
    case = case_at(status, lan, category="deposit-not-credited")
    set_presence(lan, User.Presence.OFF_DUTY, actor=Actor.staff(lan))
    case.refresh_from_db()
    assert case.assignee == lan
    happens(case)
    case.refresh_from_db()
    assert case.assignee == minh
    assert case.events.get(kind="case_handed_over").facts["left"] == lan.pk
    assert StaffNotice.objects.filter(recipient=minh, event__kind="case_handed_over").exists()


def test_who_works_on_although_off_duty_keeps_it(lan, minh):
    case = case_at(Status.AWAITING_CUSTOMER, lan, category="deposit-not-credited")
    set_presence(lan, User.Presence.OFF_DUTY, actor=Actor.staff(lan))
    evidence.waive_rest(case, actor=Actor.staff(lan), reason="Có trong hệ thống")
    case.refresh_from_db()
    assert case.assignee == lan


def test_the_sweep_reads_only_what_is_due(clock, lan):
    for number in range(10):
        open_case("deposit-not-credited", email=f"khach{number}@khach.example")
    with CaptureQueriesContext(connection) as captured:
        sweep_due()
    assert len(captured) == 2
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plans = []
        for query in captured:
            cursor.execute("EXPLAIN " + query["sql"])
            plans.append("\n".join(row[0] for row in cursor.fetchall()))
    assert "clock_to_look_at" in plans[0]
    assert "follow_up_due" in plans[1]
