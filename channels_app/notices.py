"""Tells staff what they must know about a case: on the desk, and by mail."""

from collections.abc import Callable, Iterable

from accounts.actors import ActorKind
from accounts.models import Membership, Role, User
from cases import policies
from cases.complaints import remedy_rights
from cases.complaints.models import Remedy
from cases.complaints.remedy_states import RemedyStep
from cases.events import EventKind
from cases.models import Answer, Case, CaseEvent, FollowUp
from cases.quality.models import Review
from cases.sla.clock import ClockKind
from cases.states import Channel, Step
from cskh.core.jobs import enqueue_after_commit

from . import push
from .models import Chat, Delivery, StaffNotice


def on_case_event(case: Case, event: CaseEvent) -> None:
    """Writes a notice to each person the event concerns, once. Called inside the transaction of the change."""
    concerned = _CONCERNED.get(event.kind)
    if concerned is None:
        return
    people = {person.pk: person for person in concerned(case, event) if person.is_active}
    if event.actor_kind == ActorKind.STAFF:
        people.pop(int(event.actor_id), None)  # nobody is told what they did themselves
    notices = StaffNotice.objects.bulk_create(
        StaffNotice(recipient=person, case=case, event=event) for person in people.values()
    )
    push.changed(*(push.staff_group(notice.recipient_id) for notice in notices))
    deliveries = Delivery.objects.bulk_create(_mail(notice) for notice in notices if notice.recipient.email)
    for delivery in deliveries:
        enqueue_after_commit("channels_app.tasks.send_delivery", delivery.pk)


def _mail(notice: StaffNotice) -> Delivery:
    return Delivery(
        notice=notice,
        channel=Channel.EMAIL,
        address=notice.recipient.email,
        reference=Delivery.new_reference(),
    )


def _owner(case: Case, event: CaseEvent) -> list[User]:
    """The owner; where they are off duty the leads as well. What has no owner shows in its queue."""
    owner = case.assignee
    if owner is None:
        return []
    return [owner] if owner.presence == User.Presence.ON_DUTY else [owner, *_leads(case)]


def _owner_unless_reopened(case: Case, event: CaseEvent) -> list[User]:
    """What the customer's no declines comes with the reopening, of which they are told."""
    return [] if event.facts.get("why") else _owner(case, event)


def _owner_who_does_not_see_it(case: Case, event: CaseEvent) -> list[User]:
    """Who is talking with the customer right now needs no mail about every line."""
    is_live = event.facts.get("channel") == Channel.CHAT
    if is_live and Chat.objects.filter(case=case, state=Chat.State.TALKING).exists():
        return []
    return _owner(case, event)


def _owner_or_leads(case: Case, event: CaseEvent) -> list[User]:
    return _owner(case, event) or _leads(case)


def _heads(case: Case, event: CaseEvent) -> Iterable[User]:
    return policies.heads_of(case)


def _owner_and_heads(case: Case, event: CaseEvent) -> Iterable[User]:
    return [*([case.assignee] if case.assignee else []), *policies.heads_of(case)]


def _owner_and_managers(case: Case, event: CaseEvent) -> list[User]:
    return [*([case.assignee] if case.assignee else []), *_managers(case)]


def _new_owner(case: Case, event: CaseEvent) -> list[User]:
    return [case.assignee] if case.assignee else []


def _new_owner_or_heads(case: Case, event: CaseEvent) -> Iterable[User]:
    return [case.assignee] if case.assignee else policies.heads_of(case)


def _clock_missed(case: Case, event: CaseEvent) -> Iterable[User]:
    """A deadline of ours escalates; that the customer's evidence is late concerns its owner."""
    late = _owner_or_leads if event.facts["clock"] == ClockKind.EVIDENCE_WAIT else _owner_and_heads
    return late(case, event)


def _approvers(case: Case, event: CaseEvent) -> Iterable[User]:
    """Those of the case's own heads who may approve; the rest of the administrators need not be woken."""
    return policies.heads_of(case).filter(pk__in=policies.who_may(Step.APPROVE, case))


