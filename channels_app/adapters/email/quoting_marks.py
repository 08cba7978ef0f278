"""Recognise what a line of a plain-text mail is: attribution, header block, marker, program line.

Lines are compared in folded form (no case, no accents, no invisible characters), so that decomposed Vietnamese,
Vietnamese without accents and odd blanks all read the same. Every expression runs on lines cut to `LONGEST_MARK`
characters, and never over more than a few lines, so the work stays linear in the length of the mail.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from . import quoting_patterns as words

LONGEST_MARK = 600  # no mail program writes a longer line of its own
LONGEST_WRAP = 5  # physical lines of one attribution
HEADER_BLOCK_LINES = 25

NONE, WEAK, STRONG = range(3)  # how sure an attribution is; a weak one needs quoted lines below it

_LOOKALIKES = str.maketrans("：，；（）＜＞ıłøđ", ":,;()<>ilod")


def fold(text: str) -> str:
    """Case, accents and typographic variants away; the result is for comparing only."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFD", text.casefold())
    bare = "".join(character for character in decomposed if not unicodedata.combining(character))
    return unicodedata.normalize("NFC", bare).translate(_LOOKALIKES)


def clean(line: str) -> str:
    """The line with invisible characters gone and each run of blanks made one space."""
    if not line.isascii():
        line = "".join(character for character in line if unicodedata.category(character) != "Cf")
        line = line.replace("：", ":").replace("，", ",").replace("＜", "<").replace("＞", ">")
    return " ".join(line.split())


def _any_of(phrases: Iterable[str]) -> str:
    """An alternation of folded phrases, longest first."""
    folded = sorted({fold(phrase) for phrase in phrases}, key=lambda phrase: (-len(phrase), phrase))
    return "(?:" + "|".join(re.escape(phrase) for phrase in folded) + ")"


def _whole_words(phrases: Sequence[str]) -> str:
    """Like `_any_of`, at word limits for the scripts that separate words."""
    spaced = [phrase for phrase in phrases if ord(fold(phrase)[0]) < 0x0E00]
    joined = [phrase for phrase in phrases if ord(fold(phrase)[0]) >= 0x0E00]
    options = [rf"(?<!\w){_any_of(spaced)}(?!\w)"] if spaced else []
    return "(?:" + "|".join(options + ([_any_of(joined)] if joined else [])) + ")"


_RULE = r"[-–—=_*~]"
_DATE = re.compile(r"(?<!\d)(?:19|20|25)\d\d(?!\d)|(?<!\d)\d{1,2}([./-])\d{1,2}\1\d{2,4}(?!\d)")
_TIME = re.compile(r"(?<![\d.])\d{1,2} ?(?:[:hg.点點時时시]|giờ) ?\d{2}(?![\d.]*\d)|\d ?(?:am|pm)\b|\d:\d\d:\d\d", re.I)
_DATE_START = re.compile(r"(?:[^\W\d_]{1,14}[.,]{0,2} {0,2}){0,2}\(?\d{1,4}(?!\d)")
_OPENER = re.compile(rf"{_whole_words(words.OPENERS)}", re.I)
_NAME_AND_ADDRESS = re.compile(r"(?:[^\s@<>:]+ ){0,6}[^\s@<>:]{0,40} ?[<(\[] ?[^\s@]{1,80}@[^\s@]{1,120}[>)\]]")
_CLOSING = re.compile(rf"{_whole_words(words.CLOSING_VERBS)} ?(?P<end>: ?{_RULE}*|{_RULE}{{2,}})$")
_VERB_ONLY = re.compile(rf"> ?{_any_of(words.CLOSING_VERBS)} ?:$")
_BEFORE_AUTHOR = re.compile(rf"{_whole_words(words.VERBS_BEFORE_AUTHOR)} [^:]{{1,200}}:?.{{0,80}}: ?{_RULE}*$")
_BEFORE_DATE = re.compile(rf"{_whole_words(words.VERBS_BEFORE_DATE)}.{{1,120}}: ?{_RULE}*$")
_ENDS_WITH_ADDRESS = re.compile(r"[<(\[] ?[^\s@<]{1,80}@[^\s@]{1,160}[>)\]]{1,2}(?P<colon> ?:)?$")
_OWN_SUBJECT = re.compile(rf"{_whole_words(words.OWN_SUBJECTS)}")
_RUN_ON = re.compile(r":[ \t\u00a0]{2,}(?=\S)")
_MID_LINE = re.compile(r"(?<=\S)(?: |-{2,} ?)(?=(?:On|Vào|Le|Am|El|Il|Em) [^@<>]{0,24}\d{1,2}\b[^@<>]{0,60}\d)")

