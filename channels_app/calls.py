"""Telephone calls: what the exchange reports about them, and what staff write down while they talk (R-17).

A report is kept raw before anything can fail (`InboundItem`); noting the call, and owing a call-back for a missed one, is a
second transaction that can be repeated (`process_report`). Reports may come repeated and in any order.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.customers import directory
from accounts.customers.models import Contact, Customer
from accounts.models import Scope, User
from cases import policies
from cases.models import STILL_OPEN, Case
from cases.states import Channel
from cases.workflow import call_back
from cases.workflow.call_back import CallOutcome
from cases.workflow.opening import Matter
from cskh.core.errors import Invalid, NotPermitted
from cskh.core.locks import one_at_a_time
from cskh.core.text import one_line

from . import deliveries, intake, outbox, ringing
from .adapters.hotline.reports import CallReport, ReportedState, callers_number
from .models import Call, InboundItem

HOTLINE = Actor.system("hotline")


@dataclass(frozen=True, kw_only=True)
class CallNotes:
    """What staff write down about a call: whom they spoke with at which number, and what was said.

    `call` is the exchange's record of this very call, where there is one. `number` is "" where the caller withholds it.
    """

    number: str
    said: str
    outcome: CallOutcome = CallOutcome.REACHED
    direction: Call.Direction = Call.Direction.IN
    call: Call | None = None
    recording_ref: str = ""
    recording_consent: bool = False


def report_call(
    *,
    actor: Actor,
    call_id: str,
    number: str,
    state: str,
    direction: str = "in",
    agent: str = "",
    at: datetime | None = None,
    recording_ref: str = "",
) -> Call:
    """Notes what the exchange says about a call: ringing, answered, missed or ended, since `at` (default now).

    The same report may come again, states in any order. `number` in any usual form, "" or "anonymous" where withheld;
    `agent` is a user name or telephone extension. A missed call from the customer becomes a call-back with a due time.
    Raises Invalid, and then nothing is kept; NotPermitted for an integration without the scope for calls.
    """
    if not (actor.is_system or (actor.is_integration and actor.subject.has_scope(Scope.CALLS))):
        raise NotPermitted
    report = CallReport.checked(
        call_id=call_id,
        number=number,
        state=state,
        direction=direction,
        agent=agent,
        at=at,
        recording_ref=recording_ref,
    )
    item = intake.receive_message(
        Channel.HOTLINE,
        report.raw(),
        source=actor.label,
        external_id=f"{report.call_id}:{report.state}:{report.agent}",
        at_once=True,
    )
    return process_report(item)


def process_report(item: InboundItem) -> Call:
    """Does what a kept report asks for, once: a report that was worked on already changes nothing."""
    with transaction.atomic():
        held = InboundItem.objects.select_for_update().get(pk=item.pk)
        if held.state != InboundItem.State.DONE:
            take(held)
        return Call.objects.get(external_id=CallReport.read(held.content).call_id)


def take(item: InboundItem, *, as_person: bool = False) -> None:
    """Notes the call of a kept report; the caller holds `item` locked. A report is never taken for a person's words."""
    report = CallReport.read(item.content)
    one_at_a_time("call", report.call_id)
    if report.number:
        one_at_a_time("number", report.number)
    call = _noted(report)
    item.settle(InboundItem.State.DONE, case=call.case)


def open_by_call(
    matter: Matter, *, actor: Actor, notes: CallNotes, customer: Customer | None = None, name: str = ""
) -> Case:
    """A new case for somebody who is on the telephone: a `customer` who is known, or a new one with that `name`.

    Their number becomes a contact of theirs, not verified. Raises Invalid for a malformed number or where nothing was said.
    """
    if not policies.may_open(actor):
        raise NotPermitted
    number = checked_number(notes.number)
    with transaction.atomic():
        customer = directory.hold(customer) if customer else Customer.objects.create(name=one_line(name)[:200])
        if number:
            directory.contact_of(customer, Contact.Kind.PHONE, number)
        case = intake.open_request(
            matter, actor=actor, channel=Channel.HOTLINE, body=notes.said, customer=customer, answered_at_once=True
        )
        # Whoever is on the telephone writes down what is for other departments too: then the hotline itself notes the call.
        _log(case, actor if policies.can_see(actor, case) else HOTLINE, notes, number, agent=actor.subject)
    return case


def log_call(case: Case, *, actor: Actor, notes: CallNotes) -> Call:
    """A call about a case that is there already. What the customer said becomes a message, a vain try an internal note.

    Who reached the customer has replied to them: calls owed are done, and what waited to be read out counts as delivered.
    Raises Invalid, NotVisible or NotPermitted, and then nothing has changed.
    """
    number = checked_number(notes.number)
    with transaction.atomic():
        if notes.outcome == CallOutcome.REACHED:
            intake.add_message(case, actor=actor, channel=Channel.HOTLINE, body=notes.said)
        elif notes.said.strip():
            outbox.write_note(case, actor=actor, body=notes.said)
        return _log(case, actor, notes, number, agent=actor.subject)


def checked_number(text: str) -> str:
    """`callers_number`, naming the field as the call forms do."""
    try:
        return callers_number(text)
    except Invalid as error:
        raise Invalid(errors={"number": list(error.errors["phone"])}) from error


def typed_number(text: str) -> str:
    """The whole number that was typed where one also looks for names and codes; "" where it is something else."""
    try:
        return callers_number(text)
    except Invalid:
        return ""


