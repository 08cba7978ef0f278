"""Two people on one case at the very same moment: one of them is first, and the record says who."""

import time
from functools import partial
from threading import Thread

import pytest
from django.db import connection, connections, transaction

from accounts.actors import Actor
from accounts.models import Role
from cases.events import flaws_of
from cases.models import Case
from cases.states import Channel, Status
from cases.workflow import answer, evidence, resolution
from channels_app.models import Message
from cskh.core.errors import DomainError, StepNotAllowed
from tests.cases.building import case_at, customer_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def lan(make_staff):
    return make_staff("lan", Role.SPECIALIST)


@pytest.fixture
def minh(make_staff):
    return make_staff("minh", Role.SPECIALIST)


def at_once(case, **actions):
    """Does all of it on the case, each from a thread and a copy of its own; returns how each was refused, None where it was not.

    Somebody holds the case until all of them wait for it: each has looked at it as it was before.
    """
    refused = {}

    def run(name, action):
        try:
            action(Case.objects.get(pk=case.pk))
            refused[name] = None
        except DomainError as error:
            refused[name] = type(error)
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=each) for each in actions.items()]
    with transaction.atomic():
        Case.objects.select_for_update().get(pk=case.pk)
        for thread in threads:
            thread.start()
        _until_waiting(len(threads))
    for thread in threads:
        thread.join(60)
    case.refresh_from_db()
    assert list(flaws_of(case)) == []
    return refused


def _until_waiting(number):
    deadline = time.monotonic() + 60
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute("SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0] >= number:
                return
            time.sleep(0.01)
    raise AssertionError("nobody waits for the case")


def kinds(case, *which):
    return list(case.events.filter(kind__in=which).values_list("kind", flat=True))


def test_of_two_answers_one_goes_out(lan, minh):
    case = case_at(Status.ROUTED, lan)
    refused = at_once(
        case,
        lan=partial(answer.send_answer, actor=Actor.staff(lan), body="Đã ghi có."),
        minh=partial(answer.send_answer, actor=Actor.staff(minh), body="Chưa ghi có."),
    )
    assert set(refused.values()) == {None, StepNotAllowed}
    first = next(name for name, error in refused.items() if error is None)
    sent = case.answers.get()
    assert sent.author_id == str({"lan": lan, "minh": minh}[first].pk)
    assert Message.objects.get(case=case, answer__isnull=False).body == sent.body
    assert kinds(case, "case_answered") == ["case_answered"]


def test_of_yes_and_no_the_first_counts(lan, minh):
    case = case_at(Status.ANSWERED, lan)
    shown = case.answers.get().pk
    refused = at_once(
        case,
        yes=partial(answer.accept, actor=customer_of(case), answer=shown),
        no=partial(answer.reject, actor=customer_of(case), answer=shown),
    )
    assert set(refused.values()) == {None, StepNotAllowed}
    if refused["yes"] is None:
        assert (case.status, case.closed_as, case.round) == (Status.CLOSED, "accepted", 1)
        assert kinds(case, "case_closed", "case_reopened") == ["case_closed"]
    else:
        assert (case.status, case.round) == (Status.REOPENED, 2)
        assert kinds(case, "case_closed", "case_reopened") == ["case_reopened"]


def test_of_two_checks_both_are_on_record_and_the_last_counts(lan, minh):
    case = case_at(Status.AWAITING_CUSTOMER, lan)
    item = evidence.submit_evidence(case, actor=customer_of(case), channel=Channel.WEB, text="FT2632")

    def check(name, result):
        def take(case):
            evidence.verify_evidence(case.evidence.get(), actor=Actor.staff(name), result=result, reason="Thiếu số.")

        return take

    assert at_once(case, lan=check(lan, "accepted"), minh=check(minh, "rejected")) == {"lan": None, "minh": None}
    item.refresh_from_db()
    results = list(item.checks.order_by("pk").values_list("result", flat=True))
    assert sorted(results) == ["accepted", "rejected"]
    assert (item.state, item.requested_item.state) == (results[-1], results[-1])
    told = case.events.filter(kind__in=("evidence_verified", "evidence_rejected")).order_by("number")
    assert [event.kind.removeprefix("evidence_") for event in told] == [
        {"accepted": "verified"}.get(result, result) for result in results
    ]
    assert told[1].facts["before"] == results[0]


def test_approved_or_returned_but_not_both(lan, make_staff):
    case = case_at(Status.AWAITING_APPROVAL, lan)
    son, yen = make_staff("son", Role.MANAGER), make_staff("yen", Role.MANAGER)
    refused = at_once(
        case,
        approve=partial(resolution.approve, actor=Actor.staff(son)),
        back=partial(resolution.return_for_rework, actor=Actor.staff(yen), reason="Sai số tiền"),
    )
    assert set(refused.values()) == {None, StepNotAllowed}
    state = "approved" if refused["approve"] is None else "returned"
    assert (case.status, case.answers.get().state) == (Status.RESOLVING, state)
