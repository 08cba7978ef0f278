"""How satisfied a customer is, over REST."""

import pytest

from accounts.models import Scope
from cases.events import EventKind
from cases.models import CaseEvent
from tests.api import CASE

pytestmark = pytest.mark.django_db


@pytest.fixture
def code(integration, customer):
    code = integration.post("/api/v1/cases/", {**CASE, "category": "other"}).json()["code"]
    at = f"/api/v1/cases/{code}/"
    assert integration.post(f"{at}answer/", {"body": "Đã ghi có."}).status_code == 200
    assert customer.post(f"{at}accept/", {}).status_code == 200
    return code


def test_the_customer_or_their_app_says_it(customer, code, make_client):
    at = f"/api/v1/cases/{code}/satisfaction/"
    said = customer.post(at, {"score": 4, "comment": "Nhanh"})
    assert (said.status_code, said.json()) == (201, {"round": 1, "score": 4, "ease": None})
    app = make_client(Scope.CASES_ANSWER_FOR_CUSTOMER, Scope.CASES_READ)
    assert app.post(at, {"score": 5, "ease": 5}).status_code == 201
    assert CaseEvent.objects.filter(kind=EventKind.SATISFACTION_GIVEN).count() == 2


def test_what_is_refused(customer, integration, code, make_client, staff_client):
    at = f"/api/v1/cases/{code}/satisfaction/"
    assert customer.post(at, {"score": 6}).status_code == 400
    assert make_client(Scope.CASES_READ).post(at, {"score": 5}).status_code == 403
    assert staff_client("lan").post(at, {"score": 5}).status_code == 403
    opened = integration.post("/api/v1/cases/", {**CASE, "category": "other"}).json()["code"]
    assert customer.post(f"/api/v1/cases/{opened}/satisfaction/", {"score": 5}).status_code == 409
    assert not CaseEvent.objects.filter(kind=EventKind.SATISFACTION_GIVEN).exists()
