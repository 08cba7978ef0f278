"""Is the caller who they say? Known facts are entered and compared, never shown (R-62). Passwords are never asked."""

import re
from collections.abc import Callable

from django.contrib.admin.models import CHANGE, LogEntry
from django.http import Http404, HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from accounts.actors import Actor
from accounts.customers.models import Contact, Customer
from cases import policies
from channels_app import calls
from cskh.core.errors import NotPermitted

_NEEDED = 2  # facts that must match


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _phone_end(customer: Customer, contacts: list[Contact], said: str) -> bool:
    end = _digits(said)
    phones = [one.address for one in contacts if one.kind == Contact.Kind.PHONE]
    return len(end) == 4 and any(constant_time_compare(phone[-4:], end) for phone in phones)


def _email(customer: Customer, contacts: list[Contact], said: str) -> bool:
    mails = [one.address.casefold() for one in contacts if one.kind == Contact.Kind.EMAIL]
    return any(constant_time_compare(mail, said.strip().casefold()) for mail in mails)


def _external_id(customer: Customer, contacts: list[Contact], said: str) -> bool:
    return bool(customer.external_id) and constant_time_compare(str(customer.external_id), said.strip())


def _transaction(customer: Customer, contacts: list[Contact], said: str) -> bool:
    return customer.cases.filter(transaction_ref__iexact=said.strip()).exists()


# What may be asked: its name, how it is asked, and how it is compared.
QUESTIONS: dict[str, tuple[object, Callable[[Customer, list[Contact], str], bool]]] = {
    "phone_end": (_("Last four digits of another telephone number on file"), _phone_end),
    "email": (_("Email address on file"), _email),
    "external_id": (_("Customer id at the operator"), _external_id),
    "transaction": (_("Code of an earlier transaction reported to us"), _transaction),
}


@require_POST
def check(request: HttpRequest, customer_id: int) -> JsonResponse:
    """Compares what the caller said. Answers match or no match by fact, and notes in the log that somebody looked.

    The number they call from proves nothing (`number`): it can be forged, and the agent sees it.
    """
    actor = Actor.staff(request.user)
    if not policies.may_open(actor):
        raise NotPermitted
    number = calls.typed_number(request.POST.get("number", ""))
    callers = policies.possible_callers(actor, number)
    customer = get_object_or_404(callers.prefetch_related("contacts"), pk=customer_id)
    said = {name: request.POST[name] for name in QUESTIONS if request.POST.get(name, "").strip()}
    if not said:
        raise Http404
    contacts = [one for one in customer.contacts.all() if one.address != number]
    matches = {name: QUESTIONS[name][1](customer, contacts, text) for name, text in said.items()}
    LogEntry.objects.log_actions(
        user_id=int(request.user.pk or 0),
        queryset=[customer],
        action_flag=CHANGE,
        change_message="Identity check: "
        + ", ".join(f"{name} {'match' if ok else 'no match'}" for name, ok in matches.items()),
        single_object=True,
    )
    return JsonResponse({"matches": matches, "proven": sum(matches.values()) >= _NEEDED})
