"""The first page of the desk, and what every page of it carries: the bell, and finding a case from anywhere."""

from typing import Any

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts.actors import Actor
from accounts.admin_access import OFFICE_READERS, holds, works_here
from accounts.models import User
from cases import policies, queries
from channels_app import intake

from . import notices, outcomes, queues, shortcuts
from .case_rows import SHOWN_WITH, rows_of

SHOWN = 8
DESK_SOCKET = "/ws/desk/"


def on_every_page(request: HttpRequest) -> dict[str, Any]:
    """The bell: how many notices are unread; the keys of the page; and the address of the socket, where the server has one."""
    if not works_here(request.user):
        return {}
    return {
        "desk_unread": notices.unread(request),
        "desk_socket": DESK_SOCKET if isinstance(request, ASGIRequest) else "",
        "desk_keys": shortcuts.of_page(request),
        "desk_notices_url": reverse("admin:channels_app_staffnotice_changelist"),
    }


def context(request: HttpRequest, page: dict[str, Any]) -> dict[str, Any]:
    """What waits, what is due next (one's own, one's department's, nobody's yet: urgent first), what came back, the news."""
    user = request.user
    assert isinstance(user, User)
    actor, now = Actor.staff(user), timezone.now()
    ours = queues.queue(actor, "mine", now) | queues.queue(actor, "department", now)
    due = queries.in_order((ours | queues.queue(actor, "unassigned", now)).filter(next_due_at__isnull=False))
    reopened = queues.queue(actor, "reopened", now)
    return {
        **page,
        "desk_queues": queues.counted(actor, now),
        "due_empty": queues.EMPTY["department"],
        "due_next": rows_of(due.select_related(*SHOWN_WITH)[:SHOWN], now),
        "reopened": rows_of(reopened.select_related(*SHOWN_WITH)[:SHOWN], now),
        "outcomes": outcomes.lately(actor, now),
        "outcomes_days": outcomes.DAYS,
        "oversees": policies.oversees(actor),
        "unread_items": intake.unread().count() if holds(request, OFFICE_READERS) else 0,
        "notices": notices.with_labels(notices.for_person(user).filter(read_at__isnull=True)[:SHOWN]),
    }
