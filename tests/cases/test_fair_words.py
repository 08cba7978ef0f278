"""What customers read about their evidence accuses nobody."""

import re
import unicodedata

import pytest
from django.template.loader import get_template
from django.utils import translation

from cases.evidence.lines import Line
from cases.evidence.models import FOUND
from cases.fair_words import accuses, blames
from cases.workflow.facts import usual_sentence
from cskh.defaults import policy, texts
from cskh.defaults.help import ARTICLES
from cskh.demo import problems
from cskh.demo.matters import IN_NEED, NOTICES_LATE, TOLD


@pytest.mark.parametrize(
    "text",
    [
        "Biên lai này là giả mạo.",
        "Ảnh đã bị làm giả",
        "bien lai gia",
        "Quý khách gian lận",
        "This receipt is fake.",
        "The picture was tampered with",
        "a forged statement",
        "suspected fraud",
        "Ảnh giả",
        "Giấy tờ giả",
        "Sao kê giả, không nhận",
        "Chống gian lận: biên lai này là giả mạo",
        "Quý khách làm giả biên lai trên website",
    ],
)
def test_accusations_are_found(text):
    assert accuses(text)


@pytest.mark.parametrize(
    "text",
    [
        "Chúng tôi chưa khớp được mã giao dịch với sao kê.",
        "Thời gian giao dịch trên ảnh khác 10 phút.",
        "Quý khách có thể gửi dòng sao kê.",
        "Giá trị giao dịch khác số tiền đã báo.",
        "The amount differs from our statement.",
        "Sao kê giá trị 2.000.000đ, giấy tờ gia đình",
        "Biên lai giá trị 2.000.000đ đã được nhận.",
        "Chúng tôi đã nhờ anh gia hạn giúp Quý khách.",
        "Có kẻ gian gọi điện và giả mạo nhân viên của chúng tôi.",
        "Quý khách đã đăng nhập trên một trang giả mạo.",
        "Somebody lured you to a fake website; fraudsters had your password.",
        "So your account is safe from fraud.",
        "Mời Quý khách đọc: https://cskh.example/help/fake-staff/v1/",
    ],
)
def test_plain_words_pass(text):
    assert not accuses(text)


def shipped():
    """What customers read of ours from the first day, and in the demo."""
    said = [texts.NOTICE_VI, texts.NOTICE_EN, problems.SAID_VI, problems.SAID_EN]
    said += [body for bodies in texts.REPLY_TEMPLATES.values() for body in bodies]
    said += [text for clause in policy.CLAUSES for text in clause]
    said += [text for article in ARTICLES.values() for text in article]
    for told in (*TOLD, NOTICES_LATE, IN_NEED):
        said.append(told.answer)
        if told.ruling:
            said += [text for text in vars(told.ruling).values() if isinstance(text, str)]
    return said


def test_what_is_shipped_accuses_nobody():
    assert [text for text in shipped() if accuses(text)] == []


def test_what_is_shipped_blames_nobody():
    assert [text for text in shipped() if blames(text)] == []


def test_the_final_response_has_one_name_in_vietnamese():
    with translation.override("vi"):
        assert translation.gettext("final response") == "thư trả lời cuối cùng"
        said = [*shipped(), *map(translation.gettext, ("Closed with our final response", "Our final response"))]
    other = re.compile(r"phản hồi cuối cùng|(?<!thư )trả lời cuối cùng")
    assert [text for text in said if other.search(text.casefold())] == []


@pytest.mark.parametrize("language", ["vi", "en"])
def test_what_we_say_of_findings_accuses_nobody(language):
    with translation.override(language):
        said = [usual_sentence(Line("Mã giao dịch"), kind) for kind in FOUND]
        event = {"sentence": said[0], "otherwise": "", "case": {"code": "CS"}}
        said += [
            get_template("outbox/fact_not_confirmed.txt").render(event),
            get_template("outbox/evidence_rejected.txt").render({"name": "x", "reason": "y"}),
        ]
    assert [text for text in said if accuses(text)] == []


# Blame, where the fault was our own.


@pytest.mark.parametrize(
    "text",
    [
        "Đây là lỗi của quý khách.",
        "Lỗi do khách hàng.",
        "Lỗi do bạn.",
        "loi do ban",
        "LỖI CỦA ANH/CHỊ",
        "Quý khách đã nhập sai nội dung.",
        "Qúy khách đã nhập nhầm số tài khoản.",
        "quy khach da nhap nham so tai khoan",
        "Đã ghi có 340.000đ. Loi do quy khach.",
        "Bạn đã chuyển tiền vào nhầm tài khoản",
        "Nguyên nhân: sai sót từ phía quý khách",
        "Quý khách phải chịu trách nhiệm.",
        "It was your own mistake.",
        "This was the customer’s error.",
        "You entered the wrong account.",
        "You transferred it to the wrong account.",
    ],
)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_blame_is_found(text, form):
    assert blames(unicodedata.normalize(form, text))


@pytest.mark.parametrize(
    "text",
    [
        "Đây không phải lỗi của quý khách.",
        "Lỗi của hệ thống chúng tôi, không phải của quý khách.",
        "Không có việc quý khách nhập sai.",
        "Quý khách đã chuyển 340.000 đồng lúc 9 giờ.",
        "This was not your fault.",
        "You sent the receipt at 9.",
        # Words that look alike without marks.
        "Lỗi do bản cập nhật hệ thống ngày 20/11",
        "Đây là lỗi của bản nâng cấp phần mềm",
        "Lỗi do bản vá",
        "loi do ban cap nhat he thong",
        "Lỗi ở ban kỹ thuật",
        "Lỗi do bạn hàng thanh toán",
        "Đề nghị quý khách gửi ảnh nhằm đối chiếu",
        "de nghi quy khach gui anh nham doi chieu",
        "Thông tin quý khách cung cấp nhằm xác minh",
        "loi do chi nhanh ngan hang",
        # Somebody else did it.
        "Lệnh cược quý khách đặt bị ghi nhận sai do hệ thống",
        "Khoản tiền quý khách chuyển vào bị ghi nhầm tài khoản",
        "Quý khách nhập đúng nhưng hệ thống ghi sai",
        "Giao dịch của quý khách có lỗi do hệ thống",
        "Giao dịch của khách hàng có lỗi do hệ thống",
        "Giao dịch của anh/chị có lỗi do hệ thống",
        "Quý khách nhận thông báo sai từ hệ thống",
        "Quý khách gửi phản ánh sai sót của hệ thống",
        "Chúng tôi đã sửa lỗi do quý khách hàng phản ánh",
        "The withdrawal you made met a system error",
        "The transfer you sent was booked wrongly by our system",
        "It looked like a user error",
        "Thank you for your error report",
        # What to do if.
        "Nếu quý khách nhập sai mã, hãy nhập lại.",
    ],
)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_what_is_true_is_no_blame(text, form):
    assert not blames(unicodedata.normalize(form, text))
