"""The history of a case as somebody may read it: a sentence an event, and for customers only what is theirs to know."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.actors import Actor, ActorKind
from accounts.models import ApiClient, Department, User
from cskh.core.amounts import money
from cskh.core.models import Named

from . import policies
from .complaints.remedy_states import RemedyKind
from .events import ANSWER_TEXTS, EventKind, label_of
from .models import Case, CaseEvent, Category
from .states import Channel, ClosedAs

K = EventKind
# What a customer sees: the event, and which of its facts. Everything that is not named here stays inside.
PUBLIC_FACTS: dict[EventKind, frozenset[str]] = {
    K.CASE_OPENED: frozenset({"channel", "nature"}),
    K.CASE_CLASSIFIED: frozenset({"category", "nature"}),
    K.CASE_ROUTED: frozenset({"department"}),
    K.CASE_TRANSFERRED: frozenset({"department"}),
    K.HANDLING_STARTED: frozenset(),
    K.MESSAGE_RECEIVED: frozenset({"message", "channel"}),
    K.MESSAGE_SENT: frozenset({"message"}),
    K.EVIDENCE_REQUESTED: frozenset({"items", "due_at"}),
    K.EVIDENCE_SUBMITTED: frozenset({"item", "requested_item", "channel"}),
    K.EVIDENCE_COMPLETED: frozenset(),
    K.EVIDENCE_VERIFIED: frozenset({"item", "requested_item"}),
    K.EVIDENCE_REJECTED: frozenset({"item", "requested_item"}),
    K.CASE_ANSWERED: frozenset({"round", "final"}),
    K.RESPONSE_ISSUED: frozenset({"response", "numbered", "version", "level", "final"}),
    K.RESPONSE_CORRECTED: frozenset({"response", "numbered", "version", "final"}),
    K.OUTCOME_ACCEPTED: frozenset(),
    K.OUTCOME_REJECTED: frozenset(),
    K.CASE_REOPENED: frozenset({"round"}),
    K.REOPEN_ASKED: frozenset({"message"}),
    K.SATISFACTION_ASKED: frozenset({"round"}),
    K.SATISFACTION_GIVEN: frozenset({"round", "score", "ease"}),
    K.CASE_CLOSED: frozenset({"closed_as", "round"}),
    K.REMEDY_PROMISED: frozenset({"remedy", "remedy_kind", "amount", "due_on"}),
    K.PROMISE_TAKEN_BACK: frozenset({"remedy", "remedy_kind", "amount"}),
    K.REMEDY_ACCEPTED: frozenset({"remedy", "remedy_kind", "amount", "due_on"}),
    K.REMEDY_EXECUTED: frozenset({"remedy", "remedy_kind", "amount"}),
    K.REMEDY_CONFIRMED: frozenset({"remedy", "remedy_kind", "amount"}),
}
# Words that were written for the customer; every other word is a colleague's.
PUBLIC_WORDS = frozenset({K.EVIDENCE_REJECTED, K.RESPONSE_CORRECTED, K.PROMISE_TAKEN_BACK})

# Facts that name something by its slug.
_BY_SLUG: dict[str, type[Named]] = {"category": Category, "department": Department}
Who = tuple[str, str]  # actor kind and id


def public_kinds() -> frozenset[str]:
    """The kinds of event a customer may see."""
    return frozenset(kind.value for kind in PUBLIC_FACTS)


@dataclass(frozen=True)
class Entry:
    """One line of the history. `actor_name` is empty towards customers and their apps; `words` is the reason that was given."""

    number: int
    kind: str
    at: datetime
    text: str
    actor_kind: str
    actor_name: str
    facts: dict[str, Any]
    words: str


def events_for(actor: Actor, case: Case) -> QuerySet[CaseEvent]:
    """The events of `case` that `actor` may read of, oldest first."""
    events = CaseEvent.objects.filter(case=case).select_related("words").order_by("number")
    return events if policies.may_read_inside(actor) else events.filter(kind__in=public_kinds())


def entries(rows: Sequence[CaseEvent], actor: Actor) -> list[Entry]:
    """These of `events_for` as `actor` may read them. At most four queries, however many they are."""
    is_inside = policies.may_read_inside(actor)
    names = names_of(whos_of(rows)) if is_inside else {}
    things = things_of(rows)
    return [_entry(event, None if is_inside else actor, names, things) for event in rows]


def _entry(event: CaseEvent, outside: Actor | None, names: dict[Who, str], things: dict[tuple[str, str], str]) -> Entry:
    """The line of `event`; where `outside` reads it, with public facts and their own words only."""
    facts = {name: value for name, value in event.facts.items() if name != "words"}
    written = getattr(event, "words", None)
    words = written.text if written and event.kind not in ANSWER_TEXTS else ""
    if outside is not None:
        own = event.actor_kind in (ActorKind.CUSTOMER, outside.kind)
        facts = _public(event.kind, facts)
        words = words if own or event.kind in PUBLIC_WORDS else ""
    return Entry(
        number=event.number,
        kind=event.kind,
        at=event.at,
        text=_sentence(event.kind, facts, names, things),
        actor_kind=event.actor_kind,
        actor_name=names.get((event.actor_kind, event.actor_id), ""),
        facts=facts,
        words=words,
    )


def _public(kind: str, facts: dict[str, Any]) -> dict[str, Any]:
    """The facts a customer may read. What we took for spam is just closed to them: a robot learns nothing, a person is not hurt."""
    allowed = PUBLIC_FACTS[EventKind(kind)]
    is_spam = facts.get("closed_as") == ClosedAs.SPAM
    return {name: value for name, value in facts.items() if name in allowed and not (is_spam and name == "closed_as")}


def _sentence(kind: str, facts: dict[str, Any], names: dict[Who, str], things: dict[tuple[str, str], str]) -> str:
    """What happened, in the language in use: the kind's name and, where it says more, a detail."""
    title = label_of(kind)
    detail = _detail(facts, names, things)
    return _("%(what)s: %(detail)s") % {"what": title, "detail": detail} if detail else title


