"""Tables as files: CSV and Excel, written row by row, harmless to whoever opens them."""

import csv
import tempfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import IO, Any

import xlsxwriter
from django.utils import timezone

Row = Sequence[Any]

CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_IN_MEMORY = 1024 * 1024  # beyond that the file is on the disk


def write(kind: str, head: Row, rows: Iterable[Row]) -> IO[bytes]:
    """The file, ready to be read from its beginning. It is gone once it is closed."""
    file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - whoever sends it closes it
    {"csv": _csv, "xlsx": _xlsx}[kind](file, head, rows)
    file.seek(0)
    return file


def harmless(text: str) -> str:
    """`text` so that no spreadsheet takes it for a formula."""
    return f"'{text}" if text.startswith(_STARTS_A_FORMULA) else text


def _csv(file: Any, head: Row, rows: Iterable[Row]) -> None:
    """UTF-8 with the mark by which Excel knows it."""
    file.write("\N{BOM}".encode())
    write_row = csv.writer(_Encoded(file)).writerow
    write_row([_plain(value) for value in head])
    for row in rows:
        write_row([_plain(value) for value in row])


class _Encoded:
    def __init__(self, file: Any) -> None:
        self.file = file

    def write(self, text: str) -> None:
        self.file.write(text.encode())


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M:%S")
    return harmless(value) if isinstance(value, str) else value


def _xlsx(file: Any, head: Row, rows: Iterable[Row]) -> None:
    """Texts are written as texts, whatever they look like; numbers and times as such."""
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "in_memory": False})
    sheet = book.add_worksheet()
    bold, moment = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(head) - 1, 18)
    for column, title in enumerate(head):
        sheet.write_string(0, column, str(title), bold)
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            if isinstance(value, datetime):
                sheet.write_datetime(number, column, timezone.localtime(value).replace(tzinfo=None), moment)
            elif isinstance(value, int | float):
                sheet.write_number(number, column, value)
            elif value is not None:
                sheet.write_string(number, column, str(value))
    book.close()
