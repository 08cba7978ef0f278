"""Webhooks against a real server: signed, tried again, ended by 410, and never sent inside."""

import json
import socket
import threading
import time
from contextlib import contextmanager, suppress
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import ApiClient, Role, Scope
from cases.events import EventKind, record
from cases.models import Case, CaseEvent
from cases.states import Channel
from cases.workflow import evidence, facts
from cases.workflow._take_step import change_case
from channels_app import webhooks
from channels_app.adapters.app import post as sending
from channels_app.adapters.app.post import NotTaken
from channels_app.models import Delivery, WebhookDelivery, WebhookTarget
from cskh.core.sealing import seal, unseal
from tests.api import CASE
from tests.cases.building import customer_of, open_case
from tests.cases.evidence.files import picture, upload


@contextmanager
def receiver(*answers: int):
    """A server that answers with these statuses, the last one for ever; `.got` are the requests."""
    left = list(answers)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            server.got.append((dict(self.headers), body))
            self.send_response(left.pop(0) if len(left) > 1 else left[0])
            self.send_header("Location", f"http://127.0.0.1:{server.server_port}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.got = []
    server.url = f"http://127.0.0.1:{server.server_port}/events?x=1"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def hook(integration, url, events=()):
    made = integration.post("/api/v1/webhooks/", {"url": url, "events": list(events)})
    assert made.status_code == 201, made.content
    return made.json()


def due_now(delivery):
    WebhookDelivery.objects.filter(pk=delivery.pk).update(next_try_at=timezone.now())
    webhooks.send(delivery.pk)
    delivery.refresh_from_db()
    return delivery


@pytest.mark.django_db
class TestSending:
    def test_an_event_arrives_signed_and_once(self, integration):
        with receiver(200) as server:
            secret = hook(integration, server.url, ["case_opened"])["secret"]
            code = integration.post("/api/v1/cases/", CASE | {"category": "other"}).json()["code"]
            delivery = WebhookDelivery.objects.get()
            webhooks.send(delivery.pk)
            webhooks.send(delivery.pk)
        [(headers, body)] = server.got
        event = CaseEvent.objects.get(kind="case_opened")
        sent = json.loads(body)
        assert (sent["id"], sent["event"], sent["case"], sent["number"]) == (event.pk, "case_opened", code, 1)
        assert headers["CSKH-Event-Id"] == str(event.pk)
        at = int(headers["CSKH-Signature"].split(",")[0].removeprefix("t="))
        assert headers["CSKH-Signature"] == webhooks.signature(secret, at, body)
        delivery.refresh_from_db()
        assert (delivery.state, delivery.response_status) == ("delivered", 200)
        assert CASE["body"] not in body.decode()

    def test_what_is_not_taken_is_tried_again_until_it_is(self, integration):
        with receiver(500, 302, 204) as server:
            hook(integration, server.url, ["case_opened"])
            integration.post("/api/v1/cases/", CASE)
            delivery = WebhookDelivery.objects.get()
            assert due_now(delivery).state == "queued"
            assert delivery.next_try_at > timezone.now()
            webhooks.send(delivery.pk)  # not due
            assert len(server.got) == 1
            assert due_now(delivery).state == "queued"  # a redirect is not followed
            assert (due_now(delivery).state, delivery.attempts) == ("delivered", 3)

    def test_after_the_last_try_it_is_given_up(self, integration, settings):
        settings.DELIVERY_RETRY_SECONDS = (1,)
        with receiver(500) as server:
            hook(integration, server.url, ["case_opened"])
            integration.post("/api/v1/cases/", CASE)
            delivery = WebhookDelivery.objects.get()
            assert (due_now(delivery).state, due_now(delivery).state) == ("queued", "failed")
            assert due_now(delivery).attempts == 2

    def test_410_ends_the_webhook(self, integration):
        with receiver(410) as server:
            hook(integration, server.url, ["case_opened"])
            integration.post("/api/v1/cases/", CASE)
            assert due_now(WebhookDelivery.objects.get()).state == "failed"
        assert not WebhookTarget.objects.get().is_active
        integration.post("/api/v1/cases/", CASE)
        assert WebhookDelivery.objects.count() == 1

    def test_a_sender_that_died_is_taken_over(self, integration):
        with receiver(200) as server:
            hook(integration, server.url, ["case_opened"])
            integration.post("/api/v1/cases/", CASE)
            delivery = WebhookDelivery.objects.get()
            assert webhooks._claim(delivery.pk) is not None
            assert webhooks.due(10) == []
            assert (due_now(delivery).state, delivery.attempts) == ("delivered", 2)

    def test_the_answer_counts_as_delivered_when_its_event_was_taken(self, integration):
        with receiver(200) as server:
            hook(integration, server.url, ["case_answered"])
            at = f"/api/v1/cases/{integration.post('/api/v1/cases/', CASE | {'category': 'other'}).json()['code']}/"
            integration.post(f"{at}answer/", {"body": "Xong."})
            answer = Delivery.objects.get(message__answer__isnull=False)
            assert answer.state == "queued"
            webhooks.send(WebhookDelivery.objects.get().pk)
        answer.refresh_from_db()
        assert answer.state == "delivered"
        assert Delivery.objects.filter(state="delivered").count() == 1

    def test_who_lost_the_claim_writes_nothing(self, integration):
        with receiver(200) as server:
            hook(integration, server.url, ["case_opened"])
            integration.post("/api/v1/cases/", CASE)
        late = webhooks._claim(WebhookDelivery.objects.get().pk)
        WebhookDelivery.objects.update(next_try_at=timezone.now())
        second = webhooks._claim(late.pk)
        webhooks._finish(late, status=410, error="HTTP 410")
        second.refresh_from_db()
        assert (second.state, second.attempts, second.error) == ("sending", 2, "")
        assert WebhookTarget.objects.get().is_active
        webhooks._finish(second, status=200, error="")
        webhooks._finish(second, status=500, error="HTTP 500")
        second.refresh_from_db()
        assert (second.state, second.response_status, second.error) == ("delivered", 200, "")

    @pytest.mark.parametrize(
        ("scopes", "own", "others"),
        [
            ((), 0, 0),
            ((Scope.CUSTOMERS, Scope.CALLS), 0, 0),
            ((Scope.CASES_ANSWER_FOR_CUSTOMER,), 0, 0),
            ((Scope.CASES_OPEN,), 1, 0),
            ((Scope.CASES_READ,), 1, 1),
            ((Scope.CASES_WORK,), 1, 1),
        ],
    )
    def test_a_program_hears_of_the_cases_it_may_know_of(self, integration, make_client, scopes, own, others):
        listener = make_client(Scope.WEBHOOKS, Scope.CASES_OPEN)
        hook(listener, "https://app.operator.example/x", ["note_added"])
        codes = [client.post("/api/v1/cases/", CASE).json()["code"] for client in (listener, integration)]
        ApiClient.objects.filter(pk=listener.api_client.pk).update(scopes=[Scope.WEBHOOKS, *scopes])
        for code in codes:
            with change_case(Case.objects.get(code=code)) as held:
                record(held, EventKind.NOTE_ADDED, actor=Actor.system("intake"))
        heard = list(WebhookDelivery.objects.values_list("event__case__code", flat=True))
        assert [heard.count(code) for code in codes] == [own, others]

    def test_who_only_opens_cases_hears_nothing_of_what_was_flagged(self, make_client):
        opener, reader = (make_client(Scope.WEBHOOKS, *scopes) for scopes in ((Scope.CASES_OPEN,), (Scope.CASES_READ,)))
        for listener in (opener, reader):
            hook(listener, "https://app.operator.example/x")
        case = Case.objects.get(code=opener.post("/api/v1/cases/", CASE).json()["code"])
        with change_case(case) as held:
            for kind in (EventKind.SAFETY_FLAGGED, EventKind.SAFETY_CLEARED):
                record(held, kind, actor=Actor.system("intake"))
        told = WebhookDelivery.objects.filter(event__kind__startswith="safety").values_list("target__client", flat=True)
        assert list(told) == [reader.api_client.pk] * 2

    @pytest.mark.parametrize(("scope", "state"), [(Scope.CASES_READ, "queued"), (Scope.CASES_WORK, "delivered")])
    def test_only_a_program_that_carries_messages_makes_them_delivered(self, integration, make_client, scope, state):
        with receiver(200) as server:
            hook(make_client(Scope.WEBHOOKS, scope), server.url, ["case_answered"])
            at = f"/api/v1/cases/{integration.post('/api/v1/cases/', CASE | {'category': 'other'}).json()['code']}/"
            integration.post(f"{at}answer/", {"body": "Xong."})
            taken = WebhookDelivery.objects.get()
            webhooks.send(taken.pk)
        taken.refresh_from_db()
        assert (taken.state, len(server.got)) == ("delivered", 1)
        assert Delivery.objects.get(message__answer__isnull=False).state == state


@pytest.mark.django_db
def test_of_evidence_ids_and_hashes_travel_and_nothing_that_is_in_it(integration, make_staff, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    case, lan = open_case("deposit-not-credited"), Actor.staff(make_staff("lan", Role.SPECIALIST, "payments"))
    with receiver(200) as server:
        hook(integration, server.url)
        send = partial(evidence.submit_evidence, case, actor=customer_of(case), channel=Channel.WEB)
        item = send(upload=upload(picture(), "the can cuoc 0451000123456.jpg"))
        send(text="So the cua toi la 0451000123456")
        evidence.verify_evidence(item, actor=lan, result="rejected", reason="Mờ ở góc trái")
        facts.note_claim(case, actor=lan, fact="sending-bank", value="Ngân hàng Sen 0451000123456")
        facts.verify_fact(
            case,
            actor=lan,
            fact="sending-bank",
            result="unable",
            sources=facts.Sources(statement="Sổ lệnh của Sen"),
            sentence="Chúng tôi chưa tra được ngân hàng.",
        )
        for delivery in WebhookDelivery.objects.order_by("pk"):
            webhooks.send(delivery.pk)
    told = [json.loads(body) for _headers, body in server.got]
    assert {"evidence_submitted", "evidence_rejected", "fact_claimed", "fact_verified"} <= {
        one["event"] for one in told
    }
    everything = json.dumps(told, ensure_ascii=False)
    assert item.file.sha256 in everything
    for inside in ("0451000123456", "can cuoc", "Mờ ở góc", "Sen", "chưa tra được"):
        assert inside not in everything


@pytest.mark.django_db
class TestOwnWebhooks:
    def test_the_secret_is_shown_once_and_kept_sealed(self, integration):
        made = hook(integration, "https://app.operator.example/x")
        assert unseal(WebhookTarget.objects.get().sealed_secret).decode() == made["secret"]
        listed = integration.get("/api/v1/webhooks/").json()["results"]
        assert [row["id"] for row in listed] == [made["id"]]
        assert "secret" not in listed[0]

    def test_others_webhooks_are_not_there(self, integration, make_client):
        at = f"/api/v1/webhooks/{hook(integration, 'https://app.operator.example/x')['id']}/"
        other = make_client()
        assert (other.get(at).status_code, other.delete(at).status_code) == (404, 404)
        assert other.get("/api/v1/webhooks/").json()["results"] == []
        assert integration.delete(at).status_code == 204
        assert not WebhookTarget.objects.exists()

    @pytest.mark.parametrize("url", ["ftp://a.example/", "https://", "javascript:alert(1)", "x", "http://a.example/"])
    def test_only_https(self, integration, settings, url):
        settings.WEBHOOK_ALLOW_PRIVATE = False
        answer = integration.post("/api/v1/webhooks/", {"url": url})
        assert (answer.status_code, list(answer.json()["errors"])) == (400, ["url"])

    def test_only_events_there_are(self, integration):
        answer = integration.post("/api/v1/webhooks/", {"url": "https://a.example/", "events": ["rain"]})
        assert answer.status_code == 400


PRIVATE = [
    "127.0.0.1", "10.0.0.1", "169.254.169.254", "192.168.1.1", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]",  # noqa: S104
    "[fd00::1]", "[fe80::1]", "[2002:7f00:1::]", "localhost", "2130706433", "0x7f.1", "100.64.0.1", "224.0.0.1",
    "[64:ff9b::7f00:1]", "[64:ff9b::a00:1]", "[64:ff9b::808:808]",
]  # fmt: skip


@pytest.mark.parametrize("host", PRIVATE)
def test_no_address_inside_is_called(settings, host):
    settings.WEBHOOK_ALLOW_PRIVATE = False
    with pytest.raises(NotTaken, match="private|resolve"):
        sending.post(f"http://{host}/", b"{}", {})


@contextmanager
def trickle(first: bytes, *, scheme="http"):
    """A server that takes a connection, says `first`, then one byte after the other; gives its address."""
    listening, over = socket.create_server(("127.0.0.1", 0)), threading.Event()

    def serve():
        taken, _ = listening.accept()
        with taken, suppress(OSError):
            taken.sendall(first)
            while not over.wait(0.05):
                taken.sendall(b"x")

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"{scheme}://127.0.0.1:{listening.getsockname()[1]}/"
    finally:
        over.set()
        thread.join()
        listening.close()


@pytest.mark.parametrize(
    ("scheme", "first"),
    [
        ("http", b"HTTP/1.1 "),
        ("http", b"HTTP/1.1 200 OK\r\nX-Slow: "),
        ("https", b"\x16\x03\x03\x3f\xff"),  # the head of a long handshake record
    ],
)
def test_who_trickles_is_cut_off(settings, scheme, first):
    settings.WEBHOOK_TIMEOUT_SECONDS = 0.4
    with trickle(first, scheme=scheme) as url:
        began = time.monotonic()
        with pytest.raises(NotTaken, match="too long"):
            sending.post(url, b"{}", {})
        assert 0.3 < time.monotonic() - began < 2


def test_a_name_with_one_address_inside_is_not_called(settings, monkeypatch):
    settings.WEBHOOK_ALLOW_PRIVATE = False
    found = [(2, 1, 6, "", ("93.184.216.34", 443)), (2, 1, 6, "", ("10.0.0.1", 443))]
    monkeypatch.setattr(sending.socket, "getaddrinfo", lambda *args, **kwargs: found)
    with pytest.raises(NotTaken, match="private"):
        sending.post("https://rebind.example/", b"{}", {})


def test_sealed_text_opens_with_a_former_key_and_with_no_other(settings):
    sealed = seal(b"bi mat")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [settings.SECRET_KEY]
    assert unseal(sealed) == b"bi mat"
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(ValueError, match="not sealed"):
        unseal(sealed)
