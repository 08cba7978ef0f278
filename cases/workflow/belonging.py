"""Whose case it is, and where its customer is answered: two records turned out to be one person, an address reaches nobody."""

from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.customers import directory
from accounts.customers.models import Contact, Customer
from cases import policies
from cases.events import EventKind, record
from cases.models import Case
from cases.states import Channel
from cskh.core.errors import Invalid

from ._take_step import change_case


def change_customer(case: Case, customer: Customer, *, actor: Actor) -> None:
    """The case belongs to `customer` from now on; answers go on to the same address, as their record has it.

    Whoever calls has found out that `actor` may say so.
    """
    with change_case(case) as held:
        left, held.customer = held.customer_id, customer
        if held.contact is not None:
            held.contact = directory.same_address(customer, held.contact) or held.contact
        record(held, EventKind.CUSTOMER_CHANGED, actor=actor, left=left, customer=customer.pk)


def answer_to(case: Case, contact: Contact, *, actor: Actor, why: str = "") -> None:
    """Answers go to `contact`, an address of the case's customer, where the first channel does not reach them."""
    with change_case(case) as held:
        held.contact = contact
        record(held, EventKind.CASE_CORRECTED, actor=actor, words=why, customer=held.customer_id, fields=["contact"])


def stands_in(contact: Contact, case: Case) -> bool:
    """Whether answers of `case` could go to `contact` instead. The app fetches its own, wherever else we could write."""
    is_other = contact.customer_id == case.customer_id and contact.pk != case.contact_id
    reaches = contact.speaks and contact.kind != Contact.Kind.APP
    return is_other and reaches and case.channel != Channel.APP


_DID_NOT_ARRIVE = (EventKind.DELIVERY_FAILED, EventKind.EVIDENCE_REQUEST_BOUNCED)


def change_contact(case: Case, contact: Contact, *, actor: Actor, is_agreed: bool, reason: str) -> None:
    """One of us has answers sent to another address of the customer, who agreed to that, or whom something did not reach (R-33).

    `reason` says how we know. Raises NotVisible or NotPermitted for those who do not write to this customer, Invalid for an
    address that does not stand in, and where they have not agreed although everything arrived.
    """
    if not policies.may_write(actor, case):
        policies.refuse(actor, case)
    contact.refresh_from_db()
    if not stands_in(contact, case):
        raise Invalid(errors={"contact": [_("This is not an address of the customer.")]})
    if not is_agreed and not case.events.filter(kind__in=_DID_NOT_ARRIVE).exists():
        raise Invalid(errors={"is_agreed": [_("Everything has arrived so far: ask the customer first.")]})
    answer_to(case, contact, actor=actor, why=reason)
