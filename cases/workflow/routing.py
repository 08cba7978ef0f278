"""The case finds its kind, its department and its owner."""

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Department, User
from cases import policies
from cases.complaints.register import FORMAL
from cases.events import EventKind, record
from cases.evidence.queries import gates_left_behind
from cases.models import Case, Category, FollowUp
from cases.sla.clock import ClockKind
from cases.states import FLAGGED_RANK, PRIORITY_RANK, Channel, Nature, Priority, Status, Step
from cskh.core.errors import Invalid, NotPermitted, StepNotAllowed

from . import _clocks, _plans, complaint
from ._conditions import FLAGGED, NEEDS_APPROVAL, named
from ._take_step import change_case, take_step, take_step_on

_TRANSFERS = 2  # after so many a case that moves on is alarming: nobody takes it for theirs


def classify_case(
    case: Case,
    *,
    actor: Actor,
    category: Category,
    nature: Nature | None = None,
    reason: str = "",
    summary: str = "",
) -> None:
    """Says what kind of request it is, and routes it to the department of that kind.

    A case that is classified already is classified again: history stays, clocks are computed anew from their own start.
    Where that takes it from its department to another it is a transfer, and needs the `summary` of one. Raises NotPermitted
    where it would spare the case the approval its category needs, or what is to be verified and checked before a decision,
    and `actor` is nobody who may approve.
    """
    step = Step.CLASSIFY if case.status == Status.RECEIVED else Step.RECLASSIFY
    policies.require(actor, step, case)
    _require_leaf(category)
    with take_step(case, step, actor=actor) as held:
        _classify(held, step, actor=actor, category=category, nature=nature, reason=reason, summary=summary)
        _clocks.retarget(held)


def classify_at_opening(held: Case, *, actor: Actor, category: Category) -> None:
    """`classify_case` on a case that is just being opened: the caller holds it, starts its clocks and saves it."""
    _require_leaf(category)
    with take_step_on(held, Step.CLASSIFY, actor=actor):
        _classify(held, Step.CLASSIFY, actor=actor, category=category)


def _require_leaf(category: Category) -> None:
    if not category.is_active or category.parent_id is None:
        raise Invalid(errors={"category": [_("Choose a reason below a topic.")]})


def _require_no_way_around_approval(held: Case, *, actor: Actor, category: Category) -> None:
    """Only who may approve takes a case out of what needs approval: else whoever answers it could do without."""
    left = held.category
    if left is None or not left.needs_approval or category.needs_approval:
        return
    if not policies.may(actor, Step.APPROVE, held):
        raise NotPermitted(NEEDS_APPROVAL)


def _require_no_way_around_verification(held: Case, *, actor: Actor, category: Category) -> None:
    """Only who may approve takes a case out of what has to be found out before a decision: else whoever answers it could."""
    if policies.may(actor, Step.APPROVE, held):
        return
    if left := gates_left_behind(held, category):
        raise NotPermitted(
            _(
                "This is still to be verified, set aside or checked, and the other category does not ask for it: %(things)s. "
                "Do that first, or have a manager or the lead classify the case."
            )
            % {"things": named(left)}
        )


def _classify(
    held: Case,
    step: Step,
    *,
    actor: Actor,
    category: Category,
    nature: Nature | None = None,
    reason: str = "",
    summary: str = "",
) -> None:
    _require_no_way_around_approval(held, actor=actor, category=category)
    first = step == Step.CLASSIFY
    if not first:
        _require_no_way_around_verification(held, actor=actor, category=category)
    was_complex = held.is_complex
    held.category, held.is_complex = category, category.is_complex
    held.checklist_number = category.checklist_number
    held.classified_at = held.classified_at or timezone.now()
    if nature is not None:
        held.nature = nature
    if not held.is_flagged and (not _would_lower(held, category) or (first and not _was_set_by_a_person(held))):
        set_priority(held, Priority(category.priority))
    record(held, EventKind.CASE_CLASSIFIED, actor=actor, words=reason, category=category.slug, nature=held.nature)
    if held.nature in FORMAL:
        complaint.enter(held, actor=actor)
    if held.department_id is None:
        route_case(held, actor=actor, department=category.department)
    elif held.is_flagged:
        pass  # whatever kind it is of, the protection team keeps it until they have cleared it
    elif held.department_id != category.department_id:
        _transfer(held, actor=actor, department=category.department, summary=summary)
    _keep_rhythm(held, was_complex=was_complex)


