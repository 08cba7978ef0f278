"""Finding cases by whatever people type."""

from django.db.models import Q, QuerySet

from accounts.actors import Actor
from accounts.customers import directory
from cases import codes, policies
from cases.models import Case


def searched(cases: QuerySet[Case], term: str, actor: Actor) -> QuerySet[Case]:
    """Cases by their code in any form, else by subject, transaction code or customer (name, telephone, email, id)."""
    text = term.replace("\x00", "").strip()
    try:
        return cases.filter(code=codes.parse_code(text))
    except ValueError:
        customers = [customer.pk for customer in directory.find(text, policies.visible_customers(actor), limit=100)]
    which = Q(subject__icontains=text) | Q(transaction_ref=text) | Q(customer_id__in=customers)
    if len(text) >= 4:
        which |= Q(code__startswith=text.upper())
    return cases.filter(which)
