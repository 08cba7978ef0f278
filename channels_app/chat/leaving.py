"""Visitors who leave: how they can be reached, what becomes of a conversation nobody took up, and who need not be called."""

import logging
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.customers import directory
from accounts.customers.models import Contact, Customer
from cases.models import Case, FollowUp
from cases.workflow import belonging, call_back
from channels_app import one_time_codes, push
from channels_app.models import Chat
from cskh.core.errors import Invalid
from cskh.core.text import one_line

from . import giving, place
from .conversations import VISITORS, visitor_of

log = logging.getLogger(__name__)

LEFT_CHAT = "left_chat"


def leave_contact(chat: Chat, *, name: str = "", email: str = "", phone: str = "") -> Contact:
    """Notes how the visitor is reached once they are gone. A mail address gets a code that proves it (`prove_contact`).

    Until then it is only claimed: somebody else's later mails and calls are not led to this visitor's record.

    Raises Invalid for a malformed address or none, NotVisible while nothing was said yet.
    """
    address = {Contact.Kind.EMAIL: email, Contact.Kind.PHONE: phone}
    given = [kind for kind, text in address.items() if text.strip()]
    if not given:
        raise Invalid(errors={"email": [_("Give an email address or a telephone number.")]})
    normal = {Contact.Kind.EMAIL: directory.normal_email, Contact.Kind.PHONE: directory.normal_phone}
    addresses = {kind: normal[kind](address[kind]) for kind in given}
    with transaction.atomic():
        held = giving.locked(chat.pk)
        actor = visitor_of(held)
        case = held.case
        assert case is not None  # visitor_of says so
        customer = directory.hold(case.customer)
        if name.strip() and not customer.name:
            customer.name = one_line(name)[:200]
            customer.save(update_fields=["name"])
        contacts = [directory.contact_of(customer, kind, addresses[kind], is_claimed=True) for kind in given]
        belonging.answer_to(case, contacts[0], actor=actor)
        if Contact.Kind.EMAIL in addresses:
            one_time_codes.issue(case, contacts[0], _browser(chat))
        push.changed(push.chat_group(held.public_id))
    return contacts[0]


def prove_contact(chat: Chat, code: str) -> None:
    """The visitor reads the code that was mailed to the address they gave: it is theirs. Raises Invalid for a wrong code."""
    held = Chat.objects.select_related("case__customer").get(pk=chat.pk)
    visitor_of(held)
    row = held.case and one_time_codes.verify(held.case, _browser(chat), code)
    if not row:
        raise Invalid(errors={"code": [_("The code is wrong or too old.")]})


def spare_calls(customer: Customer) -> list[FollowUp]:
    """Who left the chat and was answered there since, be it in another conversation, is called no more.

    Returns the calls that were owed until now.
    """
    owed = call_back.waiting().filter(case__customer=customer, facts__why=LEFT_CHAT, facts__left__isnull=False)
    spared = [
        one
        for one in owed.select_related("case").order_by("case", "pk")
        if _was_answered(customer, since=datetime.fromisoformat(one.facts["left"]))
    ]
    for one in spared:
        call_back.spare(one.case, why=LEFT_CHAT)
    return spared


def owe_again(spared: Iterable[FollowUp]) -> None:
    """It was somebody else who was answered: whoever left is called after all, where their case is still open."""
    for one in spared:
        if one.case.is_open:
            call_back.ask_call_back(one.case, actor=VISITORS, **one.facts)


def _was_answered(customer: Customer, *, since: datetime) -> bool:
    """Whether a person replied in a conversation of this customer, who was there to read it."""
    was_there = Q(case__chat__left_at__isnull=True) | Q(case__chat__left_at__gt=F("created_at"))
    replies = giving.written_by_people().filter(was_there, case__chat__isnull=False)
    return replies.filter(case__customer=customer, created_at__gt=since).exists()


def note_those_who_left() -> int:
    """Marks visitors whose browser has been gone for a while; who waited in vain and left a number is called back."""
    gone = Chat.objects.filter(
        left_at__isnull=True,
        seen_at__lt=timezone.now() - settings.CHAT_LEFT_AFTER,
        state__in=(Chat.State.WAITING, Chat.State.TALKING),
    )
    left = 0
    for pk in list(gone.values_list("pk", flat=True)[:200]):
        try:
            left += _note_left(pk)
        except Exception:  # one conversation that cannot be attended to must not hold up the others
            log.exception("the visitor of chat %s could not be noted as gone", pk)
    return left


@transaction.atomic
def _note_left(chat_id: int) -> bool:
    chat = giving.locked(chat_id)
    has_left = chat.left_at is None and chat.seen_at < timezone.now() - settings.CHAT_LEFT_AFTER
    if has_left:
        _left(chat)
    return has_left


def _left(chat: Chat) -> None:
    case = chat.case
    waited_in_vain = chat.state == Chat.State.WAITING and case is not None and case.is_open
    if waited_in_vain and case is not None and (phone := _phone_of(case)):
        left = timezone.now().isoformat()
        call_back.ask_call_back(case, actor=VISITORS, why=LEFT_CHAT, chat=chat.pk, contact=phone.pk, left=left)
    place.leave(chat)


def _phone_of(case: Case) -> Contact | None:
    """The number the visitor gave, be it beside a mail address where answers go."""
    if case.contact and case.contact.kind == Contact.Kind.PHONE:
        return case.contact
    return case.customer.contacts.filter(kind=Contact.Kind.PHONE).order_by("-last_used_at", "-pk").first()


def _browser(chat: Chat) -> str:
    """What binds a code to the browser that has the conversation's key."""
    return chat.key_hash
