"""Who was touched by a fault of ours and never wrote: found in the files of records that were handed in."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.actors import Actor
from accounts.customers.models import Customer
from accounts.models import Role
from cases.complaints.problem_books import without_a_case
from cases.records.models import ImportedRow, RecordFile
from channels_app.merging import merge_customers
from tests.cases.building import open_case
from tests.cases.complaints.problem_records import make_problem

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def handed_in(lan, *rows, state=RecordFile.State.LIVE):
    """A file of deposits with these rows: customer, code, how long ago."""
    file = RecordFile.objects.create(
        content="deposits",
        format="table",
        filename="a.csv",
        stored="a",
        size=1,
        sha256="0",
        uploaded_by=lan.subject,
        state=state,
    )
    for line, (customer, code, ago) in enumerate(rows, 1):
        at = timezone.now() - ago
        ImportedRow.objects.create(
            file=file, line=line, kind="deposits", codes=[code], customer=customer, amount=1, at=at, content={}
        )


def found(problem):
    return {one["customer"]: one["rows"] for one in without_a_case(problem)}


def test_who_has_rows_that_fit_and_no_case_is_found(lan):
    problem = make_problem(lan, record="deposits", code_prefixes=["FT26"])
    handed_in(
        lan,
        ("BX1", "FT2601", HOUR),
        ("BX1", "FT2602", HOUR),
        ("BX2", "FT2501", HOUR),  # another code
        ("BX3", "XFT2601", HOUR),  # it stands in the middle
        ("BX4", "FT2603", 5 * HOUR),  # before it began
        ("", "FT2604", HOUR),  # nobody's
    )
    assert found(problem) == {"BX1": 2}


def test_who_has_a_case_that_it_touched_stands_there(lan):
    problem = make_problem(lan, "other", record="deposits")
    handed_in(lan, ("BX1", "FT2601", HOUR), ("BX2", "FT2602", HOUR))
    case = open_case("other")
    Customer.objects.filter(pk=case.customer_id).update(external_id="BX1")
    assert found(problem) == {"BX1": 1, "BX2": 1}  # the case has no such records yet
    case.snapshots.create(kind="deposits", source="sổ", asked_for="x", content=[{"code": "x"}], sha256="0")
    assert found(problem) == {"BX2": 1}


def test_who_has_such_a_case_under_another_id_that_was_merged_wrote(lan, make_staff):
    problem = make_problem(lan, "other", record="deposits")
    handed_in(lan, ("BX1", "FT2601", HOUR), ("BX2", "FT2602", HOUR), ("BX3", "FT2603", HOUR), ("BX4", "FT2604", HOUR))
    case = open_case("other")
    case.snapshots.create(kind="deposits", source="sổ", asked_for="x", content=[{"code": "x"}], sha256="0")
    boss = Actor.staff(make_staff("quan", Role.MANAGER))
    first = case.customer
    Customer.objects.filter(pk=first.pk).update(external_id="BX1")
    second, third, other = (Customer.objects.create(external_id=external_id) for external_id in ("BX2", "BX3", "BX4"))
    assert found(problem) == {"BX2": 1, "BX3": 1, "BX4": 1}
    merge_customers(second, first, actor=boss, external_id="BX2")
    assert found(problem) == {"BX3": 1, "BX4": 1}
    merge_customers(third, second, actor=boss, external_id="BX3")
    assert found(problem) == {"BX4": 1}
    apart = Customer.objects.create(external_id="BX5")
    merge_customers(apart, other, actor=boss, external_id="BX5")  # nobody wrote under either
    assert found(problem) == {"BX4": 1}


@pytest.mark.parametrize("state", [RecordFile.State.WITHDRAWN, RecordFile.State.READING])
def test_files_that_do_not_count_name_nobody(lan, state):
    handed_in(lan, ("BX1", "FT2601", HOUR), state=state)
    assert found(make_problem(lan, record="deposits")) == {}


def test_what_was_after_its_end_or_of_another_kind_is_not_found(lan):
    handed_in(lan, ("BX1", "FT2601", HOUR / 4))
    ended = timezone.now() - HOUR
    assert found(make_problem(lan, record="deposits", ended_from=ended)) == {}
    assert found(make_problem(lan, record="bets")) == {}
    assert found(make_problem(lan, "other")) == {}


def test_those_who_oversee_read_them_at_the_desk(lan, client, make_staff):
    problem = make_problem(lan, record="deposits")
    Customer.objects.create(external_id="BX1", name="Nguyễn Văn An")
    handed_in(lan, ("BX1", "FT2601", HOUR), ("BX2", "FT2602", HOUR))
    address = reverse("admin:complaints_problem_books", args=[problem.pk])
    page_of_cases = reverse("admin:complaints_problem_cases", args=[problem.pk])
    for name, role, status in (("quan", Role.MANAGER, 200), ("kim", Role.AUDITOR, 200), ("hoa", Role.INTAKE, 403)):
        client.force_login(make_staff(name, role), backend="django.contrib.auth.backends.ModelBackend")
        assert client.get(address).status_code == status, name
        assert (address in client.get(page_of_cases).content.decode()) == (status == 200), name
    client.force_login(make_staff("yen", Role.MANAGER), backend="django.contrib.auth.backends.ModelBackend")
    lines = client.get(address).context["lines"]
    assert [(one["customer"], str(customer or "")) for one, customer in lines] == [
        ("BX1", "Nguyễn Văn An"),
        ("BX2", ""),
    ]


def test_who_read_them_is_noted_at_the_problem_and_at_each_who_is_known(lan, client, make_staff):
    problem = make_problem(lan, record="deposits")
    known = Customer.objects.create(external_id="BX1", name="Nguyễn Văn An")
    Customer.objects.create(external_id="BX9", name="Chưa hiện")
    handed_in(lan, ("BX1", "FT2601", HOUR), ("BX2", "FT2602", HOUR))
    address = reverse("admin:complaints_problem_books", args=[problem.pk])
    client.force_login(make_staff("hoa", Role.INTAKE), backend="django.contrib.auth.backends.ModelBackend")
    client.get(address)
    assert not LogEntry.objects.exists()
    client.force_login(make_staff("quan", Role.MANAGER), backend="django.contrib.auth.backends.ModelBackend")
    client.get(address)
    noted = LogEntry.objects.order_by("pk").values_list("user__username", "object_id", "object_repr")
    assert list(noted) == [("quan", str(problem.pk), str(problem)), ("quan", str(known.pk), str(known))]
    assert "page 1" in LogEntry.objects.first().change_message


def test_the_page_costs_the_same_however_many_they_are(lan, client, make_staff):
    problem = make_problem(lan, record="deposits")
    client.force_login(make_staff("quan", Role.MANAGER), backend="django.contrib.auth.backends.ModelBackend")
    address = reverse("admin:complaints_problem_books", args=[problem.pk])

    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    handed_in(lan, ("BX1", "FT2601", HOUR))
    client.get(address)
    few = cost()
    ImportedRow.objects.bulk_create(
        ImportedRow(
            file=RecordFile.objects.get(),
            line=n,
            kind="deposits",
            codes=[f"A{n}"],
            customer=f"C{n}",
            at=timezone.now(),
            content={},
        )
        for n in range(2, 40)
    )
    assert cost() == few == 11  # one of merged records, one that notes who read it