def _keep_rhythm(held: Case, *, was_complex: bool) -> None:
    """A complex case tells its customer about progress from the start until it is answered, however often its kind changes.

    While the customer is asked for something the rhythm goes on silently (`follow_up`). From the second round on every case
    has it.
    """
    if held.status == Status.ANSWERED:
        return
    if held.is_complex:
        _plans.progress(held, at=timezone.now())
    elif was_complex and held.round == 1:
        _plans.cancel(held, FollowUp.Kind.PROGRESS)


def route_case(held: Case, *, actor: Actor, department: Department) -> None:
    """Puts the locked case into the queue of `department`; whoever had it elsewhere no longer does."""
    held.department, held.assignee = department, None
    record(held, EventKind.CASE_ROUTED, actor=actor, department=department.slug)


def assign_case(case: Case, *, actor: Actor, assignee: User) -> None:
    """Gives the case to a person who may work on it (to oneself: takes it)."""
    with take_step(case, Step.ASSIGN, actor=actor) as held:
        if not policies.who_may(Step.ANSWER, held).filter(pk=assignee.pk).exists():
            raise Invalid(errors={"assignee": [_("This person cannot work on this case.")]})
        # Whoever takes up what had nobody ends the alarm; what was escalated while somebody had it stays escalated.
        held.needs_manager = held.needs_manager and held.assignee_id is not None
        held.assignee = assignee
        # A chat is given to people by the system in their name: there only what they write shows that they are there.
        if held.is_flagged and actor == Actor.staff(assignee) and held.channel != Channel.CHAT:
            _clocks.stop(held, ClockKind.PROTECTION, at=timezone.now())
        record(held, EventKind.CASE_ASSIGNED, actor=actor, assignee=assignee.pk)


def transfer_case(case: Case, *, actor: Actor, department: Department, summary: str) -> None:
    """Moves the case to another department. The summary spares the customer telling the story again (R-24)."""
    policies.require(actor, Step.ASSIGN, case)
    _require_summary(summary)
    with take_step(case, Step.ASSIGN, actor=actor) as held:
        if held.is_flagged:
            raise StepNotAllowed(str(FLAGGED))
        if held.category_id is None:
            raise Invalid(errors={"department": [_("Classify the case first; that routes it.")]})
        if held.department_id == department.pk:
            raise Invalid(errors={"department": [_("The case is with this department already.")]})
        _transfer(held, actor=actor, department=department, summary=summary)


def _transfer(held: Case, *, actor: Actor, department: Department, summary: str) -> None:
    """The next department reads the summary, and the customer is told who has their request now."""
    _require_summary(summary)
    left = held.department
    held.department, held.assignee, held.needs_manager = department, None, False
    record(
        held,
        EventKind.CASE_TRANSFERRED,
        actor=actor,
        words=summary,
        department=department.slug,
        left=left.slug if left else None,
    )
    transfers = held.events.filter(kind=EventKind.CASE_TRANSFERRED).count()
    if transfers > _TRANSFERS:
        held.needs_manager = True
        record(held, EventKind.TRANSFERRED_OFTEN, actor=Actor.system("routing"), transfers=transfers)


def _require_summary(summary: str) -> None:
    if not summary.strip():
        raise Invalid(errors={"summary": [_("Write a short summary for the next department.")]})


def change_priority(case: Case, *, actor: Actor, priority: Priority, reason: str = "") -> None:
    """Raises or lowers the priority; lowering needs a reason (R-16). Clocks are computed anew from their own start."""
    with change_case(case) as held:
        policies.require(actor, Step.RECLASSIFY, held)
        if not held.is_open:
            raise StepNotAllowed(_("The case is closed."))
        if held.is_flagged:
            raise StepNotAllowed(str(FLAGGED))
        if PRIORITY_RANK[priority] < held.urgency and not reason.strip():
            raise Invalid(errors={"reason": [_("Lowering the urgency needs a reason.")]})
        if priority == held.priority:
            return
        before = held.priority
        set_priority(held, priority)
        record(held, EventKind.PRIORITY_CHANGED, actor=actor, words=reason, before=before, priority=priority)
        _clocks.retarget(held)


def _would_lower(held: Case, category: Category) -> bool:
    return PRIORITY_RANK[Priority(category.priority)] < held.urgency


def _was_set_by_a_person(held: Case) -> bool:
    """Lowering what somebody chose is `change_priority`, with a reason; classifying never does it."""
    return held.events.filter(kind=EventKind.PRIORITY_CHANGED).exists()


def set_priority(held: Case, priority: Priority) -> None:
    """What the locked case's queue sorts it by follows from its priority, and from its flag."""
    held.priority, held.urgency = priority, FLAGGED_RANK if held.is_flagged else PRIORITY_RANK[priority]
