"""Nobody is accused: what customers read says what we could not confirm, and nothing about them."""

import re
import unicodedata

from django.utils.translation import gettext_lazy as _

from cskh.core.errors import Invalid
from cskh.core.text import folded

ACCUSES = _("Say what could not be confirmed, and nothing that accuses the customer.")
_ACCUSING = re.compile(
    r"\b(?:gia mao|gian lan|gian doi|khai gian|khai man|bia dat|noi doi|chinh sua anh|"
    r"(?:lam|anh|bien lai|giay to|chung tu|sao ke|cccd) gia(?! (?:cong|dinh|han|nhap|phong|tang|thanh|tien|tri|vang))|"
    r"fak(?:e|ed|ing)|forg(?:e|ed|ery|ing)|fraud\w*|falsif\w*|tamper\w*|doctored|liar|lied|lying|cheat\w*)\b"
)
# Whoever deceives the customer may be called what they are.
_OF_OTHERS = re.compile(
    r"\b(?:(?:ke|doi tuong|trang|trang web|website|fanpage|ung dung|tong dai|duong dan|link) (?:gia mao|gian lan)|"
    r"gia mao (?:nhan vien|tong dai|thuong hieu|trang|website|chung toi)|(?:phong|chong|phong chong) gian lan|"
    r"fake (?:web ?|)(?:sites?|pages?|apps?|links?|hotlines?|calls?|agents?|callers?)|fraudsters?|"
    r"(?:victims? of|against|prevent|from) fraud|(?:anti[ -]?fraud|fraud (?:prevention|protection)))\b"
)


def accuses(text: str) -> bool:
    """Whether the text says or hints that the customer deceives us."""
    return _ACCUSING.search(_OF_OTHERS.sub("", _flat(text))) is not None


def _flat(text: str) -> str:
    """Small letters without marks, on one line; without addresses of pages, whose names say nothing of anybody."""
    return " ".join(word for word in folded(text).split() if not word.startswith(("http://", "https://")))


def require_fair(text: str, *, field: str) -> None:
    """Raises Invalid for a text that `accuses`."""
    if accuses(text):
        raise Invalid(errors={field: [str(ACCUSES)]})


BLAMES = _("It was our own fault: say nothing that puts it on the customer.")
# In Vietnamese "bạn" is you and "bản" a version, "nhầm" by mistake and "nhằm" in order to: marks count, unless a sentence has none.
_CUSTOMER = (
    r"(?:(?:quý|qúy) khách(?: hàng)?+|khách hàng|(?<!quý )(?<!qúy )khách(?! (?:hàng|sạn))|anh[ /]chị|"
    r"anh(?! (?:chụp|ninh|chị))|(?<!anh )(?<!anh/)chị(?! (?:nhánh|tiết|phí))|"
    r"bạn(?! (?:hàng|bè|cập|nâng|vá|ghi|sao|kỹ|quản|phát))|người dùng)"
)
_SUBJECT = rf"(?<!của )(?<!cho )(?<!với ){_CUSTOMER}"
_NOT_REPORTED = r"(?! (?:(?:đã|vừa|có) )?(?:báo|phản ánh|gặp|nêu|thông báo|trình bày))"
_DID = r"(?:nhập|điền|ghi|chuyển|gửi|thao tác|chọn|đặt|bấm|khai|cung cấp)"
# Between what the customer did and what was wrong: with one of these it was somebody else, or is what they wrote to us about.
_OTHERS = r"(?:bị|được|mà|nhưng|không|đúng|đủ|hệ|chúng|ngân|nhân|đối|phản|báo|khiếu)"
_OTHERS_EN = r"(?:is|was|are|were|been|met|had|has|hit|got|came|went|ran|our|we|system|bank|but|about|report)"
_IN_ORDER_TO = r"(?! (?:để|đối|xác|mục|kiểm|bảo|giúp|chứng|phục|làm))"
_VIETNAMESE = (
    rf"\b(?:lỗi (?:là )?(?:của|do|thuộc về|từ|ở|bên|phía)(?: (?:phía|chính))? {_CUSTOMER}\b{_NOT_REPORTED}|"
    rf"(?:sơ suất|bất cẩn|nhầm lẫn|sai sót|nhầm) (?:của|từ|do)(?: (?:phía|chính))? {_CUSTOMER}\b{_NOT_REPORTED}|"
    rf"{_SUBJECT} (?:(?:đã|tự|có thể|có|lại) )*{_DID}(?: (?!{_OTHERS}\b)\w+){{0,3}} "
    rf"(?:sai|nhầm{_IN_ORDER_TO}|không đúng|không chính xác)|"
    rf"{_SUBJECT} (?:(?:phải|tự|hoàn toàn|sẽ) )*(?:có lỗi|chịu trách nhiệm|gây ra))\b"
)
_ENGLISH = (
    r"\b(?:(?:your|(?:customer|user)(?:'s|’s)) (?:own )?"
    r"(?:fault|mistake|error(?! (?:messages?|reports?|codes?))|negligence|carelessness|oversight)|"
    r"you (?:(?:have|had|may have) )?(?:entered|typed|chose|selected|sent|gave|provided|transferred|made|put)"
    rf"(?: (?!{_OTHERS_EN}\b)\w+){{0,4}} (?:wrong|wrongly|incorrect|incorrectly|mistake|error)|"
    r"you (?:are|were) (?:to blame|responsible|at fault))\b"
)
_DENYING = r"\b(?:không|chẳng|chưa hề|nếu|not|never|no|isn[’']t|wasn[’']t|neither|nor|if)(?: \w+){0,3} $"
_BLAMING = {True: re.compile(f"{_VIETNAMESE}|{_ENGLISH}"), False: re.compile(folded(f"{_VIETNAMESE}|{_ENGLISH}"))}
_DENIED = {True: re.compile(_DENYING), False: re.compile(folded(_DENYING))}
_SENTENCE_ENDS = re.compile(r"[.!?;\n]")


def blames(text: str) -> bool:
    """Whether the text says that it was the customer's fault. That it was not, or what to do if it was, may be said."""
    return any(map(_puts_it_on_the_customer, _SENTENCE_ENDS.split(unicodedata.normalize("NFC", text))))


def _puts_it_on_the_customer(sentence: str) -> bool:
    small = " ".join(sentence.casefold().split())
    is_marked = small != folded(small)
    blaming = _BLAMING[is_marked].finditer(small)
    return any(not _DENIED[is_marked].search(small[: found.start()]) for found in blaming)


def require_no_blame(text: str, *, field: str) -> None:
    """Raises Invalid for a text that `blames`."""
    if blames(text):
        raise Invalid(errors={field: [str(BLAMES)]})