def _log(case: Case, actor: Actor, notes: CallNotes, number: str, *, agent: User) -> Call:
    if number:
        one_at_a_time("number", number)
    now = timezone.now()
    call = _still_free(notes.call, case) or Call(
        external_id=f"desk:{secrets.token_hex(12)}", direction=notes.direction, number=number, state=Call.State.ENDED
    )
    call.case, call.customer, call.agent = case, case.customer, agent
    # A recording proves what was said: what is known of it stays.
    call.recording_ref = call.recording_ref or one_line(notes.recording_ref)[:300]
    call.recording_consent = call.recording_consent or notes.recording_consent
    if notes.outcome == CallOutcome.REACHED and call.answered_at is None:
        call.answered_at = now
        call.state = Call.State.ANSWERED if notes.call and call.ended_at is None else Call.State.ENDED
    call.save()
    call_back.call_logged(case, actor=actor, call=call.pk, outcome=notes.outcome, direction=call.direction)
    if notes.outcome == CallOutcome.REACHED:
        deliveries.mark_told(case)
        _return_missed(call)
    return call


def _still_free(call: Call | None, case: Case) -> Call | None:
    """The exchange's record of a call, held. Raises Invalid where it is about another case already."""
    held = Call.objects.select_for_update().get(pk=call.pk) if call else None
    if held and held.case_id not in (None, case.pk):
        raise Invalid(errors={"call": [_("This call is about another case already.")]})
    return held


def _noted(report: CallReport) -> Call:
    call = Call.objects.filter(external_id=report.call_id).first() or Call(
        external_id=report.call_id,
        direction=report.direction.value,
        number=report.number,
        state=Call.State.RINGING,
        started_at=report.at,
        customer=directory.by_address(Contact.Kind.PHONE, report.number) if report.number else None,
    )
    call.started_at = min(call.started_at, report.at)
    if report.state == ReportedState.ANSWERED:
        call.answered_at = min(call.answered_at or report.at, report.at)
    elif report.state == ReportedState.ENDED:
        call.ended_at = max(call.ended_at or report.at, report.at)
    call.state = _state(call, report.state)
    call.agent = _agent(report.agent) or call.agent
    call.recording_ref = report.recording_ref or call.recording_ref
    call.save()
    if report.state == ReportedState.MISSED and call.state == Call.State.MISSED:
        _owe_call_back(call, report.at)
    if report.state == ReportedState.ANSWERED:
        _return_missed(call)
    ringing.tell_who_answers(call)
    return call


def _state(call: Call, reported: ReportedState) -> Call.State:
    """What all reports up to now add up to, in whichever order they came. Somebody who was answered was not missed."""
    if call.answered_at is not None:
        return Call.State.ENDED if call.ended_at else Call.State.ANSWERED
    if reported == ReportedState.MISSED or call.state == Call.State.MISSED:
        return Call.State.MISSED
    return Call.State.ENDED if call.ended_at else Call.State.RINGING


def _owe_call_back(call: Call, missed_at: datetime) -> None:
    """On the case that owes this number a call already, else on the customer's open case, else on a new one."""
    if call.direction == Call.Direction.OUT or not call.number:
        return
    if Call.objects.filter(
        number=call.number, answered_at__gte=missed_at
    ).exists():  # reported late: they were spoken to
        return
    case = _owing(call.number).first() or _open_case_of(call.customer) or _opened_for(call, missed_at)
    call.case, call.customer = case, case.customer
    call.save(update_fields=["case", "customer"])
    call_back.call_missed(case, actor=HOTLINE, call=call.pk, at=missed_at)


def _return_missed(call: Call) -> None:
    """Whoever is spoken to has been called back: on every case that owed this number a call when they were."""
    if not call.number or call.answered_at is None:
        return
    for case in _owing(call.number):
        if not case.calls.filter(state=Call.State.MISSED, number=call.number, started_at__gt=call.answered_at).exists():
            call_back.call_returned(case, actor=HOTLINE, call=call.pk, direction=call.direction)


def _owing(number: str) -> QuerySet[Case]:
    """The cases that owe somebody at this number a call because we missed theirs."""
    missed = call_back.waiting().filter(facts__why=call_back.MISSED_CALL)
    return Case.objects.filter(follow_ups__in=missed, calls__number=number).distinct()


def _open_case_of(customer: Customer | None) -> Case | None:
    if customer is None:
        return None
    return Case.objects.filter(STILL_OPEN, customer=customer).order_by("-urgency", "-opened_at", "-pk").first()


def _opened_for(call: Call, missed_at: datetime) -> Case:
    customer = directory.by_address(Contact.Kind.PHONE, call.number) or Customer.objects.create()
    directory.contact_of(customer, Contact.Kind.PHONE, call.number)
    with translation.override(customer.language):
        subject = _("Missed call")
        at = date_format(timezone.localtime(missed_at), "SHORT_DATETIME_FORMAT")
        body = _("Missed call at %(time)s.") % {"time": at}
    return intake.open_request(
        Matter(subject=subject), actor=HOTLINE, channel=Channel.HOTLINE, body=body, customer=customer
    )


def _agent(text: str) -> User | None:
    if not text:
        return None
    return (
        User.objects.filter(username=text).first()
        or User.objects.filter(phone_extension=text, is_active=True).order_by("pk").first()
    )
