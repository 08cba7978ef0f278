"""The one door for everything that comes in.

Forms, REST and the desk's call screen bring a request that the other side still holds: `open_request` and `add_message`
store it in one transaction, and whoever asked hears at once whether that worked. What cannot be asked for again (mail,
exchange reports) is first kept raw by `receive_raw`; opening or continuing a case is a second transaction that can be
repeated (`process`).
"""

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.customers import directory
from accounts.customers.directory import Person
from accounts.customers.models import Contact, Customer, Notice
from cases.models import Case
from cases.states import Channel
from cases.workflow import conversation, opening
from cases.workflow.opening import Matter
from cskh.core.errors import Invalid
from cskh.core.text import clean

from .models import InboundItem, Message


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
    with transaction.atomic():
        contacts: dict[str, Contact] = {}
        if person is not None:
            recognised, contacts = directory.recognise(person)
            customer = customer or recognised
        if customer is None:
            raise Invalid(errors={"customer": [_("Say who the customer is.")]})
        contact = _answer_contact(customer, channel, contacts)
        case = opening.open_case(
            matter,
            actor=actor,
            customer=customer,
            channel=channel,
            contact=contact,
            notice=notice,
            answered_at_once=answered_at_once,
        )
        Message.objects.create(
            case=case,
            direction=Message.Direction.IN,
            channel=channel,
            author_kind=actor.kind,
            author_id=actor.id,
            subject=case.subject,
            body=text,
            created_at=case.opened_at,
        )
    return case


def add_message(
    case: Case, *, actor: Actor, channel: Channel, body: str, inbound: InboundItem | None = None, **fields: object
) -> Message:
    """The customer (or an integration or staff for them) says one more thing on the case. `fields` go to the message."""
    text = checked_body(body)
    with transaction.atomic():
        message = Message.objects.create(
            case=case,
            direction=Message.Direction.IN,
            channel=channel,
            author_kind=actor.kind,
            author_id=actor.id,
            body=text,
            inbound=inbound,
            **fields,
        )
        conversation.customer_wrote(case, actor=actor, message=message.pk, channel=channel, at=message.created_at)
    return message


def checked_body(body: str) -> str:
    """The text cleaned. Raises Invalid where it is empty or too long."""
    text = clean(body)
    if not text:
        raise Invalid(errors={"body": [_("Write something first.")]})
    if len(text) > settings.MESSAGE_MAX_CHARACTERS:
        limit = settings.MESSAGE_MAX_CHARACTERS
        raise Invalid(errors={"body": [_("The text is too long: at most %(limit)d characters.") % {"limit": limit}]})
    return text


def _answer_contact(customer: Customer, channel: Channel, given: dict[str, Contact]) -> Contact | None:
    """Where the answer goes: what was given now in the form that suits the channel, else what we know of the customer."""
    wanted = Contact.Kind.PHONE if channel == Channel.HOTLINE else Contact.Kind.EMAIL
    if wanted in given:
        return given[wanted]
    if given:
        return next(iter(given.values()))
    known = customer.contacts.order_by("-last_used_at")
    return known.filter(kind=wanted).first() or known.first()
