"""A case begins: the code is issued in the same transaction (R-21)."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from accounts.customers.models import Contact, Customer, Notice
from cases import codes
from cases.complaints.register import note_new
from cases.events import EventKind, record
from cases.models import Case, Category, Clock
from cases.records import registry
from cases.sla.clock import ClockKind
from cases.states import Channel, Nature, Priority
from cskh.core.text import one_line

from . import _clocks
from .routing import classify_at_opening


@dataclass(frozen=True, kw_only=True)
class Matter:
    """What a new case is about, as far as it is known. `amount` is whole VND."""

    subject: str = ""
    nature: Nature = Nature.SERVICE_REQUEST
    category: Category | None = None
    incident_at: datetime | None = None
    transaction_ref: str = ""
    amount: int | None = None


def open_case(
    matter: Matter,
    *,
    actor: Actor,
    customer: Customer,
    channel: Channel,
    contact: Contact | None = None,
    notice: Notice | None = None,
    origin_ref: str = "",
    at: datetime | None = None,
    answered_at_once: bool = False,
) -> Case:
    """Opens a case with its code and its clocks; with a category it is classified and routed in the same breath.

    `origin_ref` is what the channel calls the first message. `at` is when the customer reached us (default now).
    `answered_at_once` says that a person is already talking to the customer, so no first-response clock runs.
    """
    now = at or timezone.now()
    with transaction.atomic(savepoint=False):
        case = Case.objects.create(
            # Of 2^50 codes one that is taken is drawn next to never; the database refuses it, and the next try draws another.
            code=codes.new_code(),
            customer=customer,
            contact=contact,
            channel=channel,
            origin_ref=origin_ref,
            notice=notice,
            subject=one_line(matter.subject)[: settings.SUBJECT_MAX_CHARACTERS],
            nature=matter.nature,
            priority=Priority.NORMAL,
            incident_at=matter.incident_at,
            transaction_ref=one_line(matter.transaction_ref)[:100],
            amount=matter.amount,
            opened_at=now,
            unanswered_since=None if answered_at_once else now,
        )
        note_new(case)
        if matter.category is not None:  # the clocks are those of its kind, although it is classified only below
            case.category, case.priority = matter.category, matter.category.priority
        kinds = [ClockKind.RESOLUTION, ClockKind.REGULATORY]
        if not answered_at_once:
            kinds.append(ClockKind.FIRST_RESPONSE)
        # Before anything is told: whoever hears of the case may say by when it is answered.
        clocks = _clocks.start_first(case, *kinds, at=now)
        record(
            case,
            EventKind.CASE_OPENED,
            actor=actor,
            at=now,
            channel=channel,
            nature=matter.nature,
            expected_at=_expected_at(clocks),
        )
        if matter.category is not None:
            classify_at_opening(case, actor=Actor.system("intake"), category=matter.category)
        case.save()
        registry.note_given(case, case.transaction_ref)
    return case


def _expected_at(clocks: list[Clock]) -> datetime | None:
    """When the customer will have heard from us."""
    due = {clock.kind: clock.due_at for clock in clocks}
    return due.get(ClockKind.FIRST_RESPONSE) or due.get(ClockKind.RESOLUTION)