_HEADER_ROLE = {fold(key): role for role, keys in words.HEADER_KEYS.items() for key in keys}
_HEADER = re.compile(rf"[*_ ]*(?P<key>{_any_of(_HEADER_ROLE)}) ?[*_]{{0,3}} ?: ?[*_]{{0,3}}(?P<value>.*)")
_ADDRESS_VALUE = re.compile(r"[^<(\[]{0,120}[<(\[] ?\S{0,80}(?:@|mailto:)|[^\s@]{1,80}@")
_INLINE_KEY = re.compile(rf"(?<= )\*{{0,2}}(?P<key>{_any_of(_HEADER_ROLE)}) ?:")
_ORIGINAL = re.compile(rf"{_RULE}[-–—=_*~ ]*{_any_of(words.ORIGINAL_MESSAGE)} ?:?[-–—=_*~ ]*{_RULE}$")
_FORWARD = re.compile(
    rf"[-–—=_*~ ]{{2,}}{_any_of(words.FORWARDED_MESSAGE)}(?: by [^-]{{1,80}})? ?:?[-–—=_*~ ]{{2,}}$"
    rf"|\*{{0,2}}{_any_of(words.FORWARD_BEGINS)} ?:\*{{0,2}}$"
)
_RULE_LINE = re.compile(rf"(?:{_RULE} ?){{3,}}$")
_LIMIT_START = re.compile(rf"\W*(?:{_any_of(words.REPLY_LIMIT_STARTS)})\b")
_LIMIT_END = re.compile(rf"{_any_of(words.REPLY_LIMIT_ENDS)}(?P<rest>.{{0,60}})$")
_PROGRAM_START = re.compile(rf"{_any_of(words.PROGRAM_LINE_STARTS)}")
_SENT_FROM = re.compile(rf"{_any_of(words.SENT_FROM)}(?!\w)|{_any_of(p for p in words.SENT_FROM if not p.isascii())}")
_PRODUCT = re.compile(rf"(?<![a-z]){_any_of(words.PRODUCTS)}")
_SENTENCE = re.compile(_whole_words(words.SENTENCE_WORDS))
_SENT_FROM_END = re.compile(rf"{_any_of(words.SENT_FROM_ENDS)}[.。!]?$")
_PRODUCT_LINK = re.compile(rf"\s*https?://(?:www\.)?{_any_of(words.PRODUCTS)}\.[^\s]*$")
_LINK = re.compile(r"[<(\[]*(?:https?:|www\.)[^\s]*[>)\]]*$")


def looks_closed(key: str) -> bool:
    """Whether an attribution could end with this line; a cheap test before the dear ones."""
    return key.endswith((":", "-", "–", "—", "=", "*", "_", ">"))