def _remedy_approvers(case: Case, event: CaseEvent) -> Iterable[User]:
    """Those of the case's heads who may approve this very remedy, and have not yet."""
    remedy = Remedy.objects.select_related("issue__complaint").get(pk=event.facts["remedy"])
    able = remedy_rights.who_may(RemedyStep.APPROVE, remedy, case)
    given = remedy.approvals.values("by_id")
    return policies.heads_of(case).filter(pk__in=able).exclude(pk__in=given)


def _author(case: Case, event: CaseEvent) -> list[User]:
    answer = Answer.objects.get(pk=event.facts["answer"])
    return list(User.objects.filter(pk=answer.author_id)) if answer.author_kind == ActorKind.STAFF else []


def _who_wrote_it(case: Case, event: CaseEvent) -> Iterable[User]:
    """The author; where they have left meanwhile, who looks after the case."""
    return User.objects.filter(pk=event.facts["author"], is_active=True) or _owner_or_leads(case, event)


def _somebody_must_look(case: Case, event: CaseEvent) -> list[User]:
    """Follow-ups that say something to the customer concern nobody here; those that ask for a look do."""
    asks = event.facts["follow_up"] == FollowUp.Kind.REVIEW_REOPENED
    if not asks:
        return []
    # On a closed case it is the question whether to reopen, which nobody has answered.
    return _owner_or_leads(case, event) if case.is_open else _leads(case)


def _reviewed(case: Case, event: CaseEvent) -> Iterable[User]:
    return [Review.objects.select_related("agent").get(pk=event.facts["review"]).agent]


def _reviewer(case: Case, event: CaseEvent) -> Iterable[User]:
    reviewer = Review.objects.select_related("reviewer").get(pk=event.facts["review"]).reviewer
    return [reviewer] if reviewer else []


def _leads(case: Case) -> list[User]:
    """The leads of the case's department; where it has none, the managers."""
    leading = Membership.objects.filter(is_lead=True).exclude(role=Role.AUDITOR)
    leads = policies.heads_of(case).filter(pk__in=leading.values("user_id"))
    return list(leads) or _managers(case)


def _managers(case: Case) -> list[User]:
    managing = Membership.objects.filter(role=Role.MANAGER)
    return list(policies.heads_of(case).filter(pk__in=managing.values("user_id")))


def _protectors(case: Case, event: CaseEvent) -> list[User]:
    """Whoever can do something at once: the team that has it now, its leads and managers, and who had it so far."""
    owner = [case.assignee] if case.assignee else []
    return [*owner, *policies.handlers_of(case), *policies.heads_of(case)]


_CONCERNED: dict[str, Callable[[Case, CaseEvent], Iterable[User]]] = {
    EventKind.CASE_ASSIGNED: _new_owner,
    EventKind.CASE_HANDED_OVER: _new_owner_or_heads,
    EventKind.CASE_REOPENED: _owner_and_managers,
    EventKind.REVIEWER_MISSING: _heads,
    EventKind.TRANSFERRED_OFTEN: _heads,
    EventKind.OUTCOME_PROPOSED: _approvers,
    EventKind.OUTCOME_RETURNED: _author,
    EventKind.MESSAGE_RECEIVED: _owner_who_does_not_see_it,
    EventKind.EVIDENCE_COMPLETED: _owner,
    EventKind.DELIVERY_FAILED: _owner_or_leads,
    EventKind.SEND_REFUSED: _who_wrote_it,
    EventKind.REOPEN_ASKED: _owner_or_leads,
    EventKind.CLOCK_WARNED: _owner_or_leads,
    EventKind.CLOCK_BREACHED: _clock_missed,
    EventKind.FOLLOW_UP_DONE: _somebody_must_look,
    EventKind.SAFETY_FLAGGED: _protectors,
    EventKind.REMEDY_PROPOSED: _remedy_approvers,
    EventKind.REMEDY_APPROVAL_GIVEN: _remedy_approvers,
    EventKind.REMEDY_DECLINED: _owner_unless_reopened,
    EventKind.REMEDY_ACCEPTED: _owner,
    EventKind.REMEDY_FAILED: _owner_and_heads,
    EventKind.REMEDY_OVERDUE: _owner_and_heads,
    EventKind.QUALITY_REVIEWED: _reviewed,
    EventKind.QUALITY_ANSWERED: _reviewer,
}
