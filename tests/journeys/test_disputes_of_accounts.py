"""Accounts that cannot be entered, are locked, taken over or closed, and whoever wants to leave for a while."""

import pytest

from accounts.models import Role
from cases.evidence.models import EvidenceItem
from cases.models import Case, Category
from cases.policies.on_customers import may_be_solicited
from tests.cases.evidence.files import heic, pdf, photo_with_place, picture

from .walking import closed_whole, file

pytestmark = pytest.mark.django_db
SCREENSHOT, IDENTITY = "Ảnh chụp màn hình báo lỗi", "Thông tin xác minh danh tính"
TAKEOVER = "Dấu hiệu bị chiếm đoạt: thiết bị mới, đổi mật khẩu, đổi liên hệ"
REGISTER_UNLOCK = "Xem danh sách tự loại trừ trước tiên: nếu có, không mở khóa"
REGISTER_REOPEN = "Xem danh sách tự loại trừ trước tiên: nếu có, không mở lại"
LAST_LOGIN = "Lần đăng nhập cuối của chính Quý khách"


def test_login_failure(visitor, desk):
    """In the chat. A picture is asked for; the visitor copies the words instead, and that is enough, once somebody else has
    looked at what was copied for them."""
    hoa, hai = desk("hoa", "intake", Role.INTAKE), desk("hai", "account-security")
    minh = desk("minh", "account-security")
    binh = visitor()
    binh.says("Tôi không đăng nhập được từ sáng nay, tên đăng nhập binh.tran")
    case = Case.objects.get()
    hoa.classifies(case, "login-failure")
    hai.does(case, "take-it")
    assert hai.misses(case) == [SCREENSHOT, TAKEOVER]

    hai.asks(case, SCREENSHOT)
    assert not case.pauses.exists(), "shown, but not read yet"
    asked = binh.reads()[-1]
    for words in (SCREENSHOT, "Để bộ phận kỹ thuật thấy đúng thông báo", "thấy mã lỗi và đồng hồ"):
        assert words in asked
    case.refresh_from_db()
    assert case.pauses.filter(ended_at=None).exists()
    refused = binh.sends(file("man-hinh.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"))
    assert (refused.status_code, case.evidence.count()) == (415, 0)
    assert "JPEG" in refused.content.decode()

    binh.says("Tôi không chụp được. Máy báo nguyên văn: E-104 sai mã xác thực, lúc 8:12, không nhận được OTP nào.")
    assert case.status == "awaiting_customer", "free words are a message; somebody reads what is in them"
    message = case.messages.filter(direction="in").latest("pk")
    hai.does(case, "add-evidence", text="E-104 sai mã xác thực")
    assert case.status == "verifying"
    words = case.evidence.get()
    assert (words.text, words.file) == ("E-104 sai mã xác thực", None)
    status, errors = hai.is_refused(case, "check-evidence", item=words.pk, result="accepted", thing="")
    assert status == 403
    assert "Minh" in str(errors), "it says who can"
    minh.accepts(case, words)
    assert hai.misses(case) == [TAKEOVER]

    assert hai.is_refused(case, "pull-records", kind="logins")[0] == 400, (
        "nobody knows yet whose sign-ins these would be"
    )
    hai.finds(
        case, "otp-received", "corroborated", value="Không nhận được", statement="Cổng tin nhắn chậm từ 8h đến 9h"
    )
    minh.finds(case, "error-text", "corroborated", value="E-104", evidence=[words.pk])
    assert hai.is_refused(case, "answer", body="Mời Quý khách thử lại.")[0] == 409, "nobody has looked for a takeover"
    hai.checks(case, "takeover-signs", "identity-level")
    hai.checks(case, "outage", note="Bảng sự cố: cổng tin nhắn, 8:00–9:05")
    hai.does(case, "start-resolving")
    hai.does(case, "answer", body="Cổng tin nhắn chậm từ 8 đến 9 giờ. Mời Quý khách thử lại.")
    assert "thử lại" in binh.reads()[-1]
    assert message.body.startswith("Tôi không chụp được")
    binh.accepts()
    closed_whole(case)


