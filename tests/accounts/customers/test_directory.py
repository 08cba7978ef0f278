"""Whom an address belongs to: nobody gets into somebody's record by typing their number."""

import pytest
from django.utils import timezone

from accounts.customers.directory import Person, find, recognise
from accounts.customers.models import Customer
from cskh.core.folding import Folded
from cskh.core.text import folded

pytestmark = pytest.mark.django_db

NUMBER, EMAIL, OTHER = "0901234567", "an@khach.example", "la@xa.example"


@pytest.fixture
def known():
    return recognise(Person(external_id="BX1", name="An", email=EMAIL, phone=NUMBER))[0]


@pytest.mark.parametrize(
    "given",
    [{"email": EMAIL}, {"phone": "+84 901 234 567"}, {"email": EMAIL, "phone": NUMBER}, {"external_id": "BX1"}],
)
def test_the_same_person_is_recognised(known, given):
    assert recognise(Person(**given))[0] == known


def test_a_new_address_beside_a_known_number_is_somebody_else(known):
    somebody, contacts = recognise(Person(name="An", email=OTHER, phone=NUMBER))
    assert somebody != known
    assert contacts["email"].customer == somebody
    assert sorted(known.contacts.values_list("address", flat=True)) == ["+84901234567", EMAIL]


def test_a_number_typed_beside_an_address_leads_nobody_there(known):
    """Whoever owns the number must not land in the record of somebody who merely typed it."""
    theirs = "0987654321"
    assert recognise(Person(email=EMAIL, phone=theirs))[0] == known
    owner, contacts = recognise(Person(phone=theirs))
    assert owner != known
    assert recognise(Person(email=EMAIL, phone=theirs))[0] == known  # typed again, after its owner used it
    assert recognise(Person(phone=theirs))[0] == owner
    assert contacts["phone"].is_claimed is False


def test_a_claimed_number_counts_once_it_is_proven_or_the_operator_says_so(known):
    recognise(Person(email=EMAIL, phone="0987654321"))
    recognise(Person(email=EMAIL, phone="0987654322"))
    known.contacts.filter(address="+84987654321").update(verified_at=timezone.now())
    recognise(Person(external_id="BX1", phone="0987654322"))
    assert {recognise(Person(phone=number))[0] for number in ("0987654321", "0987654322")} == {known}


def test_what_stands_for_a_customer_is_not_taken_back_by_typing_it_beside(known):
    recognise(Person(email=EMAIL, phone=NUMBER))
    assert recognise(Person(phone=NUMBER))[0] == known


def test_a_verified_address_stays_with_its_owner_whoever_used_it_last(known):
    known.contacts.update(verified_at=timezone.now())
    somebody = recognise(Person(external_id="BX2", email=EMAIL, phone=NUMBER))[0]
    assert {recognise(Person(email=EMAIL))[0], recognise(Person(phone=NUMBER))[0]} == {known}
    assert somebody != known


def test_the_operator_may_add_an_address(known):
    assert recognise(Person(external_id="BX1", email=OTHER))[0] == known
    assert known.contacts.filter(address=OTHER).exists()


def test_an_address_that_anybody_can_type_names_nobody():
    nameless, _ = recognise(Person(email="an@khach.example"))
    same, _ = recognise(Person(email="an@khach.example", name="Kẻ lạ"))
    assert (same, Customer.objects.get().name) == (nameless, "")


def test_the_operators_id_names_whom_it_is_about():
    recognise(Person(external_id="BX1"))
    recognise(Person(external_id="BX1", name="An"))
    recognise(Person(external_id="BX1", name="Bình"))
    assert Customer.objects.get().name == "An"


@pytest.mark.parametrize("name", ["Nguyễn Văn Đức", "TRẦN THỊ HƯỜNG", "Lê Ngọc Ánh", "Jörg Müller", "An"])
def test_the_database_folds_names_as_we_do(name):
    Customer.objects.create(name=name)
    assert Customer.objects.values_list(Folded("name"), flat=True).get() == folded(name)


@pytest.mark.parametrize("typed", ["nguyen", "NGUYEN VAN", "Nguyễn", "nguyễn văn đ", "van duc", "Đức"])
def test_a_name_is_found_with_and_without_its_marks(typed):
    customer = Customer.objects.create(name="Nguyễn Văn Đức")
    Customer.objects.create(name="Trần Bình")
    assert find(typed, Customer.objects.all()) == [customer]


def test_whose_name_is_written_as_typed_comes_first():
    plain, marked = (Customer.objects.create(name=name) for name in ("Hung Le", "Hùng Lê"))
    assert find("hung", Customer.objects.all()) == [plain, marked]
    assert find("Hùng", Customer.objects.all()) == [marked, plain]


@pytest.mark.parametrize("typed", ["\u0301\u0301\u0301", "%%%", "___", "\\\\\\", "ng"])
def test_what_says_nothing_finds_nobody(typed):
    Customer.objects.create(name="Nguyễn")
    assert find(typed, Customer.objects.all()) == []
