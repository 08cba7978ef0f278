"""The one door for everything that comes in.

Forms, REST and the desk's call screen bring a request that the other side still holds: `open_request` and `add_message`
store it in one transaction, and whoever asked hears at once whether that worked. What cannot be asked for again (mail) is
first kept raw by `receive_message`; opening or continuing a case is a second transaction that can be repeated (`process`).
"""

import logging
from functools import partial

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.customers import directory
from accounts.customers.directory import Person
from accounts.customers.models import Contact, Customer, Notice
from cases.complaints.register import FORMAL
from cases.models import Case
from cases.records import registry
from cases.states import Channel
from cases.workflow import complaint, conversation, opening, protection
from cases.workflow.opening import Matter
from cskh.core.errors import Busy, Invalid
from cskh.core.jobs import enqueue_after_commit, next_try
from cskh.core.text import checked_body

from .adapters.email import adapter as email
from .models import InboundItem, Message

log = logging.getLogger(__name__)

# What comes in raw: who knows the same thing again, and who makes it a part of its case (named, since they stand above).
_IDENTITIES = {Channel.EMAIL: email.identity}
_TAKERS = {
    Channel.EMAIL: "channels_app.intake_mail.take",
    Channel.HOTLINE: "channels_app.calls.take",
    Channel.CHAT: "channels_app.chat.talking.take",
}
# Who can get what came in once more, where nothing of it could be had.
_FETCHERS = {Channel.EMAIL: "channels_app.mailboxes.fetch_anew"}
# Who opens a case for what could not be taken even at the last try. A call report needs none: it can be asked for again.
_LAST_RESORTS = {Channel.EMAIL: "channels_app.intake_mail.open_unread"}
_State = InboundItem.State


def open_request(
    matter: Matter,
    *,
    actor: Actor,
    channel: Channel,
    body: str,
    person: Person | None = None,
    customer: Customer | None = None,
    notice: Notice | None = None,
    answered_at_once: bool = False,
) -> Case:
    """A new case with its first message, for a `customer` who is known or a `person` to be recognised.

    Raises Invalid for an empty or oversize body, malformed addresses, or somebody we could never answer.
    """
    text = checked_body(body)
    with transaction.atomic(savepoint=False):
        contacts: dict[str, Contact] = {}
        customer = directory.hold(customer) if customer else None
        if person is not None:
            recognised, contacts = directory.recognise(person)
            customer = customer or recognised
        if customer is None:
            raise Invalid(errors={"customer": [_("Say who the customer is.")]})
        contact = _answer_contact(customer, channel, contacts)
        # A chat shows messages in the order of their ids: what opening makes us say comes after what the customer said.
        first_id = _next_message_id() if channel == Channel.CHAT else None
        case = opening.open_case(
            matter,
            actor=actor,
            customer=customer,
            channel=channel,
            contact=contact,
            notice=notice,
            answered_at_once=answered_at_once,
        )
        message = Message.objects.create(
            pk=first_id,
            case=case,
            direction=Message.Direction.IN,
            channel=channel,
            author_kind=actor.kind,
            author_id=actor.id,
            subject=case.subject,
            body=text,
            created_at=case.opened_at,
        )
        said = first_words(case.subject, text)
        registry.note_said(case, said, message=message.pk)
        if case.nature in FORMAL and case.category_id:
            complaint.begin_with(case, words=text, message=message.pk)
        protection.heed(case, said, at=case.opened_at, message=message.pk)
    return case


def first_words(subject: str, body: str) -> str:
    """All that the customer said when the case was opened."""
    return f"{subject}\n{checked_body(body)}"


def _next_message_id() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [Message._meta.db_table])
        return int(cursor.fetchone()[0])


def add_message(
    case: Case, *, actor: Actor, channel: Channel, body: str, inbound: InboundItem | None = None, **fields: object
) -> Message:
    """The customer (or an integration or staff for them) says one more thing on the case. `fields` go to the message."""
    keep = partial(
        Message.objects.create,
        case=case,
        direction=Message.Direction.IN,
        channel=channel,
        author_kind=actor.kind,
        author_id=actor.id,
        body=checked_body(body),
        inbound=inbound,
        **fields,
    )
    return conversation.customer_wrote(case, actor=actor, channel=channel, keep=keep)


def receive_message(
    channel: Channel, raw: bytes, *, source: str, external_id: str = "", at_once: bool = False
) -> InboundItem:
    """Keeps what came in, raw, once however often it comes; a worker makes a case of it after commit.

    `source` is the mail box or integration it came through; `external_id` what tells it from all others, found out from
    `raw` where it is not given. `at_once` says that the caller takes it itself (`process`) and no worker need be asked.
    """
    identity = (external_id or _IDENTITIES[channel](raw))[:500]
    kept = InboundItem.objects.defer("raw").filter(channel=channel, external_id=identity)
    if not at_once and (known := kept.first()):  # a mail box that is read anew brings all it has
        return known
    try:
        with transaction.atomic():
            item = InboundItem(channel=channel, external_id=identity, source=source)
            item.content = raw
            item.save(force_insert=True)
    except IntegrityError:
        if (known := kept.first()) is None:
            raise
        return known
    if not at_once:
        enqueue_after_commit("channels_app.tasks.process_inbound", item.pk)
    return item


