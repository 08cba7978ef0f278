"""The records that were handed in as files, asked like any other source."""

from typing import Any

from .models import ImportedRow, RecordFile, RecordKind
from .rows import Row, from_json
from .source import MOST_ROWS, NoAnswer, Period

_LIVE = RecordFile.State.LIVE


class ImportedSource:
    """Asks the rows of all files that are in use."""

    name = "files"

    @staticmethod
    def has_any() -> bool:
        return RecordFile.objects.filter(state=_LIVE).exists()

    def look_up(
        self, kind: RecordKind, *, customer: str = "", code: str = "", period: Period | None = None
    ) -> list[Row]:
        if not (customer or code):
            raise ValueError("a customer or a code is asked for")
        which: dict[str, Any] = {"kind": kind, "file__state": _LIVE}
        if code:
            which["codes__contains"] = [code]
        if customer:
            which["customer"] = customer
        if period:
            which |= {"at__gte": period.since, "at__lt": period.until}
        rows = ImportedRow.objects.filter(**which).select_related("file").order_by("at", "file_id", "line")
        found = list(rows[: MOST_ROWS + 1])
        if len(found) > MOST_ROWS:
            raise NoAnswer("too many rows")
        return [from_json(kind, {**row.content, "place": f"{row.file.filename}, {row.line}"}) for row in found]
