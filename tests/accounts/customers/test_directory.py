"""Whom an address belongs to: nobody gets into somebody's record by typing their number."""

import pytest

from accounts.customers.directory import Person, recognise

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


def test_the_operator_may_add_an_address(known):
    assert recognise(Person(external_id="BX1", email=OTHER))[0] == known
    assert known.contacts.filter(address=OTHER).exists()
