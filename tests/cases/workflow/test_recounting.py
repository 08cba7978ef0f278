"""Deadlines that run already follow the operator's calendars and targets, from their own start and with all their pauses."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from celery import current_app
from django.urls import reverse

from accounts.actors import Actor
from accounts.models import Role
from cases import tasks
from cases.models import Calendar, SlaTarget
from cases.sla.clock import ClockKind
from cases.states import Status
from cases.workflow import evidence, recounting
from tests.cases.building import case_at, snapshot

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 18, 5, 0, tzinfo=UTC)  # a Wednesday, noon in Việt Nam
HOUR = timedelta(hours=1)


@pytest.fixture
def lan(make_staff):
    with time_machine.travel(NOON, tick=False) as clock:
        lan = make_staff("lan", Role.SPECIALIST)
        lan.clock = clock
        yield lan


@pytest.fixture
def sent(monkeypatch):
    """Tasks run as soon as they are asked for; their names and arguments."""
    asked = []

    def run(name, args, countdown=None):
        asked.append((name, args))
        if name == "cases.tasks.recount_clocks":
            current_app.tasks[name](*args)

    monkeypatch.setattr(current_app, "send_task", run)
    return asked


def resolution_of(case):
    return case.clocks.get(kind=ClockKind.RESOLUTION, stopped_at=None)


def save(client, row, **changed):
    """Saves the row through its page in the office, as an administrator."""
    address = reverse(f"admin:cases_{row._meta.model_name}_change", args=[row.pk])
    page = client.get(address).context["adminform"].form
    values = {name: page[name].value() for name in page.fields} | changed
    empty = {"days-TOTAL_FORMS": 0, "days-INITIAL_FORMS": 0}
    answer = client.post(address, {k: "" if v is None else v for k, v in values.items()} | empty)
    assert answer.status_code == 302, answer.context["errors"]


def test_a_changed_target_counts_from_the_start_and_keeps_the_pauses(
    lan, client, make_staff, sent, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(tasks, "_BATCH", 1)  # several batches
    SlaTarget.objects.filter(kind=ClockKind.RESOLUTION).delete()
    office_hours = Calendar.objects.exclude(slug="always").first()
    target = SlaTarget.objects.create(kind=ClockKind.RESOLUTION, seconds=8 * 3600, calendar=office_hours)
    cases = [case_at(Status.AWAITING_CUSTOMER, lan) for _ in range(3)]
    over = case_at(Status.CLOSED, lan)
    for case in cases:
        evidence.mark_delivered(case.evidence_requests.get(), at=NOON)
    lan.clock.shift(2 * HOUR)
    for case in cases:
        evidence.waive_rest(case, actor=Actor.staff(lan), reason="Có trong hệ thống")
    before, closed = [resolution_of(case).due_at for case in cases], snapshot(over)
    client.force_login(make_staff("tri", Role.ADMINISTRATOR), backend="django.contrib.auth.backends.ModelBackend")
    with django_capture_on_commit_callbacks(execute=True):
        save(client, target, seconds=target.seconds + 3600, calendar=Calendar.objects.get(slug="always").pk)
    recounts = [args for name, args in sent if name == "cases.tasks.recount_clocks"]
    assert recounts == [(), *((case.pk,) for case in cases)]
    for case in cases:
        case.refresh_from_db()
        clock = resolution_of(case)
        assert (clock.started_at, clock.due_at) == (NOON, NOON + timedelta(seconds=target.seconds) + HOUR + 2 * HOUR)
        assert case.next_due_at <= clock.due_at
        before_again = snapshot(case)
        recounting.recount(case)
        assert snapshot(case) == before_again
    assert all(resolution_of(case).due_at != due for case, due in zip(cases, before, strict=True))
    assert snapshot(over) == closed


def test_one_case_that_cannot_be_counted_does_not_hold_up_the_others(lan, monkeypatch):
    first, second = case_at(Status.ROUTED, lan), case_at(Status.ROUTED, lan)
    SlaTarget.objects.update(seconds=60, calendar=Calendar.objects.get(slug="always"))
    recount = recounting.recount

    def fail_on_first(case):
        if case == first:
            raise LookupError("no calendar")
        recount(case)

    monkeypatch.setattr(recounting, "recount", fail_on_first)
    tasks.recount_clocks()
    assert resolution_of(second).due_at == NOON + timedelta(minutes=1)
    assert resolution_of(first).due_at != NOON + timedelta(minutes=1)


@pytest.mark.parametrize("what", ["calendar", "deletion"])
def test_every_change_of_the_office_asks_for_it(
    what, client, make_staff, defaults, sent, django_capture_on_commit_callbacks
):
    client.force_login(make_staff("tri", Role.ADMINISTRATOR), backend="django.contrib.auth.backends.ModelBackend")
    with django_capture_on_commit_callbacks(execute=True):
        if what == "calendar":
            save(client, Calendar.objects.get(slug="always"), name_en="Day and night")
        else:
            row = SlaTarget.objects.first()
            client.post(reverse("admin:cases_slatarget_delete", args=[row.pk]), {"post": "yes"})
            assert not SlaTarget.objects.filter(pk=row.pk).exists()
    assert ("cases.tasks.recount_clocks", ()) in sent
