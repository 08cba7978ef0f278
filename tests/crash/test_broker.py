"""The broker is killed and started again under programs that are watched: the sweep finds what was to be announced meanwhile."""

import pytest
import requests

from accounts.models import ApiClient, Scope
from channels_app.models import Delivery
from cskh.embedded.supervisor import Console, Supervisor
from tests.api import CASE
from tests.channels_app.mail import headers_of
from tests.supervising import run_until

from .killing import until

pytestmark = [pytest.mark.crash, pytest.mark.django_db(transaction=True)]
State = Delivery.State


@pytest.fixture
def key_values(start_key_values):
    return start_key_values("Valkey")


@pytest.fixture
def redis_url(key_values):
    return key_values.url


def test_mail_written_while_the_broker_is_away_goes_out(
    installation, serve, start, smtp, key_values, defaults, verified
):
    _client, key = ApiClient.objects.create_with_key("app", Scope.values)
    address = f"http://127.0.0.1:{installation.wanted.port}/api/v1/cases/"

    def open_case(email):
        body = {**CASE, "channel": "email", "customer": {"name": "An", "email": email}}
        answer = requests.post(
            address, json=body, headers={"Authorization": f"Bearer {key}", "Idempotency-Key": email}, timeout=20
        )
        assert answer.status_code == 201

    def sent():
        return [headers_of(raw)["To"].addresses[0].addr_spec for raw in smtp.got]

    supervisor = Supervisor(Console())
    programs = [serve(), start(installation.worker()), start(installation.beat())]
    for program in programs:
        supervisor.watch(program)
    open_case("an@khach.example")
    until(lambda: sent() == ["an@khach.example"])
    key_values.kill()
    open_case("binh@khach.example")
    assert Delivery.objects.filter(state=State.QUEUED).count() == 1
    key_values.start()
    # A worker that was taking a task as the broker went may end with it, and is started again.
    run_until(supervisor, lambda: not Delivery.objects.exclude(state=State.DELIVERED).exists(), 120)
    assert sent() == ["an@khach.example", "binh@khach.example"]
    assert all(program.running for program in programs)
    verified()
