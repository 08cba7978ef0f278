"""Which leaves of a mail are what was written, and which are attachments."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from .charset import clean_text
from .flowed import unflow
from .html_text import html_to_text
from .mime import Part, read_part
from .params import attachment_name
from .transfer import find_uuencoded

_PLAIN_TYPES = {"text/plain", "text/markdown", "text/enriched", "text/richtext"}
_FORMS_NOBODY_NEEDS = {"text/x-amp-html", "text/watch-html", "application/applefile"}
_MARKUP_OF_ENRICHED = re.compile(r"<(?:(<)|/?[A-Za-z-]{1,60}(?:><param>[^<]{0,200}</param|)>)")


@dataclass(slots=True)
class InboundAttachment:
    """One file of a mail. `data` is what was sent, `content_type` only what the sender claims.

    `content_id`, without its `<>`, is the name by which the mail's HTML may show it.
    """

    filename: str
    content_type: str
    data: bytes
    content_id: str = ""


@dataclass(slots=True)
class Body:
    text: str = ""
    html: str = ""
    attachments: list[InboundAttachment] = field(default_factory=list)


@dataclass(slots=True)
class _Written:
    """One leaf of the mail's own words."""

    text: str
    html: str
    alternative: int


def read_body(leaves: Iterable[Part]) -> Body:
    """Text and HTML in the order of the mail, everything else as attachments."""
    body = Body()
    written: list[_Written] = []
    for leaf in leaves:
        if leaf.content_type in _FORMS_NOBODY_NEEDS and leaf.alternative:
            continue
        if _is_written(leaf):
            written.append(_read_written(leaf, body.attachments))
        else:
            _attach(leaf, body.attachments)
    body.html = clean_text("\n".join(each.html for each in written if each.html))
    body.text = clean_text(_join_text(written)).strip("\n").rstrip()
    return body


def _is_written(leaf: Part) -> bool:
    if leaf.content_type.startswith("multipart/"):
        return True  # no parts were found in it: what stands there is the best there is
    if leaf.content_type not in _PLAIN_TYPES and leaf.content_type != "text/html":
        return False
    if leaf.disposition == "attachment":
        return False
    return leaf.is_root or not leaf.declared_name


def _read_written(leaf: Part, attachments: list[InboundAttachment]) -> _Written:
    if leaf.content_type == "text/html":
        return _Written("", leaf.text(), leaf.alternative)
    data = leaf.data()
    blocks = find_uuencoded(data) if b"begin " in data else []
    if blocks:
        text = leaf.text_of(_without_blocks(data, blocks))
        for name, content, _, _ in blocks:
            kind = "application/octet-stream"
            attachments.append(InboundAttachment(attachment_name(name, kind, len(attachments) + 1), kind, content))
    else:
        text = leaf.text_of(data)
    if leaf.parameters.get("format", "").lower() == "flowed":
        text = unflow(clean_text(text), delete_space=leaf.parameters.get("delsp", "").lower() == "yes")
    if leaf.content_type in ("text/enriched", "text/richtext"):
        text = _MARKUP_OF_ENRICHED.sub(lambda found: found[1] or "", text)
    return _Written(text, "", leaf.alternative)


def _without_blocks(data: bytes, blocks: list[tuple[str, bytes, int, int]]) -> bytes:
    kept = []
    position = 0
    for _, _, start, end in blocks:
        kept.append(data[position:start])
        position = end
    return b"".join([*kept, data[position:]])


def _join_text(written: list[_Written]) -> str:
    """Each thing once: of alternatives the plain one when it says anything, else the HTML as text."""
    has_plain = {each.alternative for each in written if each.alternative and each.text.strip()}
    texts: list[str] = []
    seen: set[str] = set()  # some programs put both forms one after the other, without calling them alternatives
    for each in written:
        if each.html and each.alternative in has_plain:
            continue
        text = html_to_text(each.html) if each.html else clean_text(each.text).strip("\n")
        key = " ".join(text.split())
        if key and key not in seen:
            seen.add(key)
            texts.append(text)
    return "\n".join(texts)


def _attach(leaf: Part, attachments: list[InboundAttachment]) -> None:
    data = leaf.data()
    if not data and not leaf.declared_name:
        return
    kind = leaf.content_type
    name = leaf.declared_name
    if kind == "message/rfc822":
        inner = data.lstrip(b"\r\n")
        subject = read_part(inner, 0, len(inner)).headers.text("subject")
        name = name or (f"{subject.replace('/', '-')}.eml" if subject else "")
    attachments.append(
        InboundAttachment(
            filename=attachment_name(name, kind, len(attachments) + 1),
            content_type=kind,
            data=data,
            content_id=leaf.headers.raw("content-id").strip().strip("<>"),
        )
    )