def _detail(facts: dict[str, Any], names: dict[Who, str], things: dict[tuple[str, str], str]) -> str:
    if remedy_kind := facts.get("remedy_kind"):
        return _remedy(remedy_kind, facts.get("amount"), facts.get("due_on"))
    if closed_as := facts.get("closed_as"):
        return str(ClosedAs(closed_as).label)
    if score := facts.get("score"):
        return _("%(score)d of 5") % {"score": score}
    if numbered := facts.get("numbered"):
        return str(numbered)
    for fact in _BY_SLUG:
        if fact in facts:
            return things.get((fact, str(facts[fact])), str(facts[fact]))
    if facts.get("assignee"):
        return names.get((ActorKind.STAFF.value, str(facts["assignee"])), "")
    if facts.get("channel") in Channel.values:
        return str(Channel(facts["channel"]).label)
    return ""


def _remedy(kind: str, amount: int | None, due_on: str | None) -> str:
    """A remedy in a line: what, how much, and by when where that is still to come."""
    what = " ".join(filter(None, [str(RemedyKind(kind).label), money(amount)]))
    if due_on is None:
        return what
    day = date_format(date.fromisoformat(due_on), "SHORT_DATE_FORMAT")
    return _("%(what)s, by %(day)s") % {"what": what, "day": day}


def names_of(whos: Iterable[Who]) -> dict[Who, str]:
    """What the people and programs among these are called. Two queries at most, however many there are."""
    wanted = set(whos)
    staff = {int(key) for kind, key in wanted if kind == ActorKind.STAFF}
    clients = {int(key) for kind, key in wanted if kind == ActorKind.INTEGRATION}
    names: dict[Who, str] = {}
    if staff:
        names |= {(ActorKind.STAFF.value, str(one.pk)): str(one) for one in User.objects.filter(pk__in=staff)}
    if clients:
        programs = ApiClient.objects.filter(pk__in=clients)
        names |= {(ActorKind.INTEGRATION.value, str(one.pk)): one.name for one in programs}
    return names


def whos_of(events: Iterable[CaseEvent]) -> set[Who]:
    """Who acted, and to whom a case was given."""
    acted = {(event.actor_kind, event.actor_id) for event in events}
    given = {(ActorKind.STAFF.value, str(event.facts["assignee"])) for event in events if event.facts.get("assignee")}
    return acted | given


def things_of(events: Iterable[CaseEvent]) -> dict[tuple[str, str], str]:
    """What the facts name by its slug, as (fact, slug): categories and departments, in the language in use. Two queries at most."""
    things: dict[tuple[str, str], str] = {}
    for fact, model in _BY_SLUG.items():
        slugs = {str(event.facts[fact]) for event in events if event.facts.get(fact)}
        if slugs:
            things |= {(fact, row.slug): row.name for row in model._default_manager.filter(slug__in=slugs)}
    return things
