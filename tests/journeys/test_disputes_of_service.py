"""Errors of the system, how people were treated, strangers who pretend to be us, and what we know about somebody."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Role
from cases.complaints.models import Remedy
from cases.models import Case, Category
from tests.cases.complaints.building import FOUND, NEXT, clause
from tests.cases.evidence.files import heic
from tests.channels_app.mail import pasted

from .walking import closed_whole, file

pytestmark = pytest.mark.django_db
ERROR_SHOT_EN, SCREENSHOT = "Screenshot of the error", "Ảnh chụp màn hình báo lỗi"


def test_impersonation(browser, mailbox, desk):
    """By the public form, from two customers who send one receipt: it is seen, told to neither of them, and refused to neither."""
    an, binh = mailbox(), mailbox("binh@khach.example", "Trần Bình")
    hai = desk("hai", "account-security")
    kind = Category.objects.get(slug="impersonation").pk
    receipt = pasted((500, 700), "PNG")
    cases = [
        browser().opens(
            file(name, receipt, "image/png"),
            category=kind,
            body="Có người xưng là nhân viên, bảo tôi chuyển tiền “xác minh”.",
            name=who.name,
            email=who.address,
        )
        for who, name in ((binh, "bien lai.png"), (an, "anh chuyen khoan.png"))
    ]
    earlier, case = cases
    hai.does(case, "take-it")
    assert hai.misses(case) == [
        "Đường dẫn hoặc số điện thoại đã liên hệ",
        "Số, trang, người đó không phải của chúng ta",
    ]
    hai.asks(case, "Đường dẫn hoặc số điện thoại đã liên hệ")
    page = browser().follows(an.link())
    page.sends(case, text="ben-xanh-hotro.example, số 0900 000 000")
    assert case.status == "verifying", "a link is copied: no picture is needed"

    shot = case.evidence.exclude(file=None).get()
    assert shot.file == earlier.evidence.get().file, "kept once, whatever it is called"
    beside = hai.reads(case)
    assert earlier.code in beside
    assert hai.sees_file(shot)
    assert shot.state == "received", "nothing is refused for it"
    assert earlier.code not in page.page(case).content.decode()
    assert earlier.code not in an.last()
    hai.accepts(case, shot, thing="Biên lai chuyển tiền cho họ, nếu có")
    link = case.evidence.get(file=None)
    hai.accepts(case, link)
    hai.finds(case, "loss", "corroborated", value="500.000 ₫", evidence=[shot.pk])
    hai.finds(
        case, "contacted-by", "corroborated", value="Trang giả", statement="Trang không thuộc danh sách của chúng ta"
    )
    hai.checks(case, "ours-or-not", "others-warned", note="Đã báo chặn trang")
    hai.checks(case, "warned", note="Đã hướng dẫn báo ngân hàng và công an, không hứa hoàn tiền")
    hai.does(case, "start-resolving")
    assert hai.is_refused(case, "answer", body="Quý khách đã nói dối về biên lai này.")[0] == 400
    hai.does(case, "answer", body="Trang và số đó không phải của chúng tôi và đang bị chặn. Xin báo ngân hàng ngay.")
    browser().follows(an.link()).says(case, "accept")
    closed_whole(case)
    earlier.refresh_from_db()
    assert earlier.is_open, "whoever else sent it has a case of their own"


def test_technical_error(browser, mailbox, desk):
    """By the public form, in English. One picture has two endings, one is none; what is left is waived with a reason."""
    jo = mailbox("jo@khach.example", "Jo Smith")
    khanh = desk("khanh", "technical")
    page = browser("en")
    case = page.opens(
        category=Category.objects.get(slug="technical-error").pk,
        body="The app closes when I filter my history. Android 15, app 5.2.0.",
        name=jo.name,
        email=jo.address,
    )
    khanh.does(case, "take-it")
    money = "Có khoản tiền nào bị ảnh hưởng không"
    assert khanh.misses(case) == [SCREENSHOT, money], "the desk reads Vietnamese"
    khanh.asks(case, SCREENSHOT, "Các bước dẫn tới lỗi")
    letter = jo.last()
    for words in (ERROR_SHOT_EN, "So that the technical team sees the very message", "with the code of the error"):
        assert words in letter, words
    page.follows(jo.link())
    assert set(page.asked_for(case)) == {ERROR_SHOT_EN, "Steps that lead to the error"}

    shown = page.sends(case, file("video.png", b"MZ\x90\x00" + bytes(200)), as_=ERROR_SHOT_EN, status=415)
    assert "video.png: " in str(shown.context["evidence_form"].errors["documents"])
    assert case.evidence.count() == 0
    page.sends(case, file("crash.jpg.exe", heic((64, 64)), "image/jpeg"), as_=ERROR_SHOT_EN)
    item = case.evidence.get()
    assert item.filename == "crash.jpg.exe.heic", "called by what it is"
    assert khanh.sees_file(item)
    assert case.status == "awaiting_customer"
    khanh.accepts(case, item)
    assert khanh.is_refused(case, "evidence-completed", reason=" ")[0] == 400
    khanh.does(case, "evidence-completed", reason="Đã tái hiện được lỗi, không cần các bước")
    assert case.status == "verifying"
    assert "Steps that lead" not in str(page.asked_for(case))
    assert case.events.filter(kind="evidence_completed").latest("pk").words.text.startswith("Đã tái hiện")

    khanh.finds(case, "device", "corroborated", value="Android 15, app 5.2.0", evidence=[item.pk])
    khanh.checks(case, "reproduced", note="5.2.0 trên Android 15")
    khanh.checks(case, "money-affected", note="Không")
    khanh.does(case, "start-resolving")
    khanh.does(case, "answer", body="The error is fixed in version 5.2.1.")
    assert "fixed in version 5.2.1" in jo.last()
    browser("en").follows(jo.link()).says(case, "accept")
    closed_whole(case)


def test_staff_conduct(mailbox, browser, desk):
    """By mail, as a complaint, hidden from those who are complained about. Nothing is asked of the customer: we have recordings."""
    an = mailbox()
    hoa, ly, tu = desk("hoa", "intake", Role.INTAKE), desk("ly", "quality"), desk("tu", "quality")
    an.writes("Nhân viên trực chat tối qua cúp máy giữa chừng khi tôi hỏi về phí.", subject="Thái độ phục vụ")
    case = Case.objects.get()
    hoa.classifies(case, "staff-conduct", nature="complaint")
    assert hoa.tries(case, "note", body="x").status_code == 404, "whoever took it in sees it no more"
    ly.does(case, "take-it")
    assert ly.misses(case) == ["Đã nghe hoặc đọc lại bản ghi của chúng ta"]
    assert "Hãy tra cứu bằng tay" in ly.reads(case), "no system can be asked for a recording"
    ly.does(case, "set-aside", thing="transcript", reason="Có bản ghi của chúng ta")
    words = "Bản ghi chat tối 21/11, phút 3"
    ly.finds(case, "what-was-said", "corroborated", value="Ngắt cuộc trao đổi", statement=words)
    ly.checks(case, "recording", "outside-the-team", "loss")
    ly.does(case, "start-resolving")
    assert ly.is_refused(case, "propose", body="Xin lỗi.")[0] == 409, "a complaint is answered as a whole"

    fact = ly.line(case, "what-was-said").verdict.pk
    ly.does(case, "note-account", issue=1, side="operator", text="Nhân viên chuyển ca, không báo cho khách.")
    ly.does(case, "find-issue", issue=1, **{**FOUND, "cause": "staff_conduct", "fault": "operator_staff"}, facts=[fact])
    day = timezone.localdate() + timedelta(days=3)
    ly.does(case, "decide-issue", issue=1, clause=clause(case=case).pk, outcome="upheld", reason="Bản ghi khớp")
    ly.does(case, "propose-remedy", issue=1, kind="apology", due_on=day, reason="Xin lỗi bằng văn bản")
    ly.does(case, "say-recourse", next_level=NEXT, respond_by=day)
    remedy, son = Remedy.objects.get(issue__complaint__case=case), desk("son", role=Role.MANAGER)
    assert ly.is_refused(case, "approve-remedy", remedy=remedy.pk)[0] == 403
    son.does(case, "approve-remedy", remedy=remedy.pk)
    ly.does(
        case, "propose", body="Nhân viên của chúng tôi đã ngắt cuộc trao đổi. Chúng tôi thành thật xin lỗi Quý khách."
    )
    assert ly.is_refused(case, "approve")[0] == 403
    son.does(case, "approve")
    ly.does(case, "answer", body="")
    assert "thành thật xin lỗi" in an.last()
    browser().follows(an.link()).says(case, "accept")
    closed_whole(case)
    assert tu.page(case)


def test_privacy_request(browser, mailbox, desk, books):
    """By the public form, restricted. Identity is shown by words instead of a document; a second person approves what goes out."""
    an, dung = mailbox(), desk("dung", "data-protection")
    case = browser().opens(
        category=Category.objects.get(slug="privacy-request").pk,
        body="Tôi muốn xem dữ liệu giao dịch năm 2026.",
        name="Nguyễn Văn An",
        email=an.address,
    )
    outsider = desk("lan", "payments")
    assert outsider.tries(case, "take-it").status_code == 404
    dung.does(case, "take-it")
    assert dung.misses(case) == [
        "Thông tin xác minh danh tính",
        "Có nghĩa vụ lưu giữ hoặc tranh chấp đang mở không",
    ]
    dung.asks(case, "Thông tin xác minh danh tính")
    assert "che phần không cần" in an.last()
    page = browser().follows(an.link())
    page.sends(case, text="Ngày mở tài khoản 2/1/2025, ba số cuối của máy đã đăng ký là 345")
    assert case.status == "verifying"
    words = case.evidence.get()
    dung.accepts(case, words)
    dung.finds(case, "which-right", "corroborated", value="Xem giao dịch 2026", statement="Yêu cầu của khách")
    dung.checks(case, "duty-to-keep", "deadline")
    dung.does(case, "start-resolving")
    assert dung.is_refused(case, "answer", body="Bản sao kèm theo.")[0] == 409
    dung.does(case, "propose", body="Bản sao dữ liệu giao dịch năm 2026 của Quý khách sẽ được gửi trong ngày.")
    desk("son", role=Role.MANAGER).does(case, "approve")
    dung.does(case, "answer", body="")
    assert "năm 2026" in an.last()
    browser().follows(an.link()).says(case, "accept")
    closed_whole(case)