def attribution_strength(text: str, key: str) -> int:
    """How surely the joined line `text` (folded: `key`) says who wrote the quoted mail, and when."""
    if len(key) > LONGEST_MARK:
        return NONE
    bare = key.lstrip("-–—=*_~<>\"'( ")
    opened = bool(_OPENER.match(bare) or _DATE_START.match(bare))
    named = bool(_NAME_AND_ADDRESS.match(bare))
    dated, timed = bool(_DATE.search(text)), bool(_TIME.search(text))
    if closing := _CLOSING.search(key):
        head = key[: closing.start()]
        addressed = "@" in (head.replace("> ", ">").split() or [""])[-1] and "@" in head
        if named or (opened and addressed and (dated or timed)):
            return STRONG
        if opened and ((dated and timed) or _year_then_comma(text)):
            return WEAK if _author_is_prose(text, words_after=key[closing.start() :].count(" ")) else STRONG
        short = len(key.split()) <= 8
        return WEAK if opened or short else NONE
    if opened and dated and _BEFORE_AUTHOR.search(key):
        return STRONG if "@" in key or timed else WEAK
    if _BEFORE_DATE.search(key) and dated:
        return STRONG if named or (timed and not _OWN_SUBJECT.match(bare)) else WEAK
    if (address := _ENDS_WITH_ADDRESS.search(key)) and dated and _DATE_START.match(bare):
        return STRONG if address["colon"] and timed else WEAK
    return NONE


def _year_then_comma(text: str) -> bool:
    return bool(re.search(r"(?:19|20)\d\d, [^,]{1,60}:", text)) and text.count(" ") < 16


def _author_is_prose(text: str, words_after: int) -> bool:
    """Whether what stands between the date and the verb is a sentence ("nhân viên của bạn"), not a name."""
    author = re.split(r"\d(?:[\w:.+-]*\d)?(?: ?(?:[AaPp][Mm]|GMT\S*|UTC\S*|CH|SA))?[,;)]*", text)[-1].strip(" ,\"'")
    names = author.rsplit(" ", words_after + 1)[0].split() if " " in author else []
    if not names or not names[0][0].islower():
        return False
    return bool(_OWN_SUBJECT.match(fold(" ".join(names)))) or (len(names) > 2 and "via" not in names)


def wraps(text: str, following: str) -> bool:
    """Whether a mail program, and not the writer, may have broken the line between these two."""
    first = following.split(" ", 1)[0]
    return (
        len(text) + 1 + len(first) >= 60
        or text.endswith(("<", ",", "(", "["))
        or following.startswith(("<", "(", "[", ">", "mailto:"))
        or is_closing_verb(fold(following))
        or (bool(_TIME.search(text) or _DATE.search(text)) and not text.endswith((".", "!", "?")))
    )


def is_closing_verb(key: str) -> bool:
    """A line of nothing but "wrote:", broken off from its attribution."""
    return len(key) < 40 and bool(_CLOSING.fullmatch(key))


def closes_after_angle(key: str) -> bool:
    """A "> wrote:" left over when the line was broken inside the address: a part of the attribution, not a quote."""
    return bool(_VERB_ONLY.fullmatch(key))


def words_before_attribution(text: str, key: str) -> int | None:
    """Where the attribution begins in a line that starts with the customer's own words; None when there is none."""
    if "@" not in text or len(text) > LONGEST_MARK or not _CLOSING.search(key):
        return None
    places = list(_MID_LINE.finditer(text))
    if not places or "@" in text[: places[-1].start()]:
        return None
    attribution = text[places[-1].end() :]
    return places[-1].start() if attribution_strength(attribution, fold(attribution)) == STRONG else None


def attribution_and_old_mail(line: str) -> bool:
    """Whether the line is an attribution with the old mail behind it, set apart by blanks, as Yahoo's app writes it."""
    run_on = _RUN_ON.search(line, 0, LONGEST_MARK)
    if run_on is None or "@" not in line[: run_on.start()]:
        return False
    attribution = clean(line[: run_on.start() + 1])
    return attribution_strength(attribution, fold(attribution)) == STRONG


def header_role(key: str) -> tuple[str, str] | None:
    """What a line like "Từ: An <an@x.vn>" says, and its value; None for any other line."""
    match = _HEADER.match(key) if ":" in key[:40] else None
    return (_HEADER_ROLE[match["key"]], match["value"].strip()) if match else None


