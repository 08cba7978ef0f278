"""Words that must not wait (`cases.safety`): the case is flagged, goes around the queue to the protection team, and stays open
until a person of that team has said why nothing is to be feared any more."""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Department
from cases import policies
from cases.events import EventKind, record
from cases.models import Case
from cases.safety.detection import Finding, detect
from cases.sla.clock import ClockKind
from cases.states import Channel, Priority
from cskh.core.errors import Invalid, StepNotAllowed

from . import _clocks, routing
from ._take_step import change_case

log = logging.getLogger(__name__)

PROTECTION = Actor.system("protection")
FIRST_TIME, AGAIN = "first", "again"  # how the customer hears of it: the help lines are said once
_WITHOUT_A_TARGET = timedelta(minutes=1)  # where no service target says how soon somebody is there


def heed(case: Case, text: str, *, at: datetime, **where: Any) -> None:
    """`heed_on` for a case that the caller does not hold, such as one that was just opened."""
    if found := _found(text):
        with change_case(case) as held:
            _flag(held, found, at=at, **where)


def heed_on(held: Case, text: str, *, at: datetime, **where: Any) -> None:
    """The customer of the locked case said this, `where` (the id of the message or evidence): is anything in it that must
    not wait?"""
    if found := _found(text):
        _flag(held, found, at=at, **where)


def clear_flag(case: Case, *, actor: Actor, reason: str, is_vulnerable: bool) -> None:
    """A person of the protection team, or a manager, has looked into it; `reason` stays on record.

    `is_vulnerable` says what they found of the customer: such a one is left in peace (`policies.may_be_solicited`).
    """
    with change_case(case) as held:
        if not policies.may_clear_flag(actor, held):
            policies.refuse(actor, held)
        if not held.is_flagged:
            raise StepNotAllowed(_("The case is not flagged."))
        if not reason.strip():
            raise Invalid(errors={"reason": [_("Say what you found, and what was done.")]})
        cleared, held.safety_kinds = held.safety_kinds, []
        routing.set_priority(held, Priority(held.priority))
        _clocks.stop(held, ClockKind.PROTECTION, at=timezone.now())
        _note_vulnerable(held, is_vulnerable)
        record(held, EventKind.SAFETY_CLEARED, actor=actor, words=reason, safety=cleared, is_vulnerable=is_vulnerable)


def _found(text: str) -> list[Finding]:
    """What was said is kept, come what may: where reading it fails, that is a fault of ours to be looked into."""
    try:
        return detect(text)
    except Exception:
        log.exception("a customer's words could not be read for what must not wait")
        return []


def _flag(held: Case, found: list[Finding], *, at: datetime, **where: Any) -> None:
    """Nothing more where it stands already and nobody has come yet: they know, and are on their way."""
    before, now_known = set(held.safety_kinds), {one.kind.value for one in found}
    if now_known <= before and _clocks.is_running(held, ClockKind.PROTECTION):
        return
    held.safety_kinds = sorted(before | now_known)
    routing.set_priority(held, Priority.URGENT)
    _give_to_the_team(held)
    if held.is_open:
        _clocks.retarget(held)
    _clocks.start_surely(held, ClockKind.PROTECTION, at=at, otherwise=_WITHOUT_A_TARGET)
    record(
        held,
        EventKind.SAFETY_FLAGGED,
        actor=PROTECTION,
        safety=sorted(now_known),
        spans=[[one.start, one.end] for one in found],
        told=AGAIN if before else FIRST_TIME,
        **where,
    )


def _give_to_the_team(held: Case) -> None:
    """Around every queue. Who is talking with the customer in a chat goes on until the team is there: nobody who may be in
    danger is left with nobody. Without a team the case stays where it is, and whoever it is with is told."""
    team = Department.objects.filter(is_protection=True, is_active=True).first()
    if team is None or held.department_id == team.pk:
        return
    owner = held.assignee if held.channel == Channel.CHAT else None
    routing.route_case(held, actor=PROTECTION, department=team)
    held.assignee = owner


def _note_vulnerable(held: Case, is_vulnerable: bool) -> None:
    customer = held.customer
    if is_vulnerable != (customer.vulnerable_since is not None):
        customer.vulnerable_since = timezone.now() if is_vulnerable else None
        customer.save(update_fields=["vulnerable_since"])