def test_account_locked(browser, desk):
    """By telephone. The request waits for a call; the customer enters by digits read out. A photo is refused, and sent right."""
    hoa, hai = desk("hoa", "intake", Role.INTAKE), desk("hai", "account-security")
    case = hoa.logs_call(
        about="new",
        name="Lê Thị Hà",
        category="account-locked",
        said="Tài khoản ha.le bị khóa từ tối qua, báo “liên hệ hỗ trợ”",
    )
    assert case.department.slug == "account-security"
    hai.does(case, "take-it")
    assert hai.misses(case) == [IDENTITY, REGISTER_UNLOCK]
    hai.asks(case, IDENTITY)
    assert not case.pauses.exists(), "she has not been told yet"
    assert [owed.follow_up.case for owed in hoa.calls_owed()] == [case]
    hoa.logs_call(about=f"case-{case.pk}", said="Đã đọc yêu cầu cho chị Hà", direction="out")
    case.refresh_from_db()
    assert case.pauses.filter(ended_at=None).exists()

    ha = browser().follows_by_code(case, called_by=hoa)
    page = ha.page(case).content.decode()
    for words in ("Che các số giữa của CCCD", "Xác minh bằng mã gửi tới số điện thoại"):
        assert words in page
    ha.sends(case, file("cccd.jpg", photo_with_place(), "image/jpeg"))
    assert case.status == "verifying"
    first = case.evidence.get()
    assert b"SecretPhone" not in hai.sees_file(first), "what the camera wrote is not in the copy"
    assert hai.is_refused(case, "check-evidence", item=first.pk, result="rejected", reason="")[0] == 400
    assert hai.is_refused(case, "check-evidence", item=first.pk, result="rejected", reason="Giấy tờ giả")[0] == 400
    hai.rejects(case, first, "Ảnh chưa che các số giữa. Xin che lại và chụp đủ sáng.")
    assert hai.misses(case) == [IDENTITY, REGISTER_UNLOCK]
    hai.asks(case, IDENTITY)
    hoa.logs_call(about=f"case-{case.pk}", said="Đã nói lý do, chị Hà gửi lại", direction="out")
    assert "Ảnh chưa che các số giữa" in ha.page(case).content.decode()
    ha.sends(case, file("cccd-che.heic", heic((120, 80)), "image/heic"), as_=IDENTITY)
    second = case.evidence.latest("pk")
    assert hai.sees_file(second)
    hai.accepts(case, second)
    assert [EvidenceItem.objects.get(pk=one.pk).state for one in (first, second)] == ["rejected", "accepted"]

    hai.checks(case, "self-exclusion-first", note="Không có trong danh sách")
    hai.checks(case, "compliance-asked", "profile-match", "document-valid", "face-by-a-person", "proportionate")
    hai.finds(case, "lock-message", "corroborated", value="liên hệ hỗ trợ", statement="Khóa do nhập sai năm lần")
    hai.does(case, "start-resolving")
    hai.does(case, "answer", body="Tài khoản đã được mở khóa; khóa do nhập sai mật khẩu năm lần.")
    hoa.logs_call(about=f"case-{case.pk}", said="Chị Hà đã đăng nhập được, đồng ý", direction="out")
    assert hai.is_refused(case, "accept", proof="rec-7")[0] == 403, "nobody says yes to their own answer"
    assert hoa.is_refused(case, "accept", proof="rec-7")[0] == 400, "acceptance by telephone cites what was said"
    said = case.messages.filter(direction="in").latest("pk")
    hoa.does(case, "accept", message=said.pk, proof="rec-7")
    closed_whole(case)


