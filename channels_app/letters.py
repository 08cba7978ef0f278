"""What a delivery says as a mail: words, links, subject, thread, sender.

Written when it is sent, never kept: links let whoever reads them act as the customer. Here also stands the last guard: a
letter goes only to an address of the one it is meant for.
"""

from dataclasses import dataclass

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.customers import directory
from accounts.customers.models import Contact
from cases import codes
from cases.events import label_of
from cases.models import Case
from cases.states import Channel
from cskh.core.text import one_line

from . import links, one_time_codes
from .adapters.base import NotDelivered, Outbound
from .mailboxes import addresses
from .models import Delivery, Message, OneTimeCode, StaffNotice

_MAX_REFERENCES = 15
_MAX_SUBJECT = 200


def write(delivery: Delivery) -> Outbound:
    """The mail for `delivery`. Raises NotDelivered (for good) where its address is not, or no longer, the right one."""
    if delivery.message is not None:
        return _to_customer(delivery, delivery.message)
    if delivery.one_time_code is not None:
        return _one_time_code(delivery, delivery.one_time_code)
    if delivery.notice is not None:
        return _to_staff(delivery, delivery.notice)
    raise NotDelivered(_("There is nothing to deliver."), permanent=True)


def _to_customer(delivery: Delivery, message: Message) -> Outbound:
    case = message.case
    if message.direction != Message.Direction.OUT:
        raise NotDelivered(_("An internal note never leaves the house."), permanent=True)
    contact = _contact(case, delivery.address)
    thread = _thread(case, delivery)
    with translation.override(case.customer.language):
        text = render_to_string(
            "outbox/letter.txt",
            {
                "message": message,
                "case": case,
                "brand_name": settings.BRAND_NAME,
                "link": links.case_link(case, contact, _purpose(message)),
                "rights": settings.PUBLIC_URL + reverse("portal:notice"),
            },
        ).strip()
        subject = _subject(message.subject or _("Your request"), case.code, is_reply=thread.is_reply)
    return Outbound(
        message_id=delivery.reference,
        address=contact.address,
        subject=subject,
        text=text + "\n",
        in_reply_to=thread.answers,
        references=thread.before,
        sender=thread.sender,
        is_automatic=message.is_automatic,
    )


def _contact(case: Case, address: str) -> Contact:
    contact = Contact.objects.filter(
        customer_id=case.customer_id, kind=Contact.Kind.EMAIL, address__iexact=address
    ).first()
    if not address or contact is None:
        raise NotDelivered(_("This is not an address of the customer."), permanent=True)
    return contact


def _purpose(message: Message) -> str:
    if message.evidence_request_id is not None:
        return "evidence"
    return "outcome" if message.answer is not None and not message.answer.is_final else "follow"


@dataclass(frozen=True)
class _Thread:
    """Where a mail stands in the customer's mail program, and the mail box it comes from."""

    answers: str
    before: list[str]
    sender: str
    is_reply: bool


def _thread(case: Case, delivery: Delivery) -> _Thread:
    """Onto the customer's last mail; where they never wrote one, onto our own first."""
    received = list(
        Message.objects.filter(case=case, direction=Message.Direction.IN, channel=Channel.EMAIL, inbound__isnull=False)
        .order_by("created_at", "pk")
        .values_list("created_at", "external_id", "inbound__source")
    )
    sent = (
        Delivery.objects.filter(message__case=case, channel=Channel.EMAIL, pk__lt=delivery.pk)
        .exclude(state=Delivery.State.CANCELLED)
        .values_list("created_at", "reference")
    )
    pairs = sorted([*((at, name) for at, name, _ in received if name), *sent])
    known = list(dict.fromkeys(name for _, name in pairs))
    last = next((name for _, name, _ in reversed(received) if name), known[0] if known else "")
    before = [*(each for each in known if each != last), *([last] if last else [])]
    desk = addresses()
    sender = next((source for _, _, source in reversed(received) if source in desk), settings.BRAND_EMAIL)
    return _Thread(last, before[-_MAX_REFERENCES:], sender, is_reply=bool(received))


def _subject(subject: str, code: str, *, is_reply: bool) -> str:
    """`Re: what it is about [CODE]`, with one Re: and the code once."""
    about = one_line(subject)[:_MAX_SUBJECT]
    while about.lower().startswith("re:"):
        about = about[3:].strip()
    marked = about if code in codes.find_codes(about) else f"{about} [{code}]".strip()
    return f"Re: {marked}" if is_reply else marked


def _one_time_code(delivery: Delivery, code: OneTimeCode) -> Outbound:
    contact = directory.same_address(code.case.customer, code.contact)
    if contact is None or contact.address.lower() != delivery.address.lower():
        raise NotDelivered(_("This is not an address of the customer."), permanent=True)
    if timezone.now() >= one_time_codes.expires_at(code):
        raise NotDelivered(_("The code has expired."), permanent=True)
    with translation.override(code.case.customer.language):
        text = render_to_string(
            "outbox/one_time_code.txt",
            {
                "case": code.case,
                "brand_name": settings.BRAND_NAME,
                "digits": one_time_codes.legible(code),
                "expires_at": one_time_codes.expires_at(code),
            },
        ).strip()
        subject = _("Your one-time code for %(code)s") % {"code": code.case.code}
    return _automatic(delivery, contact.address, subject, text)


def _to_staff(delivery: Delivery, notice: StaffNotice) -> Outbound:
    """Nothing of the customer's: the code, what happened, and where to look."""
    person = notice.recipient
    if not person.is_active or not person.email or person.email.lower() != delivery.address.lower():
        raise NotDelivered(_("This is not the address of an active member of staff."), permanent=True)
    with translation.override(person.language):
        what = label_of(notice.event.kind)
        page = reverse("admin:cases_case_change", args=[notice.case_id])
        text = render_to_string(
            "outbox/staff_notice.txt",
            {"case": notice.case, "event": notice.event, "what": what, "link": settings.PUBLIC_URL + page},
        ).strip()
        subject = f"[{notice.case.code}] {what}"
    return _automatic(delivery, person.email, subject, text)


def _automatic(delivery: Delivery, address: str, subject: str, text: str) -> Outbound:
    return Outbound(
        message_id=delivery.reference,
        address=address,
        subject=subject,
        text=text + "\n",
        sender=settings.BRAND_EMAIL,
        is_automatic=True,
    )
