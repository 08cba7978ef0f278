"""What customers read about their evidence accuses nobody."""

import pytest
from django.template.loader import get_template
from django.utils import translation

from cases.evidence.lines import Line
from cases.evidence.models import FOUND
from cases.fair_words import accuses
from cases.workflow.facts import usual_sentence


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
    ],
)
def test_plain_words_pass(text):
    assert not accuses(text)


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
