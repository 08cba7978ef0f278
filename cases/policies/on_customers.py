"""What is done with a customer's record: who finds it, corrects it, says whose it is, and makes one of two."""

from django.db.models import Q, QuerySet

from accounts.actors import Actor
from accounts.customers.models import Contact, Customer
from accounts.models import HEADS, Role, Scope
from cases.models import Case

from .on_cases import OVERSEERS, integration_has, may_open, visible_to

# Who finds any customer: whoever takes their first word down, and those who oversee everything.
_KNOW_CUSTOMERS = OVERSEERS | {Role.INTAKE}
_KNOW_THEM_BY_CASES = frozenset({Role.INTAKE, Role.SPECIALIST})
_MERGE = HEADS | {Role.INTAKE}


def visible_customers(actor: Actor) -> QuerySet[Customer]:
    """The customers `actor` may know of: themselves; all, for intake, overseers and programs with the scope; else those
    whose cases one sees."""
    customers = Customer.objects.all()
    if actor.is_customer:
        return customers.filter(pk=actor.id)
    if actor.is_integration:
        return customers if integration_has(actor, Scope.CUSTOMERS) else customers.none()
    if actor.is_staff and not _is_one_of(actor, _KNOW_CUSTOMERS):
        return customers.filter(pk__in=visible_to(actor).values("customer_id"))
    return customers


def possible_callers(actor: Actor, number: str) -> QuerySet[Customer]:
    """The customers whom `actor` may have on the telephone: those they know of, and whoever they talk to at this very
    `number` (in its normal form, "" where it is withheld)."""
    known = visible_customers(actor)
    if not number or not may_open(actor):
        return known
    at_number = Contact.objects.filter(kind=Contact.Kind.PHONE, address__iexact=number)
    return Customer.objects.filter(Q(pk__in=known.values("pk")) | Q(pk__in=at_number.values("customer_id")))


def may_identify(actor: Actor) -> bool:
    """Whether `actor` may say who a customer is, which decides who sees the cases: managers and administrators."""
    return _is_one_of(actor, HEADS)


def may_correct(actor: Actor, customer: Customer) -> bool:
    """Whether `actor` may correct name, language and contacts: managers and administrators; programs with the scope; intake
    agents and specialists where they can see a case of the customer, or there is none."""
    if actor.is_integration:
        return integration_has(actor, Scope.CUSTOMERS)
    if may_identify(actor):
        return True
    if not _is_one_of(actor, _KNOW_THEM_BY_CASES):
        return False
    return visible_to(actor).filter(customer=customer).exists() or not Case.objects.filter(customer=customer).exists()


def may_merge(actor: Actor) -> bool:
    """Those who speak with customers of every department, and managers: intake agents, managers, administrators."""
    return _is_one_of(actor, _MERGE)


def may_be_solicited(customer: Customer) -> bool:
    """Whether the customer may be asked how satisfied they are, or be offered anything: not who was found vulnerable, nor
    while words of theirs wait for the protection team. Whatever writes such things asks here first."""
    records = Q(pk=customer.pk) | Q(merged_into=customer.pk) | Q(pk=customer.merged_into_id)  # one person, once several
    if Customer.objects.filter(records, vulnerable_since__isnull=False).exists():
        return False
    return not Case.objects.filter(customer__in=Customer.objects.filter(records)).exclude(safety_kinds=[]).exists()


def _is_one_of(actor: Actor, roles: frozenset[Role]) -> bool:
    return actor.is_staff and actor.subject.is_active and any(actor.subject.desk.has(role) for role in roles)
