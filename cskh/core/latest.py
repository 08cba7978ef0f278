"""The latest of something long, as pages show it: the end of it, and a way to what was before, which works without scripts."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import DateTimeField, Model, QuerySet
from django.utils import timezone

SHOWN = 50
T = TypeVar("T")
M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Latest(Generic[T]):
    """`rows` oldest first. `earlier` is the cursor (a query parameter) for the rows before them, "" where there are none."""

    rows: list[T]
    earlier: str = ""


def newest(rows: QuerySet[M], field: str, cursor: str) -> list[M]:
    """Of `rows` as many as `latest` may need: those before `cursor` in `field` (a time or a number), or the last of all."""
    before = _read(rows.model, field, cursor)
    if before is not None:
        rows = rows.filter(**{f"{field}__lt": before})
    return list(rows.order_by(f"-{field}", "-pk")[: SHOWN + 1])


def latest(rows: Iterable[T], place: Callable[[T], datetime | int]) -> Latest[T]:
    """The last SHOWN of what `newest` found in one table or several, by `place`. What has one place stays on one page."""
    ordered = sorted(rows, key=place)  # either all are times or all are numbers
    shown = ordered[-SHOWN:]
    if len(ordered) > SHOWN:
        left = place(ordered[-SHOWN - 1])
        shown = [row for row in shown if place(row) != left] or shown
    return Latest(shown, _written(place(shown[0])) if len(ordered) > len(shown) else "")


def _written(place: datetime | int) -> str:
    return place.isoformat() if isinstance(place, datetime) else str(place)


def _read(model: type[Model], field: str, cursor: str) -> datetime | int | None:
    """Whatever else stands in the address is no cursor."""
    if not cursor:
        return None
    kind = model._meta.get_field(field)
    try:
        if isinstance(kind, DateTimeField):
            at = datetime.fromisoformat(cursor)
            return at if timezone.is_aware(at) else None
        return kind.to_python(cursor)  # type: ignore[union-attr]
    except (ValueError, ValidationError):
        return None
