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
    return _ACCUSING.search(_OF_OTHERS.sub("", " ".join(folded(text).split()))) is not None


def require_fair(text: str, *, field: str) -> None:
    """Raises Invalid for a text that `accuses`."""
    if accuses(text):
        raise Invalid(errors={field: [str(ACCUSES)]})
