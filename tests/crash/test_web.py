"""The web process is killed in the middle of requests: whoever asks again with the same key has each thing done once."""

import http.client
import json
import threading

import pytest
import requests as http_requests

from accounts.models import ApiClient, Role, Scope
from cases.events import EventKind
from cases.models import Case, CaseEvent
from cases.states import Status
from channels_app import deliveries
from channels_app.models import Delivery, Message
from cskh.core.models import IdempotencyKey
from tests.api import CASE, token
from tests.cases.building import case_at, open_case
from tests.cases.evidence.files import kept
from tests.channels_app.portal.test_requests import PNG, typed
from tests.forked import send_mail

from .killing import finished, held, kill_programs, standing_still, until

pytestmark = [pytest.mark.crash, pytest.mark.django_db(transaction=True)]


class Asking(threading.Thread):
    """A client that sends one request. `answer` is the status and what was said; None where the connection broke."""

    def __init__(self, port, path, body, credential):
        super().__init__()
        self.request = (port, path, body, credential)
        self.answer = None
        self.start()

    def run(self):
        port, path, body, credential = self.request
        headers = {
            "Content-Type": "application/json",
            "Authorization": f"Bearer {credential}",
            "Idempotency-Key": f"once for {path}",
        }
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            client.request("POST", path, json.dumps(body), headers)
            answer = client.getresponse()
            self.answer = answer.status, json.load(answer)
        except (OSError, http.client.HTTPException):
            return
        finally:
            client.close()

    def again(self):
        """The same request, as clients repeat it while the dead one's key is not free yet."""
        while True:
            asking = Asking(*self.request)
            asking.join(60)
            if asking.answer[0] != 409:
                return asking.answer


@pytest.fixture
def requests(make_staff):
    """Three that change something: a new case, a message, a customer who does not accept the outcome."""
    lan = make_staff("lan", Role.SPECIALIST)
    make_staff("minh", Role.SPECIALIST)
    answered = case_at(Status.ANSWERED, lan)
    answered.customer.external_id = CASE["customer"]["external_id"]
    answered.customer.save()
    talking = open_case(email="binh@khach.example")
    _client, key = ApiClient.objects.create_with_key("app", Scope.values)
    return [
        ("/api/v1/cases/", CASE, key),
        (f"/api/v1/cases/{talking.code}/messages/", {"body": "Còn một điều nữa"}, key),
        (f"/api/v1/cases/{answered.code}/reject/", {"reason": "Tiền vẫn chưa vào"}, token()),
    ]


def done():
    """What the three requests bring about, counted."""
    return (
        Case.objects.filter(channel="app").count(),
        Message.objects.filter(body="Còn một điều nữa").count(),
        CaseEvent.objects.filter(kind=EventKind.OUTCOME_REJECTED).count(),
        CaseEvent.objects.filter(kind=EventKind.CASE_REOPENED).count(),
        IdempotencyKey.objects.count(),
    )


def test_killed_before_the_commit(serve, installation, requests, verified):
    """All is written but not committed: the dead process leaves nothing, and the second try does the work."""
    web = serve()
    with held(IdempotencyKey):
        asking = [Asking(installation.wanted.port, *request) for request in requests]
        until(lambda: standing_still(IdempotencyKey) == len(asking))
        kill_programs(web)
    for each in asking:
        each.join(60)
    assert [each.answer for each in asking] == [None] * 3
    assert done() == (0, 0, 0, 0, 0)
    serve()
    assert [each.again()[0] for each in asking] == [201, 201, 200]
    assert done() == (1, 1, 1, 1, 3)
    verified()


def test_killed_between_the_commit_and_the_answer(serve, installation, requests, broker, fork, smtp, verified):
    """The broker stands still while what was committed is announced to it: the second try gets the answer of the first."""
    web = serve()
    with held(IdempotencyKey):
        asking = [Asking(installation.wanted.port, *request) for request in requests]
        until(lambda: standing_still(IdempotencyKey) == len(asking))
        broker.client_pause(60_000, all=False)  # whoever writes to it waits
    try:
        until(lambda: IdempotencyKey.objects.count() == len(asking))
        kill_programs(web)
    finally:
        broker.client_unpause()
    for each in asking:
        each.join(60)
    assert [each.answer for each in asking] == [None] * 3
    assert done() == (1, 1, 1, 1, 3)
    broker.flushdb()  # nothing was announced
    serve()
    answers = [each.again() for each in asking]
    assert [status for status, _said in answers] == [201, 201, 200]
    assert answers[0][1]["code"] == Case.objects.get(channel="app").code
    assert done() == (1, 1, 1, 1, 3)
    for delivery_id in deliveries.due(100):
        finished(fork(send_mail, delivery_id, smtp.port))
    mails = Delivery.objects.filter(channel="email")
    assert set(mails.values_list("state", flat=True)) == {Delivery.State.DELIVERED}
    assert len(smtp.got) == mails.count()
    verified()


class Filling(threading.Thread):
    """A customer who sends the public form with a picture. `answer` is where it led; None where the connection broke."""

    def __init__(self, port):
        super().__init__()
        self.browser = http_requests.Session()
        self.address = f"http://127.0.0.1:{port}/request/"
        self.browser.get(self.address, timeout=60)
        self.form = typed(csrfmiddlewaretoken=self.browser.cookies["csrftoken"])
        self.answer = None
        self.start()

    def run(self):
        try:
            self.answer = self.send()
        except (http_requests.ConnectionError, http_requests.exceptions.ChunkedEncodingError):
            return  # killed before it answered, or while it did

    def send(self):
        """Also what the customer does again: back, and send."""
        answer = self.browser.post(self.address, self.form, files={"documents": ("bien-lai.png", PNG)}, timeout=60)
        return answer.status_code, answer.url


def opened():
    """Cases of the form, and the pictures on them that can be read."""
    items = [item for case in Case.objects.filter(channel="web") for item in case.evidence.all()]
    return Case.objects.filter(channel="web").count(), [kept(item.file.original.name) for item in items].count(PNG)


@pytest.mark.parametrize(("is_committed", "before"), [(False, (0, 0)), (True, (1, 1))])
def test_a_form_with_a_picture_is_one_request(
    serve, installation, tmp_path, settings, defaults, broker, verified, is_committed, before
):
    settings.MEDIA_ROOT = tmp_path / "media"  # where the programs keep their files
    web = serve()
    with held(Message):
        filling = Filling(installation.wanted.port)
        until(lambda: standing_still(Message) == 1)
        if is_committed:
            broker.client_pause(60_000, all=False)
        else:
            kill_programs(web)
    if is_committed:
        try:
            until(lambda: Case.objects.filter(channel="web").exists())
            kill_programs(web)
        finally:
            broker.client_unpause()
    filling.join(60)
    assert filling.answer is None
    assert opened() == before
    serve()
    assert filling.send() == (200, f"{filling.address}done/")
    assert opened() == (1, 1)
    verified()