def header_block_end(keys: Sequence[str], start: int, *, ruled: bool) -> int | None:
    """The line after the header block that begins at `start`; None when it is none.

    Such keys may stand in the customer's own list ("Từ: 0912…, Ngày: …") or letter head, so a block needs a sender with
    an address together with a date or the other keys, or the full set with what only programs write: a time of day, the
    receiver's address. `ruled` says that a line of dashes stands above.
    """
    roles: dict[str, str] = {}
    end, position, strangers = start, start, 0
    while position < min(len(keys), start + HEADER_BLOCK_LINES) and strangers <= 2:
        if found := header_role(keys[position]):
            role, value = found
            if role in roles and role != "other" and role in ("from", "subject"):
                break  # the next block
            if not value and position + 1 < len(keys) and not header_role(keys[position + 1]):
                value = keys[position + 1]
            roles.setdefault(role, value)
            for inline in _INLINE_KEY.finditer(keys[position]) if "@" in keys[position] else ():
                roles.setdefault(_HEADER_ROLE[inline["key"]], keys[position][inline.end() :].strip())
            end, strangers = position + 1, 0
        else:
            strangers += 1
        position += 1
    return end if _is_header_block(roles, ruled=ruled) else None


def _is_header_block(roles: dict[str, str], *, ruled: bool) -> bool:
    sender, date = roles.get("from"), roles.get("date", "")
    dated, exact = bool(re.search(r"\d", date)), bool(_DATE.search(date) and _TIME.search(date))
    if sender is None:
        return exact and bool(_ADDRESS_VALUE.match(roles.get("to", "")))
    if "@" not in sender and (not re.search(r"[^\W\d_]{2}", sender) or re.search(r"\d{6}", sender)):
        return False
    if _ADDRESS_VALUE.match(sender):
        return exact or ("subject" in roles and (dated or "to" in roles))
    return {"subject", "date"} <= roles.keys() and dated and (exact or ruled or "@" in roles.get("to", ""))


def is_original_marker(key: str) -> bool:
    return len(key) < 120 and bool(_ORIGINAL.match(key))


def is_forward_marker(key: str) -> bool:
    return len(key) < 160 and bool(_FORWARD.match(key))


def is_rule(key: str) -> bool:
    return len(key) < 300 and bool(_RULE_LINE.match(key))


def is_reply_limit(key: str) -> bool:
    """A line such as "##- Please type your reply above this line -##" and its kin: a short line of nothing else."""
    if len(key) > 160 or not _LIMIT_START.match(key):
        return False
    limit = _LIMIT_END.search(key)
    framed = not key[0].isalnum()
    return limit is not None and (framed or (not re.search(r"\w", limit["rest"]) and len(key.split()) <= 14))


def is_program_line(key: str) -> bool:
    """A line such as "Sent from my iPhone" that a phone or a mail program adds below what the customer wrote."""
    if len(key) > 160:
        return False
    bare = key.strip("*_<>()[]~-–— \"'.")
    if _PROGRAM_START.match(bare):
        return True
    brief = len(bare.split()) <= 14
    if brief and _SENT_FROM_END.search(bare) and _PRODUCT.search(bare):
        return True
    opening = _SENT_FROM.match(bare)
    if not opening or not brief:
        return False
    if _PRODUCT_LINK.match(bare, opening.end()):
        return True
    rest = re.split(r"<|http|\. ", bare[opening.end() :], maxsplit=1)[0]
    if re.search(r"\d{5}", rest) or _SENTENCE.search(rest):
        return False
    if bare.startswith(("von ", "vom ", "diese nachricht ")):
        return bare.endswith("gesendet")
    if bare.startswith("sent from my ") or rest.endswith((" cua toi", " cua minh")):
        return True
    return len(rest.split()) <= 9 and bool(_PRODUCT.search(rest))


def is_link(key: str) -> bool:
    """A line that is one link, as Outlook puts below its own line."""
    return 0 < len(key) <= LONGEST_MARK and bool(_LINK.match(key))
