"""Nobody is accused: what customers read about their evidence says what we could not confirm, and nothing about them."""

import re

from django.utils.translation import gettext as _

from cskh.core.errors import Invalid
from cskh.core.text import folded

_ACCUSING = re.compile(
    r"\b(?:gia mao|lam gia|gian lan|gian doi|khai gian|khai man|bia dat|noi doi|chinh sua anh|anh gia|bien lai gia|"
    r"fak(?:e|ed|ing)|forg(?:e|ed|ery|ing)|fraud\w*|falsif\w*|tamper\w*|doctored|liar|lied|lying|cheat\w*)\b"
)


def accuses(text: str) -> bool:
    """Whether the text says or hints that the customer deceives us."""
    return _ACCUSING.search(" ".join(folded(text).split())) is not None


def require_fair(text: str, *, field: str) -> None:
    """Raises Invalid for a text that `accuses`."""
    if accuses(text):
        raise Invalid(errors={field: [_("Say what could not be confirmed, and nothing that accuses the customer.")]})
