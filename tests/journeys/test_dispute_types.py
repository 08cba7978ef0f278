"""Each kind of request by its shipped checklist: told, asked, sent, verified, answered.

And a receipt that did not match, and was genuine.
"""

import pytest

from accounts.models import Role
from cases.events import flaws_of
from cases.models import Case, Category
from cskh.defaults.checklists import CHECKLISTS
from tests.api import CASE

pytestmark = pytest.mark.django_db

# What the customer of each kind says, and what the operator's books or people find.
STORIES = {
    "deposit-not-credited": (
        "FT26326004511",
        "Lệnh nạp đã đối soát, ghi có lúc 9h41",
        "Khoản 2.000.000 ₫ đã được ghi có.",
    ),
    "withdrawal-delayed": ("RT-88120", "Ngân hàng nhận bảo trì đến 17h", "Lệnh RT-88120 đã hoàn tất lúc 17h20."),
    "login-failure": ("an.nguyen", "Cổng tin nhắn chậm từ 8h đến 9h", "Quý khách vui lòng thử đăng nhập lại."),
    "account-locked": ("an.nguyen", "Khóa do nhập sai năm lần", "Tài khoản đã được mở khóa."),
    "account-takeover": ("Tối 21/11, iPhone của tôi", "Nhật ký: thiết bị lạ lúc 2h", "Mọi phiên đã được chấm dứt."),
    "impersonation": (
        "Zalo, xưng là nhân viên",
        "Số này không phải của chúng ta",
        "Xin báo ngân hàng ngay; trang đã bị chặn.",
    ),
    "promotion": ("HOANPHI10", "Đủ điều kiện ngày cuối", "Khoản hoàn phí đã được cộng hôm nay."),
    "settlement": ("GD-55120", "Đối tác gửi thiếu một dòng", "Giao dịch GD-55120 đã được tính lại."),
    "technical-error": ("Vào lịch sử rồi bấm lọc", "Tái hiện được trên 5.2.0", "Lỗi đã được sửa trong bản 5.2.1."),
    "staff-conduct": ("Tổng đài, 20h hôm qua", "Bản ghi cuộc gọi", "Chúng tôi thành thật xin lỗi."),
    "privacy-request": ("Xin xem dữ liệu giao dịch", "Hồ sơ khách hàng", "Bản sao dữ liệu được gửi kèm."),
    "self-exclusion": ("6 tháng", "Đã áp dụng trên mọi tài khoản", "Đã áp dụng đến hết ngày 28/5."),
    "account-closed": ("an.nguyen", "Quyết định đóng ngày 3/11", "Số dư 120.000 ₫ đã được trả."),
}


def test_every_shipped_kind_has_its_story():
    assert set(STORIES) == set(CHECKLISTS)


@pytest.mark.parametrize("slug", STORIES)
def test_from_what_is_missing_to_the_customers_yes(integration, customer, staff_client, make_staff, slug):
    says, found, words = STORIES[slug]
    kind = Category.objects.get(slug=slug)
    lan = staff_client("lan", Role.SPECIALIST, kind.department.slug)
    opened = integration.post("/api/v1/cases/", {**CASE, "category": slug, "body": says}).json()
    at = f"/api/v1/cases/{opened['code']}/"
    checklist = integration.get(at).json()["checklist"]  # the codes in the first words are known by now
    first = next(one for one in checklist if one["part"] == "fact")

    asked = [one for one in checklist if one["missing"]] or [first]
    lan.post(f"{at}assign/", {"assignee": "lan"})
    request = lan.post(f"{at}request-evidence/", {"items": [{"name": one["name"]} for one in asked]})
    assert request.json()["status"] == "awaiting_customer", request.content
    for one in request.json()["checklist"]:
        if one["item"]:
            text = says if one["part"] == "fact" else f"Đây là {one['name'].lower()}"
            assert customer.post(f"{at}evidence/", {"text": text, "item": one["item"]}).status_code == 201
    case = customer.get(at).json()
    assert case["status"] == "verifying"
    assert case["checklist_complete"]
    if first in asked:
        again = lan.post(f"{at}request-evidence/", {"items": [{"name": first["slug"]}]})
        assert again.status_code == 400, "nobody is asked again for what they said"

    assert lan.post(f"{at}start-resolving/", {}).status_code == 200
    refused = lan.post(f"{at}answer/", {"body": words})
    assert refused.status_code == 409, "what came in was not looked at"
    verified = lan.post(
        f"{at}facts/",
        {
            "fact": first["slug"],
            "result": "corroborated",
            "value": says,
            "statement": found,
            "evidence": list(Case.objects.get().evidence.values_list("pk", flat=True)),
        },
    )
    assert verified.json()["fact"]["state"] == "corroborated", verified.content

    if kind.needs_approval:
        head = staff_client("son", Role.MANAGER)
        assert lan.post(f"{at}propose/", {"body": words}).status_code == 200
        assert head.post(f"{at}approve/", {}).status_code == 200
        words = ""
    answered = lan.post(f"{at}answer/", {"body": words})
    assert answered.json()["status"] == "answered", answered.content
    assert customer.post(f"{at}accept/", {}).json()["closed_as"] == "accepted"
    assert list(flaws_of(Case.objects.get())) == []


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
