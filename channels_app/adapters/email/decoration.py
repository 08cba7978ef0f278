"""Which pictures of a mail only decorate it: the logo of a signature, an icon, a ruler.

Mail programs send them as files like any other, with every single mail. But people also paste their screenshots into the
text, and Gmail and Apple Mail send those in the very same form. So the rule is: a picture decorates where the mail's HTML
shows it (`cid:`, RFC 2392) and it is small, that is below 20 kB or below 200 pixels on its shorter side. Pictures of a
telephone and whole screenshots are above both; what stands beside the text, as an attachment, never decorates. A narrow cut
of a screenshot is taken for a decoration too: it is kept and shown all the same, and whoever looks at it says what it is.
"""

import html
import re
from urllib.parse import unquote

import filetype
from django.conf import settings

from cases.evidence.pipeline import outline

from .body import InboundAttachment

_SMALL_BYTES = 20_000
_SMALL_SIDE = 200  # pixels
_REFERENCE = re.compile(r"\bcid:([^\s\"'<>()]{1,400})", re.IGNORECASE)


def shown_in(markup: str) -> frozenset[str]:
    """The Content-IDs of what the HTML of a mail shows within itself."""
    return frozenset(unquote(html.unescape(found)) for found in _REFERENCE.findall(markup))


def decorates(attachment: InboundAttachment, shown: frozenset[str]) -> bool:
    """Whether it is a small picture among those `shown` within the text."""
    if attachment.content_id not in shown or not attachment.content_type.startswith("image/"):
        return False
    return len(attachment.data) < _SMALL_BYTES or _shorter_side(attachment.data) < _SMALL_SIDE


def _shorter_side(data: bytes) -> float:
    """In pixels, by its header; without end for what is no picture that can be read or has more pixels than any should."""
    shown = outline.shown_by(data, filetype.guess_mime(data) or "")
    if shown is None or shown.width * shown.height > settings.EVIDENCE_MAX_PIXELS:
        return float("inf")
    return min(shown.width, shown.height)
