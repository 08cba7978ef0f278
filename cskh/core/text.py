"""What every text from outside goes through before it is kept."""

import unicodedata

from django.conf import settings
from django.utils.translation import gettext as _

from .errors import Invalid

_KEPT_CONTROLS = {"\n", "\t"}
_DIGITS = 19  # a number of fewer always fits into the database's


def clean(text: str) -> str:
    """NFC, `\\n` line ends, no NUL or other control characters, no lone surrogates, no outer blanks."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = text.encode("utf-8", "replace").decode("utf-8")
    return "".join(c for c in text if c in _KEPT_CONTROLS or unicodedata.category(c) != "Cc").strip()


def one_line(text: str) -> str:
    """`clean`, on one line: for names, subjects and everything that may end in a header."""
    return " ".join(clean(text).split())


def checked_body(body: str, most: int | None = None) -> str:
    """What people write to each other, cleaned. Raises Invalid where it is empty or longer than `most` (default: a message)."""
    text = clean(body)
    if not text:
        raise Invalid(errors={"body": [_("Write something first.")]})
    require_length(text, settings.MESSAGE_MAX_CHARACTERS if most is None else most)
    return text


def require_length(text: str, most: int, *, field: str = "body") -> None:
    """Raises Invalid for more than `most` characters."""
    if len(text) > most:
        raise Invalid(errors={field: [_("The text is too long: at most %(limit)d characters.") % {"limit": most}]})


def folded(text: str) -> str:
    """Small letters without marks, for comparing: "Rút tiền chậm" → "rut tien cham"."""
    decomposed = unicodedata.normalize("NFD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c)).replace("đ", "d")


def alphabetical(text: str) -> tuple[str, str]:
    """A key to sort by as a Vietnamese dictionary does: a, ă, â … d, đ, e, ê; tones count where the letters are the same."""
    letters, tones = [], []
    for character in unicodedata.normalize("NFD", text.casefold()).replace("đ", f"d{_LAST}"):
        if character in _TONES:
            tones.append(str(_TONES.index(character) + 1))
        elif unicodedata.combining(character):
            letters.append(_MAKES_A_LETTER.get(character, ""))
        else:
            letters.append(character)
            tones.append("0")
    return "".join(letters), "".join(tones)


_LAST = "\uffff"  # after every letter: what follows a plain one comes behind all that begin with it
_MAKES_A_LETTER = {"\u0306": f"{_LAST}1", "\u0302": f"{_LAST}2", "\u031b": f"{_LAST}3"}  # ă, â, ơ
_TONES = "\u0300\u0309\u0303\u0301\u0323"


def as_number(text: str) -> int | None:
    """The whole number that was written, such as the id of a row; None where it is none, or larger than any id."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < _DIGITS else None
