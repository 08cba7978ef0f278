"""Waiting for what somebody else holds has an end, and everybody is told so in the same words."""

import os
from contextlib import contextmanager
from threading import Barrier, Thread
from unittest.mock import ANY

import psycopg
import pytest
from django.core.cache import cache
from django.db import OperationalError, connection, connections, transaction
from django.urls import reverse
from django.utils import translation

from accounts.models import Role
from cases import queries
from cases.models import Case
from channels_app import intake, links
from channels_app.chat import conversations, talking
from channels_app.models import Chat, InboundItem, Message
from cskh.core.errors import Busy, Conflict
from cskh.core.models import IdempotencyKey
from tests.cases.building import open_case
from tests.web import Served

with translation.override("vi"):
    SAID = str(Busy.default_message)


@pytest.fixture(autouse=True)
def _fresh_counts():
    cache.clear()


@pytest.fixture
def case(transactional_db, defaults):
    return open_case("deposit-not-credited")


@pytest.fixture
def lan(make_staff):
    return make_staff("lan", Role.SPECIALIST, "payments")


@contextmanager
def held(case):
    """Somebody else changes the case for long, and nobody waits for it longer than a fifth of a second."""
    settings = connection.settings_dict
    other = psycopg.connect(os.environ["DATABASE_URL"], dbname=settings["NAME"])
    try:
        other.execute("SELECT 1 FROM cases_case WHERE id = %s FOR UPDATE", [case.pk])
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '200ms'")
        yield
    finally:
        other.close()
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")


def test_it_is_a_conflict_to_people_and_an_error_of_the_database_to_django(case):
    with held(case), pytest.raises(Busy) as refused, transaction.atomic():
        queries.locked(case.pk)
    assert isinstance(refused.value, Conflict)
    assert isinstance(refused.value, OperationalError)
    assert (refused.value.status, refused.value.code, str(refused.value)) == (409, "busy", SAID)
    with transaction.atomic():
        assert queries.locked(case.pk) == case  # the connection is as good as before


def test_rest_says_so_and_the_same_call_works_a_moment_later(case, integration):
    at = f"/api/v1/cases/{case.code}/messages/"
    with held(case):
        refused = integration.post(at, {"body": "Xin hỏi"}, HTTP_IDEMPOTENCY_KEY="one")
    assert (refused.status_code, refused.json()["code"], refused.json()["detail"]) == (409, "busy", SAID)
    assert not IdempotencyKey.objects.filter(key="one").exists()
    assert integration.post(at, {"body": "Xin hỏi"}, HTTP_IDEMPOTENCY_KEY="one").status_code == 201
    assert Message.objects.filter(body="Xin hỏi").count() == 1


def test_the_desk_says_so_and_keeps_what_was_typed(case, lan, client):
    client.force_login(lan, backend="django.contrib.auth.backends.ModelBackend")
    step = reverse("admin:cases_case_step", args=[case.pk, "answer"])
    with held(case):
        refused = client.post(step, {"body": "Tiền đã vào tài khoản.", "version": case.last_event_number})
    text = refused.content.decode()
    assert refused.status_code == 409
    assert SAID in text
    assert "Tiền đã vào tài khoản." in text


def test_many_at_once_name_the_one_that_is_held(case, lan, client):
    free = open_case("deposit-not-credited", email="binh@khach.example")
    client.force_login(lan, backend="django.contrib.auth.backends.ModelBackend")
    chosen = [f"{one.pk}.{Case.objects.get(pk=one.pk).last_event_number}" for one in (case, free)]
    with held(case):
        page = client.post(reverse("admin:cases_case_bulk", args=["take-it"]), {"case": chosen, "run": "1"})
    outcomes = {one.code: (one.is_done, one.text) for one in page.context["outcomes"]}
    assert outcomes == {case.code: (False, SAID), free.code: (True, "")}


def test_the_portal_says_so_and_keeps_what_was_typed(case, client):
    client.get(links.case_link(case, case.contact).removeprefix("http://testserver"))
    with held(case):
        refused = client.post(reverse("portal:message", args=[case.code]), {"body": "Tôi vẫn chưa thấy tiền"})
    text = refused.content.decode()
    assert refused.status_code == 409
    assert SAID in text
    assert "Tôi vẫn chưa thấy tiền" in text
    assert not Message.objects.filter(body="Tôi vẫn chưa thấy tiền").exists()


def test_what_a_visitor_says_is_kept_and_taken_later(case):
    chat, _key = conversations.begin()
    talking.visitor_says(chat, client_id="first-0001", body="Xin chào")
    mine = Case.objects.get(chat__pk=chat.pk)
    with held(mine):
        talking.visitor_says(chat, client_id="later-0001", body="Có ai không?")
    kept = InboundItem.objects.get(external_id__endswith="later-0001")
    assert (kept.state, kept.attempts) == (InboundItem.State.WAITING, 0)  # it is nobody's failure
    assert intake.due(10) == [kept.pk]
    intake.process(kept.pk)
    assert mine.messages.filter(body="Có ai không?").count() == 1


def test_two_who_wait_for_each_other_are_told_so(case):
    other = open_case("deposit-not-credited", email="binh@khach.example")
    refused = []

    def take(first, second):
        try:
            with transaction.atomic():
                queries.hold(first.pk)
                met.wait(20)
                queries.hold(second.pk)
        except Busy as error:
            refused.append(error)
        finally:
            connections.close_all()

    met = Barrier(2)
    both = [Thread(target=take, args=pair) for pair in ((case, other), (other, case))]
    for one in both:
        one.start()
    for one in both:
        one.join(60)
    assert len(refused) == 1


def test_a_web_process_waits_as_long_as_it_was_told(tmp_path, case, redis_url):
    web = Served(tmp_path, REDIS_URL=redis_url, DATABASE_LOCK_SECONDS="1")
    web.start()
    try:
        key = web.post("/chat/start")[1]["key"]
        said = {"client_id": "first-0001", "body": "Xin chào", "after": 0}
        assert web.post("/chat/say", key, **said)[0] == 200
        chat = Chat.objects.get()
        last = chat.case.messages.latest("pk").pk
        later = {"client_id": "later-0001", "body": "Có ai không?", "after": last}
        with held(chat.case):
            assert web.post("/chat/say", key, **later) == (200, ANY)
            assert not chat.case.messages.filter(pk__gt=last).exists()
            refused = web.post("/chat/accept", key, answer=1)
        assert (refused[0], refused[1]["code"]) == (409, "busy")
        assert [line["body"] for line in web.post("/chat/say", key, **later)[1]["lines"]] == ["Có ai không?"]
    finally:
        web.kill()
