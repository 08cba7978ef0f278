"""What calls cost in queries, savepoints and transaction marks counted."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from channels_app.webhooks import create_target
from tests.api import CASE


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("extra", "most"), [({}, 25), ({"category": "deposit-not-credited"}, 30)])
def test_opening_a_case_costs_a_bounded_number_of_queries(integration, extra, most):
    """With a new customer, an idempotency key and one webhook."""
    create_target(integration.api_client, url="https://app.operator.example/events", events=[])
    integration.post("/api/v1/cases/", {**CASE, "customer": {"external_id": "warm"}})  # calendars are read once
    cache.clear()
    with CaptureQueriesContext(connection) as queries:
        opened = integration.post("/api/v1/cases/", CASE | extra, headers={"Idempotency-Key": "k"})
    assert opened.status_code == 201, opened.content
    listed = "\n".join(f"{n}: {query['sql'][:150]}" for n, query in enumerate(queries, 1))
    assert len(queries) <= most, listed


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
