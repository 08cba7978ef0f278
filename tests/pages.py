"""What a page says to whoever reads it."""

import html
import re


def text_of(response):
    """Its words, without the markup, in one line."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))
