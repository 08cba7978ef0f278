"""Who may do what with a remedy, asked by desk, REST and portal alike (R-47, I5, I6).

Beyond what the policy of the case says, nobody approves a remedy whom it concerns: not who proposed it, not who gains by it,
not who decided about this complaint, now or in an earlier round, and nobody beyond their limit.
"""

import logging
from dataclasses import dataclass
from functools import cached_property

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor, ActorKind
from accounts.models import Role, User
from cases import policies
from cases.events import EventKind
from cases.models import Case
from cases.states import Status, Step
from cskh.core.amounts import money
from cskh.core.errors import NotPermitted

from . import limits
from .models import Decision, Remedy, RemedyApproval
from .remedy_states import GIVEN_UP, MOVES, Level, Limit, RemedyStep

log = logging.getLogger(__name__)

_JUDGING = frozenset({RemedyStep.APPROVE, RemedyStep.DECLINE})
_OWN_INTEREST = frozenset({RemedyStep.APPROVE, RemedyStep.DECLINE, RemedyStep.EXECUTE, RemedyStep.CONFIRM})
# What follows by itself from the steps of the case (`cases.workflow.promises`).
_BY_ITSELF = frozenset({RemedyStep.ACCEPT, RemedyStep.DECLINE, RemedyStep.CANCEL, RemedyStep.EXECUTE})


@dataclass
class Matter:
    """What decides about everybody alike on a case, read once, however many people and remedies are asked about."""

    case: Case

    @cached_property
    def addresses(self) -> frozenset[str]:
        """Where the customer is reached."""
        return frozenset(address.lower() for address in self.case.customer.contacts.values_list("address", flat=True))

    @cached_property
    def reach(self) -> dict[Level, Limit]:
        return limits.in_force(timezone.localdate())

    @cached_property
    def deciders(self) -> set[int]:
        decided = Decision.objects.filter(issue__complaint__case=self.case, by_kind=ActorKind.STAFF.value)
        return {*policies.earlier_deciders(self.case), *map(int, decided.values_list("by_id", flat=True))}

    @cached_property
    def agreed(self) -> list[tuple[int, int, int]]:
        """Who approved which remedy, and its amount: of those that stand."""
        given = RemedyApproval.objects.filter(remedy__issue__complaint__case=self.case, remedy__amount__isnull=False)
        standing = given.exclude(remedy__status__in=sorted(GIVEN_UP))
        told = standing.values_list("by_id", "remedy_id", "remedy__amount")
        return [(by, remedy, amount or 0) for by, remedy, amount in told]

    @cached_property
    def recorded(self) -> set[tuple[int, str, str]]:
        """Which remedy was carried out by whose word: who did it by hand, or found it done in the operator's system."""
        told = self.case.events.filter(kind=EventKind.REMEDY_EXECUTED)
        return set(told.values_list("facts__remedy", "actor_kind", "actor_id"))


