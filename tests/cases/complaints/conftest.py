"""A specialist, a manager, and a complaint the first of them has; a module that needs others has its own."""

import pytest

from accounts.actors import Actor
from accounts.models import Role

from .building import open_complaint


@pytest.fixture
def lan(make_staff):
    return Actor.staff(make_staff("lan", Role.SPECIALIST))


@pytest.fixture
def son(make_staff):
    return Actor.staff(make_staff("son", Role.MANAGER))


@pytest.fixture
def case(lan):
    return open_complaint(owner=lan)
