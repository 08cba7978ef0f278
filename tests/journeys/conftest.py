"""What the stories happen among: workers, people of ours, customers with what they have, and the operator's books."""

import pytest
from django.core.cache import cache

from accounts.customers.models import Customer
from accounts.models import Role
from tests.cases.records.building import connect, operator

from .walking import Books, Browser, Desk, Mailbox, Phone, Visitor, Workers


@pytest.fixture
def workers(monkeypatch, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.TRACK_ANSWER_SECONDS = 0
    cache.clear()  # what one address did is counted there: the customers are no single visitor
    working = Workers()
    monkeypatch.setattr("cskh.core.jobs._send", working.send)
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}  # nobody has a page open
    return working


@pytest.fixture
def desk(make_staff, workers):
    """desk("lan", "payments"): a specialist at the desk; desk("son", role=Role.MANAGER) somebody else."""

    def enter(name, department=None, role=Role.SPECIALIST, **how):
        return Desk(make_staff(name, role, department, **how), workers)

    return enter


@pytest.fixture
def books(settings):
    known = Books()
    with operator(known.answer) as server:
        connect(settings, server)
        yield known


@pytest.fixture
def mailbox(smtp_server, imap_server, workers, defaults):
    """mailbox("an@khach.example", "Nguyễn Văn An")"""

    def make(*who):
        return Mailbox(smtp_server, workers, *who)

    return make


@pytest.fixture
def browser(workers, defaults):
    return lambda language="vi": Browser(workers, language)


@pytest.fixture
def visitor(workers, defaults):
    return lambda language="vi": Visitor(workers, language)


@pytest.fixture
def phone(workers, token_keys, defaults):
    """An's, whom the operator's systems know as BX100231."""
    Customer.objects.create(external_id="BX100231", name="Nguyễn Văn An")
    return Phone(workers)
