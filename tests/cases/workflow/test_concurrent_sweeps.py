"""Two sweeps at once do each thing once."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection, connections, transaction

from cases.models import Case, CaseEvent, Clock
from cases.sla.clock import ClockKind
from cases.workflow import follow_up
from tests.cases.building import open_case


@pytest.mark.django_db(transaction=True)
def test_each_breach_is_recorded_once(defaults):
    cases = [open_case("deposit-not-credited", email=f"khach{number}@khach.example") for number in range(6)]
    later = max(clock.due_at for clock in Clock.objects.exclude(due_at=None)) + timedelta(days=1)
    together = Barrier(2)

    def sweep():
        try:
            together.wait()
            for case in cases:
                follow_up.attend(case.pk, now=later)
        finally:
            connections.close_all()

    threads = [Thread(target=sweep) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    for case in cases:  # what one skipped because the other held it, the other did
        breaches = CaseEvent.objects.filter(case=case, kind="clock_breached")
        assert sorted(breaches.values_list("facts__clock", flat=True)) == sorted(
            [ClockKind.FIRST_RESPONSE, ClockKind.REGULATORY, ClockKind.RESOLUTION]
        )


@pytest.mark.django_db(transaction=True)
def test_a_case_somebody_holds_is_left_to_the_next_sweep(defaults):
    case = open_case("deposit-not-credited")
    results = []

    def sweep():
        try:
            results.append(follow_up.attend(case.pk))
        finally:
            connections.close_all()

    with transaction.atomic():
        Case.objects.select_for_update().get(pk=case.pk)
        thread = Thread(target=sweep)
        thread.start()
        thread.join(30)
    assert results == [False]
    assert connection.in_atomic_block is False
