"""Customers corrected over REST: by whom, and their open cases tell of it."""

import pytest

from accounts.customers import directory
from accounts.customers.models import Contact, Customer
from accounts.models import Role, Scope
from cases.models import CaseEvent
from tests.api import CASE

pytestmark = pytest.mark.django_db


@pytest.fixture
def opened(integration):
    """The customer of a case of the payments department."""
    integration.post("/api/v1/cases/", CASE | {"category": "deposit-not-credited"})
    return Customer.objects.get()


def corrected():
    return list(CaseEvent.objects.filter(kind="case_corrected").values_list("actor_kind", "facts"))


def rename(client, customer, name="Nguyễn Thị An"):
    return client.patch(f"/api/v1/customers/{customer.pk}/", {"name": name}, format="json").status_code


@pytest.mark.parametrize(
    ("role", "department", "status"),
    [
        (Role.SPECIALIST, "payments", 200),
        (Role.SPECIALIST, "technical", 404),
        (Role.INTAKE, "intake", 200),
        (Role.AUDITOR, None, 403),
        (Role.MANAGER, None, 200),
    ],
)
def test_staff_correct_the_name_of_whose_cases_they_see(staff_client, opened, role, department, status):
    assert rename(staff_client("kim", role, department), opened) == status
    opened.refresh_from_db()
    assert (opened.name == "Nguyễn Thị An") == (status == 200)
    told = [("staff", {"customer": opened.pk, "fields": ["name"]})]
    assert corrected() == (told if status == 200 else [])


@pytest.mark.parametrize(
    ("role", "department", "status"), [(Role.SPECIALIST, "technical", 404), (Role.INTAKE, "intake", 200)]
)
def test_somebody_without_cases_is_corrected_by_intake(staff_client, role, department, status):
    nobody = Customer.objects.create(name="Trần An")
    assert rename(staff_client("kim", role, department), nobody) == status
    nobody.refresh_from_db()
    assert nobody.name == ("Nguyễn Thị An" if status == 200 else "Trần An")
    assert corrected() == []


@pytest.mark.parametrize(
    ("role", "department", "everybody", "known"),
    [
        (Role.SPECIALIST, "payments", False, True),
        (Role.SPECIALIST, "technical", False, False),
        (Role.INTAKE, "intake", True, True),
        (Role.AUDITOR, None, True, True),
        (Role.MANAGER, "technical", True, True),
        (Role.ADMINISTRATOR, None, True, True),
    ],
)
def test_the_list_holds_those_one_may_know_of(staff_client, opened, role, department, everybody, known):
    other = Customer.objects.create(name="Trần An")
    listed = staff_client("kim", role, department).get("/api/v1/customers/").json()["results"]
    assert {one["id"] for one in listed} == ({opened.pk} if known else set()) | ({other.pk} if everybody else set())


def test_programs_correct_by_their_scope_and_customers_not_at_all(make_client, customer, opened):
    assert rename(make_client(Scope.CASES_WORK), opened) == 403
    assert rename(customer, opened) == 403
    opened.refresh_from_db()
    assert (opened.name, corrected()) == (CASE["customer"]["name"], [])
    assert rename(make_client(Scope.CUSTOMERS), opened) == 200
    assert corrected() == [("integration", {"customer": opened.pk, "fields": ["name"]})]


def test_the_same_name_is_no_correction(make_client, opened):
    assert rename(make_client(Scope.CUSTOMERS), opened, opened.name) == 200
    assert corrected() == []


def test_an_address_finds_its_customers_once_however_it_is_written(integration, opened):
    directory.contact_of(opened, Contact.Kind.EMAIL, "an.nguyen@khach.example")
    for typed, found in (("AN@Khach.example", [opened.pk]), ("an@khach.exampl", []), ("an%", [])):
        rows = integration.get("/api/v1/customers/", {"address": typed}).json()["results"]
        assert [row["id"] for row in rows] == found
