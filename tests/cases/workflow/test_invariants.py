"""Whatever people and time do, in whatever order: the invariants of a case hold.

That every read is noted (I15) is tested in `tests/cases/test_access_log.py`.
"""

import hashlib
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.actors import Actor
from accounts.models import Role, User
from cases import policies, queries, timeline
from cases.codes import parse_code
from cases.events import flaws_of
from cases.evidence.models import EvidenceRequest
from cases.evidence.pipeline.derive import derive_preview
from cases.evidence.queries import file_of
from cases.models import Answer, Case, CaseEvent, EventText
from cases.states import Channel, ClosedAs, Priority, Status, Step
from cases.tasks import sweep_due
from cases.workflow import ending, evidence, routing
from cases.workflow.handover import set_presence
from cases.workflow.steps import allowed_steps
from channels_app import intake, outbox
from cskh.core import vault
from cskh.core.errors import DomainError
from tests.cases.building import case_at, customer_of, deliver_answer, open_case, take_as
from tests.cases.evidence.files import picture
from tests.cases.evidence.test_serving import sent

ROOT = Path(__file__).resolve().parents[3]
START = datetime(2026, 11, 18, 5, 0, tzinfo=UTC)
DECISIONS = {Step.PROPOSE, Step.APPROVE, Step.ANSWER, Step.FINAL_RESPONSE}
CATEGORIES = ("deposit-not-credited", "settlement", "staff-conduct", "privacy-request", "other")


class Rollback(Exception):
    """Ends an example; the database is as before."""


def moves(case, actors, data):
    """One thing that somebody does, or that time brings."""
    what = data.draw(
        st.sampled_from(
            ["step", "step", "step", "time", "customer", "evidence", "verify", "staff", "deliver", "priority", "duty"]
        )
    )
    staff = data.draw(st.sampled_from(actors))
    if what == "step":
        actor = data.draw(st.sampled_from([staff, customer_of(case)]))
        steps = allowed_steps(actor, case)
        if steps:
            step = data.draw(st.sampled_from(steps))
            take_as(actor, step, case, assignee=data.draw(st.sampled_from(actors)).subject)
            assert step not in DECISIONS or not file_of(case).unchecked, "I3"
    elif what == "customer":
        intake.add_message(case, actor=customer_of(case), channel=case.channel, body="Sao rồi?")
    elif what == "evidence":
        evidence.submit_evidence(case, actor=customer_of(case), channel=Channel.WEB, text="FT26326004511")
    elif what == "verify":
        for item in file_of(case).unchecked:
            result = data.draw(st.sampled_from(["accepted", "rejected"]))
            evidence.verify_evidence(item, actor=staff, result=result, reason="Đã đối chiếu")
    elif what == "staff":
        outbox.write_message(case, actor=staff, body="Chúng tôi đang xử lý.")
    elif what == "deliver":
        for request in EvidenceRequest.objects.filter(case=case, ended_at=None):
            evidence.mark_delivered(request, at=timezone.now())
        deliver_answer(case)
    elif what == "priority":
        routing.change_priority(case, actor=staff, priority=data.draw(st.sampled_from(Priority)), reason="Khác")
    elif what == "duty":
        set_presence(staff.subject, data.draw(st.sampled_from(User.Presence)), actor=staff)
    elif what == "time":
        sweep_due()


def check(case, events_before):
    assert Case.objects.get(code=parse_code(case.code)) == case, "I1"
    case = Case.objects.get(pk=case.pk)
    assert not queries.orphans().exists(), "I2"
    assert list(flaws_of(case)) == [], "I7"
    assert CaseEvent.objects.filter(case=case).count() >= events_before, "I7"
    if case.status == Status.CLOSED:
        assert case.closed_as in ClosedAs, "I4"
        sent = case.answers.filter(round=case.round, state=Answer.State.SENT)
        if case.closed_as in ("accepted", "no_reply", "final_response"):
            assert sent.exists(), "I4"
        if case.closed_as == "accepted":
            accepted = case.events.get(kind="outcome_accepted", facts__answer=sent.get().pk)
            assert accepted.actor_kind == "customer" or accepted.facts["message"], "I4"
        assert not (case.closed_as == "no_reply" and case.round > 1), "I4"
        assert not case.clocks.filter(stopped_at=None).exists()
    if case.assignee_id and case.round > 1 and case.status != Status.CLOSED:
        assert case.assignee_id not in policies.earlier_deciders(case), "I5"
    law = case.clocks.filter(kind="regulatory")
    assert law.count() <= 1, "I10"
    assert all(clock.started_at == case.opened_at for clock in law), "I10"
    for answer in case.answers.filter(state=Answer.State.SENT):
        assert answer.messages.filter(channel=case.channel).exists(), "I13"
    reader = customer_of(case)
    for entry in timeline.entries(list(timeline.events_for(reader, case)), reader):
        assert entry.kind in timeline.public_kinds(), "I8"
        assert not entry.actor_name, "I8"
        assert not entry.words or entry.actor_kind == "customer" or entry.kind == "evidence_rejected", "I8"
    for clock in case.clocks.exclude(breached_at=None):
        assert case.events.filter(kind="clock_breached", facts__clock_id=clock.pk).count() == 1


