"""Fixtures every test may use."""

import pytest

from accounts.models import Department, Membership, Role, User
from cskh.defaults.load import load

pytest_plugins = ["tests.servers", "tests.api"]


@pytest.fixture
def defaults(db):
    """The first filling of a new installation."""
    load()


@pytest.fixture
def make_staff(defaults):
    """make_staff("lan", Role.SPECIALIST, "payments", lead=False): a member of staff; no department means all of them."""

    def make(username, role=Role.SPECIALIST, department=None, *, lead=False):
        user, _ = User.objects.get_or_create(
            username=username, defaults={"is_staff": True, "last_name": username.title()}
        )
        Membership.objects.create(
            user=user,
            role=role,
            department=Department.objects.get(slug=department) if department else None,
            is_lead=lead,
        )
        return user

    return make
