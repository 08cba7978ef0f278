"""What calls cost in queries, savepoints and transaction marks counted."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actors import Actor
from cases.models import Case
from channels_app import outbox
from channels_app.webhooks import create_target
from tests.api import CASE


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("extra", "cost"),
    [
        ({}, 19),
        ({"category": "deposit-not-credited"}, 25),
        ({"category": "deposit-not-credited", "customer": {"external_id": "BX9"}}, 25),
        ({"category": "deposit-not-credited", "customer": {"external_id": "warm"}}, 24),
    ],
)
def test_opening_a_case_costs_25_queries_at_most(integration, extra, cost):
    """With an idempotency key and one webhook; for a customer who is new, new without an address, known."""
    create_target(integration.api_client, url="https://app.operator.example/events", events=[])
    integration.post("/api/v1/cases/", {**CASE, "customer": {"external_id": "warm"}})  # calendars are read once
    cache.clear()
    with CaptureQueriesContext(connection) as queries:
        opened = integration.post("/api/v1/cases/", CASE | extra, headers={"Idempotency-Key": "k"})
    assert opened.status_code == 201, opened.content
    listed = "\n".join(f"{n}: {query['sql'][:150]}" for n, query in enumerate(queries, 1))
    assert len(queries) == cost, listed


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/v1/cases/", "/api/v1/cases/?q=chuyen&ordering=-urgency", "/api/v1/complaints/"])
def test_a_list_costs_the_same_however_long_it_is(integration, path):
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert integration.get(path).status_code == 200
        return len(queries)

    integration.post("/api/v1/cases/", {**CASE, "category": "deposit-not-credited", "nature": "complaint"})
    one = cost()
    for n in range(2):
        integration.post("/api/v1/cases/", {**CASE, "nature": "complaint", "customer": {"external_id": f"K{n}"}})
    assert cost() == one == 2


@pytest.mark.django_db
def test_one_case_costs_the_same_whatever_was_said_and_sent(integration):
    """The client, the case, that it is read, what is unchecked, how often was asked, its clocks, and the five of its evidence."""
    code = integration.post("/api/v1/cases/", {**CASE, "category": "deposit-not-credited"}).json()["code"]

    def say_and_send(text: str) -> None:
        assert integration.post(f"/api/v1/cases/{code}/messages/", {"body": text}).status_code == 201
        sent = integration.post(f"/api/v1/cases/{code}/evidence/", {"text": text})
        assert sent.status_code == 201, sent.content

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert integration.get(f"/api/v1/cases/{code}/").status_code == 200
        return len(queries)

    say_and_send("một")
    assert cost() == 11
    say_and_send("hai")
    say_and_send("ba")
    assert cost() == 11


@pytest.mark.django_db
def test_a_long_timeline_comes_in_pages_at_the_same_cost(integration):
    code = integration.post("/api/v1/cases/", CASE).json()["code"]
    address = f"/api/v1/cases/{code}/timeline/"

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert integration.get(address).status_code == 200
        return len(queries)

    case = Case.objects.get()
    integration.post(f"/api/v1/cases/{code}/messages/", {"body": "x", "internal": True})
    short = cost()
    for number in range(300):
        outbox.write_note(case, actor=Actor.system("outbox"), body=f"Tin {number}")
    assert cost() == short
    seen, more = [], address
    while more:
        page = integration.get(more).json()
        assert len(page["results"]) <= 50
        seen += [entry["number"] for entry in page["results"]]
        more = page["next"]
    assert seen == list(case.events.values_list("number", flat=True))
    assert len(seen) > 300