def test_account_takeover(browser, mailbox, desk):
    """By the public form. What comes in part keeps the rest open; a third time a manager asks; what cannot be verified is said."""
    an = mailbox()
    hai, minh = desk("hai", "account-security"), desk("minh", "account-security")
    son = desk("son", role=Role.MANAGER)
    case = browser().opens(
        category=Category.objects.get(slug="account-takeover").pk,
        body="Đêm qua ai đó đổi mật khẩu của tôi và đặt lệnh rút 3 triệu.",
        name="Nguyễn Văn An",
        email=an.address,
    )
    hai.does(case, "take-it")
    assert hai.misses(case) == [LAST_LOGIN, IDENTITY]
    hai.does(case, "start-resolving")
    assert hai.is_refused(case, "answer", body="Đã khóa.")[0] == 409, "it turns on a fact that nobody knows yet"

    hai.asks(case, LAST_LOGIN, IDENTITY, late_why="Lệnh rút đang bị giữ để không ai khác nhận tiền.")
    page = browser().follows(an.link())
    assert list(page.asked_for(case)) == [LAST_LOGIN, IDENTITY]
    page.sends(case, text="Tối 21/11, trên iPhone của tôi ở Huế", as_=LAST_LOGIN)
    assert case.status == "awaiting_customer"
    assert list(page.asked_for(case)) == [IDENTITY], "one thing came; the other is waited for as before"
    assert hai.misses(case) == [IDENTITY]
    page.sends(case, file("cccd.jpg", picture((200, 120)), "image/jpeg"))
    assert case.status == "verifying"
    assert not case.pauses.filter(ended_at=None).exists()

    said, shot = case.evidence.order_by("pk")
    assert hai.sees_file(shot)
    hai.rejects(case, shot, "Ảnh mờ, không đọc được họ tên. Xin chụp lại.")
    assert "Ảnh mờ" in an.last()
    hai.asks(case, IDENTITY)
    page.sends(case, file("cccd-2.jpg", picture((220, 120)), "image/jpeg"))
    hai.rejects(case, case.evidence.latest("pk"), "Vẫn chưa thấy bốn số cuối.")
    assert hai.may_not_ask(case, IDENTITY) == 403, "twice asked: somebody else looks first"
    assert minh.may_not_ask(case, IDENTITY) == 403
    son.asks(case, IDENTITY)
    page.sends(case, file("cccd-3.png", picture((240, 140), kind="PNG"), "image/png"), as_=IDENTITY)
    hai.accepts(case, case.evidence.latest("pk"))

    hai.finds(case, "amount-lost", "corroborated", value="3.000.000 ₫", statement="Lệnh rút đã hủy")
    hai.finds(case, "last-own-login", "unable", statement="Nhật ký chỉ giữ 30 ngày")
    assert hai.state(case, "last-own-login") == "unable", "that takes no second person: it says nothing against anybody"
    letter = an.last()
    for words in ("chưa xác nhận được", "Cho biết thiết bị và nơi Quý khách thường đăng nhập"):
        assert words in letter, words
    page.sends(case, text="Tôi luôn dùng iPhone 13 ở Huế; đêm đó đăng nhập từ Hà Nội bằng máy lạ")
    proof = case.evidence.latest("pk")
    hai.finds(
        case,
        "last-own-login",
        "corroborated",
        value="Tối 21/11, iPhone 13",
        evidence=[proof.pk],
        statement="Nhật ký: thiết bị lạ lúc 2 giờ 11",
    )
    assert hai.state(case, "last-own-login") == "corroborated"
    hai.checks(case, "frozen", "identity-level")
    for item in case.evidence.filter(state="received"):
        hai.accepts(case, item, thing=LAST_LOGIN)
    assert case.evidence.get(pk=said.pk).state == "accepted"
    hai.does(case, "start-resolving")
    hai.does(case, "answer", body="Mọi phiên đã được chấm dứt, lệnh rút 3.000.000 ₫ đã được hủy.")
    browser().follows(an.link()).says(case, "accept")
    closed_whole(case)


