"""Recognising customers by what they give us: the operator's id, an email address, a telephone number."""

import re
from dataclasses import dataclass

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import BooleanField, ExpressionWrapper, F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from cskh.core.errors import Invalid
from cskh.core.folding import Folded
from cskh.core.text import folded, one_line

from .models import Contact, Customer

_REGION = "VN"


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody as they introduce themselves. Empty where unknown; `language` is "vi" or "en"."""

    external_id: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""
    language: str = ""


def normal_email(text: str) -> str:
    """The address with its domain in lower case. Raises Invalid where it is none."""
    local, at, domain = one_line(text).rpartition("@")
    address = f"{local}{at}{domain.lower()}"
    try:
        validate_email(address)
    except ValidationError as error:
        raise Invalid(errors={"email": [_("This is not an email address.")]}) from error
    return address


def normal_phone(text: str) -> str:
    """The number in E.164 form (+84…); without a country code it is Vietnamese. Raises Invalid where it is none."""
    try:
        number = phonenumbers.parse(one_line(text), _REGION)
    except phonenumbers.NumberParseException as error:
        raise Invalid(errors={"phone": [_("This is not a telephone number.")]}) from error
    if not phonenumbers.is_possible_number(number):
        raise Invalid(errors={"phone": [_("This is not a telephone number.")]})
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def recognise(person: Person) -> tuple[Customer, dict[str, Contact]]:
    """The customer that `person` is, made if unknown, and their contacts by kind ("email", "phone") as given now.

    The operator's id decides alone; without one the email address does, without that the number (`by_address`). What was
    typed beside the address that decided is only claimed: else somebody could lead others' requests to their own record.
    Nor does an address that anybody can type give a known record its name: only the operator's id does.
    Records merged away are followed to the one that was kept, which stays held (`hold`). Raises Invalid for malformed
    addresses, before anything is written.
    """
    addresses = {
        **({Contact.Kind.EMAIL.value: normal_email(person.email)} if person.email.strip() else {}),
        **({Contact.Kind.PHONE.value: normal_phone(person.phone)} if person.phone.strip() else {}),
    }
    with transaction.atomic(savepoint=False):
        customer = _held_by_external_id(person) if person.external_id else _by_address(addresses)
        if customer is None:
            customer = Customer.objects.create(name=one_line(person.name)[:200], language=_language(person))
        elif person.external_id and person.name and not customer.name:
            customer.name = one_line(person.name)[:200]
            customer.save(update_fields=["name"])
        claimed = {} if person.external_id else dict(list(addresses.items())[1:])
        telling = {kind: address for kind, address in addresses.items() if kind not in claimed}
        contacts = _contacts(customer, telling) | _contacts(customer, claimed, is_claimed=True)
    return customer, contacts


def by_address(kind: str, address: str) -> Customer | None:
    """The customer whose address this is known to be, else who used it last, if anybody did; held (`hold`).

    `address` is in normal form.
    """
    contact = (
        Contact.objects.speaking()
        .filter(kind=kind, address__iexact=address)
        .select_related("customer")
        .select_for_update(no_key=True, of=("customer",))
        .order_by(F("verified_at").desc(nulls_last=True), "-last_used_at", "-pk")
        .first()
    )
    return _held_in_use(contact.customer) if contact else None


def contact_of(customer: Customer, kind: str, address: str, *, is_claimed: bool = False) -> Contact:
    """The customer's contact with this address, made if new, and noted as used now.

    `is_claimed` where it was only typed: it recognises nobody until it is proved (`Contact.is_claimed`).
    """
    return _contacts(customer, {kind: address}, is_claimed=is_claimed)[kind]


def _contacts(customer: Customer, addresses: dict[str, str], *, is_claimed: bool = False) -> dict[str, Contact]:
    """The customer's contacts with these addresses by kind; one statement makes what is new and notes what was used.

    What is more than claimed already stays so.
    """
    if not addresses:
        return {}
    now = timezone.now()
    contacts = Contact.objects.bulk_create(
        [
            Contact(customer=customer, kind=kind, address=address, is_claimed=is_claimed, last_used_at=now)
            for kind, address in addresses.items()
        ],
        update_conflicts=True,
        unique_fields=["customer", "kind", "address"],
        update_fields=["last_used_at"] if is_claimed else ["last_used_at", "is_claimed"],
    )
    for contact in contacts:
        # What was known already keeps its own: read from the database when asked for.
        del contact.verified_at, contact.is_claimed
    return {contact.kind: contact for contact in contacts}


def same_address(customer: Customer, contact: Contact) -> Contact | None:
    """`customer`'s own contact with the address of `contact`, which may stand on another record of the same person."""
    if contact.customer_id == customer.pk:
        return contact
    return customer.contacts.filter(kind=contact.kind, address__iexact=contact.address).first()


