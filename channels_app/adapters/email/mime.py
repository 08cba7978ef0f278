"""Takes a mail apart into its leaves, in order, however broken its structure is.

No recursion and no copies: parts are offsets into the raw bytes, so depth costs no stack
and 30 MB are read once a level.
The work on hostile structure is bounded; what lies beyond the bound stays whole as one leaf.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from .charset import decode
from .headers import Headers, parse_block
from .params import parse_content_type, parse_parameters
from .transfer import decode_transfer

_MAX_LEAVES = 20_000
_MIN_WORK = 128 * 1024 * 1024  # bytes searched for boundaries, plus
_CANDIDATE_WORK = 200  # for each place where one might be
_GUESSED_BOUNDARY = re.compile(
    rb"^--([^\s-][^\r\n]{0,198}?|-+[^\s-][^\r\n]{0,198}?)[ \t]*+(?:\r?\n|\r)(?=Content-[A-Za-z-]{1,40}[ \t]*:)",
    re.MULTILINE | re.IGNORECASE,
)


@dataclass(eq=False)
class Part:
    """One part of a mail: its headers and where its body lies."""

    headers: Headers
    buffer: bytes
    start: int  # of the part, headers included
    body: int
    end: int
    default_type: str = "text/plain"
    alternative: int = 0  # parts with the same number other than 0 say the same thing in different forms
    is_root: bool = False

    @cached_property
    def content_type(self) -> str:
        kind = self._type[0]
        if "/" in kind:
            return kind
        if kind in ("multipart", "html"):
            return {"multipart": "multipart/mixed", "html": "text/html"}[kind]
        if self.declared_name and kind not in ("text", "plain"):
            return "application/octet-stream"
        return self.default_type

    @cached_property
    def _type(self) -> tuple[str, dict[str, str]]:
        return parse_content_type(self.headers.raw("content-type"))

    @property
    def parameters(self) -> dict[str, str]:
        return self._type[1]

    @cached_property
    def disposition(self) -> str:
        """`attachment`, `inline` or what else was said, in lower case; "" when nothing was."""
        return re.split(r"[;\s]", self.headers.raw("content-disposition").strip().lower())[0].strip('"')

    @cached_property
    def declared_name(self) -> str:
        """The file name as the sender gave it."""
        named = parse_parameters(";" + self.headers.raw("content-disposition"))
        return named.get("filename") or named.get("name") or self.parameters.get("name", "")

    @property
    def charset(self) -> str:
        return self.parameters.get("charset", "")

    def data(self) -> bytes:
        return decode_transfer(self.buffer[self.body : self.end], self.headers.raw("content-transfer-encoding"))

    def text(self) -> str:
        return self.text_of(self.data())

    def text_of(self, data: bytes) -> str:
        """`data` of this part as text, in the charset the part names."""
        charset = self.charset
        if not charset and self.content_type == "text/html":
            meta = re.search(rb"<meta[^>]{0,200}charset=[\"']?([A-Za-z0-9_-]{1,40})", data[:4096], re.IGNORECASE)
            charset = meta[1].decode() if meta else ""
        return decode(data, charset)


def read_part(buffer: bytes, start: int, end: int, default_type: str = "text/plain", fallback: str = "") -> Part:
    headers, body = parse_block(buffer, start, end)
    headers.fallback_charset = fallback
    return Part(headers, buffer, start, body, end, default_type)


class Splitter:
    """Walks a mail's tree; `defects` says afterwards what had to be guessed."""

    def __init__(self, root: Part) -> None:
        self.defects: list[str] = []
        self._work = max(_MIN_WORK, 16 * len(root.buffer))
        self._stack = [root]
        self._alternatives = 0

    def leaves(self) -> Iterator[Part]:
        produced = 0
        while self._stack:
            part = self._stack.pop()
            children = self._children(part, _MAX_LEAVES - produced - len(self._stack))
            if children:
                self._stack += reversed(children)
            else:
                produced += 1
                yield part

    def _children(self, part: Part, most: int) -> list[Part]:
        if not part.content_type.startswith("multipart/") and not self._untyped_multipart(part):
            return []
        if most < 2 or self._work <= 0:
            self._note("too many parts")
            return []
        spans, buffer = self._spans(part, most)
        if not spans:
            self._note("multipart without a boundary")
            return []
        group = part.alternative
        if not group and part.content_type == "multipart/alternative":
            self._alternatives += 1
            group = self._alternatives
        default = "message/rfc822" if part.content_type == "multipart/digest" else "text/plain"
        children = []
        for start, end in spans:
            child = read_part(buffer, start, end, default, part.headers.fallback_charset)
            child.alternative = group
            children.append(child)
        return children

    def _spans(self, part: Part, most: int) -> tuple[list[tuple[int, int]], bytes]:
        boundary = part.parameters.get("boundary", "").rstrip()
        spans = self._split(part.buffer, part.body, part.end, boundary.encode("utf-8", "replace"), most)
        if spans:
            return spans, part.buffer
        encoding = part.headers.raw("content-transfer-encoding").lower()
        if encoding.startswith(("base64", "quoted")):  # forbidden for multiparts, and done
            self._work -= part.end - part.body
            buffer = part.data()
            spans = self._split(buffer, 0, len(buffer), boundary.encode("utf-8", "replace"), most)
            if spans:
                return spans, buffer
        self._work -= part.end - part.body
        guessed = _GUESSED_BOUNDARY.search(part.buffer, part.body, part.end)
        if not guessed:
            return [], part.buffer
        self._note("boundary guessed")
        return self._split(part.buffer, part.body, part.end, guessed[1], most), part.buffer

    def _untyped_multipart(self, part: Part) -> bool:
        """A mail whose Content-Type was lost, but whose body shows parts."""
        if not part.is_root or "content-type" in part.headers:
            return False
        found = _GUESSED_BOUNDARY.search(part.buffer, part.body, min(part.end, part.body + 4096))
        return bool(found and part.buffer.count(b"--" + found[1], part.body, part.end) >= 2)

    def _split(self, buffer: bytes, start: int, end: int, boundary: bytes, most: int) -> list[tuple[int, int]]:
        """The spans between the delimiter lines; the last one reaches the end when it is not closed."""
        if not boundary:
            return []
        self._work -= end - start
        delimiter = b"--" + boundary
        spans: list[tuple[int, int]] = []
        opened = -1
        position = start
        while (found := buffer.find(delimiter, position, end)) >= 0:
            position = found + len(delimiter)
            self._work -= _CANDIDATE_WORK
            if found > start and buffer[found - 1] not in b"\r\n":
                continue
            rest = re.compile(rb"(--)?[ \t]*+(?:(\r{0,2}\n|\r)|\Z)").match(buffer, position, end)
            if not rest:
                continue
            if opened >= 0:
                spans.append((opened, _without_line_end(buffer, opened, found)))
            opened = -1 if rest[1] else rest.end()
            position = rest.end()
            if len(spans) >= most - 1 or self._work <= 0:
                opened = rest.end()
                break
        if opened >= 0:
            spans.append((opened, end))
        return spans

    def _note(self, defect: str) -> None:
        if defect not in self.defects:
            self.defects.append(defect)


def _without_line_end(buffer: bytes, start: int, end: int) -> int:
    """The line end before a delimiter belongs to the delimiter."""
    if end > start and buffer[end - 1] == 0x0A:
        end -= 1
    if end > start and buffer[end - 1] == 0x0D:
        end -= 1
    return end
