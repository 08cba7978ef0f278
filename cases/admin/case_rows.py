"""A case as one row of a list: everything the row shows, put into words once, so that its template only prints."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cases.models import Case
from cases.states import Channel, ClosedAs, Priority, Status
from cases.tones import PRIORITY_TONES, STATUS_TONES

from . import words

SHOWN_WITH = ("category", "department", "assignee", "customer")  # what a row says besides the case's own columns


@dataclass(frozen=True, slots=True)
class Due:
    """When something is due, in words, and as the seconds since 1970 that the page counts down to."""

    at: str
    seconds: str
    date: str
    text: str
    tone: str


@dataclass(frozen=True, slots=True)
class Row:
    """`key` is the row's id on the page; `version` changes whenever what the case says changes. Tones are CSS classes.

    Everything is text, since a template would write numbers as people do (1.234). `opened` is the time of today or the
    day of another; `opened_at` is both.
    """

    pk: str
    key: str
    version: str
    url: str
    code: str
    channel: str
    channel_icon: str
    priority: str
    priority_tone: str
    flag: str
    round: str
    subject: str
    customer: str
    category: str
    department: str
    owner: str
    status: str
    status_tone: str
    opened: str
    opened_at: str
    due: Due | None


def rows_of(cases: Iterable[Case], now: datetime) -> list[Row]:
    """No query of its own where the cases come with SHOWN_WITH."""
    return [_row(case, now) for case in cases]


def _row(case: Case, now: datetime) -> Row:
    opened_at = timezone.localtime(case.opened_at)
    marked = case.priority in PRIORITY_TONES
    return Row(
        pk=str(case.pk),
        key=f"case-{case.pk}",
        version=str(case.last_event_number),
        url=reverse("admin:cases_case_change", args=[case.pk]),
        code=case.code,
        channel=str(Channel(case.channel).label),
        channel_icon=words.CHANNEL_ICONS[case.channel],
        priority=str(Priority(case.priority).label) if marked else "",
        priority_tone=PRIORITY_TONES.get(case.priority, ""),
        flag=case.flagged_for,
        round=_("round %(number)d") % {"number": case.round} if case.round > 1 else "",
        subject=case.subject or _("(no subject)"),
        customer=str(case.customer),
        category=str(case.category) if case.category else _("not classified"),
        department=str(case.department) if case.department else "–",
        owner=str(case.assignee) if case.assignee else _("nobody yet"),
        status=str(ClosedAs(case.closed_as).label if case.closed_as else Status(case.status).label),
        status_tone=STATUS_TONES.get(case.status, "calm"),
        opened=date_format(opened_at, "TIME_FORMAT" if _is_today(opened_at, now) else "SHORT_DATE_FORMAT"),
        opened_at=date_format(opened_at, "SHORT_DATETIME_FORMAT"),
        due=_due(case.next_due_at, now) if case.next_due_at else None,
    )


def _is_today(local: datetime, now: datetime) -> bool:
    return local.date() == timezone.localtime(now).date()


def _due(due_at: datetime, now: datetime) -> Due:
    return Due(
        at=due_at.isoformat(),
        seconds=str(int(due_at.timestamp())),
        date=date_format(timezone.localtime(due_at), "SHORT_DATETIME_FORMAT"),
        text=words.until(due_at, now),
        tone=words.tone_of(due_at, now),
    )
