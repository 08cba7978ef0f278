"""Nobody is accused: what customers read says what we could not confirm, and nothing about them."""

import re

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
_CUSTOMER = r"(?:quy khach(?: hang)?|khach hang|khach|anh chi|anh/chi|anh|chi|ban|nguoi dung)"
_DID = r"(?:nhap|dien|ghi|chuyen|gui|thao tac|chon|dat|bam|khai|cung cap|nhan)"
_BLAMING = re.compile(
    rf"\b(?:loi (?:la )?(?:cua|do|thuoc ve|tu|o|ben|phia)(?: (?:phia|chinh))? {_CUSTOMER}|"
    rf"(?:so suat|bat can|nham lan|sai sot|nham) (?:cua|tu|do)(?: (?:phia|chinh))? {_CUSTOMER}|"
    rf"{_CUSTOMER} (?:(?:da|tu|co the|co|lai) )*{_DID}(?: \w+){{0,3}} (?:sai|nham|khong dung|khong chinh xac)|"
    rf"{_CUSTOMER} (?:(?:phai|tu|hoan toan|se) )*(?:co loi|chiu trach nhiem|gay ra)|"
    r"(?:your|the (?:customer|user)(?:'s|’s)?) (?:own )?(?:fault|mistake|error|negligence|carelessness|oversight)|"
    r"you (?:(?:have|had|may have) )?(?:entered|typed|chose|selected|sent|gave|provided|transferred|made|put)(?: \w+){0,4} "
    r"(?:wrong|wrongly|incorrect|incorrectly|mistake|error)|"
    r"you (?:are|were) (?:to blame|responsible|at fault))\b"
)
_DENIED = re.compile(r"\b(?:khong|chang|chua he|not|never|no|isn[’']t|wasn[’']t|neither|nor)(?: \w+){0,3} $")


def blames(text: str) -> bool:
    """Whether the text says that it was the customer's fault. That it was not may be said."""
    flat = _flat(text)
    return any(not _DENIED.search(flat[: found.start()]) for found in _BLAMING.finditer(flat))


def require_no_blame(text: str, *, field: str) -> None:
    """Raises Invalid for a text that `blames`."""
    if blames(text):
        raise Invalid(errors={field: [str(BLAMES)]})
