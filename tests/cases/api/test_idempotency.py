"""A repeated POST does its work once, whatever happens in between."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from cases.models import Case
from channels_app import intake
from channels_app.models import Message
from cskh.core import idempotency
from cskh.core.models import IdempotencyKey
from cskh.core.tasks import forget_idempotency_keys
from tests.api import CASE

KEY = {"Idempotency-Key": "một".encode().hex()}


def post(client, body=CASE, key=KEY):
    return client.post("/api/v1/cases/", body, headers=key)


@pytest.mark.django_db
class TestRepeated:
    def test_the_same_request_gets_the_stored_answer(self, integration):
        first, second = post(integration), post(integration)
        assert (second.status_code, second.json()) == (201, first.json())
        assert (second["ETag"], second["Location"]) == (first["ETag"], first["Location"])
        assert second["Idempotency-Replayed"] == "true"
        assert (Case.objects.count(), Message.objects.filter(direction="in").count()) == (1, 1)

    def test_another_body_is_a_mismatch(self, integration):
        post(integration)
        other = post(integration, CASE | {"subject": "Khác"})
        assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
        assert Case.objects.count() == 1

    def test_another_address_is_a_mismatch(self, integration):
        code = post(integration).json()["code"]
        other = integration.post(f"/api/v1/cases/{code}/withdraw/", CASE, headers=KEY)
        assert other.status_code == 422
        assert Case.objects.get().status == "received"

    def test_keys_belong_to_their_credential(self, integration, make_client):
        post(integration)
        assert post(make_client()).status_code == 201
        assert Case.objects.count() == 2

    def test_a_refusal_is_an_answer_too(self, integration):
        first = post(integration, CASE | {"body": " "})
        second = post(integration, CASE | {"body": " "})
        assert (first.status_code, second.status_code) == (400, 400)
        assert second.json() == first.json()
        assert second["Content-Type"] == "application/problem+json"

    def test_a_refusal_by_the_domain_is_an_answer_too(self, integration):
        wrong = CASE | {"customer": {"phone": "abc"}}
        first, second = post(integration, wrong), post(integration, wrong)
        assert (first.status_code, first.json()["errors"].keys()) == (400, {"phone"})
        assert (second.json(), second["Idempotency-Replayed"]) == (first.json(), "true")
        assert not Case.objects.exists()

    def test_after_a_day_the_key_is_free(self, integration):
        post(integration)
        IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(hours=24, seconds=1))
        assert "Idempotency-Replayed" not in post(integration, CASE | {"subject": "Hôm sau"})
        assert Case.objects.count() == 2
        IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(hours=25))
        forget_idempotency_keys()
        assert not IdempotencyKey.objects.exists()

    def test_what_is_stored_cannot_be_read_in_the_database(self, integration):
        post(integration)
        assert CASE["customer"]["external_id"].encode() not in bytes(IdempotencyKey.objects.get().body)

    @pytest.mark.parametrize("key", ["", "x" * 256, "tab\there", "chữ"])
    def test_a_malformed_key_is_refused(self, integration, key):
        answer = post(integration, key={"Idempotency-Key": key})
        assert (answer.status_code, answer.json()["errors"].keys()) == (400, {"Idempotency-Key"})
        assert not Case.objects.exists()

    def test_files_count_by_their_content(self, integration):
        from django.core.files.uploadedfile import SimpleUploadedFile

        at = f"/api/v1/cases/{post(integration).json()['code']}/evidence/"

        def send(data: bytes):
            body = {"file": SimpleUploadedFile("a.txt", data, "text/plain"), "text": ""}
            return integration.post(at, body, format="multipart", headers={"Idempotency-Key": "f"})

        first = send(b"ma giao dich FT1")
        assert send(b"ma giao dich FT1").json() == first.json()
        assert send(b"ma giao dich FT2").status_code == 422


@pytest.mark.django_db
def test_a_fault_of_ours_is_not_stored(integration, monkeypatch):
    def fails(*args, **kwargs):
        raise RuntimeError("the disk is full")

    integration.raise_request_exception = False
    with monkeypatch.context() as patched:
        patched.setattr(intake, "open_request", fails)
        broken = post(integration)
    assert (broken.status_code, broken.json()["code"]) == (500, "server_error")
    assert "disk" not in broken.content.decode()
    assert post(integration).status_code == 201


@pytest.mark.django_db(transaction=True)
def test_while_the_first_still_runs_the_second_is_told_so(integration):
    """Held by another connection, as by a request that still runs; free the moment that one is gone."""
    credential, key = f"client:{integration.api_client.pk}", KEY["Idempotency-Key"]
    held, done = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            assert idempotency._lock(credential, key)
            held.set()
            done.wait(10)
            transaction.set_rollback(True)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(10)
    running = post(integration)
    assert (running.status_code, running.json()["code"]) == (409, "conflict")
    assert not Case.objects.exists()
    done.set()
    holder.join(10)
    assert post(integration).status_code == 201


@pytest.mark.django_db(transaction=True)
def test_many_at_once_open_one_case(integration):
    """Whoever comes meanwhile hears 409 or the stored answer; nobody does the work again."""
    answers, ready = [], threading.Barrier(4)

    def call():
        ready.wait(10)
        answers.append(post(integration))
        connection.close()

    threads = [threading.Thread(target=call) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.json()["code"] for answer in answers if answer.status_code == 201}) == 1
    assert Case.objects.count() == 1