def test_account_closed(mailbox, browser, desk):
    """By mail, with the notice attached. So much is left that two look. The answer is rejected; somebody else gives another."""
    an = mailbox()
    hoa, hai, minh = (
        desk("hoa", "intake", Role.INTAKE),
        desk("hai", "account-security"),
        desk("minh", "account-security"),
    )
    notice = ("thong-bao.pdf", "application/pdf", pdf())
    an.writes(
        "Tài khoản an.nguyen bị đóng ngày 3/11, trong đó còn 32.500.000đ.", subject="Đóng tài khoản", files=[notice]
    )
    case = Case.objects.get()
    hoa.classifies(case, "account-closed")
    hai.does(case, "take-it")
    item = case.evidence.get()
    assert hai.sees_file(item)
    hai.accepts(case, item, thing="Thông báo đóng tài khoản")
    assert hai.misses(case) == [IDENTITY, REGISTER_REOPEN]
    hai.asks(case, IDENTITY)
    an.answers("Tôi gửi ảnh", files=[("cccd.jpg", "image/jpeg", picture((90, 60)))])
    case.refresh_from_db()
    assert case.status == "verifying", "what a mail carries answers what was asked"
    hai.accepts(case, case.evidence.latest("pk"))
    hai.finds(case, "balance-left", "corroborated", value="32.500.000 ₫", statement="Sổ đóng tài khoản ngày 3/11")
    assert hai.state(case, "balance-left") == "awaiting_second"
    hai.does(case, "start-resolving")
    assert hai.is_refused(case, "answer", body="Số dư sẽ được trả.")[0] == 409
    assert hai.is_refused(case, "set-aside", thing="balance-left", reason="Không cần")[0] == 403, "not got round by one"
    minh.confirms(case, "balance-left")
    hai.checks(case, "self-exclusion-first", "balance-due")
    hai.does(case, "answer", body="Tài khoản đóng theo điều 7. Số dư sẽ được trả.")
    browser().follows(an.link()).says(case, "reject", reason="Bao giờ trả?")
    assert (case.status, case.round, case.assignee) == ("reopened", 2, minh.user)
    assert hai.is_refused(case, "answer", body="Như trước.")[0] == 403
    minh.does(case, "answer", body="Số dư 32.500.000 ₫ đã được trả về tài khoản ngân hàng của Quý khách ngày 28/11.")
    assert "ngày 28/11" in an.last()
    browser().follows(an.link()).says(case, "accept")
    closed_whole(case)


def test_self_exclusion(phone, desk, books):
    """From the app. It does not wait for any paper: the protection team has it at once, and applies it before anything else."""
    books.know("customer", customer="BX100231", status="active")
    books.know("bonuses", customer="BX100231", code="TET", status="sent", at="2026-11-20T08:00:00+07:00")
    mai = desk("mai", "customer-protection")
    case = phone.opens(
        subject="Tự loại trừ", body="Cho tôi đăng ký tự loại trừ 6 tháng, mọi tài khoản.", category="self-exclusion"
    )
    assert (case.is_flagged, case.department.slug) == (True, "customer-protection")
    assert phone.case(case)["checklist_complete"], "nobody has to prove why"
    mai.does(case, "take-it")
    assert mai.misses(case) == ["Đã áp dụng ngay, trước mọi bước khác"]
    accounts, offers = mai.pulls(case, "customer"), mai.pulls(case, "bonuses")
    assert [row["status"] for row in (*accounts.content, *offers.content)] == ["active", "sent"]
    mai.checks(case, "at-once", "no-promotion", "balance")
    mai.finds(case, "how-long", "corroborated", value="6 tháng", snapshot=accounts.pk)
    mai.does(case, "start-resolving")
    mai.does(case, "answer", body="Đã áp dụng trên mọi tài khoản, đến hết sáu tháng.")
    assert "sáu tháng" in phone.letters(case)[-1]
    assert "accept" not in phone.case(case)["allowed_steps"], "it ends when somebody has looked after them, not before"
    mai.does(case, "clear-flag", reason="Đã gọi, khách khỏe, đã áp dụng 6 tháng", is_vulnerable="on")
    phone.says(case, "accept")
    case.customer.refresh_from_db()
    assert case.customer.vulnerable_since is not None
    closed_whole(case)
    assert not may_be_solicited(case.customer), "no question of satisfaction, no offer"
