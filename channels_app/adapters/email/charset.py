"""Bytes of a mail to text, whatever charset the mail claims: never raises, and loses as little as possible.

Labels lie. Real UTF-8 is recognised by its form, so it is tried first; then what the mail says, then windows-1258
(what Vietnamese programs wrote before UTF-8), then latin-1, which takes any byte.
"""

import codecs
import re
import unicodedata
from collections.abc import Callable

# RFC 1456 and TCVN 5712-1 (VN2), which Python has no codec for. Both are ASCII below 0x80 but for the C0 codes listed.
_VISCII = (
    "ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲÕắằặấầẩậẽẹếềểễệốồổỗỠƠộờởịỰỨỪỬơớƯ"
    "ÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳĐứÒÓÔạỷừửÙÚỹỵÝỡưàáâãảăữẫèéêẻìíĩỉđựòóôõỏọụùúũủýợỮ"
)
_VISCII_LOW = {0x02: "Ẳ", 0x05: "Ẵ", 0x06: "Ẫ", 0x14: "Ỷ", 0x19: "Ỹ", 0x1E: "Ỵ"}
_TCVN = (
    "ÀẢÃÁẠẶẬÈẺẼÉẸỆÌỈĨÍỊÒỎÕÓỌỘỜỞỠỚỢÙỦŨ\u00a0ĂÂÊÔƠƯĐăâêôơưđẰ\u0300\u0309\u0303\u0301\u0323àảãáạẲằẳẵắẴ"
    "ẮẦẨẪẤỀặầẩẫấậèỂẻẽéẹềểễếệìỉỄẾỒĩíịòỔỏõóọồổỗốộờởỡớợùỖủũúụừửữứựỳỷỹýỵỐ"
)
_TCVN_LOW = {
    0x01: "Ú", 0x02: "Ụ", 0x04: "Ừ", 0x05: "Ử", 0x06: "Ữ", 0x11: "Ứ", 0x12: "Ự", 0x13: "Ỳ", 0x14: "Ỷ", 0x15: "Ỹ",
    0x16: "Ý", 0x17: "Ỵ",
}  # fmt: skip


def _table_decoder(high: str, low: dict[int, str]) -> Callable[[bytes], str]:
    table = {code: low.get(code, chr(code)) for code in range(0x80)} | dict(enumerate(high, 0x80))
    return lambda data: data.decode("latin-1").translate(table)


_OWN_DECODERS = {"viscii": _table_decoder(_VISCII, _VISCII_LOW), "tcvn": _table_decoder(_TCVN, _TCVN_LOW)}

_ALIASES = {
    "utf8mb4": "utf-8", "utf8mb3": "utf-8", "unicode": "utf-8", "unicode-1-1-utf-8": "utf-8", "cp65001": "utf-8",
    "unicode-1-1-utf-7": "utf-7", "unicode-2-0-utf-7": "utf-7", "ansi": "cp1252", "ansi-x3.110-1983": "latin-1",
    "ansi-x3.110": "latin-1", "csviscii": "viscii", "viscii1.1-1": "viscii", "vietnamese": "cp1258",
    "tcvn-5712": "tcvn", "tcvn5712-1": "tcvn", "tcvn5712": "tcvn", "tcvn-5712-1:1993": "tcvn", "viet-tcvn5712": "tcvn",
    "tcvn5712-1:1993": "tcvn", "ks-c-5601-1987": "cp949", "gb2312": "gb18030", "gbk": "gb18030",
}  # fmt: skip

