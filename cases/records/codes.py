"""Transaction codes, as customers and banks write them. Pure.

A code is compared in its normal form: capital letters and digits, nothing between them. What merely looks like one (a telephone
number, an account, a card, an identity document, a sum, a tracking code) is passed over: it is better to miss a code, which a
person can add, than to keep a number that belongs to somebody.
"""

import re
import unicodedata

from cases.codes import parse_code
from cskh.core.text import folded

MOST_IN_A_TEXT = 10
LONGEST = 40
_SHORTEST_GIVEN = 4  # where somebody says that it is a code

_OF_ADDRESSES = ("://", "@", "www.")  # what stands in addresses of pages and mail
_TOKEN = re.compile(r"(?<![^\W_])[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*(?![^\W_])")
_NAMED_OTHERWISE = re.compile(
    r"\b(?:stk|so tai khoan|so tk|tai khoan|tk|account(?: no| number)?|a/c|the|so the|card(?: no| number)?|otp|pin|"
    r"sdt|dt|so dien thoai|dien thoai|hotline|tel|phone|zalo|cccd|cmnd|can cuoc|ho chieu|passport|imei)"
    r"(?: (?:so|la|cua toi|cua minh|cua em))*\W{0,3}$"
)
_FT = re.compile(r"FT\d{5}[A-Z0-9]{5,12}")
_PHONE = re.compile(r"(?:0[235789]\d{8,9}|84[235789]\d{8,9}|1[89]00\d{4,6})")
_DOCUMENT = re.compile(r"0\d{11}")  # a citizen's number
_ROUND = re.compile(r"\d+0{5}")  # a sum
_CARD_LENGTHS = frozenset({15, 16, 19})
_BEFORE = 40  # characters in which is said what a number is


def normalise(text: str) -> str:
    """The normal form of what is said to be one code: `ft-26326 004511` → `FT26326004511`."""
    flat = unicodedata.normalize("NFKC", text).upper()
    return "".join(c for c in flat if c.isascii() and c.isalnum())


def codes_given(text: str) -> list[str]:
    """The codes in a field for codes, parted by comma, semicolon or slash: what looks like one, else all of what is written."""
    found: list[str] = []
    for part in re.split(r"[,;/|\n]", text):
        whole = normalise(" ".join(word for word in part.split() if word.isascii()))
        is_one = _SHORTEST_GIVEN <= len(whole) <= LONGEST and any(c.isdigit() for c in whole)
        found += codes_in(part) or ([whole] if is_one else [])
    return _once(found)


def codes_in(text: str) -> list[str]:
    """Everything in a free text that looks like a transaction code, in normal form, in its order, at most MOST_IN_A_TEXT."""
    words = unicodedata.normalize("NFKC", text).split()
    plain = " ".join(word for word in words if not any(mark in word.lower() for mark in _OF_ADDRESSES))
    return _once([normalise(m[0]) for m in _TOKEN.finditer(plain) if _is_code(m[0], plain[: m.start()][-_BEFORE:])])


def _is_code(written: str, before: str) -> bool:
    code = normalise(written)
    if not 8 <= len(code) <= LONGEST or _is_tracking_code(code):
        return False
    if _FT.fullmatch(code):
        return True
    if _NAMED_OTHERWISE.search(folded(before)):
        return False
    if code.isdigit():
        # Numbers with hyphens are dates, telephones, accounts.
        return len(code) >= 10 and "-" not in written and not _is_somebodys_number(code)
    digits = sum(c.isdigit() for c in code)
    is_mostly_digits = digits * 2 > len(code)  # unlike "nguyenvanan1990"
    is_shouted = digits >= 3 and written == written.upper()
    return digits < len(code) and digits > 0 and (is_mostly_digits or is_shouted)


def _is_somebodys_number(code: str) -> bool:
    if _PHONE.fullmatch(code) or _DOCUMENT.fullmatch(code) or _ROUND.fullmatch(code):
        return True
    return len(code) in _CARD_LENGTHS and (code.startswith("9704") or (code[0] in "3456" and _passes_luhn(code)))


def _passes_luhn(digits: str) -> bool:
    total = 0
    for place, character in enumerate(reversed(digits)):
        value = int(character) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _is_tracking_code(code: str) -> bool:
    try:
        parse_code(code)
    except ValueError:
        return False
    return not code.isdigit()  # eleven digits may well pass for one without its prefix


def _once(codes: list[str]) -> list[str]:
    return list(dict.fromkeys(codes))[:MOST_IN_A_TEXT]
