"""Reads: one case under lock, the queues, what is due."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from accounts.actors import Actor
from accounts.models import User
from cskh.core.errors import NotVisible

from . import codes, policies
from .models import IS_OPEN, STILL_OPEN, STILL_PLANNED, Answer, Case, Clock, FollowUp
from .states import Priority, Status


def locked(case_id: int) -> Case:
    """The case, its row locked until the transaction ends. Every decision is taken on this copy, never on the caller's.

    Read once the lock is held: what one statement joins while it waits for the lock may be of before and after the wait,
    such as a new category's id with no category.
    """
    hold(case_id)
    return _with_what_decides().get(pk=case_id)


def hold(case_id: int) -> None:
    """Locks the case until the transaction ends, without reading it.

    Whoever adds to a case holds it first, so that the ids of its messages are in the order in which they can be seen: a
    reader who asks for what came after the last one it saw misses none.
    """
    Case.objects.select_for_update().values("pk").get(pk=case_id)


def locked_unless_busy(case_id: int) -> Case | None:
    """As `locked`, or None where somebody else holds the case now: for sweeps, which come again."""
    free = Case.objects.select_for_update(skip_locked=True).values("pk").filter(pk=case_id).first()
    return _with_what_decides().get(pk=case_id) if free else None


def _with_what_decides() -> QuerySet[Case]:
    # With its entry in the complaint register, should it have one: what a complaint may do depends on more.
    return Case.objects.select_related("category", "department", "customer", "assignee", "complaint")


def visible_case(actor: Actor, text: str, *, if_match: frozenset[str] | None = None) -> Case:
    """The case with that code, in any form people type it. Raises NotVisible when there is none that `actor` may see.

    `if_match` as in `Case.if_match`.
    """
    try:
        code = codes.parse_code(text)
    except ValueError as error:
        raise NotVisible from error
    case = for_file(policies.visible_to(actor)).filter(code=code).first()
    if case is None:
        raise NotVisible
    case.if_match = if_match
    return case


def for_file(cases: QuerySet[Case]) -> QuerySet[Case]:
    """With everything the case page and the API's case need of single-valued relations."""
    return cases.select_related("category__parent", "department", "assignee", "customer", "contact", "complaint")


_OTHERS_SHOWN = 6


def others_of_customer(actor: Actor, case: Case) -> list[Case]:
    """The latest of the customer's other cases, as far as `actor` may know of them."""
    others = policies.visible_to(actor).filter(customer_id=case.customer_id).exclude(pk=case.pk)
    return list(others.order_by("-opened_at", "-id")[:_OTHERS_SHOWN])


def answers_of_round(case: Case, *states: Answer.State) -> QuerySet[Answer]:
    """The answers of the case's present round that are in one of these states."""
    return Answer.objects.filter(case=case, round=case.round, state__in=states)


QUEUES = ("mine", "department", "unassigned", "urgent", "due_soon", "reopened", "manager", "asked_to_reopen")


def for_queue(actor: Actor, queue: str, now: datetime, due_soon_before: datetime) -> QuerySet[Case]:
    """One of QUEUES for a member of staff: urgent first, then by what is due."""
    user: User = actor.subject
    which = {
        "mine": STILL_OPEN & Q(assignee=user),
        "department": STILL_OPEN & Q(department_id__in=user.desk.own_departments),
        "unassigned": STILL_OPEN & Q(assignee__isnull=True),
        "urgent": STILL_OPEN & Q(priority=Priority.URGENT),
        "due_soon": STILL_OPEN & Q(next_due_at__lt=due_soon_before),
        "reopened": STILL_OPEN & Q(round__gt=1),
        "manager": STILL_OPEN & (Q(needs_manager=True) | Q(status=Status.AWAITING_APPROVAL)),
        "asked_to_reopen": Q(status=Status.CLOSED, reopen_asked_at__isnull=False),
    }[queue]
    return in_order(policies.visible_to(actor).filter(which))


def in_order(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Urgent first everywhere, then what is due first."""
    return cases.order_by(*IN_ORDER)


IN_ORDER = ("-urgency", F("next_due_at").asc(nulls_last=True), "id")


def overview(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Where everything is listed: what is open before what is closed, urgent first, then the newest. By `OVERVIEW`."""
    return cases.annotate(still_open=IS_OPEN).order_by(*OVERVIEW)


# No value of it is ever missing, and all run the same way: pages of it are found by an index (`case_overview`).
OVERVIEW = ("-still_open", "-urgency", "-opened_at", "-id")


# What the sweep carries out by itself; a call back is made by people, and its clock watches over that.
SWEPT = sorted(set(FollowUp.Kind) - {FollowUp.Kind.CALL_BACK})


def due(now: datetime, limit: int, *, besides: Collection[int] = ()) -> list[int]:
    """Ids of the cases on which a clock or a follow-up wants attention, longest overdue first. Reads only what is due.

    `besides` are cases that were tried already.
    """
    clocks = Clock.objects.filter(next_look_at__lte=now).exclude(case_id__in=besides).order_by("next_look_at")
    follow_ups = FollowUp.objects.filter(STILL_PLANNED, due_at__lte=now, kind__in=SWEPT).exclude(case_id__in=besides)
    found = [
        *clocks.values_list("next_look_at", "case_id")[:limit],
        *follow_ups.order_by("due_at").values_list("due_at", "case_id")[:limit],
    ]
    return list(dict.fromkeys(case_id for _at, case_id in sorted(found)))[:limit]


def orphans() -> QuerySet[Case]:
    """Open cases nobody would ever look at: without a queue, or without anything that falls due (I2). There are none."""
    running = Clock.objects.filter(case=OuterRef("pk"), stopped_at__isnull=True)
    planned = FollowUp.objects.filter(STILL_PLANNED, case=OuterRef("pk"))
    unrouted = Q(department__isnull=True, category__isnull=False)
    forgotten = ~Exists(running.filter(due_at__isnull=False)) & ~Exists(planned)
    return Case.objects.filter(STILL_OPEN, unrouted | forgotten).order_by("pk")
