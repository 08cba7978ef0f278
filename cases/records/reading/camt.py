"""A bank statement as ISO 20022 camt.053, of whichever version: each booked entry is a row. One at a time, whatever the size."""

from collections.abc import Generator
from datetime import tzinfo
from typing import IO
from xml.etree import ElementTree
from xml.parsers import expat

from cases.records.models import RecordFile

from .lines import Outcome, Wrong, row_of

_CHUNK = 64 * 1024
_CURRENCY = "VND"


def is_camt(file: IO[bytes]) -> bool:
    """Whether it looks like XML at all; whether it is a statement shows itself when it is read."""
    file.seek(0)
    return file.read(200).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def read(file: IO[bytes], zone: tzinfo) -> Generator[tuple[int, Outcome], None, None]:
    """The number of each entry and what it came to; the last is wrong where nothing further can be read."""
    number = 0
    try:
        _refuse_doctype(file)
        file.seek(0)
        for _event, element in ElementTree.iterparse(file):  # noqa: S314 - there is no DOCTYPE, so nothing is expanded
            if _name(element) == "Ntry":
                for part in _transactions(element):
                    number += 1
                    yield number, _outcome(element, part, zone)
                element.clear()
            elif _name(element) == "Stmt":
                element.clear()
    except (ElementTree.ParseError, expat.ExpatError):
        yield number + 1, Wrong("xml")
    except Wrong as wrong:
        yield 0, wrong


def _refuse_doctype(file: IO[bytes]) -> None:
    """Entities are declared in a DOCTYPE and nowhere else: without one there is none to expand, and nothing to fetch."""
    parser = expat.ParserCreate()

    def refuse(*_declared: object) -> None:
        raise Wrong("doctype")

    parser.StartDoctypeDeclHandler = refuse
    file.seek(0)
    while chunk := file.read(_CHUNK):
        parser.Parse(chunk)
    parser.Parse(b"", True)


def _transactions(entry: ElementTree.Element) -> list[ElementTree.Element]:
    """An entry may sum up several transactions, each with an amount of its own; else it is one itself."""
    parts = [part for part in entry.iter() if _name(part) == "TxDtls"]
    return parts if len(parts) > 1 and all(_find(part, "Amt") is not None for part in parts) else [entry]


def _outcome(entry: ElementTree.Element, part: ElementTree.Element, zone: tzinfo) -> Outcome:
    try:
        amount = _amount(part)
    except Wrong as wrong:
        return wrong
    came_in = (_text(part, "CdtDbtInd") or _text(entry, "CdtDbtInd")) == "CRDT"
    party = "Dbtr" if came_in else "Cdtr"
    values = {
        "code": _first(part, "AcctSvcrRef", "TxId", "InstrId", "NtryRef") or _first(entry, "AcctSvcrRef", "NtryRef"),
        "at": _first(entry, "BookgDt/DtTm", "ValDt/DtTm", "BookgDt/Dt", "ValDt/Dt"),
        "credit" if came_in else "debit": amount,
        "bank": _first(part, f"{party}Agt/FinInstnId/BICFI", f"{party}Agt/FinInstnId/BIC", f"{party}Agt/FinInstnId/Nm"),
        "account": _first(part, f"{party}Acct/Id/Othr/Id", f"{party}Acct/Id/IBAN"),
        "content": " ".join(text for text in [_text(part, "EndToEndId"), *_texts(part, "Ustrd")] if text),
    }
    return row_of(values, RecordFile.Content.STATEMENT, zone)


def _amount(part: ElementTree.Element) -> str:
    """XML writes a point before the fraction and never groups: `1234.000` would else be taken for thousands."""
    found = _find(part, "Amt")
    text, currency = ((found.text or "").strip(), found.get("Ccy", "")) if found is not None else ("", "")
    if currency != _CURRENCY:
        raise Wrong("currency", currency)
    whole, _point, fraction = text.partition(".")
    if fraction.strip("0"):
        raise Wrong("amount", text)
    return whole


def _first(element: ElementTree.Element, *paths: str) -> str:
    return next((text for path in paths if (text := _text(element, path)) and text != "NOTPROVIDED"), "")


def _text(element: ElementTree.Element, path: str) -> str:
    found = _find(element, path)
    return (found.text or "").strip() if found is not None else ""


def _texts(element: ElementTree.Element, name: str) -> list[str]:
    return [(found.text or "").strip() for found in element.iter() if _name(found) == name]


def _find(element: ElementTree.Element, path: str) -> ElementTree.Element | None:
    """The first element below with this path of names, whatever their namespace."""
    first, _slash, rest = path.partition("/")
    for found in element.iter():
        if found is not element and _name(found) == first:
            deeper = _child(found, rest) if rest else found
            if deeper is not None:
                return deeper
    return None


def _child(element: ElementTree.Element, path: str) -> ElementTree.Element | None:
    for name in path.split("/"):
        child = next((one for one in element if _name(one) == name), None)
        if child is None:
            return None
        element = child
    return element


def _name(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]
