"""What customers read about their evidence accuses nobody."""

import pytest
from django.template.loader import get_template
from django.utils import translation

from cases.evidence.lines import Line
from cases.evidence.models import FOUND
from cases.fair_words import accuses
from cases.workflow.facts import usual_sentence
from cskh.defaults import policy, texts
from cskh.defaults.help import ARTICLES
from cskh.demo.matters import TOLD


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


def test_what_is_shipped_accuses_nobody():
    said = [texts.NOTICE_VI, texts.NOTICE_EN, *(told.answer for told in TOLD)]
    said += [body for bodies in texts.REPLY_TEMPLATES.values() for body in bodies]
    said += [text for clause in policy.CLAUSES for text in clause]
    said += [text for article in ARTICLES.values() for text in article]
    assert [text for text in said if accuses(text)] == []


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
