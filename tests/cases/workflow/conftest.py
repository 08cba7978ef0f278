"""Two specialists, and a case whose facts and checks they see to; a module that needs others has its own."""

import pytest

from accounts.actors import Actor
from accounts.models import Role
from tests.cases.building import open_case


@pytest.fixture
def lan(make_staff):
    return Actor.staff(make_staff("lan", Role.SPECIALIST))


@pytest.fixture
def minh(make_staff):
    return Actor.staff(make_staff("minh", Role.SPECIALIST))


@pytest.fixture
def case(lan):
    return open_case("deposit-not-credited", transaction_ref="FT26326004511", amount=2_000_000)