@pytest.mark.django_db
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_the_invariants_hold(make_people, data):
    actors = make_people
    with time_machine.travel(START, tick=False) as clock:
        try:
            with transaction.atomic():
                case = open_case(data.draw(st.sampled_from(["", *CATEGORIES])))
                for _ in range(data.draw(st.integers(1, 12))):
                    clock.shift(timedelta(minutes=data.draw(st.sampled_from([1, 10, 90, 60 * 25, 60 * 24 * 8]))))
                    events = case.events.count()
                    actors = [Actor.staff(User.objects.get(pk=actor.subject.pk)) for actor in actors]
                    case = Case.objects.get(pk=case.pk)
                    try:
                        with transaction.atomic():
                            moves(case, actors, data)
                    except DomainError:
                        assert CaseEvent.objects.filter(case=case).count() == events, "a refusal changes nothing"
                    sweep_due()
                    check(case, events)
                raise Rollback
        except Rollback:
            pass


@pytest.fixture
def make_people(make_staff):
    people = [make_staff(name, Role.SPECIALIST) for name in ("lan", "minh")]
    people += [make_staff("son", Role.MANAGER), make_staff("hoa", Role.INTAKE, "intake")]
    return [Actor.staff(person) for person in people]


@pytest.mark.django_db
def test_no_two_cases_have_one_code(defaults):
    """I1, by the database."""
    first, second = open_case(), open_case(email="binh@khach.example")
    assert first.code != second.code
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=second.pk).update(code=first.code)


@pytest.mark.django_db
def test_the_original_of_evidence_stays_what_came_in(make_people):
    """I11: whatever is made of it, decided about it, or sent again."""
    data = picture()
    case = case_at(Status.ROUTED, make_people[0].subject)
    item = sent(case, data)
    derive_preview(item.file)
    evidence.verify_evidence(item, actor=make_people[0], result="rejected", reason="Ảnh mờ")
    again = sent(case, data)
    assert again.file == item.file
    item.file.refresh_from_db()
    with vault.opened(item.file.original.name, sha256=item.file.sha256) as original:
        assert original.read() == data
    assert item.file.sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.django_db
def test_erased_words_are_nowhere_and_the_chain_is_whole(defaults):
    """I12"""
    case = open_case()
    ending.withdraw(case, actor=customer_of(case), reason="Tôi đã tự giải quyết xong xuôi")
    assert tables_with("tự giải quyết xong xuôi") == ["cases_eventtext"]
    EventText.objects.filter(event__case=case).delete()
    assert tables_with("tự giải quyết xong xuôi") == []
    assert list(flaws_of(Case.objects.get(pk=case.pk))) == []


def tables_with(words):
    """The tables in which `words` stand anywhere."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT 1 FROM "{table}" AS row WHERE row::text LIKE %s LIMIT 1', [f"%{words}%"])
            if cursor.fetchone():
                found.append(table)
    return found


# Where a brand may be named: its configuration, and the demo, which is one.
CONFIGURATION = ("cskh/settings/", "cskh/demo", "cskh/embedded/installation.py")
ENDINGS = {".py", ".html", ".txt", ".js", ".css", ".svg", ".po"}


def test_no_brand_is_named_outside_configuration():
    """I14"""
    brand = re.compile(r"b[ếe]n[ _-]?xanh", re.IGNORECASE)
    named = [
        str(path.relative_to(ROOT))
        for package in ("accounts", "cases", "channels_app", "cskh", "locale")
        for path in (ROOT / package).rglob("*")
        if path.suffix in ENDINGS and brand.search(path.read_text("utf-8"))
    ]
    assert [path for path in named if not path.startswith(CONFIGURATION)] == []
    assert named
