"""What a waiting visitor is told, truthfully: their place, how long it takes, or that nobody is here now."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import DurationField, ExpressionWrapper, F, QuerySet
from django.utils import timezone

from accounts.customers.models import Contact
from cases import calendars, targets
from cases.models import Case, Clock
from cases.sla.clock import ClockKind
from cases.states import Channel
from channels_app.models import Chat

from . import duties

_RECENT = timedelta(hours=1)
_ENOUGH = 5  # below that a figure would be a guess
_SAMPLE = 50


# All that a look shows: hundreds of sockets look all the time, and rows of cases are wide.
_SHOWN = (
    "public_id",
    *("state", "seen_at", "left_at", "waiting_since", "visitor_read", "agent_read"),
    *("agent__first_name", "agent__last_name", "agent__username"),
    *("case__code", "case__status", "case__customer", "case__last_event_number", "case__unanswered_since"),
    "case__safety_kinds",
    *("case__contact__kind", "case__contact__verified_at", "case__contact__address"),
)


def shown(chats: QuerySet[Chat]) -> QuerySet[Chat]:
    """These conversations as far as sockets show them; whoever changes one reads it whole."""
    return chats.select_related("case__contact", "agent").only(*_SHOWN)


def state_of(chat: Chat) -> dict[str, object]:
    """`{state, code, agent, place, wait_seconds, somebody_here, answer_by, case_status, contact}`; None where unknown.

    `place` counts from 1; `wait_seconds` is the middle of what visitors waited within the last hour, and only shown when
    there were enough; `answer_by` is when the request is promised to be answered, ISO 8601; `contact` is how the visitor is
    reached once they are gone, `{kind: email | phone | app, verified}`. Who talks already is not told what those who wait are.
    """
    is_waiting, is_talking = (chat.state == state for state in (Chat.State.WAITING, Chat.State.TALKING))
    around = None if is_talking else room(chat if is_waiting else None)
    return {
        "state": chat.state,
        "code": chat.case.code if chat.case else None,
        "agent": chat.agent.first_name if chat.agent and is_talking else None,
        "place": around.order.get(chat.pk) if around and is_waiting else None,
        "wait_seconds": around.usual_wait if around and is_waiting else None,
        "somebody_here": around.somebody_here if around else None,
        "case_status": chat.case.status if chat.case else None,
        "answer_by": _answer_by(chat.case, chat.waiting_since, somebody_here=around.somebody_here)
        if chat.case and around
        else None,
        "contact": _contact(chat.case.contact) if chat.case else None,
    }


def is_here(chat: Chat, now: datetime | None = None) -> bool:
    """Whether the visitor's browser is there at this moment, as far as we know."""
    return chat.seen_at > (now or timezone.now()) - settings.CHAT_SEEN_FOR


def usual_wait(now: datetime | None = None) -> int | None:
    """Seconds from the first message to the first reply of a person (R-10), for the middle one of those who were answered
    lately, or None where there were too few."""
    since = (now or timezone.now()) - _RECENT
    waited = ExpressionWrapper(F("first_replied_at") - F("opened_at"), output_field=DurationField())
    recent = Case.objects.filter(channel=Channel.CHAT, first_replied_at__gt=since).order_by("-first_replied_at")
    seconds = sorted(one.total_seconds() for one in recent.values_list(waited, flat=True)[:_SAMPLE])
    return round(seconds[len(seconds) // 2]) if len(seconds) >= _ENOUGH else None


@dataclass(frozen=True)
class Room:
    """What all visitors are told alike, as it was `at` that moment by the process's clock."""

    at: float
    somebody_here: bool
    usual_wait: int | None
    order: Mapping[int, int]  # conversation → its place, from 1


_last: Room | None = None


def room(newcomer: Chat | None = None) -> Room:
    """As it was within the last `settings.CHAT_ROOM_KEPT` seconds: hundreds who wait ask for it all the time.

    Who waits and was not there then makes us look around anew.
    """
    global _last
    seen = _last
    is_new = seen is not None and newcomer is not None and newcomer.pk not in seen.order
    if seen is None or is_new or time.monotonic() - seen.at >= settings.CHAT_ROOM_KEPT:
        _last = seen = _look_around()
    return seen


def _look_around() -> Room:
    waiting = Chat.objects.filter(state=Chat.State.WAITING).order_by("waiting_since", "pk").values_list("pk", flat=True)
    order = {pk: place for place, pk in enumerate(waiting, start=1)}
    return Room(time.monotonic(), duties.on_duty().exists(), usual_wait(), order)


def _contact(contact: Contact | None) -> dict[str, object] | None:
    return {"kind": contact.kind, "verified": contact.verified_at is not None} if contact else None


def _answer_by(case: Case, since: datetime | None, *, somebody_here: bool) -> str | None:
    """The clock that runs. With nobody at the chat its seconds would be a lie: then what we promise for the web form."""
    kinds = [ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE]
    running = Clock.objects.filter(case=case, kind__in=kinds, stopped_at__isnull=True)
    due = running.order_by("due_at").values_list("due_at", flat=True).first()
    if due is not None and since is not None and not somebody_here:
        target = targets.usual(ClockKind.FIRST_RESPONSE).get(Channel.WEB)
        if target is not None:
            due = max(due, calendars.working(target.calendar).due(since, timedelta(seconds=target.seconds)))
    return due.isoformat() if due else None
