"""Finding cases by whatever people type, with or without diacritics."""

from django.db.models import Q, QuerySet

from accounts.actors import Actor
from accounts.customers import directory
from cases import codes, policies
from cases.models import Case
from cskh.core.folding import Folded, has_words
from cskh.core.text import one_line


def searched(cases: QuerySet[Case], term: str, actor: Actor) -> QuerySet[Case]:
    """Cases by their code in any form, else by subject, transaction code or customer (name, telephone, email, id)."""
    text = one_line(term)
    if is_code(text):
        return cases.filter(code=codes.parse_code(text))
    customers = [customer.pk for customer in directory.find(text, policies.visible_customers(actor), limit=100)]
    which = has_words("bare_subject", text) | Q(transaction_ref=text) | Q(customer_id__in=customers)
    if len(text) >= 4:
        which |= Q(code__startswith=text.upper())
    return cases.alias(bare_subject=Folded("subject")).filter(which)


def is_code(text: str) -> bool:
    """Whether it is a tracking code, in any form."""
    try:
        codes.parse_code(text)
    except ValueError:
        return False
    return True
