"""Deposits, withdrawals, promotions and settlements: each kind with a story of its own, from the first word to the yes."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from accounts.models import Role
from cases.models import Case, Category
from tests.cases.evidence.files import heic, pdf, picture

from .walking import closed_whole, file

pytestmark = pytest.mark.django_db
SAIGON = ZoneInfo("Asia/Ho_Chi_Minh")
RECEIPT, STATEMENT_LINE = "Biên lai chuyển khoản", "Dòng sao kê có khoản tiền"


def test_deposit_not_credited(mailbox, browser, desk, books):
    """By mail. The books know another amount: two people see it, the customer is told how else to prove it, and does.

    What was asked is a receipt; what comes instead is a line of a statement, which is as good.
    """
    books.know(
        "deposits",
        code="FT26326004511",
        customer="BX100231",
        amount=1_200_000,
        at="2026-11-22T09:05:00+07:00",
        status="credited",
        bank="VCB",
        account="0451000123456",
    )
    hoa, lan, minh = desk("hoa", "intake", Role.INTAKE), desk("lan", "payments"), desk("minh", "payments")
    an = mailbox()
    an.writes("Sáng 22/11 tôi chuyển 2.000.000đ, mã FT26326004511, đến giờ chưa thấy tiền.")
    case = Case.objects.get()
    assert case.code in an.last()
    hoa.classifies(case, "deposit-not-credited")
    lan.does(case, "take-it")

    assert lan.misses(case) == [f"{RECEIPT} / {STATEMENT_LINE}"], "the code stood in the first words"
    assert "1.200.000" in lan.reads(case)  # the books were asked by the code before anybody looked
    lan.asks(case, RECEIPT)
    assert case.status == "awaiting_customer"
    assert case.pauses.filter(ended_at=None).exists(), "the mail is there, so the clocks stand still"
    letter = an.last()
    for words in ("Để đối chiếu số tiền", "Giao dịch thành công", "JPG, PNG, HEIC", "chúng tôi chỉ có thể"):
        assert words in letter, words

    page = browser().follows(an.link())
    assert list(page.asked_for(case)) == [RECEIPT]
    line = file("sao-ke.pdf", pdf(pages=2), "application/pdf")
    page.sends(case, line, as_="")
    assert case.status == "awaiting_customer", "something else is nothing that was asked for, until somebody has looked"
    statement = case.evidence.get()
    assert lan.sees_file(statement)
    lan.accepts(case, statement, thing=STATEMENT_LINE)
    assert case.status == "verifying", "what is as good is there: the receipt is waited for no longer"
    assert page.asked_for(case) == {}

    record = case.snapshots.get(kind="deposits")
    lan.finds(case, "amount", "contradicted", value="2.000.000", snapshot=record.pk)
    assert lan.state(case, "amount") == "awaiting_second"
    assert "Số tiền" not in an.last(), "nobody is told on the word of one"
    assert lan.is_refused(case, "confirm-fact", finding=lan.line(case, "amount").verdict.pk)[0] == 403
    minh.confirms(case, "amount")
    letter = an.last()
    for words in ("Số tiền", "Gửi dòng sao kê", "một chữ số"):
        assert words in letter, words
    assert "giả" not in letter

    page.sends(case, file("sao-ke-ngay-23.heic", heic((90, 50))), text="Sao kê hôm sau: hai lần, 1.200.000 và 800.000")
    second = case.evidence.exclude(file=None).latest("pk")
    assert lan.sees_file(second)
    sources = {"evidence": [second.pk], "snapshot": record.pk}
    assert "sentence" in minh.is_refused(case, "verify-fact", fact="amount", result="corroborated", **sources)[1]
    words = "Sao kê cho thấy khoản tiền đi làm hai lần, cộng lại đúng 2.000.000 ₫."
    minh.finds(case, "amount", "corroborated", sentence=words, **sources)
    lan.confirms(case, "amount")
    assert (lan.state(case, "amount"), case.evidence.get(pk=second.pk).state) == ("corroborated", "accepted")

    lan.finds(case, "transaction-code", "corroborated", snapshot=record.pk)
    lan.checks(case, "code-unused", "amount-equal", "time-window", "account-ours", "name-match", "no-duplicate")
    for item in case.evidence.filter(state="received"):
        lan.accepts(case, item, thing=STATEMENT_LINE)
    lan.does(case, "start-resolving")
    lan.does(case, "answer", body="Khoản 2.000.000 ₫ đã được ghi có đủ. Chúng tôi xin lỗi vì đã để Quý khách chờ.")
    assert "2.000.000 ₫ đã được ghi có đủ" in an.last()
    browser().follows(an.link()).says(case, "accept")
    closed_whole(case)


def test_withdrawal_delayed(phone, desk, books):
    """From the app. Nothing has to be asked; so much money takes two people, and no word asks for money to release it."""
    books.know(
        "withdrawals",
        code="RT88120A9",
        customer="BX100231",
        amount=45_000_000,
        at="2026-11-22T13:50:00+07:00",
        status="bank_maintenance",
        bank="TCB",
        account="19030001234",
    )
    books.know("customer", customer="BX100231", status="active", verification="full", at="2025-01-02T00:00:00+07:00")
    lan, minh = desk("lan", "payments"), desk("minh", "payments")
    case = phone.opens(
        subject="Rút tiền chậm",
        body="Lệnh rút từ chiều qua vẫn “đang xử lý”, về Techcombank đuôi 1234.",
        category="withdrawal-delayed",
        transaction_ref="RT88120A9",
        amount=45_000_000,
        incident_at="2026-11-22T13:50:00+07:00",
    )
    assert phone.case(case)["checklist_complete"]
    assert lan.misses(case) == []
    lan.does(case, "take-it")

    asked = lan.may_not_ask(case, items="Ảnh CCCD: để xác minh")
    assert asked == 403, "a document beyond the checklist, that could have been asked for earlier, holds no money back"
    assert case.status == "routed"
    of_customer = lan.pulls(case, "customer")
    assert lan.is_refused(case, "pull-records", kind="logins")[0] == 400, "nobody reads sign-ins for a withdrawal"
    assert "logins" not in books.asked
    shown = lan.reads(case)
    assert "45.000.000" in shown
    assert "bank_maintenance" in shown
    assert "19030001234" not in shown

    order = case.snapshots.get(kind="withdrawals")
    lan.finds(case, "request-id", "corroborated", snapshot=order.pk)
    assert lan.state(case, "request-id") == "awaiting_second", "so much is not found by one"
    assert phone.line(case, "request-id")["fact"]["state"] == "claimed"
    lan.does(case, "start-resolving")
    assert lan.is_refused(case, "answer", body="Ngân hàng bảo trì.")[0] == 409
    minh.confirms(case, "request-id")
    lan.finds(case, "destination", "corroborated", value="Techcombank, 1234", snapshot=of_customer.pk)
    minh.confirms(case, "destination")
    lan.checks(case, "asked-earlier", "name-match", "bank-maintenance", "limits", "never-pay")

    for demand in (
        "Quý khách nạp thêm 5% phí để được rút tiền.",
        "Vui lòng chuyển phí xác minh 500.000đ để mở lệnh rút.",
    ):
        assert lan.is_refused(case, "answer", body=demand)[0] == 400
    lan.does(case, "answer", body="Ngân hàng nhận bảo trì đến 17 giờ; lệnh RT88120A9 đã hoàn tất lúc 17 giờ 20.")
    assert "17 giờ 20" in phone.letters(case)[-1]
    assert phone.says(case, "accept")["closed_as"] == "accepted"
    closed_whole(case)


def test_promotion(phone, desk, books):
    """From the app. The customer is asked, reminded, and says nothing more: it is decided by what our own books say."""
    books.know(
        "bonuses",
        code="HOANPHI10",
        customer="BX100231",
        amount=50_000,
        at="2026-11-20T08:00:00+07:00",
        status="refused",
        terms="v3",
        turnover="1/1",
    )
    vy = desk("vy", "promotions")
    with time_machine.travel(datetime(2026, 11, 23, 9, 0, tzinfo=SAIGON), tick=False) as clock:
        case = phone.opens(
            subject="Không được hoàn phí", body="Tôi nạp đủ mà chưa được HOANPHI10", category="promotion"
        )
        vy.does(case, "take-it")
        terms = "Điều kiện của phiên bản vào lúc đó, không phải bây giờ"
        assert vy.misses(case) == ["Ảnh chụp chương trình", terms]
        vy.asks(case, "Ảnh chụp chương trình")
        assert not case.pauses.exists(), "asked, and not fetched by the app yet"
        asked = phone.letters(case)[-1]
        for words in ("Để xem đúng điều kiện Quý khách đã thấy", "chúng tôi chỉ có thể"):
            assert words in " ".join(asked.split())
        assert case.pauses.filter(ended_at=None).exists()
        assert phone.line(case, "offer")["otherwise"].startswith("Cho biết Quý khách thấy chương trình ở đâu")

        request = case.evidence_requests.get()
        clock.move_to(request.asked_at + (request.due_at - request.asked_at) / 2 + timedelta(minutes=1))
        vy.workers.sweep()
        reminder = phone.letters(case)[-1]
        assert "Ảnh chụp chương trình" in reminder
        assert reminder != asked
        vy.workers.sweep()
        assert phone.letters(case)[-1] == reminder, "once"
        assert len(phone.letters(case)) == len(set(phone.letters(case)))
        clock.shift(timedelta(hours=73))
        vy.workers.sweep()
        case.refresh_from_db()
        assert case.status == "resolving", "nobody waits for ever; it goes back to us, and is not closed by silence"
        assert not case.pauses.filter(ended_at=None).exists()

        ledger = vy.pulls(case, "bonuses")
        assert ledger.content[0]["terms"] == "v3"
        vy.finds(case, "amount", "corroborated", value="50.000 ₫", snapshot=ledger.pk)
        vy.finds(case, "campaign", "corroborated", value="HOANPHI10", snapshot=ledger.pk)
        vy.checks(case, "terms-then", "shown-before", "promises")
        vy.checks(case, "for-the-customer", note="Điều kiện v3 không nói rõ múi giờ: hiểu theo hướng có lợi cho khách")
        vy.does(
            case, "answer", body="Theo điều kiện phiên bản 3, ngày 20/11 vẫn được tính. Khoản 50.000 ₫ đã được cộng."
        )
        assert "50.000 ₫ đã được cộng" in phone.letters(case)[-1]
        phone.says(case, "accept")
    closed_whole(case)


def test_settlement(browser, mailbox, desk):
    """By the public form. The ticket's number stands on another customer's case too, which accuses nobody. The books are a file.

    Nothing is proposed before the number is verified; what was proposed is sent back once, then approved and sent.
    """
    an, khanh = mailbox(), desk("khanh", "technical")
    yen, son = desk("yen", role=Role.MANAGER), desk("son", role=Role.MANAGER)
    bets = "Mã cược;Thời gian;Số tiền;Trận đấu;Kèo;Tỷ lệ;Kết quả;Tiền thắng\n"
    yen.hands_in("bets", f"{bets}GD55120A7;21/11/2026 20:15;100.000;A - B;Châu Á;1,95;thua;0\n")
    kind = Category.objects.get(slug="settlement").pk
    typed = {"category": kind, "transaction_ref": "GD55120A7", "name": "Trần Bình", "email": "binh@khach.example"}
    earlier = browser().opens(**typed, body="Vé của tôi")
    shot = file("ket-qua.png", picture((400, 700), kind="PNG"), "image/png")
    case = browser().opens(
        shot,
        category=kind,
        transaction_ref="GD55120A7",
        amount="100.000",
        body="Trận A – B tôi đặt A, kết quả chính thức A thắng mà vé báo thua.",
        name="Nguyễn Văn An",
        email=an.address,
    )
    khanh.does(case, "take-it")
    item = case.evidence.get()
    assert khanh.misses(case) == ["Ảnh chụp kết quả đã hiện"], "a file is nothing yet, until somebody says what it is"
    assert khanh.sees_file(item)
    khanh.accepts(case, item, thing="Ảnh chụp kết quả đã hiện")
    assert khanh.misses(case) == []
    assert khanh.may_not_ask(case, items="Ảnh chụp kết quả đã hiện: để xem") == 400, "nobody is asked again"
    page = khanh.page(case)
    assert earlier.code in page
    assert "khách hàng khác" in page
    assert case.status == "routed"

    khanh.does(case, "start-resolving")
    assert khanh.is_refused(case, "propose", body="Tính lại.")[0] == 409, "the number is not verified"
    record = case.snapshots.get(kind="bets")
    assert (record.source, record.content[0]["odds"]) == ("files", "1,95")
    khanh.finds(case, "transaction-code", "corroborated", snapshot=record.pk)
    assert (khanh.line(case, "transaction-code").verdict.by_id, khanh.state(case, "transaction-code")) == (
        str(khanh.user.pk),
        "corroborated",
    )
    words = "Nguồn kết quả chính thức: A thắng 2–1, phút 90 sửa kết quả"
    khanh.finds(case, "expected-result", "corroborated", value="A thắng", statement=words)
    khanh.checks(case, "official-result", "rule-version", "late-or-error")
    khanh.checks(case, "others-affected", note="Hai vé nữa cùng trận, đã báo để tính lại")
    assert khanh.is_refused(case, "answer", body="Đã tính lại.")[0] == 409, "a second person approves it first"
    khanh.does(case, "propose", body="Vé GD55120A7 được tính lại.")
    assert khanh.is_refused(case, "approve")[0] == 403
    son.does(case, "return", reason="Nêu số tiền")
    khanh.does(case, "propose", body="Vé GD55120A7 được tính lại: thắng, ghi có 195.000 ₫.")
    son.does(case, "approve")
    khanh.does(case, "answer", body="")
    assert "ghi có 195.000 ₫" in an.last()
    assert earlier.code not in an.last()
    browser().follows(an.link()).says(case, "accept")
    closed_whole(case)
