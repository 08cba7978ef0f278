"""Words that must not wait: flagged at once, around every queue, and nobody ends the matter past the protection team."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.customers.directory import Person
from accounts.models import Department, Role
from cases import policies, queries
from cases.models import Case, Category, Clock, SlaTarget
from cases.safety.detection import detect
from cases.sla.clock import ClockKind
from cases.states import Channel, Priority, Status, Step
from cases.workflow import answer, ending, follow_up, protection, routing
from cases.workflow._conditions import FLAGGED
from cases.workflow._take_step import TOLD_CUSTOMERS
from cases.workflow.opening import Matter
from cases.workflow.steps import allowed_steps
from channels_app import intake, outbox
from channels_app.models import Message, StaffNotice
from cskh.core.errors import Invalid, NotPermitted, StepNotAllowed
from tests.cases.building import case_at, customer_of, flaws_of, open_case

pytestmark = pytest.mark.django_db
WORDS = "thua het roi, em ko mun song nua"


@pytest.fixture
def phuc(make_staff):
    """Of the protection team."""
    return make_staff("phuc", Role.SPECIALIST, "customer-protection")


@pytest.fixture
def mai(make_staff):
    return make_staff("mai", Role.MANAGER)


@pytest.fixture
def lan(make_staff):
    return make_staff("lan", Role.SPECIALIST, "intake")


@contextmanager
def refused(why):
    with pytest.raises(StepNotAllowed) as refusal:
        yield
    assert str(refusal.value) == str(why)


def write(case, body, channel=Channel.WEB):
    return intake.add_message(case, actor=customer_of(case), channel=channel, body=body)


def opened_with(body, *, channel=Channel.EMAIL, subject="Giúp em"):
    return intake.open_request(
        Matter(subject=subject),
        actor=Actor.system("intake"),
        channel=channel,
        body=body,
        person=Person(name="An", email="an@khach.example", phone="0900000001"),
    )


def clear(case, user, **more):
    said = {"reason": "Đã gọi, khách ổn, có người nhà bên cạnh", "is_vulnerable": False, **more}
    protection.clear_flag(case, actor=Actor.staff(user), **said)


def running(case):
    return case.clocks.filter(kind=ClockKind.PROTECTION, stopped_at=None)


@pytest.mark.parametrize("channel", Channel)
def test_the_words_that_open_a_case_go_to_the_team_at_once(phuc, mai, lan, channel):
    case = opened_with(WORDS, channel=channel)
    case = Case.objects.get(pk=case.pk)
    assert case.safety_kinds == ["crisis"]
    assert (case.department.slug, case.priority, case.urgency) == ("customer-protection", Priority.URGENT, 4)
    clock = running(case).get()
    assert clock.due_at - clock.started_at == timedelta(seconds=60)
    assert case.next_due_at <= clock.due_at
    told = StaffNotice.objects.filter(case=case, event__kind="safety_flagged")
    assert {notice.recipient for notice in told} == {phuc, mai}


def test_the_subject_counts_as_well(defaults):
    assert opened_with("Xem tiêu đề", subject="Cho tôi tự loại trừ").safety_kinds == ["self_exclusion"]


def test_a_later_message_takes_the_case_from_wherever_it_is(phuc, lan):
    case = case_at(Status.RESOLVING, lan)
    message = write(case, WORDS)
    assert (case.department.slug, case.assignee) == ("customer-protection", None)
    event = case.events.get(kind="safety_flagged")
    (found,) = detect(WORDS)
    assert event.facts == {
        "safety": ["crisis"],
        "spans": [[found.start, found.end]],
        "told": "first",
        "message": message.pk,
    }
    assert (event.actor_kind, event.actor_id) == ("system", "protection")
    assert case.events.get(kind="case_routed", actor_id="protection")
    assert list(flaws_of(case)) == []


def test_everyday_words_change_nothing(lan):
    case = case_at(Status.RESOLVING, lan)
    write(case, "mạng chậm muốn chết, cứ từ từ xem giúp nhé")
    assert (case.safety_kinds, case.assignee) == ([], lan)


def test_while_nobody_has_come_the_same_words_alarm_once_and_other_words_again(phuc, lan):
    case = opened_with(WORDS)
    write(case, "toi muon chet")
    assert case.events.filter(kind="safety_flagged").count() == 1
    write(case, "cho tôi tự loại trừ")
    assert case.safety_kinds == ["crisis", "self_exclusion"]
    assert [event.facts["told"] for event in case.events.filter(kind="safety_flagged")] == ["first", "again"]
    outbox.write_message(case, actor=Actor.staff(phuc), body="Tôi đang nghe đây")
    assert not running(case).exists()
    write(case, "tôi vẫn muốn chết")
    assert running(case).exists()


def test_what_cannot_be_read_is_kept_all_the_same(lan, monkeypatch, caplog):
    def broken(text):
        raise RecursionError

    monkeypatch.setattr(protection, "detect", broken)
    case = opened_with(WORDS)
    write(case, WORDS)
    assert Message.objects.filter(case=case, direction="in").count() == 2
    assert case.safety_kinds == []
    assert "could not be read" in caplog.text


def test_without_a_team_or_a_target_it_still_is_urgent_and_has_its_minute(mai, lan):
    Department.objects.update(is_protection=False)
    SlaTarget.objects.filter(kind=ClockKind.PROTECTION).delete()
    case = case_at(Status.RESOLVING, lan)
    write(case, WORDS)
    assert (case.department.slug, case.assignee, case.urgency) == ("intake", lan, 4)
    clock = running(case).get()
    assert clock.due_at - clock.started_at == timedelta(seconds=60)
    assert StaffNotice.objects.filter(recipient=mai, event__kind="safety_flagged").exists()
    clear(case, mai)


def test_the_clock_runs_through_everything_but_a_persons_first_deed(phuc, lan):
    case = case_at(Status.AWAITING_CUSTOMER, lan)
    write(case, WORDS)
    clock = running(case).get()
    assert (clock.paused_at, clock.due_at) == (None, clock.started_at + timedelta(seconds=60))
    late = clock.due_at + timedelta(seconds=1)
    follow_up.attend(case.pk, now=late)
    assert Clock.objects.get(pk=clock.pk).breached_at == clock.due_at
    routing.assign_case(case, actor=Actor.staff(phuc), assignee=phuc)
    assert not running(case).exists()


def test_being_given_a_chat_is_no_deed(phuc):
    case = opened_with(WORDS, channel=Channel.CHAT)
    routing.assign_case(case, actor=Actor.staff(phuc), assignee=phuc)
    assert running(case).exists()
    outbox.write_message(case, actor=Actor.staff(phuc), body="Tôi đang nghe đây")
    assert not running(case).exists()


def test_whoever_talks_with_the_customer_in_a_chat_goes_on(phuc, lan):
    case = open_case("other", channel=Channel.CHAT)
    routing.assign_case(case, actor=Actor.staff(lan), assignee=lan)
    write(case, WORDS, Channel.CHAT)
    assert (case.department.slug, case.assignee) == ("customer-protection", lan)


ENDINGS = {
    Step.WITHDRAW: lambda case, actor: ending.withdraw(case, actor=actor, reason="Khách gọi"),
    Step.MARK_SPAM: lambda case, actor: ending.mark_spam(case, actor=actor, reason="Rác"),
    Step.MARK_DUPLICATE: lambda case, actor: ending.mark_duplicate(
        case, actor=actor, of=open_case(email="an@khach.example")
    ),
}


@pytest.mark.parametrize("step", ENDINGS)
def test_nobody_ends_it_while_the_flag_stands(mai, phuc, step):
    case = open_case("other")
    write(case, WORDS)
    with refused(FLAGGED):
        ENDINGS[step](case, Actor.staff(mai))
    assert step not in allowed_steps(Actor.staff(mai), case)
    clear(case, mai)
    ENDINGS[step](case, Actor.staff(mai))
    assert case.status == Status.CLOSED


def test_it_is_not_routed_away_nor_made_less_urgent(mai, phuc):
    case = open_case("other")
    write(case, WORDS)
    actor = Actor.staff(mai)
    payments = Department.objects.get(slug="payments")
    with refused(FLAGGED):
        routing.transfer_case(case, actor=actor, department=payments, summary="x")
    with refused(FLAGGED):
        routing.change_priority(case, actor=actor, priority=Priority.LOW, reason="x")
    routing.classify_case(case, actor=actor, category=Category.objects.get(slug="technical-error"))
    assert (case.department.slug, case.urgency, case.priority) == ("customer-protection", 4, Priority.URGENT)
    clear(case, mai)
    assert case.urgency == 3
    routing.transfer_case(case, actor=actor, department=payments, summary="x")


def test_silence_and_the_customers_yes_do_not_end_it_either(phuc, mai, lan):
    case = case_at(Status.ANSWERED, lan)
    write(case, WORDS)
    with refused(TOLD_CUSTOMERS):
        answer.accept(case, actor=customer_of(case))
    with pytest.raises(StepNotAllowed):
        answer.close_no_reply(case, actor=Actor.system("sla"))
    follow_up.attend(case.pk, now=timezone.now() + timedelta(days=60))
    assert Case.objects.get(pk=case.pk).is_open


def test_the_end_by_silence_that_was_planned_becomes_a_look(phuc, lan):
    """Whoever answers a flagged case starts the reminders anew; what comes of them is a look at the case, and no end."""
    case = case_at(Status.ANSWERED, lan)
    write(case, WORDS)
    outbox.write_message(case, actor=Actor.staff(phuc), body="Tôi nghe")
    assert case.follow_ups.filter(kind="close_no_reply", cancelled_at=None, done_at=None).exists()
    for days in (9, 18, 27):
        follow_up.attend(case.pk, now=timezone.now() + timedelta(days=days))
    case.refresh_from_db()
    assert case.status == Status.ANSWERED
    assert not case.follow_ups.filter(kind="close_no_reply", done_at__isnull=False).exists()


def test_a_message_after_the_end_is_flagged_too(phuc, mai, lan):
    case = case_at(Status.CLOSED, lan)
    write(case, WORDS)
    assert (case.safety_kinds, case.status) == (["crisis"], Status.CLOSED)
    assert running(case).exists()
    assert StaffNotice.objects.filter(recipient=phuc, event__kind="safety_flagged").exists()
    with refused(FLAGGED):
        ending.decline_reopening(case, actor=Actor.staff(mai), reason="x")


def test_the_team_and_managers_clear_it_with_a_reason(phuc, lan, mai, make_staff):
    case = open_case("other")
    write(case, WORDS)
    with pytest.raises(NotPermitted):
        clear(case, make_staff("hoa", Role.INTAKE, "intake"))
    with pytest.raises(NotPermitted):
        clear(case, make_staff("thu", Role.AUDITOR))
    with pytest.raises(Invalid):
        clear(case, phuc, reason=" ")
    clear(case, phuc)
    event = case.events.get(kind="safety_cleared")
    assert (event.actor_id, event.facts["safety"], event.facts["is_vulnerable"]) == (str(phuc.pk), ["crisis"], False)
    assert event.words.text.startswith("Đã gọi")
    assert not running(case).exists()
    with pytest.raises(StepNotAllowed):
        clear(case, mai)
    assert not policies.may_clear_flag(customer_of(case), case)
    assert list(flaws_of(case)) == []


def test_who_was_found_vulnerable_is_left_in_peace(phuc):
    case = open_case("other")
    assert policies.may_be_solicited(case.customer)
    write(case, WORDS)
    assert not policies.may_be_solicited(case.customer)
    clear(case, phuc, is_vulnerable=True)
    case.customer.refresh_from_db()
    assert not policies.may_be_solicited(case.customer)
    write(case, WORDS)
    clear(case, phuc, is_vulnerable=False)
    case.customer.refresh_from_db()
    assert policies.may_be_solicited(case.customer)


def test_help_lines_are_sent_once_where_they_are_configured(phuc, settings):
    settings.SAFETY_REPLY = {"vi": "Bạn không một mình. Gọi 0000.", "en": ""}
    case = opened_with(WORDS)
    write(case, "cho tôi tự loại trừ")
    sent = Message.objects.filter(case=case, direction="out", body="Bạn không một mình. Gọi 0000.")
    assert [(one.is_automatic, one.author_kind) for one in sent] == [(True, "system")]
    assert running(case).exists()


def test_nothing_is_sent_by_itself_where_nothing_is_configured(phuc):
    case = open_case("other")
    before = Message.objects.filter(direction="out").count()
    write(case, WORDS)
    assert Message.objects.filter(direction="out").count() == before


def test_it_stands_first_in_every_queue(phuc, mai, lan):
    now = timezone.now()
    for _ in range(3):
        routing.change_priority(open_case("other"), actor=Actor.staff(mai), priority=Priority.URGENT)
    case = open_case("other")
    write(case, WORDS)
    for queue in ("unassigned", "urgent", "due_soon"):
        assert queries.for_queue(Actor.staff(mai), queue, now, now + timedelta(hours=2)).first() == case
    assert queries.overview(policies.visible_to(Actor.staff(mai))).first() == case


def test_a_rejections_reason_is_heard(phuc, lan):
    case = case_at(Status.ANSWERED, lan)
    answer.reject(case, actor=customer_of(case), reason="Vậy thì tôi tự tử cho các người xem")
    assert case.safety_kinds == ["crisis"]


def test_there_is_one_team_at_most(defaults):
    with pytest.raises(IntegrityError), transaction.atomic():
        Department.objects.filter(slug__in=["payments", "technical"]).update(is_protection=True)
