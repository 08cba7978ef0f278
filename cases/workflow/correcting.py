"""Corrections of a customer's record: the customer's open cases tell of them."""

from collections.abc import Collection

from django.db import transaction

from accounts.actors import Actor
from accounts.customers import directory
from accounts.customers.models import Customer
from cases import policies
from cases.events import EventKind, record
from cases.models import STILL_OPEN, Case
from cskh.core.errors import NotPermitted

from ._take_step import change_case

# These decide who sees the customer's cases: whose token it is, and which address is known to be theirs.
IDENTIFYING = frozenset({"external_id", "verified"})


def note_correction(customer: Customer, fields: Collection[str], *, actor: Actor) -> None:
    """Records on the customer's open cases which `fields` were corrected, never what they say. Nothing to tell without fields.

    Belongs in the transaction that saves the correction. Raises NotPermitted where `actor` may not make it.
    """
    if not policies.may_correct(actor, customer):
        raise NotPermitted
    if IDENTIFYING.intersection(fields) and not policies.may_identify(actor):
        raise NotPermitted
    if not fields:
        return
    with transaction.atomic():
        directory.hold(customer)
        for case in Case.objects.filter(STILL_OPEN, customer=customer).order_by("pk"):
            with change_case(case) as held:
                record(held, EventKind.CASE_CORRECTED, actor=actor, customer=customer.pk, fields=sorted(fields))
