"""Who hands in files, and whose storage they go to."""

import pytest

from accounts.models import Role


@pytest.fixture
def manager(make_staff):
    return make_staff("yen", Role.MANAGER)
