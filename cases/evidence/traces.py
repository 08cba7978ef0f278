"""What a file says besides what it shows, as those may read it who check evidence."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from cases import policies
from cases.models import Case

from .models import EvidenceItem, FileMetadata

_NAMES = {
    "maker": _("Maker of the camera"),
    "model": _("Model"),
    "software": _("Program"),
    "producer": _("Made into a PDF by"),
    "taken_at": _("Taken at"),
    "taken_offset": _("Time zone"),
    "created_at": _("Written at"),
    "changed_at": _("Changed at"),
}
_TIMES = frozenset({"taken_at", "created_at", "changed_at"})
_PDF_TIME = re.compile(r"D:(\d{14})(?:(Z)|([+-]\d\d)'?(\d\d)?)?")


@dataclass(frozen=True)
class Trace:
    """The metadata of one file. `has_place` says that there is a place, not which."""

    lines: list[tuple[str, str]]
    has_place: bool


def traces_of(items: Iterable[EvidenceItem], case: Case, actor: Actor) -> dict[int, Trace]:
    """By file, of those of the items; nothing for whoever may not read them. At most one query besides that question."""
    files = {item.file_id for item in items if item.file and item.file.is_released}
    if not files or not policies.may_read_traces(actor, case):
        return {}
    shows_place = policies.may_read_place(actor, case)
    return {
        one.file_id: Trace(_lines(one), shows_place and one.place is not None)
        for one in FileMetadata.objects.filter(file__in=files)
        if one.found or (one.place and shows_place)
    }


def _lines(metadata: FileMetadata) -> list[tuple[str, str]]:
    return [
        (str(_NAMES[name]), _time_in_words(value) if name in _TIMES else value)
        for name, value in metadata.found.items()
        if name in _NAMES
    ]


def _time_in_words(written: str) -> str:
    """A time as a PDF or a camera writes it, as people read it, on our clock where it has a zone. Else as it stands."""
    try:
        return date_format(timezone.localtime(_time(written)), "SHORT_DATETIME_FORMAT")
    except (ValueError, OverflowError):
        return written


def _time(written: str) -> datetime:
    """One without a zone counts as ours. Raises ValueError for anything that is no time of a PDF or a camera."""
    here = timezone.get_current_timezone()
    if document := _PDF_TIME.match(written):
        digits, utc, hours, minutes = document.groups()
        if utc or hours:
            return datetime.strptime(f"{digits}{'+0000' if utc else hours + (minutes or '00')}", "%Y%m%d%H%M%S%z")
        return datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=here)
    return datetime.strptime(written, "%Y:%m:%d %H:%M:%S").replace(tzinfo=here)
