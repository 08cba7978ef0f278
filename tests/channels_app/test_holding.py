"""Words that are held: nothing of them has happened until their time has come, and then it happens once or comes back."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone, translation

from accounts.actors import Actor
from accounts.models import Role
from cases.events import flaws_of
from cases.workflow import ending, resolution, routing
from cases.workflow.handover import hand_over
from channels_app import drafts, holding, intake, outbox, tasks
from channels_app.models import HeldSend, StaffNotice
from cskh.core.errors import Conflict, DomainError, Invalid, NotPermitted, StepNotAllowed
from tests.cases.building import case_at, customer_of, open_case, settle_facts, snapshot

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def held_for_a_while(settings):
    settings.SEND_HOLD_SECONDS = 8


@pytest.fixture
def lan(make_staff):
    return make_staff("lan", Role.SPECIALIST, "payments")


@pytest.fixture
def minh(make_staff):
    return make_staff("minh", Role.SPECIALIST, "payments")


@pytest.fixture
def case(lan):
    case = open_case("deposit-not-credited")
    routing.assign_case(case, actor=Actor.staff(lan), assignee=lan)
    settle_facts(case, Actor.staff(lan))
    return case


def hold(case, user, kind="message", body="Chúng tôi đang kiểm tra."):
    return holding.hold(case, actor=Actor.staff(user), kind=kind, body=body, version=case.last_event_number)


def pass_time(held):
    HeldSend.objects.filter(pk=held.pk).update(send_at=timezone.now() - timedelta(seconds=1))


def release(held):
    pass_time(held)
    assert holding.due(10) == [held.pk]
    holding.release(held.pk)
    held.refresh_from_db()


@pytest.mark.parametrize(
    ("kind", "status", "shown"),
    [("message", "routed", "message_sent"), ("answer", "answered", "case_answered")],
)
def test_nothing_happens_before_its_time_and_then_it_happens_once(case, lan, kind, status, shown):
    before = snapshot(case)
    held = hold(case, lan, kind)
    assert snapshot(case) == before
    holding.release(held.pk)  # a worker that is early
    assert snapshot(case) == before
    release(held)
    holding.release(held.pk)
    case.refresh_from_db()
    assert (case.status, held.state, held.body) == (status, "sent", "")
    assert case.messages.filter(body="Chúng tôi đang kiểm tra.", author_id=str(lan.pk)).count() == 1
    assert case.events.filter(kind=shown, actor_kind="staff", actor_id=str(lan.pk)).count() == 1
    assert list(flaws_of(case)) == []


def test_the_last_word_is_held_too(lan, make_staff):
    case, hai = case_at("reopened", make_staff("quan", Role.MANAGER)), make_staff("hai", Role.MANAGER)
    resolution.start_resolving(case, actor=Actor.staff(hai))
    held = hold(case, hai, "final-response", "Trả lời cuối cùng.")
    case.refresh_from_db()
    assert case.status == "resolving"
    release(held)
    case.refresh_from_db()
    assert (held.state, case.status) == ("sent", "closed")


def test_what_comes_back_is_never_cut(case, lan, settings):
    settings.MESSAGE_MAX_CHARACTERS = 50
    held = hold(case, lan, body="x" * 40)
    drafts.keep(lan, case, "message", "y" * 40)
    assert holding.recall(case, user=lan, held_id=held.pk).body == "x" * 40 + "\n\n" + "y" * 40
    with pytest.raises(Invalid):
        drafts.keep(lan, case, "message", "z" * 51)
    assert drafts.drafts_of(lan, case)["message"].body.endswith("y")


def test_what_is_called_back_was_never_said(case, lan):
    before = snapshot(case)
    held = hold(case, lan)
    drafts.keep(lan, case, "message", "và thêm")
    assert holding.recall(case, user=lan, held_id=held.pk).body == "Chúng tôi đang kiểm tra.\n\nvà thêm"
    pass_time(held)
    holding.release(held.pk)
    held.refresh_from_db()
    assert snapshot(case) == before
    assert (held.state, held.body, holding.waiting(case)) == ("recalled", "", None)


def test_only_the_author_calls_back_and_only_in_time(case, lan, minh):
    held = hold(case, lan)
    with pytest.raises(Conflict):
        holding.recall(case, user=minh, held_id=held.pk)
    with pytest.raises(Conflict):
        holding.recall(open_case("deposit-not-credited"), user=lan, held_id=held.pk)
    assert holding.waiting(case) == held
    release(held)
    with pytest.raises(Conflict):
        holding.recall(case, user=lan, held_id=held.pk)
    assert case.messages.filter(body="Chúng tôi đang kiểm tra.").count() == 1
    assert drafts.drafts_of(lan, case) == {}


def test_what_would_be_refused_now_is_refused_at_once(case, lan, make_staff):
    hidden, reader = make_staff("tuan", Role.SPECIALIST, "technical"), make_staff("kiem", Role.AUDITOR)
    before = snapshot(case)
    for user, kind, body, error in (
        (lan, "message", " \n", Invalid),
        (lan, "answer", "", Invalid),
        (lan, "final-response", "Hết.", NotPermitted),
        (reader, "message", "x", NotPermitted),
        (hidden, "answer", "x", DomainError),
    ):
        with pytest.raises(error):
            hold(case, user, kind, body)
    ending.withdraw(case, actor=customer_of(case))
    with pytest.raises(StepNotAllowed):
        hold(case, lan, "answer")
    assert snapshot(case)["messages"] == [*before["messages"], *snapshot(case)["messages"][len(before["messages"]) :]]
    assert not HeldSend.objects.exists()


def test_only_one_thing_is_on_its_way_on_a_case(case, lan, minh):
    held = hold(case, lan)
    for user, told in ((minh, f"Something by {lan}"), (lan, "call it back first")):
        with translation.override("en"), pytest.raises(Conflict, match=told):
            hold(case, user, "answer")
    assert holding.waiting(case) == held
    release(held)
    hold(case, minh)  # the next one may


def changed_by_the_customer(case, lan, minh):
    intake.add_message(case, actor=customer_of(case), channel=case.channel, body="Đã nhận được tiền rồi.")


def answered_by_a_colleague(case, lan, minh):
    outbox.write_message(case, actor=Actor.staff(minh), body="Đã ghi có.")


def no_longer_theirs(case, lan, minh):
    lan.memberships.all().delete()


def left(case, lan, minh):
    lan.is_active = False
    lan.save()


@pytest.mark.parametrize("meanwhile", [changed_by_the_customer, answered_by_a_colleague, no_longer_theirs, left])
def test_what_is_refused_in_the_end_comes_back_and_the_author_hears_why(case, lan, minh, meanwhile):
    held = hold(case, lan, "answer")
    meanwhile(case, lan, minh)
    said = case.messages.count()
    release(held)
    case.refresh_from_db()
    assert held.state == "refused"
    assert (str(minh) in held.error) is (meanwhile is answered_by_a_colleague)
    assert case.messages.exclude(direction="internal").count() == said
    assert case.status == "routed"
    draft = drafts.drafts_of(lan, case)["answer"]
    assert (draft.body, draft.refused) == ("Chúng tôi đang kiểm tra.", held.error)
    event = case.events.get(kind="send_refused")
    assert (event.actor_kind, event.words.text) == ("system", held.error)
    assert StaffNotice.objects.filter(recipient=lan, event=event).exists() == (meanwhile is not left)
    assert list(flaws_of(case)) == []


def test_what_somebody_who_left_was_going_to_say_is_kept_for_their_colleagues(case, lan, minh, make_staff):
    lead = make_staff("mai", Role.SPECIALIST, "payments", lead=True)
    held = hold(case, lan)
    left(case, lan, minh)
    hand_over(lan, actor=Actor.staff(lead))
    release(held)
    case.refresh_from_db()
    note = case.messages.get(direction="internal")
    assert note.body.endswith("\n\nChúng tôi đang kiểm tra.")
    told = StaffNotice.objects.filter(event__kind="send_refused").values_list("recipient__username", flat=True)
    assert list(told) == [case.assignee.username]


def test_what_the_author_did_meanwhile_or_a_program_of_ours_does_not_stop_it(case, lan):
    held = hold(case, lan)
    outbox.write_note(case, actor=Actor.staff(lan), body="Đã gọi ngân hàng")
    release(held)
    assert held.state == "sent"


def test_the_sweep_finds_what_a_crash_left(case, lan, monkeypatch):
    held = hold(case, lan)
    pass_time(held)
    monkeypatch.setattr(tasks.send_held, "delay", tasks.send_held)  # no broker here: at once
    tasks.sweep_held()
    held.refresh_from_db()
    assert held.state == "sent"


@pytest.mark.django_db(transaction=True)
def test_workers_and_undo_at_once_agree_on_one_end(lan):
    for _round in range(3):
        case = open_case("deposit-not-credited")
        held = hold(case, lan)
        pass_time(held)
        ends, start = [], threading.Barrier(4)

        def run(work, ends=ends, start=start):
            start.wait()
            try:
                work()
            except Conflict:
                ends.append("too late")
            finally:
                connection.close()

        works = [lambda: holding.release(held.pk)] * 3 + [lambda: holding.recall(case, user=lan, held_id=held.pk)]  # noqa: B023
        threads = [threading.Thread(target=run, args=[work]) for work in works]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        held.refresh_from_db()
        sent = case.messages.filter(body="Chúng tôi đang kiểm tra.").count()
        assert (held.state, sent, bool(ends)) in {("sent", 1, True), ("recalled", 0, False)}
        assert bool(drafts.drafts_of(lan, case)) == (held.state == "recalled")
