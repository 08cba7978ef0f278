"""That each kind of request has a story of its own; and over REST, a receipt that did not match and was genuine."""

import pytest

from accounts.models import Role
from cases.events import flaws_of
from cases.models import Case
from cskh.defaults.checklists import CHECKLISTS
from tests.api import CASE

from . import test_disputes_of_accounts, test_disputes_of_money, test_disputes_of_service

pytestmark = pytest.mark.django_db


def test_every_shipped_kind_has_a_story_of_its_own():
    modules = (test_disputes_of_accounts, test_disputes_of_money, test_disputes_of_service)
    told = [name.removeprefix("test_").replace("_", "-") for module in modules for name in vars(module)]
    assert set(CHECKLISTS) - set(told) == set()


def test_a_receipt_that_does_not_match_is_found_genuine_by_another_way(integration, customer, staff_client):
    """The amount on the picture is not that of the books: two people see it, nobody is accused, the bank's line settles it."""
    lan, minh = staff_client("lan", Role.SPECIALIST, "payments"), staff_client("minh", Role.SPECIALIST, "payments")
    told = {**CASE, "category": "deposit-not-credited", "transaction_ref": "FT26326004511", "amount": 2_000_000}
    at = f"/api/v1/cases/{integration.post('/api/v1/cases/', told).json()['code']}/"
    lan.post(f"{at}assign/", {"assignee": "lan"})
    receipt = customer.post(f"{at}evidence/", {"text": "Biên lai FT26326004511: 2.000.000"}).json()["id"]

    finding = {"fact": "transaction-code", "result": "contradicted", "evidence": [receipt], "statement": "Sao kê"}
    accusing = lan.post(f"{at}facts/", {**finding, "sentence": "Biên lai của Quý khách là giả mạo."})
    assert accusing.status_code == 400
    found = lan.post(f"{at}facts/", finding).json()["fact"]
    assert found["state"] == "awaiting_second"
    lan.post(f"/api/v1/evidence/{receipt}/verify/", {"result": "rejected", "reason": "Số tiền trên ảnh chưa khớp."})
    assert lan.post(f"{at}answer/", {"body": "Không ghi có."}).status_code == 409, "one person alone decides nothing"
    assert lan.post(f"{at}facts/transaction-code/confirm/", {}).status_code == 403
    assert minh.post(f"{at}facts/transaction-code/confirm/", {"finding": found["finding"]}).status_code == 200
    letter = customer.get(f"{at}messages/").json()["results"][-1]["body"]
    assert "Mã giao dịch" in letter
    assert "dòng sao kê" in letter

    asked = lan.post(f"{at}request-evidence/", {"items": [{"name": "statement-line"}]})
    assert asked.json()["status"] == "awaiting_customer", asked.content
    sent = customer.post(f"{at}evidence/", {"text": "22/11 9:05 FT26326004511 -2.000.000", "item": "statement-line"})
    assert sent.status_code == 201, sent.content
    genuine = {"fact": "transaction-code", "result": "corroborated", "evidence": [sent.json()["id"]]}
    assert minh.post(f"{at}facts/", genuine).json()["errors"].keys() == {"sentence"}
    genuine["sentence"] = "Dòng sao kê cho thấy khoản tiền đã được chuyển."
    found = minh.post(f"{at}facts/", genuine).json()["fact"]
    assert found["state"] == "awaiting_second", "what two have found takes two to overturn"
    settled = lan.post(f"{at}facts/transaction-code/confirm/", {"finding": found["finding"]})
    assert settled.json()["state"] == "accepted", settled.content
    words = "Khoản 2.000.000 ₫ đã được ghi có. Chúng tôi thành thật xin lỗi vì đã để Quý khách phải chứng minh thêm."
    assert lan.post(f"{at}start-resolving/", {}).status_code == 200
    assert lan.post(f"{at}answer/", {"body": words}).json()["status"] == "answered"
    assert customer.post(f"{at}accept/", {}).json()["closed_as"] == "accepted"
    assert list(flaws_of(Case.objects.get())) == []
