"""The records that were handed in as files, asked like any other source."""

from typing import Any

from django.db.models import F

from .models import ImportedRow, RecordFile, RecordKind
from .rows import from_json
from .source import MOST_ROWS, Period, SourceAnswer

_LIVE = RecordFile.State.LIVE


class ImportedSource:
    """Asks the rows of all files that are in use. Of too many the latest are given: a period begins long before what happened."""

    name = "files"

    @staticmethod
    def has_any() -> bool:
        return RecordFile.objects.filter(state=_LIVE).exists()

    def look_up(
        self, kind: RecordKind, *, customer: str = "", code: str = "", period: Period | None = None
    ) -> SourceAnswer:
        if not (customer or code):
            raise ValueError("a customer or a code is asked for")
        which: dict[str, Any] = {"kind": kind, "file__state": _LIVE}
        if code:
            which["codes__contains"] = [code]
        if customer:
            which["customer"] = customer
        if period:
            which |= {"at__gte": period.since, "at__lt": period.until}
        rows = ImportedRow.objects.filter(**which).select_related("file")
        latest = list(rows.order_by(F("at").desc(nulls_last=True), "-file_id", "-line")[: MOST_ROWS + 1])
        in_time = latest[:MOST_ROWS][::-1]
        total = rows.count() if len(latest) > MOST_ROWS else None
        places = ({**row.content, "place": f"{row.file.filename}, {row.line}"} for row in in_time)
        return SourceAnswer.of([from_json(kind, row) for row in places], total)