def process(item_id: int, *, as_person: bool = False, in_order: bool = False) -> None:
    """Makes what came in a part of its case. A failure is kept with the item and tried again later; nobody else waits for it.

    `as_person` takes it for a person's words whatever it looks like. `in_order` waits for whoever is taking it at this
    moment, so that what the caller takes next comes after it.
    """
    try:
        with transaction.atomic():
            waiting = InboundItem.objects.select_for_update(of=("self",), skip_locked=not in_order)
            item = waiting.filter(pk=item_id, state=_State.WAITING).first()
            if item is not None:
                import_string(_TAKERS[Channel(item.channel)])(item, as_person=as_person)
    except Busy:
        log.warning("inbound item %s waits for whoever holds its case", item_id)  # no failure: the sweep comes again
    except Exception as error:  # whatever it is, the item must stay visible and the next one must not wait
        log.exception("inbound item %s could not be taken", item_id)
        _note_failure(item_id, error)


def retry(item: InboundItem) -> None:
    """What could not be read is tried again now; what was set aside as automatic is taken for a person's words.

    What could not even be fetched is fetched. Raises Conflict where it still is to be had from its source only.
    """
    is_new = not item.raw
    if is_new and not _fetch_anew(item):
        return
    retried = InboundItem.objects.filter(pk=item.pk, state__in=[_State.FAILED, _State.SET_ASIDE])
    if retried.update(state=_State.WAITING, attempts=0, next_try_at=timezone.now()):
        process(item.pk, as_person=item.state == _State.SET_ASIDE and not is_new)
    item.refresh_from_db()


def _fetch_anew(item: InboundItem) -> bool:
    """Keeps raw what could not be fetched before. False where a copy came in another way: then that one counts."""
    channel = Channel(item.channel)
    raw: bytes = import_string(_FETCHERS[channel])(item)
    identity = _IDENTITIES[channel](raw)[:500]
    try:
        with transaction.atomic():
            item.external_id, item.content = identity, raw
            item.save(update_fields=["external_id", "raw"])
    except IntegrityError:
        copy = InboundItem.objects.get(channel=channel, external_id=identity)
        item.settle(_State.SET_ASIDE, case=copy.case, why=_("A copy of it came in."))
        return False
    return True


def unread() -> QuerySet[InboundItem]:
    """What could not be read and has no case: nobody answers it unless somebody looks after it."""
    return InboundItem.objects.filter(state=_State.FAILED, case__isnull=True)


def dismiss(item: InboundItem) -> bool:
    """Somebody looked after what could not be read: it is kept aside. False where it was none of those."""
    return bool(unread().filter(pk=item.pk).update(state=_State.SET_ASIDE))


def due(limit: int) -> list[int]:
    """Ids of what waits to be taken, longest first."""
    waiting = InboundItem.objects.filter(state=_State.WAITING, next_try_at__lte=timezone.now())
    return list(waiting.order_by("next_try_at").values_list("pk", flat=True)[:limit])


def _note_failure(item_id: int, error: Exception) -> None:
    """Later again; after the last try it is given up, and a case is opened with what can be read.

    A try before its time (a browser sends its message again and again) does not count.
    """
    with transaction.atomic():
        item = InboundItem.objects.select_for_update(of=("self",)).get(pk=item_id)
        if item.state != _State.WAITING or (item.next_try_at and item.next_try_at > timezone.now()):
            return
        item.attempts += 1
        item.why = f"{type(error).__name__}: {error}"[:2000]
        item.next_try_at = next_try(item.attempts, settings.INBOUND_RETRY_SECONDS)
        if item.next_try_at is None:
            item.state = _State.FAILED
        item.save(update_fields=["attempts", "why", "next_try_at", "state"])
    if item.state == _State.FAILED and item.case_id is None and item.channel in _LAST_RESORTS:
        import_string(_LAST_RESORTS[Channel(item.channel)])(item)


def _answer_contact(customer: Customer, channel: Channel, given: dict[str, Contact]) -> Contact | None:
    """Where the answer goes: what was given now in the form that suits the channel, else what we know of the customer."""
    wanted = Contact.Kind.PHONE if channel == Channel.HOTLINE else Contact.Kind.EMAIL
    if wanted in given:
        return given[wanted]
    if given:
        return next(iter(given.values()))
    known = list(Contact.objects.speaking().filter(customer=customer).order_by("-last_used_at"))
    return next((contact for contact in known if contact.kind == wanted), known[0] if known else None)