def current(customer: Customer) -> Customer:
    """The record that is in use for this person: the one all others were merged into."""
    while customer.merged_into is not None:
        customer = customer.merged_into
    return customer


def hold(customer: Customer) -> Customer:
    """The record that is in use for this person, locked until the transaction ends: nobody merges it away meanwhile.

    Whoever writes for a customer holds them first, then contacts, then cases: the order in which records are merged, so
    that nobody waits in a circle. Rows may still be made that refer to a customer whom somebody else holds.
    """
    return _held_in_use(Customer.objects.select_for_update(no_key=True).get(pk=customer.pk))


def _held_in_use(held: Customer) -> Customer:
    """The record all others were merged into, from one that is held; what it says is of after the wait for it."""
    while held.merged_into_id is not None:
        held = Customer.objects.select_for_update(no_key=True).get(pk=held.merged_into_id)
    return held


SHORTEST_SEARCH = 3  # characters: fewer would find half of all customers


def find(text: str, among: QuerySet[Customer], limit: int = 20) -> list[Customer]:
    """Customers by what staff type while somebody is on the telephone: a number or its end, an address, a name, an id.

    "nguyen" finds "Nguyễn" too; whose name is written as it was typed comes first. `among`: those whom the person who
    asks may know of.
    """
    query = one_line(text)
    bare = folded(query)
    if len(bare) < SHORTEST_SEARCH:
        return []
    digits = re.sub(r"\D", "", query)
    address = Q(address__istartswith=query)
    if len(digits) >= 4 and (tail := digits.lstrip("0")):
        address |= Q(kind=Contact.Kind.PHONE, address__iendswith=tail)
    # Two searches, each by its own indexes: one over both tables at once would read all customers.
    names = Customer.objects.alias(bare_name=Folded("name"))
    named = names.filter(Q(bare_name__contains=bare) | Q(external_id__iexact=query))
    either = named.values("pk").union(Contact.objects.filter(address).values("customer_id"))
    as_typed = ExpressionWrapper(Q(name__icontains=query), output_field=BooleanField())
    known = among.filter(pk__in=either, merged_into=None).order_by(as_typed.desc(), "pk")
    return list(known.prefetch_related("contacts")[:limit])


def by_external_id(person: Person) -> Customer:
    """The customer with the operator's id that `person` gives, made if unknown. Nothing else is looked at or noted."""
    known = Customer.objects.select_related("merged_into").filter(external_id=_external_id(person)).first()
    return current(known) if known else _made(person)


def _held_by_external_id(person: Person) -> Customer:
    known = Customer.objects.select_for_update(no_key=True).filter(external_id=_external_id(person)).first()
    return _held_in_use(known) if known else _made(person)


def _external_id(person: Person) -> str:
    return one_line(person.external_id)[:100]


def _made(person: Person) -> Customer:
    made = Customer(external_id=_external_id(person), name=one_line(person.name)[:200], language=_language(person))
    # The same customer may come in twice at the same moment: then the row that is there already is taken.
    Customer.objects.bulk_create(
        [made], update_conflicts=True, unique_fields=["external_id"], update_fields=["external_id"]
    )
    return made


def _by_address(addresses: dict[str, str]) -> Customer | None:
    """By the email address, and only without one by the telephone number.

    A number that somebody typed beside an address of their own must not make that address one of whoever has the number.
    """
    return next((by_address(kind, address) for kind, address in addresses.items()), None)


def _language(person: Person) -> str:
    return person.language if person.language in ("vi", "en") else "vi"
