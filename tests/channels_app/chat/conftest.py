import pytest

from accounts.models import Role


@pytest.fixture
def hoa(make_staff):
    return make_staff("hoa", Role.INTAKE, "intake")


@pytest.fixture
def minh(make_staff):
    return make_staff("minh", Role.SPECIALIST, "payments")
