"""A merge and a request of the same customer at the same moment: both are done, whichever comes first."""

import time
from threading import Thread

import pytest
from django.db import connection, connections, transaction

from accounts.actors import Actor
from accounts.customers import directory
from accounts.customers.directory import Person
from accounts.models import Role
from cases.models import Case
from cases.states import Channel
from cases.workflow import correcting
from cases.workflow.opening import Matter
from channels_app import intake
from channels_app.merging import merge_customers, undo_merge
from tests.cases.building import INTAKE, open_case

pytestmark = pytest.mark.django_db(transaction=True)
AN = Person(email="an@khach.example")


@pytest.fixture
def boss(make_staff):
    return Actor.staff(make_staff("boss", Role.MANAGER))


@pytest.fixture
def pair(defaults):
    """The same person under the operator's id and by mail: what is kept, and what is merged into it."""
    kept, _ = directory.recognise(Person(external_id="BX1", name="An"))
    return kept, open_case(email="an@khach.example").customer


class Beside(Thread):
    """Does something on a connection of its own; `result` is what it gave, or raises what went wrong."""

    def __init__(self, do):
        super().__init__()
        self.do, self.outcome, self.error = do, None, None
        self.start()

    def run(self):
        try:
            self.outcome = self.do()
        except Exception as error:  # noqa: BLE001 - raised where the result is asked for
            self.error = error
        finally:
            connections.close_all()

    def result(self):
        self.join(60)
        assert not self.is_alive()
        if self.error:
            raise self.error
        return self.outcome


def somebody_waits():
    """Returns once another connection waits for what this one has locked."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            if cursor.fetchone()[0]:
                return
        time.sleep(0.02)
    raise AssertionError("nobody waits")


def open_request(**who):
    return intake.open_request(Matter(subject="Nạp tiền"), actor=INTAKE, channel=Channel.WEB, body="Chưa vào", **who)


def test_a_merge_waits_for_a_request_that_is_being_opened(pair, boss):
    kept, merged = pair
    with transaction.atomic():
        directory.recognise(AN)
        merging = Beside(lambda: merge_customers(kept, merged, actor=boss))
        somebody_waits()
        case = open_request(person=AN)
    merging.result()
    case.refresh_from_db()
    assert case.customer == kept
    assert case.contact.customer == kept


@pytest.mark.parametrize("is_known", [False, True], ids=["by mail", "signed in"])
def test_a_request_waits_for_a_merge_and_is_of_the_record_that_was_kept(pair, boss, is_known):
    kept, merged = pair
    with transaction.atomic():
        merge_customers(kept, merged, actor=boss)
        opening = Beside(lambda: open_request(customer=merged) if is_known else open_request(person=AN))
        somebody_waits()
    case = opening.result()
    assert case.customer == kept
    assert case.contact.customer == kept


def test_a_request_that_follows_a_merge_meets_its_undoing(pair, boss):
    kept, merged = pair
    merge = merge_customers(kept, merged, actor=boss)
    with transaction.atomic():
        undo_merge(merge, actor=boss)
        opening = Beside(lambda: open_request(customer=merged))
        somebody_waits()
    assert opening.result().customer == merged


def test_a_correction_waits_for_a_merge(pair, boss):
    """It notes itself on the customer's cases, which the merge moves."""
    kept, merged = pair
    merge_case = Case.objects.get(customer=merged)

    def correct():
        with transaction.atomic():
            correcting.note_correction(merged, ["name"], actor=boss)
            merged.name = "An Nguyễn"
            merged.save(update_fields=["name"])

    with transaction.atomic():
        directory.hold(merged)
        correction = Beside(correct)
        somebody_waits()
        merge_customers(kept, merged, actor=boss)
    correction.result()
    merge_case.refresh_from_db()
    assert merge_case.customer == kept
