"""What every text from outside goes through before it is kept."""

import unicodedata

_KEPT_CONTROLS = {"\n", "\t"}


def clean(text: str) -> str:
    """NFC, `\\n` line ends, no NUL or other control characters, no lone surrogates, no outer blanks."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = text.encode("utf-8", "replace").decode("utf-8")
    return "".join(c for c in text if c in _KEPT_CONTROLS or unicodedata.category(c) != "Cc").strip()


def one_line(text: str) -> str:
    """`clean`, on one line: for names, subjects and everything that may end in a header."""
    return " ".join(clean(text).split())