@dataclass
class Rights:
    """What `actor` may do with the remedies of `case`. `shared` where others are asked about the same case."""

    actor: Actor
    case: Case
    shared: Matter | None = None

    @property
    def may_propose(self) -> bool:
        return policies.may(self.actor, Step.ANSWER, self.case) and not self.gains

    @property
    def may_judge(self) -> bool:
        """Whether they approve on such cases at all."""
        return self._is_theirs(RemedyStep.APPROVE)

    def may(self, step: RemedyStep, remedy: Remedy) -> bool:
        """Whether it is theirs to do, whatever the remedy's status."""
        return self._is_theirs(step) and not self.why_not(step, remedy)

    def require(self, step: RemedyStep, remedy: Remedy) -> None:
        """Raises NotVisible, or NotPermitted with the reason. A refused approval is told to the log: it may be an attempt."""
        if not self._is_theirs(step):
            policies.refuse(self.actor, self.case)
        if reason := self.why_not(step, remedy):
            if step == RemedyStep.APPROVE:
                who = self.actor.kind.value, self.actor.id
                log.warning("approval of remedy %s on %s refused to %s %s", remedy.pk, self.case.code, *who)
            raise NotPermitted(reason)

    def why_not(self, step: RemedyStep, remedy: Remedy) -> str:
        """Why this one, of all who may do such things on the case, may not do it with this remedy; "" where they may."""
        if self.actor.is_system:
            return ""
        if self.actor.is_customer:
            return "" if remedy.promised_at else _("This was not promised yet.")
        if step == RemedyStep.ACCEPT and not remedy.promised_at:
            return _("This was not promised yet.")
        if step in _OWN_INTEREST and self.gains:
            return _("Somebody else does this: you are the customer.")
        if step in _JUDGING:
            return self._why_no_judge(step, remedy)
        if step == RemedyStep.CONFIRM and self._carried_out(remedy):
            return _("Somebody else confirms it: you carried it out yourself.")
        if step == RemedyStep.CANCEL and remedy.promised_at and not self._judges:
            return _("It was promised to the customer. A manager or the lead cancels it.")
        return ""

    @cached_property
    def gains(self) -> bool:
        """Whether somebody who works here is the customer: by one of their addresses."""
        if not self.actor.is_staff or not self.actor.subject.email:
            return False
        return self.actor.subject.email.lower() in self.matter.addresses

    @cached_property
    def matter(self) -> Matter:
        return self.shared or Matter(self.case)

    @cached_property
    def level(self) -> Level:
        """As whom somebody who may approve on the case does so."""
        desk = self.actor.subject.desk
        if desk.has_in(Role.ADMINISTRATOR, self.case.department_id):
            return Level.ADMINISTRATOR
        return Level.MANAGER if desk.has_in(Role.MANAGER, self.case.department_id) else Level.LEAD

    def sum_agreed(self, user: int, remedy: Remedy) -> int:
        """What that person lets go out with this remedy, and has on the complaint before: a sum in parts is one sum."""
        if not remedy.amount:
            return 0
        before = (amount for by, pk, amount in self.matter.agreed if by == user and pk != remedy.pk)
        return remedy.amount + sum(before)

    @cached_property
    def _judges(self) -> bool:
        return policies.may(self.actor, Step.RETURN, self.case)

    @cached_property
    def _case_steps(self) -> dict[Step, bool]:
        return {step: policies.may(self.actor, step, self.case) for step in {move.step for move in MOVES.values()}}

    def _is_theirs(self, step: RemedyStep) -> bool:
        if self.actor.is_system:
            return step in _BY_ITSELF
        if step == RemedyStep.CONFIRM and self.actor.is_customer:
            return str(self.case.customer_id) == self.actor.id
        return self._case_steps[MOVES[step].step]

    def _why_no_judge(self, step: RemedyStep, remedy: Remedy) -> str:
        if not self.actor.is_staff:
            return _("A person approves this, and is named.")
        if remedy.who == (self.actor.kind.value, self.actor.id):
            return _("Somebody else approves it: you proposed it yourself.")
        if self.actor.subject.pk in self.matter.deciders:
            return _("Somebody else approves it: you decided about this complaint.")
        if step == RemedyStep.DECLINE:
            return _("It was promised to the customer: it can only be cancelled.") if remedy.promised_at else ""
        total = self.sum_agreed(self.actor.subject.pk, remedy)
        if self.matter.reach[self.level].reaches(total):
            return ""
        if total == remedy.amount:
            return _("%(amount)s is beyond what you may approve.") % {"amount": money(total)}
        return _("With what you have approved on this complaint it is %(amount)s: beyond what you may approve.") % {
            "amount": money(total)
        }

    def _carried_out(self, remedy: Remedy) -> bool:
        """Whether it counts as done by their word."""
        return (remedy.pk, self.actor.kind.value, self.actor.id) in self.matter.recorded


def is_weighed(remedy: Remedy, case: Case) -> bool:
    """Whether the customer is deciding about an answer while this is promised, or an approver about the outcome: it is not changed
    under them."""
    if case.status == Status.ANSWERED:
        return remedy.promised_at is not None
    return case.status == Status.AWAITING_APPROVAL


def who_may(step: RemedyStep, remedy: Remedy, case: Case) -> QuerySet[User]:
    """The active people who may do this with the remedy, whatever its status."""
    matter = Matter(case)
    people = policies.who_may(MOVES[step].step, case).prefetch_related("memberships")
    able = (one.pk for one in people if not Rights(Actor.staff(one), case, matter).why_not(step, remedy))
    return User.objects.filter(pk__in=list(able))


def visible_to(actor: Actor) -> QuerySet[Remedy]:
    """The remedies `actor` may know of: those of their cases; customers and programs that speak for them what was promised."""
    remedies = Remedy.objects.filter(issue__complaint__case__in=policies.visible_to(actor))
    return remedies if policies.may_read_inside(actor) else remedies.filter(promised_at__isnull=False)
