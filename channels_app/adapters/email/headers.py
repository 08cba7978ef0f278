"""The header block of a mail or part, and the decoding of what stands in it."""

import re
from binascii import a2b_base64
from dataclasses import dataclass, field

from .charset import clean_line, decode, known_charset
from .transfer import decode_base64

_LINE = re.compile(rb"[^\r\n]*+(?:\r{0,3}\n|\r(?!\r{0,2}\n)|\Z)")
_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:")
_KNOWN_FIELD = re.compile(
    rb"(?:from|to|cc|subject|date|message-id|in-reply-to|references|reply-to|sender|received|return-path|mime-version"
    rb"|content-[a-z-]+|auto-submitted|delivered-to|x-[a-z0-9-]+|dkim-signature|list-[a-z-]+):",
    re.IGNORECASE,
)
_MAX_BLOCK = 2 * 1024 * 1024  # a longer header block is no header block

_MAX_VALUE = 64 * 1024  # characters of one value that are read, and
_MAX_SAME = 20  # fields of one name: decoding must stay cheap whatever somebody sends

# No possessive group here: that of an early Python 3.11 does not go back where its last try failed.
_WORD = re.compile(r"=\?([^?\s=]{1,60})\?(?:([bB])\?([^?]*+)|([qQ])\?([^?]*(?:\?(?!=)[^?]*){0,300}))\?=")


@dataclass(slots=True)
class Headers:
    """The fields of one block in order, names in lower case, values unfolded but still as bytes."""

    fields: list[tuple[str, bytes]] = field(default_factory=list)
    fallback_charset: str = ""  # what 8-bit bytes in the fields are when they are not UTF-8

    def all(self, name: str) -> list[str]:
        """The values of every field of that name as text, on one line, encoded words still encoded."""
        values = [value for key, value in self.fields if key == name][:_MAX_SAME]
        return [_one_line(decode(value[:_MAX_VALUE], self.fallback_charset)) for value in values]

    def raw(self, name: str) -> str:
        """The first of them that says anything, or ""."""
        return next((value for value in self.all(name) if value), "")

    def text(self, name: str) -> str:
        """The same, decoded for reading."""
        return clean_line(decode_words(self.raw(name)))

    def __contains__(self, name: str) -> bool:
        return any(key == name for key, _ in self.fields)


def _one_line(value: str) -> str:
    return re.sub(r"[\r\n\0]+", " ", value).strip()


def parse_block(buffer: bytes, start: int, end: int) -> tuple[Headers, int]:
    """The headers that begin at `start`, and where the body begins.

    A line that is neither a field nor a continuation ends the block, unless known fields follow it: then it is the
    rest of a line that some program broke without indenting.
    """
    fields: list[tuple[str, list[bytes]]] = []
    position = start
    limit = min(end, start + _MAX_BLOCK)
    while position < limit:
        line = _LINE.match(buffer, position, end)
        if line is None or line.end() == position:
            break
        content = line[0].rstrip(b"\r\n")
        if not content:
            position = line.end()
            break
        named = _FIELD.match(content)
        if fields and content[:1] in (b" ", b"\t"):
            fields[-1][1].append(content)
        elif named:
            fields.append((named[1].decode("ascii").lower(), [content[named.end() :]]))
        elif _known_field_follows(buffer, line.end(), end):
            if fields:
                fields[-1][1].append(b" " + content)
        elif not content.startswith((b"From ", b">From ")) or fields:
            break
        position = line.end()
    if not any(_KNOWN_FIELD.match(name.encode() + b":") for name, _ in fields):
        return Headers(), position if not fields else start  # "Hello: world" is a greeting
    return Headers([(name, b"".join(pieces).strip()) for name, pieces in fields]), position


def _known_field_follows(buffer: bytes, position: int, end: int) -> bool:
    for _ in range(4):
        line = _LINE.match(buffer, position, end)
        if line is None or not line[0].strip():
            return False
        if _KNOWN_FIELD.match(line[0]):
            return True
        position = line.end()
    return False


def decode_words(value: str) -> str:
    """RFC 2047. Neighbouring words of one charset are joined as bytes first: programs cut characters in two."""
    output: list[str] = []
    run: list[tuple[str, str, str]] = []
    position = 0
    for word in _WORD.finditer(value):
        between = value[position : word.start()]
        if between.strip() or not run:
            output += [_decode_run(run), between]
            run = []
        run.append((word[1].split("*")[0].lower(), "b" if word[2] else "q", word[3] or word[5] or ""))
        position = word.end()
    return "".join([*output, _decode_run(run), value[position:]])


def _decode_run(run: list[tuple[str, str, str]]) -> str:
    texts: list[str] = []
    position = 0
    while position < len(run):
        charset = run[position][0]
        until = position
        while until < len(run) and run[until][0] == charset:
            until += 1
        texts.append(decode(_word_bytes(run[position:until]), known_charset(charset)))
        position = until
    return "".join(texts)


def _word_bytes(words: list[tuple[str, str, str]]) -> bytes:
    pieces: list[bytes] = []
    pending = ""  # base64 that stops in the middle of a group goes on in the next word
    for _, encoding, content in words:
        if encoding == "b":
            pending += re.sub(r"[^A-Za-z0-9+/=]", "", content)
            if len(pending) % 4 == 0 or pending.endswith("="):
                pieces.append(_word_base64(pending))
                pending = ""
        else:
            pieces += [_word_base64(pending), _word_quoted(content)]
            pending = ""
    return b"".join([*pieces, _word_base64(pending)])


def _word_base64(content: str) -> bytes:
    data = content.encode("ascii", "ignore")
    try:
        return a2b_base64(data, strict_mode=True) if data else b""
    except ValueError:
        return decode_base64(data)


def _word_quoted(content: str) -> bytes:
    data = content.replace("_", " ").encode("utf-8", "replace")
    return re.sub(rb"=([0-9A-Fa-f]{2})", lambda code: bytes([int(code[1], 16)]), data)
