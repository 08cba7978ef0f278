"""The whole story over REST, by an integration, staff and the customer: open, classify, answer, reject, answer, accept."""

import pytest

from accounts.models import Role
from cases.events import flaws_of
from cases.models import Case
from channels_app.models import Delivery
from tests.api import CASE

pytestmark = pytest.mark.django_db


def test_from_opening_to_the_customers_yes(integration, customer, staff_client):
    lan, minh = staff_client("lan", Role.SPECIALIST, "payments"), staff_client("minh", Role.SPECIALIST, "payments")
    opened = integration.post("/api/v1/cases/", CASE)
    assert opened.status_code == 201, opened.content
    assert opened.json()["status"] == "received"
    code = opened.json()["code"]
    at = f"/api/v1/cases/{code}/"

    classified = integration.post(f"{at}classify/", {"category": "deposit-not-credited"})
    assert classified.status_code == 200, classified.content
    assert (classified.json()["status"], classified.json()["department"]) == ("routed", "payments")
    assert "answer" not in classified.json()["allowed_steps"], "nobody has looked for the payment"

    assigned = lan.post(f"{at}assign/", {"assignee": "lan"})
    assert assigned.json()["assignee"] == "lan"
    assert lan.post(f"{at}answer/", {"body": "Đã ghi có."}).status_code == 409
    for fact, value in (("amount", "2.000.000đ"), ("transaction-code", "FT26326004511")):
        found = {"fact": fact, "result": "corroborated", "value": value, "statement": "Sổ lệnh nạp"}
        assert lan.post(f"{at}facts/", found).json()["fact"]["state"] == "corroborated"
    answered = lan.post(f"{at}answer/", {"body": "Đã ghi có."})
    assert answered.status_code == 200, answered.content
    assert answered.json()["status"] == "answered"

    assert customer.get(at).json()["allowed_steps"] == ["accept", "reject", "withdraw"]
    said = [message["body"] for message in customer.get(f"{at}messages/").json()["results"]]
    assert said[-1] == "Đã ghi có."
    assert Delivery.objects.get(message__answer__round=1).state == "delivered"

    rejected = customer.post(f"{at}reject/", {"reason": "Chưa thấy tiền"})
    assert (rejected.json()["status"], rejected.json()["round"]) == ("reopened", 2)
    refused = lan.post(f"{at}answer/", {"body": "Vẫn vậy."})
    assert (refused.status_code, refused.json()["code"]) == (403, "not_permitted")
    assert minh.post(f"{at}answer/", {"body": "Tiền đã vào đúng tài khoản."}).json()["status"] == "answered"

    accepted = customer.post(f"{at}accept/", {})
    assert (accepted.json()["status"], accepted.json()["closed_as"]) == ("closed", "accepted")
    assert all(clock["stopped_at"] for clock in accepted.json()["clocks"])
    assert list(flaws_of(Case.objects.get(code=code))) == []


def test_evidence_over_rest(integration, customer, staff_client):
    hoa = staff_client("hoa", Role.SPECIALIST, "payments")
    opened = integration.post("/api/v1/cases/", {**CASE, "category": "deposit-not-credited"}).json()
    assert {line["state"] for line in opened["checklist"]} == {"missing"}
    assert not opened["checklist_complete"]
    at = f"/api/v1/cases/{opened['code']}/"
    asked = hoa.post(f"{at}request-evidence/", {"items": [{"name": "Biên lai chuyển khoản"}]})
    assert (asked.status_code, asked.json()["status"]) == (200, "awaiting_customer"), asked.content
    item = next(line["item"] for line in asked.json()["checklist"] if line["item"])

    sent = customer.post(f"{at}evidence/", {"item": item, "text": "FT26326004511, ảnh gửi sau"})
    assert sent.status_code == 201, sent.content
    assert customer.get(at).json()["status"] == "verifying"
    unreadable = hoa.post(f"/api/v1/evidence/{sent.json()['id']}/verify/", {"result": "rejected", "reason": ""})
    assert unreadable.json()["errors"].keys() == {"reason"}
    checked = hoa.post(f"/api/v1/evidence/{sent.json()['id']}/verify/", {"result": "accepted", "reason": ""})
    assert (checked.status_code, checked.json()["state"]) == (200, "accepted")
    assert hoa.post(f"{at}start-resolving/", {}).json()["status"] == "resolving"
