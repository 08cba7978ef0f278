"""The record cannot be rewritten: the database refuses it, and whoever gets around that is found and named."""

from contextlib import contextmanager
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import InternalError, OperationalError, ProgrammingError, connection, transaction

from accounts.actors import Actor
from accounts.models import Role
from cases import timeline
from cases.admin.history import history_of
from cases.events import all_flaws, flaws_of
from cases.models import Case, CaseEvent, EventText
from cases.states import Status
from cases.workflow import answer, ending, resolution
from channels_app.models import Message
from tests.cases.building import case_at, customer_of, open_case

REFUSED = (ProgrammingError, InternalError, OperationalError)


@pytest.fixture
def case(make_staff):
    return case_at(Status.ANSWERED, make_staff("lan", Role.SPECIALIST))


@contextmanager
def without_the_trigger():
    """What a superuser could do."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # or the table still has work to do and cannot be altered
        cursor.execute("ALTER TABLE cases_caseevent DISABLE TRIGGER cases_caseevent_append_only")
        yield cursor
        cursor.execute("ALTER TABLE cases_caseevent ENABLE TRIGGER cases_caseevent_append_only")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "rewrite",
    [
        lambda event: CaseEvent.objects.filter(pk=event.pk).update(kind="case_closed"),
        lambda event: CaseEvent.objects.filter(pk=event.pk).delete(),
        lambda event: event.save(),
        lambda event: connection.cursor().execute("UPDATE cases_caseevent SET at = now() WHERE id = %s", [event.pk]),
        lambda event: connection.cursor().execute("DELETE FROM cases_caseevent WHERE id = %s", [event.pk]),
    ],
    ids=["update", "delete", "save", "raw update", "raw delete"],
)
def test_the_database_refuses(case, rewrite):
    before = list(CaseEvent.objects.order_by("pk").values())
    event = case.events.first()
    with pytest.raises(REFUSED, match="cannot be changed or deleted"), transaction.atomic():
        rewrite(event)
    assert list(CaseEvent.objects.order_by("pk").values()) == before


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["cases_caseevent", "cases_case"])
@pytest.mark.parametrize(
    "privilege", ["REVOKE TRUNCATE ON {} FROM CURRENT_USER", "GRANT TRUNCATE ON {} TO CURRENT_USER"]
)
def test_the_record_is_never_emptied(case, table, privilege):
    """Neither alone nor with what it hangs on, whatever privileges were given since."""
    before = CaseEvent.objects.count()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(privilege.format("cases_caseevent"))
        with pytest.raises(REFUSED) as refused, transaction.atomic():
            cursor.execute(f"TRUNCATE {table} CASCADE")
    assert refused.value.__cause__.sqlstate == "42501"
    assert CaseEvent.objects.count() == before > 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("tampering", "what"),
    [
        ("UPDATE cases_caseevent SET actor_id = '999' WHERE case_id = %(case)s AND number = 2", (2, "altered")),
        (
            "UPDATE cases_caseevent SET at = at - interval '1 day' WHERE case_id = %(case)s AND number = 2",
            (2, "altered"),
        ),
        (
            "UPDATE cases_caseevent SET facts = facts || '{\"amount\": 1}' WHERE case_id = %(case)s AND number = 2",
            (2, "altered"),
        ),
        ("DELETE FROM cases_caseevent WHERE case_id = %(case)s AND number = 2", (2, "missing")),
        (
            "DELETE FROM cases_caseevent WHERE case_id = %(case)s AND number = %(last)s",
            (None, "the end of the chain is missing or was replaced"),
        ),
        (
            "UPDATE cases_caseevent SET number = CASE number WHEN 2 THEN 3 ELSE 2 END"
            " WHERE case_id = %(case)s AND number IN (2, 3)",
            (2, "altered"),
        ),
    ],
    ids=["actor", "time", "facts", "middle", "tail", "swapped"],
)
def test_what_was_rewritten_all_the_same_is_named(case, tampering, what):
    assert list(all_flaws()) == []
    with without_the_trigger() as cursor:
        if "CASE number" in tampering:
            cursor.execute("ALTER TABLE cases_caseevent DROP CONSTRAINT event_number_once")
        if tampering.startswith("DELETE"):
            cursor.execute("DELETE FROM cases_eventtext")
        cursor.execute(tampering, {"case": case.pk, "last": case.last_event_number})
    found = {(flaw.number, flaw.what) for flaw in flaws_of(Case.objects.get(pk=case.pk))}
    number, words = what
    assert (number or case.last_event_number, words) in found
    assert {(flaw.number, flaw.what) for flaw in all_flaws([case.code])} == found
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("verify_audit", stdout=out)
    assert f"{case.code} event {number or case.last_event_number}: {words}" in out.getvalue()


@pytest.mark.django_db
def test_a_chain_that_was_removed_whole_is_named(case):
    with without_the_trigger() as cursor:
        cursor.execute("DELETE FROM channels_app_webhookdelivery")
        cursor.execute("DELETE FROM cases_eventtext")
        cursor.execute("DELETE FROM cases_caseevent WHERE case_id = %s", [case.pk])
    assert [flaw.code for flaw in all_flaws()] == [case.code]


@pytest.mark.django_db
def test_words_may_be_erased_but_not_altered(case):
    ending.withdraw(case, actor=customer_of(case), reason="Tôi đã tự giải quyết")
    words = EventText.objects.get(event__case=case, event__kind="case_closed")
    EventText.objects.filter(pk=words.pk).update(text="Tôi rất hài lòng")
    assert [(flaw.number, flaw.what) for flaw in all_flaws()] == [(words.event.number, "its words were altered")]
    words.delete()
    assert list(all_flaws()) == []


def named_by_verify_audit():
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("verify_audit", stdout=out)
    return out.getvalue().splitlines()


@pytest.mark.django_db
def test_the_text_of_an_answer_that_was_sent_cannot_be_exchanged(case):
    sent = case.events.get(kind="case_answered").number
    case.answers.update(body="Chúng tôi từ chối.")
    Message.objects.filter(answer__case=case).update(body="Chúng tôi từ chối.")
    assert named_by_verify_audit() == [f"{case.code} event {sent}: the text of its answer was altered"]
    case.answers.update(body="Đã ghi có.")
    assert named_by_verify_audit() == [f"{case.code} event {sent}: the message that carried its answer was altered"]
    with pytest.raises(CommandError):
        call_command("verify_audit", case.code, stdout=StringIO())
    Message.objects.filter(answer__case=case).update(body="Đã ghi có.")
    call_command("verify_audit", stdout=StringIO())


@pytest.mark.django_db
def test_the_text_that_was_proposed_cannot_be_exchanged(make_staff):
    case = case_at(Status.AWAITING_APPROVAL, make_staff("lan", Role.SPECIALIST))
    case.answers.update(body="Hoàn gấp đôi.")
    assert [(flaw.number, flaw.what) for flaw in flaws_of(case)] == [
        (case.events.get(kind="outcome_proposed").number, "the text of its answer was altered")
    ]


@pytest.mark.django_db
def test_the_text_of_an_answer_may_be_erased(case):
    EventText.objects.filter(event__case=case).delete()
    case.answers.update(body="")
    Message.objects.filter(answer__case=case).update(body="")
    call_command("verify_audit", stdout=StringIO())


@pytest.mark.django_db
def test_the_text_of_an_answer_is_not_told_twice(case, make_staff):
    boss = Actor.staff(make_staff("son", Role.MANAGER))
    case = resolution_proposed(case, boss)
    told = [*history_of(case).rows, *timeline.entries(timeline.events_for(boss, case), boss)]
    assert [line.words for line in told if "ghi có" in line.words or "Hoàn" in line.words] == []
    customer = customer_of(case)
    assert {entry.words for entry in timeline.entries(timeline.events_for(customer, case), customer)} == {""}


def resolution_proposed(case, actor):
    answer.reject(case, actor=customer_of(case))
    resolution.propose(case, actor=actor, body="Hoàn tiền.")
    return case


@pytest.mark.django_db
def test_verify_audit_says_what_it_checked(case):
    other = open_case(email="binh@khach.example")
    out = StringIO()
    call_command("verify_audit", stdout=out)
    assert out.getvalue() == f"{CaseEvent.objects.count()} events of 2 cases: every chain is whole.\n"
    out = StringIO()
    call_command("verify_audit", other.code.lower().replace("-", ""), stdout=out)
    assert out.getvalue() == f"{other.last_event_number} events of 1 cases: every chain is whole.\n"
    with pytest.raises(CommandError):
        call_command("verify_audit", "CS-0000-0000-000")


@pytest.mark.django_db
def test_the_cost_does_not_grow_with_the_number_of_cases(case, django_assert_num_queries):
    for number in range(5):
        open_case(email=f"khach{number}@khach.example")
    with django_assert_num_queries(4):
        assert list(all_flaws()) == []
