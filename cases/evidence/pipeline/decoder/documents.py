"""PDF: what it carries besides its pages, and its pages as pictures."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pypdf
import pypdfium2
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from . import pictures
from .refused import Refused, Why

TOOL = f"pdfium {pypdfium2.PDFIUM_INFO}, {pictures.TOOL}"
_POINTS_ENLARGED = 3.0  # a small receipt is not blown up without end
_DEEPEST = 30
_PROGRAMS = {"/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/RichMedia", "/Rendition", "/XFA"}
_EMBEDDED = {"/EmbeddedFile", "/EmbeddedFiles", "/EF", "/FileAttachment"}
# For what a reader may repair that we did not find: seen in the raw bytes, too long to be there by chance.
_RAW = {rb"/JavaScript\b": Why.PROGRAM, rb"/EmbeddedFile": Why.EMBEDDED, rb"/FileAttachment\b": Why.EMBEDDED}


def check(file: IO[bytes], most_pages: int) -> None:
    """Raises Refused for what is locked, could act by itself, carries other files, has too many pages, or is damaged."""
    try:
        reader = pypdf.PdfReader(file)
        if reader.is_encrypted:
            raise Refused(Why.ENCRYPTED)
        for words in _objects(reader):
            if words & _PROGRAMS or "/JS" in words:
                raise Refused(Why.PROGRAM)
            if words & _EMBEDDED:
                raise Refused(Why.EMBEDDED)
        pages = len(reader.pages)
    except Refused:
        raise
    except Exception as error:  # pypdf raises whatever a stranger's bytes lead it to
        raise Refused(Why.BROKEN) from error
    _check_raw(file)
    if pages > most_pages:
        raise Refused(Why.PAGES)
    if pages == 0:
        raise Refused(Why.BROKEN)


def _objects(reader: pypdf.PdfReader) -> Iterator[set[str]]:
    """Of each object the names in it: its keys, and what stands beside them."""
    known = {(number, generation) for generation, numbers in reader.xref.items() for number in numbers}
    known |= {(number, 0) for number in reader.xref_objStm}
    yield _names(reader.trailer, 0)
    for number, generation in sorted(known):
        yield _names(reader.get_object(IndirectObject(number, generation, reader)), 0)


def _names(thing: object, depth: int) -> set[str]:
    if depth > _DEEPEST:
        raise Refused(Why.BROKEN)
    if isinstance(thing, DictionaryObject):
        values = [dict.__getitem__(thing, key) for key in thing]
        return {str(key) for key in thing}.union(*(_names(value, depth + 1) for value in values))
    if isinstance(thing, ArrayObject):
        return set().union(*(_names(value, depth + 1) for value in list.__iter__(thing)))
    return {str(thing)} if isinstance(thing, str) and thing.startswith("/") else set()


def _check_raw(file: IO[bytes]) -> None:
    file.seek(0)
    data = file.read()
    for pattern, why in _RAW.items():
        if re.search(pattern, data):
            raise Refused(why)


def write_pages(file: IO[bytes], folder: Path, *, most_pages: int, side: int, quality: int) -> list[str]:
    """Each page as a picture in `folder`; the names of what was written. Raises Refused for what cannot be shown."""
    try:
        with pypdfium2.PdfDocument(file) as document:
            count = min(len(document), most_pages)
            return [_write_page(document, number, folder, side, quality) for number in range(1, count + 1)]
    except (pypdfium2.PdfiumError, MemoryError, OSError, ValueError) as error:
        raise Refused(Why.BROKEN) from error


def _write_page(document: pypdfium2.PdfDocument, number: int, folder: Path, side: int, quality: int) -> str:
    page = document[number - 1]
    longest = max(page.get_size())
    if longest <= 0:
        raise Refused(Why.BROKEN)
    picture = page.render(scale=min(_POINTS_ENLARGED, side / longest)).to_pil()
    page.close()
    return pictures.saved(picture, folder, number, quality)
