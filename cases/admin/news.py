"""What others did on a case since somebody looked, in a few words."""

from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor, ActorKind
from cases.events import EventKind, label_of
from cases.models import Case
from cskh.core.text import as_number

from . import words

_SAID_AT_MOST = 3
# What the customer does reads better with them as the one who does it.
_BY_CUSTOMER = {
    EventKind.MESSAGE_RECEIVED.value: _("New message from the customer"),
    EventKind.EVIDENCE_SUBMITTED.value: _("The customer sent evidence"),
}


def news_since(case: Case, actor: Actor, since: str) -> str:
    """Up to three things that people other than `actor` did after the event `since`, the latest first; "" for nothing."""
    number = as_number(since)
    if number is None:
        return ""
    newer = case.events.filter(number__gt=number).exclude(actor_kind=actor.kind.value, actor_id=actor.id)
    events = list(newer.order_by("-number")[: _SAID_AT_MOST * 3])
    names = words.names_of(((event.actor_kind, event.actor_id) for event in events), case)
    said: list[str] = []
    for event in events:
        text = str(_BY_CUSTOMER.get(event.kind) or label_of(event.kind))
        if event.actor_kind in (ActorKind.STAFF, ActorKind.INTEGRATION):
            text = f"{names[(event.actor_kind, event.actor_id)]}: {text}"
        if text not in said:
            said.append(text)
    return ". ".join(said[:_SAID_AT_MOST])
