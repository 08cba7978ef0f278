"""Which of our two languages somebody writes."""

import re
import unicodedata

_ENGLISH = re.compile(
    r"\b(?:the|and|is|are|was|were|have|has|had|my|your|not|to|for|with|please|this|that|from|but|can|could|would|what|when"
    r"|where|why|how|you|did|does|done|been|account|payment|refund|help|money|thanks?)\b"
)
# Vietnamese is often typed without its marks; these words are common in it and rare in English.
_BARE_VIETNAMESE = re.compile(
    r"\b(?:toi|khong|duoc|cua|cho|minh|nap|rut|tien|roi|chua|giup|xin|vui|long|nhung|bi|va|la|nguoi|tai|khoan|anh|chi|oi)\b"
)
_MARKS = "\u0111\u0309\u0323\u031b"  # đ, and as combining marks: hook above, dot below, horn


def guess(text: str) -> str:
    """`en` where the text is clearly English, else `vi`."""
    sample = unicodedata.normalize("NFD", text[:4000]).lower()
    if any(mark in sample for mark in _MARKS):
        return "vi"
    english = len(_ENGLISH.findall(sample))
    return "en" if english >= 2 and english > len(_BARE_VIETNAMESE.findall(sample)) else "vi"
