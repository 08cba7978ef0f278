"""The tracking code: `CS-XXXX-XXXX-XXC`.

A configurable prefix, ten random characters of Crockford base 32 (50 bits) and an ISO 7064 MOD 37,2 check character over
those ten, which catches every single wrong character and every swap of neighbours. A name, not a key: it opens nothing.
"""

import re
import secrets

from django.conf import settings

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ISO_7064 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*"
_LENGTH = 10
_LOOK_ALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})
_SEPARATOR = r"[\s\-\u00ad\u2010-\u2015\u2212\u200b._]"
_SEPARATORS = re.compile(f"{_SEPARATOR}+")


def check_character(body: str) -> str:
    """The ISO 7064 MOD 37,2 check character of `body`; it may be one that no code uses (I, L, O, U, *)."""
    remainder = 0
    for character in body:
        remainder = (remainder + _ISO_7064.index(character)) * 2 % 37
    return _ISO_7064[(1 - remainder) % 37]


def new_code() -> str:
    """A fresh code, drawn again until its check character is one people can read."""
    while True:
        body = "".join(secrets.choice(CROCKFORD) for _ in range(_LENGTH))
        check = check_character(body)
        if check in CROCKFORD:
            return _format(body + check)


def parse_code(text: str) -> str:
    """The canonical form of a code as people type it: lower case, blanks, missing hyphens, O for 0, I or L for 1.

    The prefix may be left out. Raises ValueError for anything that is no code, a wrong check character included.
    """
    squeezed = _SEPARATORS.sub("", text).upper()
    prefix = _SEPARATORS.sub("", settings.CASE_CODE_PREFIX).upper()
    digits = squeezed.translate(_LOOK_ALIKES)
    if len(digits) == len(prefix) + _LENGTH + 1 and digits.startswith(prefix.translate(_LOOK_ALIKES)):
        digits = digits[len(prefix) :]
    if len(digits) != _LENGTH + 1 or any(character not in CROCKFORD for character in digits):
        raise ValueError(f"not a tracking code: {text[:40]!r}")
    if check_character(digits[:_LENGTH]) != digits[_LENGTH]:
        raise ValueError(f"not a tracking code, a character is wrong: {text[:40]!r}")
    return _format(digits)


def find_codes(text: str) -> list[str]:
    """Every code that stands in a text such as a subject line, with its prefix, in canonical form.

    What looks like a code and is none takes nothing away from one that begins inside it: "CSKH CS-…" is how people write us.
    """
    prefix, between = re.escape(settings.CASE_CODE_PREFIX), f"{_SEPARATOR}{{0,3}}"
    spelling = f"{prefix}(?:{between}[A-Z0-9]){{{_LENGTH + 1}}}"
    found = []
    for match in re.finditer(f"(?<![A-Z0-9])(?=({spelling}))", text, re.IGNORECASE):
        try:
            found.append(parse_code(match[1]))
        except ValueError:
            continue
    return found


def spelled(code: str) -> list[str]:
    """The code in the groups in which it is read out over the telephone."""
    return code.split("-")


def _format(digits: str) -> str:
    return f"{settings.CASE_CODE_PREFIX}-{digits[:4]}-{digits[4:8]}-{digits[8:]}"
