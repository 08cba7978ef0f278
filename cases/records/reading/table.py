"""A table as text: CSV with comma, semicolon or tab, in UTF-8, UTF-16 or Windows-1258, with the bank's lines above and below.

Formulas are characters like all others: nothing here calculates.
"""

import codecs
import csv
import io
from collections.abc import Generator
from dataclasses import dataclass
from datetime import tzinfo
from itertools import islice
from typing import IO

import filetype

from cases.records.models import RecordFile

from .columns import Columns, guess
from .lines import Outcome, Wrong, row_of

_DELIMITERS = (";", ",", "\t")
_SEARCHED = 40  # the names of the columns stand among the first lines
_SAMPLE = 64 * 1024
_CHUNK = 1024 * 1024
_HEAD = 8192
_PDF = b"%PDF"
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True)
class Table:
    """How the file is written: its `encoding`, `delimiter`, the line (`header_at`, from 0) with the names, and the first
    lines after it, to be shown."""

    encoding: str
    delimiter: str
    header_at: int
    header: list[str]
    columns: Columns
    sample: list[list[str]]


def look_at(file: IO[bytes], content: str) -> Table:
    """How the table is written, found out from itself. Raises Wrong where there is no telling."""
    encoding = _encoding(file)
    file.seek(0)
    lines = file.read(_SAMPLE).decode(encoding, "ignore").splitlines(keepends=True)
    best: Table | None = None
    for delimiter in _DELIMITERS:
        rows = _rows_of(lines, delimiter)
        for number, row in enumerate(rows[:_SEARCHED]):
            found = guess(row, content)
            if len(found) > (len(best.columns) if best else 1):
                best = Table(encoding, delimiter, number, row, found, rows[number + 1 : number + 4])
    if best is None:
        raise Wrong("header")
    return best


def read(
    file: IO[bytes], table: Table, columns: Columns, content: str, zone: tzinfo
) -> Generator[tuple[int, Outcome], None, None]:
    """The number of each line and what it came to; the last is wrong where nothing further can be read."""
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=table.encoding, newline="")
    rows = csv.reader(text, delimiter=table.delimiter)
    needed = max(columns.values(), default=0)
    try:
        for row in islice(rows, table.header_at + 1, None):
            yield rows.line_num, _outcome(row, columns, needed, content, zone)
    except csv.Error:
        yield rows.line_num, Wrong("table")
    finally:
        text.detach()


def _outcome(row: list[str], columns: Columns, needed: int, content: str, zone: tzinfo) -> Outcome:
    if not any(cell.strip() for cell in row):
        return None
    if len(row) <= needed and content != RecordFile.Content.STATEMENT:  # lines about sums are shorter there
        return Wrong("columns")
    return row_of({field: row[place] if place < len(row) else "" for field, place in columns.items()}, content, zone)


def _rows_of(lines: list[str], delimiter: str) -> list[list[str]]:
    try:
        return list(islice(csv.reader(lines, delimiter=delimiter), _SEARCHED + 4))
    except csv.Error:
        return []


def _encoding(file: IO[bytes]) -> str:
    """UTF-8 where all of it is, else Windows-1258, which Vietnamese programs of old write."""
    file.seek(0)
    start = file.read(4)
    if start == _PDF:  # some are text from end to end, and no table all the same
        raise Wrong("binary")
    for bom, encoding in _BOMS:
        if start.startswith(bom):
            return encoding
    for encoding in ("utf-8", "cp1258"):
        if _is_all(file, encoding):
            return encoding
    raise Wrong(_no_text(file))


def _no_text(file: IO[bytes]) -> str:
    """What is wrong with a file that is no text, by its key."""
    file.seek(0)
    head = file.read(_HEAD)
    if (filetype.guess_mime(head) or "").startswith("image/"):
        return "picture"
    return "binary" if b"\0" in head else "encoding"


def _is_all(file: IO[bytes], encoding: str) -> bool:
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while chunk := file.read(_CHUNK):
            if "\0" in decoder.decode(chunk):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
