"""Whose case it is: two records of one person turned out to be one, or not."""

from accounts.actors import Actor
from accounts.customers import directory
from accounts.customers.models import Contact, Customer
from cases.events import EventKind, record
from cases.models import Case

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


def answer_to(case: Case, contact: Contact, *, actor: Actor) -> None:
    """Answers go to `contact`, an address of the case's customer, where the first channel does not reach them."""
    with change_case(case) as held:
        held.contact = contact
        record(held, EventKind.CASE_CORRECTED, actor=actor, customer=held.customer_id, fields=["contact"])
