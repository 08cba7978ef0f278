"""Signed links to a case, for our messages: whoever holds the contact's mail may follow that one case.

Nothing is stored: the link carries case and contact, signed and dated. Following it changes nothing but the browser's session.
"""

from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.urls import reverse

from accounts.customers import directory
from accounts.customers.models import Contact
from cases.models import Case

_SALT = "channels_app.links"
# What the link is for → where on the case's page it leads.
PURPOSES = {"follow": "", "evidence": "#evidence", "outcome": "#outcome"}


@dataclass(frozen=True)
class Opened:
    """What a valid link opens."""

    case: Case
    contact: Contact
    anchor: str


def case_link(case: Case, contact: Contact, purpose: str = "follow") -> str:
    """An absolute address, good for `settings.CASE_LINK_HOLDS`. `purpose` is one of PURPOSES.

    Make it when a message is sent, and keep it out of what is stored: who reads it may act as the customer.
    """
    if purpose not in PURPOSES:
        raise ValueError(f"no such purpose of a link: {purpose!r}")
    token = signing.dumps([case.pk, contact.pk, purpose], salt=_SALT)
    return settings.PUBLIC_URL + reverse("portal:link", args=[token])


def open_link(token: str) -> Opened | None:
    """What the link opens, or None where it is forged, too old, or its contact is no longer this customer's."""
    try:
        case_id, contact_id, purpose = signing.loads(token, salt=_SALT, max_age=settings.CASE_LINK_HOLDS)
    except signing.BadSignature:
        return None
    contact = Contact.objects.filter(pk=contact_id).first()
    case = Case.objects.select_related("customer").filter(pk=case_id).first()
    if contact is None or case is None:
        return None
    # Records merge and part again; whoever reads the address the link was sent to stays the same.
    own = directory.same_address(case.customer, contact)
    return Opened(case, own, PURPOSES[purpose]) if own else None
