"""Corrections of a customer's record: who may make them, and that the customer's open cases tell of them."""

from collections.abc import Collection

from django.db import transaction

from accounts.actors import Actor
from accounts.customers import directory
from accounts.customers.models import Customer
from accounts.models import Role, Scope
from cases import policies
from cases.events import EventKind, record
from cases.models import STILL_OPEN, Case
from cskh.core.errors import NotPermitted

from ._take_step import change_case

_HEADS = (Role.MANAGER, Role.ADMINISTRATOR)
_CORRECTORS = (Role.INTAKE, Role.SPECIALIST)
# These decide who sees the customer's cases: whose token it is, and which address is known to be theirs.
IDENTIFYING = frozenset({"external_id", "verified"})


def may_identify(actor: Actor) -> bool:
    """Whether `actor` may say who a customer is (IDENTIFYING): managers and administrators."""
    return actor.is_staff and actor.subject.is_active and any(actor.subject.desk.has(role) for role in _HEADS)


def may_correct(actor: Actor, customer: Customer) -> bool:
    """Whether `actor` may correct name, language and contacts: managers and administrators; programs with the scope; intake
    agents and specialists where they can see a case of the customer, or there is none."""
    if actor.is_integration:
        return bool(actor.subject.is_active and actor.subject.has_scope(Scope.CUSTOMERS))
    if may_identify(actor):
        return True
    if not actor.is_staff or not any(actor.subject.desk.has(role) for role in _CORRECTORS):
        return False
    if policies.visible_to(actor).filter(customer=customer).exists():
        return True
    return bool(actor.subject.is_active) and not Case.objects.filter(customer=customer).exists()


def note_correction(customer: Customer, fields: Collection[str], *, actor: Actor) -> None:
    """Records on the customer's open cases which `fields` were corrected, never what they say. Nothing to tell without fields.

    Belongs in the transaction that saves the correction. Raises NotPermitted where `actor` may not make it.
    """
    if not may_correct(actor, customer) or (IDENTIFYING.intersection(fields) and not may_identify(actor)):
        raise NotPermitted
    if not fields:
        return
    with transaction.atomic():
        directory.hold(customer)
        for case in Case.objects.filter(STILL_OPEN, customer=customer).order_by("pk"):
            with change_case(case) as held:
                record(held, EventKind.CASE_CORRECTED, actor=actor, customer=customer.pk, fields=sorted(fields))
