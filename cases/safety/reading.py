"""A text as customers type it, word by word in one spelling: what the rules of `lexicon` are matched against.

A word is written as its bare small letters, doubled ones once, followed by its marks as capitals, as on a Telex keyboard:
"tự" is `tuWJ`. A rule asks for each mark only *if typed*: "tự tử" is found in "tu tu" as well, but never in "từ từ", whose
marks say something else. Abbreviations are written out, letters typed one by one are put together again. Everything that ends
a clause is the word `|`. One pass, whose time grows with the length of the text.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

END = "|"
# The order of Telex letters behind a word; hook and tilde are mixed up by half of the country and are one here.
MARKS = "ABDWFSRJ"
_MARK_OF = {
    "\u0302": "A",
    "\u0306": "B",
    "\u031b": "W",
    "\u0300": "F",
    "\u0301": "S",
    "\u0309": "R",
    "\u0303": "R",
    "\u0323": "J",
}
_TOKEN = re.compile(r"[^\W_][\w\u0300-\u036f'’]*|[.,;:!?…\n()]")
_APOSTROPHES = str.maketrans("", "", "'’")
_DIGITS_AS_LETTERS = str.maketrans("0134", "oiea")
_LONGEST_WORD = 40

# Written out before anything is looked for. What could be two things is left alone.
_SHORT = {
    "ko": "không", "k": "không", "kg": "không", "kh": "không", "kô": "không", "khg": "không", "hk": "không",
    "hok": "không", "hông": "không", "hong": "không", "hem": "không", "hổng": "không", "hôk": "không", "khong": "không",
    "kím": "kiếm", "mún": "muốn", "mun": "muốn", "mốn": "muốn", "múń": "muốn", "mug": "muốn",
    "chít": "chết", "chit": "chết", "chếc": "chết", "chớt": "chết", "chêt": "chết",
    "e": "em", "t": "tôi", "tui": "tôi", "tao": "tôi", "mk": "mình", "mik": "mình", "mjnh": "mình",
    "dc": "được", "đc": "được", "đk": "được", "dk": "được", "lun": "luôn", "wa": "quá", "wá": "quá", "r": "rồi",
    "tk": "tài khoản", "acc": "tài khoản", "ac": "tài khoản", "nick": "tài khoản",
    "lag": "lag", "bug": "bug", "tag": "tag",  # not a short "ng"
    "vs": "với", "ck": "chồng", "vk": "vợ", "cs": "cuộc sống", "ad": "anh", "j": "gì", "cx": "cũng",
    "kms": "kill myself", "wanna": "want to", "gonna": "going to", "im": "i am", "cant": "can not", "dont": "do not",
    "cannot": "can not", "wont": "will not", "ive": "i have",
}  # fmt: skip


@dataclass(frozen=True)
class Word:
    """`written` is its spelling for the rules; it stands at `start` to `end` of the text."""

    written: str
    start: int
    end: int


class Reading:
    """The words of a text, joined by blanks for regular expressions, with the way back to where they stand in it."""

    def __init__(self, words: list[Word]) -> None:
        self.line = " ".join(word.written for word in words)
        self._place: dict[int, Word] = {}
        at = 0
        for word in words:
            self._place[at] = word
            at += len(word.written) + 1

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where the words from `start` to `end` of the line stand in the text. Both are edges of words."""
        last = self.line.rfind(" ", start, end) + 1 or start
        return self._place[start].start, self._place[max(last, start)].end


def read(text: str, is_known: Callable[[str], bool]) -> Reading:
    """`is_known` tells bare words of the rules: spaced letters are put together where they give some of these."""
    return Reading(list(_words(text, is_known)))


def spelled(word: str) -> tuple[str, str]:
    """The bare letters of a word, and its marks."""
    letters: list[str] = []
    marks: set[str] = set()
    for character in unicodedata.normalize("NFD", word.casefold()):
        if mark := _MARK_OF.get(character):
            marks.add(mark)
        elif character == "đ":
            letters.append("d")
            marks.add("D")
        elif not unicodedata.combining(character):
            letters.append(character)
    return _once("".join(letters)), "".join(mark for mark in MARKS if mark in marks)


def _words(text: str, is_known: Callable[[str], bool]) -> Iterator[Word]:
    for token, start, end in _together(_TOKEN.finditer(text), is_known):
        if not token[0].isalnum():
            yield Word(END, start, end)
            continue
        for part in _written_out(token[:_LONGEST_WORD]).split():
            yield Word("".join(spelled(part)), start, end)


def _written_out(token: str) -> str:
    """In full words: `ko` → không, `sốg` → sống, `ch3t` → chet."""
    plain = _once(unicodedata.normalize("NFC", token.translate(_APOSTROPHES).casefold()))
    if plain in _SHORT_ONCE:
        return _SHORT_ONCE[plain]
    if not plain.isdigit():
        plain = plain.translate(_DIGITS_AS_LETTERS)
    is_short_ng = len(plain) > 2 and plain.endswith("g") and spelled(plain[-2])[0] in _VOWELS
    return f"{plain[:-1]}ng" if is_short_ng else plain


def _once(letters: str) -> str:
    return "".join(letter for letter, _same in groupby(letters))


_VOWELS = tuple("aeiouy")
_SHORT_ONCE = {_once(short): full for short, full in _SHORT.items()}

Token = tuple[str, int, int]


def _together(found: Iterable[re.Match[str]], is_known: Callable[[str], bool]) -> Iterator[Token]:
    """The tokens, with what was typed letter by letter ("c h ế t", "t.ự.t.ử") put together where that gives known words."""
    run: list[Token] = []
    for match in found:
        token = (match[0], match.start(), match.end())
        if _LETTER.fullmatch(token[0]) or (token[0] in ".,-" and run and run[-1][2] == token[1]):
            run.append(token)
            continue
        yield from _joined(run, is_known)
        run = []
        yield token
    yield from _joined(run, is_known)


_LETTER = re.compile(r"[^\W\d_][\u0300-\u036f]*|[ckgnpt]h|ng|tr|qu|gi", re.IGNORECASE)
_MOST_PIECES = 12  # a word of six letters with a dot behind each


def _joined(run: list[Token], is_known: Callable[[str], bool]) -> Iterator[Token]:
    if sum(token[0][0].isalpha() for token in run) < 3:  # somebody's abbreviations
        yield from run
        return
    at = 0
    while at < len(run):
        word = None
        for end in range(min(len(run), at + _MOST_PIECES), at + 1, -1):
            letters = "".join(token[0] for token in run[at:end] if token[0][0].isalpha())
            if run[end - 1][0][0].isalpha() and run[at][0][0].isalpha() and is_known(spelled(letters)[0]):
                word = (letters, run[at][1], run[end - 1][2])
                break
        if word is None:
            yield run[at]
            at += 1
        else:
            yield word
            at = end
            while at < len(run) and not run[at][0][0].isalpha():
                at += 1
