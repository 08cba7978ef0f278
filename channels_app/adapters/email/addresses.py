"""Addresses and message ids, as found in the headers real programs write."""

import re
import unicodedata

from .charset import clean_line
from .headers import decode_words

# Pieces that must not be cut: encoded words, quoted strings, comments, angle addresses.
_PIECE = re.compile(
    r'=\?[^?\s]+\?[bBqQ]\?[^?]*\?=|"(?:[^"\\]|\\.)*+"|\((?:[^()\\]|\\.|\((?:[^()\\]|\\.)*+\))*+\)|<[^<>]*+>?|[,;:]|[^",;:(<=]++|.',
    re.DOTALL,
)
_BARE = re.compile(r'(?:"(?:[^"\\]|\\.)*+"|[^\s<>()\[\],;:"@]++)@[^\s<>()\[\],;:"@]++(?:\[[0-9A-Fa-f:.]+\])?')
_ID_PIECE = re.compile(r"\((?:[^()\\]|\\.)*+\)|<([^<>]*+)(>?)")
_MAX_ADDRESSES = 2000


def parse_addresses(values: list[str]) -> list[tuple[str, str]]:
    """(display name, address) of every mailbox in these header values; a mailbox without an address has ""."""
    found: list[tuple[str, str]] = []
    for value in values:
        found += _parse_list(value)
        if len(found) > _MAX_ADDRESSES:
            break
    return found[:_MAX_ADDRESSES]


def _parse_list(value: str) -> list[tuple[str, str]]:
    mailboxes: list[tuple[str, str]] = []
    pieces: list[str] = []
    carried: list[str] = []  # words before a comma that belong to the name after it: Nguyễn, Văn A <a@b.vn>
    all_pieces = _PIECE.findall(value)
    last_semicolon = max((index for index, piece in enumerate(all_pieces) if piece == ";"), default=-1)
    for index, piece in enumerate([*all_pieces, ","]):
        if piece == ":" and index < last_semicolon:
            pieces, carried = [], []  # a group's name
        elif piece in (",", ";"):
            name, address = _parse_mailbox([*carried, *pieces])
            if address:
                mailboxes.append((name, address))
                carried = []
            elif any(part.strip() for part in pieces):
                carried += [*pieces, ","] if piece == "," else []
            pieces = []
        else:
            pieces.append(piece)
    if not mailboxes and (name := _parse_mailbox(carried[:-1])[0]):
        mailboxes.append((name, ""))
    return mailboxes


def _parse_mailbox(pieces: list[str]) -> tuple[str, str]:
    angle = next(filter(None, (normal_address(piece.strip("<>")) for piece in pieces if piece.startswith("<"))), "")
    comments = [piece[1:-1] for piece in pieces if piece.startswith("(")]
    words = "".join(piece for piece in pieces if not piece.startswith(("<", "(")))
    if not angle:
        bare = _BARE.search(words)
        angle = normal_address(bare[0]) if bare else ""
        if bare and angle:
            words = words[: bare.start()] + " " + words[bare.end() :]
    name = _display_name(words) or _display_name(" ".join(comments))
    return name, angle


def _display_name(words: str) -> str:
    quoted = re.sub(r'"((?:[^"\\]|\\.)*+)"', lambda found: re.sub(r"\\(.)", r"\1", found[1]), words)
    return clean_line(decode_words(quoted)).strip(" ,;\"'<>")


def normal_address(text: str) -> str:
    """The bare address with its domain in lower case, or "" when this is none. The local part is the owner's affair."""
    text = re.sub(r"(?i)^\s*mailto:", "", decode_words(text))
    text = re.sub(r"^@[^:]*:", "", text.strip(" \t[]"))  # RFC 822 source route
    local, at, domain = clean_line(re.sub(r"\((?:[^()])*+\)", "", text)).rpartition("@")
    domain = unicodedata.normalize("NFC", re.sub(r"\s", "", domain).rstrip(".").lower())
    if not local.startswith('"'):
        local = re.sub(r"\s", "", local)
    if not (at and local and domain) or re.search(r'[<>,;:"\\]', domain.strip("[]") if domain[0] != "[" else ""):
        return ""
    return f"{local}@{domain}"


def parse_ids(value: str) -> list[str]:
    """Every message id in a header value, in order, each once, with its `<>`, whatever stands around it."""
    value = decode_words(value)  # some programs encode ids that are too long for a line
    found: list[str] = []
    for piece in _ID_PIECE.finditer(value):
        inside = piece[1] or ""
        found.append("".join(inside.split()) if piece[2] else (inside.split() or [""])[0])
    if not any(found):
        found = [word.strip(",;\"'") for word in re.sub(r"\([^()]*+\)", " ", value).split() if "@" in word]
    return list(dict.fromkeys(f"<{clean_line(each)}>" for each in found if each and clean_line(each)))
