import pytest

from accounts.models import Role


@pytest.fixture
def lan(make_staff):
    """An agent at the intake desk."""
    return make_staff("lan", Role.INTAKE, "intake")
