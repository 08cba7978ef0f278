"""The hotline page: one page, by keyboard, while somebody is on the telephone (R-17).

A number (or name, code, id) finds customers and their cases; the form opens or continues a case; the page then shows the
code for reading back. Beside it: calls of today, and customers who wait for a call.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import F, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.actors import Actor
from accounts.customers import directory
from accounts.customers.models import Contact, Customer
from cases import codes, policies, queries
from cases.models import STILL_OPEN, Case, FollowUp
from cases.states import Channel
from cases.workflow import call_back
from cases.workflow.call_back import CallOutcome
from cases.workflow.opening import Matter
from channels_app import calls, one_time_codes
from channels_app.calls import CallNotes
from channels_app.models import Call, Delivery, OneTimeCode
from cskh.core.errors import Invalid, NotVisible
from cskh.core.text import as_number

from .calls import visible_calls
from .hotline_form import NEW_CUSTOMER, CallForm, label_of, offered
from .identity import QUESTIONS
from .read_back import read_back

_RECENT_CALLS = timedelta(hours=12)
_CLOSED_LATELY = timedelta(days=30)


@dataclass(frozen=True)
class Continuable:
    """A case the call may be about, and what waits to be told to its customer by telephone."""

    case: Case
    waits: list[str]

    @property
    def key(self) -> str:
        return f"case-{self.case.pk}"


@dataclass
class Found:
    """A customer who may be the caller, the cases the agent may know of, and what waits to be told about each."""

    customer: Customer
    cases: list[Continuable] = field(default_factory=list)

    @property
    def key(self) -> str:
        return f"customer-{self.customer.pk}"

    @property
    def contacts(self) -> list[str]:
        """Addresses with their middle hidden: what the caller should know is asked, not told (R-62)."""
        return [_masked(contact) for contact in self.customer.contacts.all()]


@dataclass(frozen=True)
class Owed:
    """A call we owe, with what the agent needs for it."""

    follow_up: FollowUp
    number: str
    attempts: int
    one_time_code: str

    @property
    def is_late(self) -> bool:
        return self.follow_up.due_at < timezone.now()

    @property
    def query(self) -> str:
        """What fills the page in for this call."""
        about = f"case-{self.follow_up.case_id}"
        return urlencode({"number": self.number or self.follow_up.case.code, "direction": "out", "about": about})


@require_GET
def hotline(request: HttpRequest) -> HttpResponse:
    actor = Actor.staff(request.user)
    named = as_number(request.GET.get("call", ""))
    call = visible_calls(actor).filter(pk=named).first() if named else None
    text = request.GET.get("number") or (call.number if call else "")
    form = CallForm(
        actor=actor,
        initial={
            "number": text,
            "call": call.pk if call else None,
            "direction": request.GET.get("direction") if request.GET.get("direction") in ("in", "out") else "in",
        },
    )
    about = f"case-{call.case_id}" if call and call.case_id else ""
    return _page(request, actor, form, text, chosen=request.GET.get("about", about))


@require_POST
def log(request: HttpRequest) -> HttpResponse:
    """Opens or continues the case, then shows its code for reading back."""
    actor = Actor.staff(request.user)
    form = CallForm(request.POST, actor=actor)
    if form.is_valid():
        try:
            case = _logged(actor, form.cleaned_data)
        except Invalid as error:
            for name, texts in error.errors.items():
                form.add_error({"body": "said"}.get(name, name if name in form.fields else None), texts)
        else:
            return HttpResponseRedirect(f"{reverse('hotline:page')}?{urlencode({'logged': case.code})}")
    form.focus_what_is_wrong()
    return _page(request, actor, form, request.POST.get("number", ""), chosen=request.POST.get("about", ""))


def _logged(actor: Actor, said: dict[str, Any]) -> Case:
    about: Case | Customer | None = said["about"]
    notes = CallNotes(
        number=said["number"],
        said=said["said"],
        outcome=CallOutcome(said["outcome"]),
        direction=Call.Direction(said["direction"]),
        call=said["call"],
        recording_ref=said["recording_ref"],
        recording_consent=said["recording_consent"],
    )
    if isinstance(about, Case):
        calls.log_call(about, actor=actor, notes=notes)
        return about
    matter = Matter(
        subject=said["said"].strip().splitlines()[0][:120],
        nature=said["nature"],
        category=said["category"],
        transaction_ref=said["transaction_ref"],
        amount=said["amount"],
    )
    return calls.open_by_call(matter, actor=actor, notes=notes, customer=about, name=said["name"])


def _page(request: HttpRequest, actor: Actor, form: CallForm, text: str, *, chosen: str) -> HttpResponse:
    found = _found(actor, text)
    default = found[0].key if found else NEW_CUSTOMER
    context = {
        **admin.site.each_context(request),
        "title": _("Hotline"),
        "form": form,
        "text": text,
        "found": found,
        "is_too_short": len(text) < directory.SHORTEST_SEARCH,
        "chosen": chosen if chosen in _choices(found) else default,
        "new_customer": NEW_CUSTOMER,
        "questions": [(name, label) for name, (label, _compare) in QUESTIONS.items()],
        "may_log": policies.may_open(actor),
        "categories": [label_of(category) for category in offered()],
        "calls": _recent_calls(actor),
        "owed": _owed(actor),
        "logged": _just_logged(actor, request.GET.get("logged", "")),
    }
    return render(request, "admin/hotline/page.html", context, status=200)


def _found(actor: Actor, text: str) -> list[Found]:
    """Customers by number, name, address, id or code, each with the cases that are open, urgent first, or closed lately."""
    try:
        customers = [directory.current(queries.visible_case(actor, text).customer)] if text else []
    except NotVisible:
        customers = directory.find(text, policies.possible_callers(actor, calls.typed_number(text)), limit=8)
    lately = STILL_OPEN | Q(closed_at__gte=timezone.now() - _CLOSED_LATELY)
    found = {customer.pk: Found(customer) for customer in customers}
    cases = policies.visible_to(actor).filter(lately, customer__in=list(found)).select_related("category")
    shown = list(cases.order_by(F("closed_at").asc(nulls_first=True), "-urgency", "-opened_at")[:40])
    waits = _waits(shown)
    for case in shown:
        found[case.customer_id].cases.append(Continuable(case, waits.get(case.pk, [])))
    return list(found.values())


def _choices(found: list[Found]) -> set[str]:
    return {NEW_CUSTOMER} | {one.key for one in found} | {row.key for one in found for row in one.cases}


def _waits(shown: list[Case]) -> dict[int, list[str]]:
    """What waits to be told by telephone, by case."""
    waiting: dict[int, list[str]] = {}
    queued = Delivery.objects.filter(
        channel=Channel.HOTLINE, state=Delivery.State.QUEUED, message__case__in=shown
    ).order_by("pk")
    for case_id, body in queued.values_list("message__case", "message__body"):
        waiting.setdefault(case_id, []).append(body)
    return waiting


def _recent_calls(actor: Actor) -> list[Call]:
    recent = visible_calls(actor).filter(started_at__gte=timezone.now() - _RECENT_CALLS)
    return list(recent.select_related("customer", "case", "agent").order_by("-started_at")[:12])


def _owed(actor: Actor) -> list[Owed]:
    """Customers who wait for a call, longest due first."""
    follow_ups = list(
        call_back.waiting()
        .filter(case__in=policies.visible_to(actor))
        .select_related("case__customer", "case__contact")
        .order_by("due_at", "pk")[:20]
    )
    asked = [one.facts["one_time_code"] for one in follow_ups if "one_time_code" in one.facts]
    rows = OneTimeCode.objects.filter(pk__in=asked).select_related("contact").in_bulk()
    missed = [call for one in follow_ups for call in one.facts.get("calls", [])]
    numbers = dict(Call.objects.filter(pk__in=missed).values_list("pk", "number"))
    left = Contact.objects.in_bulk([one.facts["contact"] for one in follow_ups if "contact" in one.facts])
    for one in follow_ups:
        one.case.contact = left.get(one.facts.get("contact"), one.case.contact)  # the number left for this call
    return [_owed_one(one, rows.get(one.facts.get("one_time_code")), numbers, actor) for one in follow_ups]


def _owed_one(follow_up: FollowUp, row: OneTimeCode | None, numbers: dict[int, str], actor: Actor) -> Owed:
    contact = row.contact if row else follow_up.case.contact
    missed = [numbers[call] for call in follow_up.facts.get("calls", []) if call in numbers]
    spoken = ""
    if row is not None and policies.may_converse(actor, follow_up.case):
        expired = row.used_at is not None or one_time_codes.expires_at(row) <= timezone.now()
        spoken = _("expired") if expired else one_time_codes.legible(row)
    number = missed[-1] if missed else contact.address if contact and contact.kind == Contact.Kind.PHONE else ""
    return Owed(follow_up, number, len(missed), spoken)


def _just_logged(actor: Actor, code: str) -> dict[str, Any] | None:
    """What is read back. The case of another department opens to nobody here, but its code is told to the caller."""
    if not code:
        return None
    try:
        case, may_open = queries.visible_case(actor, code), True
    except NotVisible:
        mine = Call.objects.filter(agent=actor.subject, started_at__gte=timezone.now() - _RECENT_CALLS)
        call = mine.filter(case__code=code).select_related("case__customer").first()
        if call is None or call.case is None:
            raise
        case, may_open = call.case, False
    return {
        "case": case,
        "may_open": may_open,
        "groups": codes.spelled(case.code),
        "read_back": read_back(case.code, case.customer.language),
    }


def _masked(contact: Contact) -> str:
    if contact.kind == Contact.Kind.PHONE:
        return f"••• {contact.address[-3:]}"
    local, at, domain = contact.address.partition("@")
    return f"{local[:2]}•••{at}{domain}" if at else "•••"
