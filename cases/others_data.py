"""What an answer to one customer must not say of another (R-54): codes of their cases, their addresses, their transactions.

Only what stands in our own records is found. Nothing is asked of the database for a text without such a thing in it, and of
each kind that there is one indexed query. Rights play no part: also what the writer may not see must not be sent.
"""

import re
from collections import defaultdict
from collections.abc import Iterable

from django.conf import settings
from django.db.models.functions import Upper
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.customers.directory import normal_phone
from accounts.customers.models import Contact
from cases.codes import find_codes
from cases.models import Case
from cases.records.codes import codes_in
from cases.records.models import TransactionCode
from cskh.core.errors import Invalid

NAMES_A_CASE = _("%(found)s is the request of another customer. Leave it out.")
NAMES_AN_ADDRESS = _("%(found)s is how we reach another customer. Leave it out.")
NAMES_A_TRANSACTION = _(
    "%(found)s is a transaction of another customer. Leave it out; or add it to this request, if it belongs to it."
)
_EMAIL = re.compile(r"[a-z0-9_.+-]{1,64}@[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.IGNORECASE | re.ASCII)
_PHONE = re.compile(
    r"(?<![\w.,+])\+?\d(?:[ .()-]{0,2}\d){8,12}(?!\w)", re.ASCII
)  # a hotline of eight digits is nobody's own


def require_nobody_elses_data(text: str, case: Case, *, field: str) -> None:
    """Raises Invalid, which names each of them, for a text that names what belongs to another customer than the case's."""
    said: list[tuple[Promise, list[str]]] = [
        (NAMES_A_CASE, _cases(text, case)),
        (NAMES_AN_ADDRESS, _addresses(text, case)),
        (NAMES_A_TRANSACTION, _transactions(text, case)),
    ]
    errors: list[object] = [str(why) % {"found": one} for why, found in said for one in found]
    if errors:
        raise Invalid(errors={field: errors})


def _cases(text: str, case: Case) -> list[str]:
    codes = set(find_codes(text)) - {case.code}
    if not codes:
        return []
    others = Case.objects.filter(code__in=codes).exclude(customer=case.customer_id)
    return sorted(others.values_list("code", flat=True))


def _addresses(text: str, case: Case) -> list[str]:
    """As they stand in the text; those that are also ours, or this customer's, are nobody else's."""
    written = _reached_by(text)
    wanted = written.keys() - _our_own() if written else set()
    if not wanted:
        return []
    contacts = Contact.objects.alias(capitals=Upper("address")).filter(
        kind__in=(Contact.Kind.EMAIL, Contact.Kind.PHONE), capitals__in=sorted(wanted)
    )
    kept = [one for one in contacts if one.speaks or one.customer_id == case.customer_id]
    held = _holders((one.address.upper(), one.customer_id) for one in kept)
    return [written[one] for one, holders in held.items() if case.customer_id not in holders]


def _transactions(text: str, case: Case) -> list[str]:
    """What stands on requests of several customers is no one's own, such as the code of a batch."""
    codes = codes_in(text)
    if not codes:
        return []
    rows = TransactionCode.objects.filter(code__in=codes).values_list("code", "case__customer")
    return sorted(
        code for code, holders in _holders(rows).items() if len(holders) == 1 and case.customer_id not in holders
    )


def _holders(rows: Iterable[tuple[str, int]]) -> dict[str, set[int]]:
    held: dict[str, set[int]] = defaultdict(set)
    for thing, customer in rows:
        held[thing].add(customer)
    return held


def _reached_by(text: str) -> dict[str, str]:
    """The addresses and numbers in a text: as they are kept, in capitals → as they are written."""
    found = {match[0].upper(): match[0] for match in _EMAIL.finditer(text)}
    for match in _PHONE.finditer(text):
        try:
            found[normal_phone(match[0])] = match[0]
        except Invalid:
            continue
    return found


def _our_own() -> set[str]:
    """Where customers reach us, and whom else we send them to."""
    boxes = [box["address"] for box in settings.MAILBOXES]
    said = [settings.BRAND_EMAIL, settings.BRAND_HOTLINE, *boxes, *settings.EXTERNAL_ROUTE.values()]
    return set(_reached_by("\n".join(map(str, [*said, *settings.SAFETY_REPLY.values()]))))
