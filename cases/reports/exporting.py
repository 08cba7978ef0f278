"""Figures and lists as files: for whom, on which reason, and how many rows."""

from collections.abc import Iterable, Iterator
from typing import IO, Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from accounts.actors import Actor
from cases import policies
from cases.complaints.models import Cause, Outcome
from cases.states import Channel, ClosedAs, Status
from cskh.core.errors import Invalid, NotPermitted

from . import files
from .models import CountedCase, Export

_AT_ONCE = 2000  # rows fetched at a time


def require(actor: Actor) -> None:
    if not policies.may_export(actor):
        raise NotPermitted


def too_many(rows: int) -> str:
    """Why so many rows are not exported, in words; "" where they are."""
    most = settings.REPORT_EXPORT_MOST
    if rows <= most:
        return ""
    return _(
        "These are %(rows)s rows; at most %(most)s are exported at once. Choose fewer months, or one department."
    ) % {
        "rows": number_format(rows, force_grouping=True),
        "most": number_format(most, force_grouping=True),
    }


def export_cases(
    actor: Actor, cases: QuerySet[CountedCase], kind: str, *, what: str, query: str, reason: str
) -> IO[bytes]:
    """The list as a file. It names no customer and quotes nobody: codes, places, times and outcomes."""
    rows = cases.count()
    if refusal := too_many(rows):
        raise Invalid(refusal)
    return _export(actor, kind, _head(), _rows(cases), count=rows, what=what, query=query, reason=reason)


def export_table(
    actor: Actor, head: files.Row, rows: list[files.Row], kind: str, *, what: str, query: str, reason: str
) -> IO[bytes]:
    return _export(actor, kind, head, rows, count=len(rows), what=what, query=query, reason=reason)


def _export(
    actor: Actor,
    kind: str,
    head: files.Row,
    rows: Iterable[files.Row],
    *,
    count: int,
    what: str,
    query: str,
    reason: str,
) -> IO[bytes]:
    """Noted before anything is given out: what cannot be noted is not exported."""
    if kind not in files.CONTENT_TYPES:
        raise Invalid(errors={"format": [_("Choose a format.")]})
    with transaction.atomic():
        note(actor, kind, count=count, what=what, query=query, reason=reason)
        return files.write(kind, head, rows)


def note(actor: Actor, kind: str, *, count: int, what: str, query: str, reason: str) -> None:
    """Puts down that something is taken out. Raises NotPermitted, or Invalid without a reason."""
    require(actor)
    if not reason.strip():
        raise Invalid(errors={"reason": [_("Say what the file is for.")]})
    Export.objects.create(
        user=actor.subject,
        what=what[:200],
        query=query[:1000],
        format=kind,
        rows=count,
        reason=reason.strip()[:300],
    )


def _head() -> list[Any]:
    return [
        _("Code"),
        _("Channel"),
        _("Category"),
        _("Department"),
        _("Status"),
        _("Closed as"),
        _("Round"),
        _("Complaint"),
        _("Outcome"),
        _("Causes"),
        _("Opened at"),
        _("First answered at"),
        _("Closed at"),
        _("Hours until closed"),
        _("Hours without waiting for the customer"),
    ]


def _rows(cases: QuerySet[CountedCase]) -> Iterator[files.Row]:
    for one in cases.iterator(chunk_size=_AT_ONCE):
        yield [
            one.case.code,
            str(Channel(one.channel).label),
            str(one.category or ""),
            str(one.department or ""),
            str(Status(one.case.status).label),
            str(ClosedAs(one.closed_as).label) if one.closed_as else "",
            one.case.round,
            _("yes") if one.is_complaint else _("no"),
            str(Outcome(one.outcome).label) if one.outcome else "",
            ", ".join(str(Cause(cause).label) for cause in one.causes),
            one.opened_at,
            one.answered_at,
            one.closed_at,
            _hours(one.elapsed),
            _hours(one.net),
        ]


def _hours(seconds: int | None) -> float | None:
    return None if seconds is None else round(seconds / 3600, 2)