# Python "encodings" that are not charsets of text, or decode in more than linear time.
_REFUSED = {"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "mbcs", "oem"}
# Says nothing about bytes above 0x7F, so the guess goes on.
_MEANINGLESS = {"ascii", "unknown", "unknown-8bit", "8bit", "default", "none", "user-defined", "binary"}
# Written with ASCII bytes or NULs: UTF-8 must not be tried first.
_NOT_ASCII_BASED = ("utf-7", "utf-16", "utf-32", "iso2022", "hz")

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# What UTF-8 read from windows-1258 bytes by accident consists of, and Vietnamese never does.
_ACCIDENTAL = re.compile("[\u0304\u0305\u0307\u0308\u030a-\u031a\u031c-\u0322\u0324-\u07ff]")
_LINE_ENDS = re.compile("\r\r?\n|\r|[\x0b\x0c\x85\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_LONG_MARKS = re.compile("[^\\w\\s\0-\u02ff]{31,}")


def decode(data: bytes, declared: str = "") -> str:
    """The text of `data`, best guess; `declared` is the charset label as found in the mail, or empty."""
    for bom, name in _BOMS:
        if data.startswith(bom):
            return data[len(bom) :].decode(name, "replace")
    charset = known_charset(declared)
    if charset.startswith(_NOT_ASCII_BASED):
        if (text := _try(data, charset)) is not None:
            return text
    elif not charset and _looks_like_utf16(data):
        return _utf16(data)
    if charset not in _OWN_DECODERS and data.isascii():
        return data.decode("ascii")
    text = _try(data, "utf-8")
    if text is not None and not (charset == "cp1258" and _ACCIDENTAL.search(text)):
        return text
    if charset in ("", "utf-8") and (text := _damaged_utf8(data)) is not None:
        return text
    for candidate in (_with_c1(charset, data), "cp1258"):
        if candidate and (text := _try(data, candidate)) is not None:
            return text
    return data.decode("latin-1")


def known_charset(label: str) -> str:
    """The name of a decoder for a label as mails write it (`"utf-8"`, `cp-850`, `x-viscii`); "" when there is none."""
    name = label.strip(" \t\"';=<>").split("*")[0].lower().replace("_", "-").replace(" ", "")[:40]
    for form in (name, name.removeprefix("x-"), name.removeprefix("cs"), re.sub(r"^(cp|windows)-?(?=\d)", "cp", name)):
        found = _codec_name(_ALIASES.get(form, form))
        if found:
            return "" if found in _MEANINGLESS else found
    return ""


def header_charset(label: str) -> str:
    """The same for bytes in a header, whose frame is ASCII whatever the body is written in."""
    charset = known_charset(label)
    return "" if charset.startswith(_NOT_ASCII_BASED) else charset


def _codec_name(name: str) -> str:
    if name in _OWN_DECODERS or name in _MEANINGLESS:
        return name
    if name in _REFUSED:
        return ""
    try:
        "a".encode(name)  # refuses transforms such as rot13, which codecs.lookup does not
        return codecs.lookup(name).name
    except (LookupError, ValueError):
        return ""


def _try(data: bytes, charset: str) -> str | None:
    if own := _OWN_DECODERS.get(charset):
        return own(data)
    if charset == "utf-16":
        return _utf16(data)
    try:
        return data.decode(charset)
    except (LookupError, ValueError):
        return None


def _with_c1(charset: str, data: bytes) -> str:
    """Programs say iso-8859-1 and write windows-1252: the bytes 0x80-0x9F are quotes and dashes, never controls."""
    if charset == "iso8859-1" and re.search(rb"[\x80-\x9f]", data):
        return "cp1252"
    return "" if charset == "utf-8" else charset


def _damaged_utf8(data: bytes) -> str | None:
    """UTF-8 with a few bytes cut or hit, or nothing when the data is rather another charset."""
    text = data.decode("utf-8", "replace")
    damaged = text.count("\ufffd")
    whole = sum(1 for character in text if character > "\x7f") - damaged
    return text if whole >= 4 * damaged else None


def _looks_like_utf16(data: bytes) -> bool:
    sample = data[:400]
    return len(sample) >= 4 and max(sample[0::2].count(0), sample[1::2].count(0)) > len(sample) // 4


def _utf16(data: bytes) -> str:
    sample = data[:400]
    order = "utf-16-be" if sample[0::2].count(0) > sample[1::2].count(0) else "utf-16-le"
    return data[: len(data) // 2 * 2].decode(order, "replace")


def clean_text(text: str) -> str:
    r"""NFC with `\n` line ends; no NUL or other control but tab, no lone surrogate, no byte order mark in front."""
    text = _SURROGATES.sub("\ufffd", text.removeprefix("\ufeff"))
    text = _CONTROLS.sub("", _LINE_ENDS.sub("\n", text))
    return unicodedata.normalize("NFC", _LONG_MARKS.sub(_stream_safe, text))


def _stream_safe(run: re.Match[str]) -> str:
    """Endless combining marks take quadratic time to normalise; a joiner every 30 (UAX 15, D4) ends that."""
    marks = run[0]
    if not any(map(unicodedata.combining, marks)):
        return marks
    return "\u034f".join(marks[at : at + 30] for at in range(0, len(marks), 30))


def clean_line(text: str) -> str:
    """`clean_text` on one line: every run of white space, line ends among them, is one space."""
    return " ".join(clean_text(text).split())
