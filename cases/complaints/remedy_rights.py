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
from cases.models import Case
from cases.states import Step
from cskh.core.amounts import money
from cskh.core.errors import NotPermitted

from . import limits
from .models import Decision, Remedy, RemedyExecution
from .remedy_states import MOVES, Level, Limit, RemedyStep

log = logging.getLogger(__name__)

_JUDGING = frozenset({RemedyStep.APPROVE, RemedyStep.DECLINE})
_OWN_INTEREST = frozenset({RemedyStep.APPROVE, RemedyStep.DECLINE, RemedyStep.EXECUTE, RemedyStep.CONFIRM})
# What follows by itself from the steps of the case (`cases.workflow.promises`).
_BY_ITSELF = frozenset({RemedyStep.ACCEPT, RemedyStep.DECLINE, RemedyStep.CANCEL, RemedyStep.EXECUTE})


@dataclass
class Rights:
    """What `actor` may do with the remedies of `case`. What decides is read once, however many remedies are asked about."""

    actor: Actor
    case: Case

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
        return self.case.customer.contacts.filter(address__iexact=self.actor.subject.email).exists()

    @cached_property
    def level(self) -> Level:
        """As whom somebody who may approve on the case does so."""
        desk = self.actor.subject.desk
        if desk.has_in(Role.ADMINISTRATOR, self.case.department_id):
            return Level.ADMINISTRATOR
        return Level.MANAGER if desk.has_in(Role.MANAGER, self.case.department_id) else Level.LEAD

    @cached_property
    def reach(self) -> dict[Level, Limit]:
        return limits.in_force(timezone.localdate())

    @cached_property
    def _judges(self) -> bool:
        return policies.may(self.actor, Step.RETURN, self.case)

    @cached_property
    def _deciders(self) -> set[int]:
        decided = Decision.objects.filter(issue__complaint__case=self.case, by_kind=ActorKind.STAFF.value)
        return {*policies.earlier_deciders(self.case), *map(int, decided.values_list("by_id", flat=True))}

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
        if self.actor.subject.pk in self._deciders:
            return _("Somebody else approves it: you decided about this complaint.")
        if step == RemedyStep.DECLINE:
            return _("It was promised to the customer: it can only be cancelled.") if remedy.promised_at else ""
        amount = remedy.amount or 0
        if not self.reach[self.level].reaches(amount):
            return _("%(amount)s is beyond what you may approve.") % {"amount": money(amount)}
        return ""

    def _carried_out(self, remedy: Remedy) -> bool:
        who = self.actor.kind.value, self.actor.id
        return any(one.who == who for one in remedy.executions.all() if one.way == RemedyExecution.Way.HAND)


def who_may(step: RemedyStep, remedy: Remedy, case: Case) -> QuerySet[User]:
    """The active people who may do this with the remedy, whatever its status."""
    people = policies.who_may(MOVES[step].step, case).prefetch_related("memberships")
    return User.objects.filter(pk__in=[one.pk for one in people if Rights(Actor.staff(one), case).may(step, remedy)])


def visible_to(actor: Actor) -> QuerySet[Remedy]:
    """The remedies `actor` may know of: those of their cases; customers and programs that speak for them what was promised."""
    remedies = Remedy.objects.filter(issue__complaint__case__in=policies.visible_to(actor))
    return remedies if policies.may_read_inside(actor) else remedies.filter(promised_at__isnull=False)
