"""Reads that must stay cheap among millions of cases."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.customers import directory
from accounts.customers.models import Contact, Customer
from accounts.models import ApiClient, Department, Role, Scope
from cases import policies, queries
from cases.admin.finding import searched
from cases.api.filters import CaseFilter
from cases.models import Case, Category
from channels_app.models import Message
from cskh.core import pages
from tests.cases.building import open_case

pytestmark = pytest.mark.django_db

INDEXES = {
    "mine": {"case_queue_assignee"},
    "department": {"case_queue_department"},
    "unassigned": {"case_queue_assignee", "case_queue_all"},
    "urgent": {"case_queue_all"},
    "due_soon": {"case_queue_all"},
    "reopened": {"case_queue_reopened"},
    "manager": {"case_queue_manager"},
    "asked_to_reopen": {"case_asked_to_reopen"},
}


def plan(sql: str, parameters: tuple | None = None, *, without: tuple[str, ...] = ()) -> str:
    """How PostgreSQL would read it where it must not read whole tables (nor do what else is given)."""
    with connection.cursor() as cursor:
        for way in ("seqscan", *without):
            cursor.execute(f"SET LOCAL enable_{way} = off")
        cursor.execute(f"EXPLAIN {sql}", parameters)
        return "\n".join(line for (line,) in cursor.fetchall())


@pytest.fixture
def many_open_cases(defaults):
    """Enough of them, in every department, that reading those of the wrong one costs something."""
    departments, customer = list(Department.objects.all()), Customer.objects.create()
    Case.objects.bulk_create(
        Case(
            code=f"CS-{n}",
            customer=customer,
            channel="email",
            department=departments[n % len(departments)],
            status="resolving",
            next_due_at=timezone.now() + timedelta(minutes=n),
        )
        for n in range(2000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE cases_case")


@pytest.mark.parametrize("queue", queries.QUEUES)
def test_each_queue_is_read_in_its_order_from_an_index_of_open_cases(many_open_cases, make_staff, queue):
    manager = Actor.staff(make_staff("manager", Role.MANAGER, department="payments"))
    now = timezone.now()
    rows = queries.for_queue(manager, queue, now, now)[:50]
    read = plan(*rows.query.sql_with_params(), without=("sort", "incremental_sort", "bitmapscan"))
    assert any(f"using {index} on" in read for index in INDEXES[queue]), read


@pytest.mark.parametrize("is_first", [True, False])
def test_a_page_of_the_overview_is_read_in_its_order_from_where_it_begins(many_open_cases, is_first):
    rows = queries.overview(Case.objects.all())
    if not is_first:
        last = rows[1000]
        values = [last.still_open, last.urgency, last.opened_at, last.pk]
        rows = rows.filter(pages._after(queries.OVERVIEW, values))
    read = plan(*rows[:50].query.sql_with_params(), without=("sort", "incremental_sort", "bitmapscan"))
    assert "using case_overview on" in read, read
    assert ("Index Cond: (ROW(" in read) != is_first, read
    assert "Filter" not in read, read


def test_the_sweep_reads_what_is_due_by_index(django_assert_num_queries):
    with django_assert_num_queries(2) as captured:
        assert queries.due(timezone.now(), 200) == []
    clocks, follow_ups = (plan(query["sql"]) for query in captured)
    assert "clock_to_look_at" in clocks, clocks
    assert "follow_up_due" in follow_ups, follow_ups


def test_a_programs_own_cases_are_found_by_index(django_assert_num_queries):
    opener, _key = ApiClient.objects.create_with_key("app", [Scope.CASES_OPEN])
    with django_assert_num_queries(1) as captured:
        assert list(policies.visible_to(Actor.integration(opener))) == []
    read = plan(captured[0]["sql"])
    assert "case_by_opener" in read, read
    assert "Seq Scan" not in read, read


def test_customers_are_found_by_index(django_assert_num_queries):
    customers = Customer.objects.bulk_create(Customer(name=f"Khách {n}") for n in range(3000))
    Contact.objects.bulk_create(Contact(customer=c, kind="email", address=f"k{c.pk}@khach.example") for c in customers)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE customers_customer, customers_contact")
    with django_assert_num_queries(1) as captured:
        assert directory.find("an@khach", Customer.objects.all()) == []
    read = plan(captured[0]["sql"], without=("indexscan", "indexonlyscan"))  # which could read a whole table in order
    assert "Seq Scan" not in read, read
    assert "customer_name_folded" in read, read
    assert "contact_address_trigrams" in read or "contact_by_address" in read, read


def test_words_are_found_by_index(many_open_cases, make_staff):
    manager = Actor.staff(make_staff("manager", Role.MANAGER))
    Message.objects.bulk_create(
        Message(
            case=case, direction="in", channel="email", author_kind="customer", author_id="1", body="Chưa thấy tiền"
        )
        for case in Case.objects.all()
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE channels_app_message")
    at_the_desk = searched(Case.objects.all(), "nap tien", manager)
    over_rest = CaseFilter({"q": "nap tien"}, Case.objects.all()).qs
    for found, indexes in (
        (at_the_desk, ["case_subject_folded"]),
        (over_rest, ["case_subject_folded", "message_body_folded"]),
    ):
        read = plan(*found.query.sql_with_params(), without=("indexscan", "indexonlyscan"))
        assert all(index in read for index in indexes), read


@pytest.mark.django_db(transaction=True)
def test_who_waited_for_the_lock_reads_what_was_done_meanwhile(defaults):
    """The category came while we waited: a lock that reads in the same statement would show its id with no category."""
    case = open_case()
    category = Category.objects.get(slug="staff-conduct")
    waiter = {}

    def wait():
        try:
            with transaction.atomic():
                held = queries.locked(case.pk)
                waiter.update(category=held.category, department=held.department)
        finally:
            connection.close()

    thread = threading.Thread(target=wait)
    with transaction.atomic():
        queries.hold(case.pk)
        thread.start()
        until_somebody_waits()
        Case.objects.filter(pk=case.pk).update(category=category, department=category.department)
    thread.join(10)
    assert waiter == {"category": category, "department": category.department}


def until_somebody_waits():
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.02)
    raise AssertionError("nobody waits for the lock")
