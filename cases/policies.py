"""Who may what: asked three ways, by the desk, the API, the portal and routing alike.

`may(actor, step, case)` - this step on this case; `visible_to(actor)` - which cases at all; `who_may(step, case)` - which
people. What is not visible is "not found"; what is visible but not yours to do is "not permitted". Status plays no part here.
"""

from django.db.models import Q, QuerySet

from accounts.actors import Actor
from accounts.models import Role, Scope, User
from cskh.core.errors import NotPermitted, NotVisible

from .models import Answer, Case
from .states import TRANSITIONS, Status, Step

_WORKERS = frozenset({Role.SPECIALIST, Role.MANAGER, Role.ADMINISTRATOR})
_EVERYONE = _WORKERS | {Role.INTAKE}
_HEADS = frozenset({Role.MANAGER, Role.ADMINISTRATOR})

# Permission → roles that hold it (in their departments). Auditors hold none: they read.
GRANTS: dict[str, frozenset[Role]] = {
    "classify": _EVERYONE,
    "assign": _EVERYONE,
    "evidence": _EVERYONE,
    "resolve": _EVERYONE,
    "decide": _EVERYONE,
    "approve": _HEADS,
    "final_response": _HEADS,
    "customer_word": _EVERYONE,
    "reopen": _EVERYONE,
    "withdraw": _EVERYONE,
    "sort_out": _EVERYONE,
    "converse": _EVERYONE,
    "system": frozenset(),
}
# A department lead approves too; an integration takes steps by its scopes; customers only speak for themselves.
_LEAD_GRANTS = frozenset({"approve"})
_CUSTOMER_STEPS = frozenset({Step.ACCEPT, Step.REJECT, Step.WITHDRAW})
_INTEGRATION_WORK = frozenset({"classify", "assign", "evidence", "resolve", "decide", "sort_out", "reopen"})
_SYSTEM_STEPS = frozenset(
    {Step.CLASSIFY, Step.ASSIGN, Step.EVIDENCE_COMPLETED, Step.EVIDENCE_OVERDUE, Step.CLOSE_NO_REPLY, Step.MARK_SPAM}
)
# Steps that decide a matter: never for somebody who decided on it in an earlier round (I5).
DECIDING_STEPS = frozenset({Step.PROPOSE, Step.APPROVE, Step.ANSWER, Step.FINAL_RESPONSE})


def may(actor: Actor, step: Step, case: Case) -> bool:
    """Whether `actor` is one who takes `step` on `case`, whatever its status is now."""
    if actor.is_system:
        return step in _SYSTEM_STEPS
    if actor.is_customer:
        return step in _CUSTOMER_STEPS and str(case.customer_id) == actor.id
    permission = TRANSITIONS[step].permission
    if actor.is_integration:
        if step in _CUSTOMER_STEPS:
            return actor.subject.has_scope(Scope.CASES_ANSWER_FOR_CUSTOMER)
        return permission in _INTEGRATION_WORK and actor.subject.has_scope(Scope.CASES_WORK)
    return _staff_may(actor.subject, permission, case) and not _bars_decider(actor.subject, step, case)


def may_converse(actor: Actor, case: Case) -> bool:
    """Whether `actor` may write on the case: to the customer or internally, or (customers) to us."""
    if actor.is_system:
        return True
    if actor.is_customer:
        return str(case.customer_id) == actor.id
    if actor.is_integration:
        return actor.subject.has_scope(Scope.CASES_OPEN) or actor.subject.has_scope(Scope.CASES_WORK)
    return _staff_may(actor.subject, "converse", case)


def require(actor: Actor, step: Step, case: Case) -> None:
    """Raises NotVisible or NotPermitted where `may` says no."""
    if not may(actor, step, case):
        if not can_see(actor, case):
            raise NotVisible
        raise NotPermitted


def can_see(actor: Actor, case: Case) -> bool:
    return visible_to(actor).filter(pk=case.pk).exists()


def visible_to(actor: Actor) -> QuerySet[Case]:
    """The cases `actor` may know of. Need-to-know: specialists see their departments and what is theirs (R-14)."""
    cases = Case.objects.all()
    if actor.is_system:
        return cases
    if actor.is_customer:
        return cases.filter(customer_id=actor.id)
    if actor.is_integration:
        return (
            cases
            if actor.subject.has_scope(Scope.CASES_READ) or actor.subject.has_scope(Scope.CASES_WORK)
            else cases.none()
        )
    desk = actor.subject.desk
    if not actor.subject.is_active or not desk.departments:
        return cases.none()
    if any(desk.everywhere(role) for role in (Role.MANAGER, Role.AUDITOR, Role.ADMINISTRATOR)):
        return cases
    seen = Q(assignee_id=actor.subject.pk) | Q(department_id__in=desk.department_ids(*Role.values))
    if desk.everywhere(Role.SPECIALIST):
        seen |= Q(department__isnull=False) & ~Q(category__is_restricted=True)
    if desk.has(Role.INTAKE):
        # Whoever answers the telephone must find any caller's case; restricted categories stay with their department.
        seen |= Q(category__isnull=True) | Q(category__is_restricted=False)
    return cases.filter(seen)


def who_may(step: Step, case: Case) -> QuerySet[User]:
    """The active people who may take `step` on `case`, for the "assign to" list and for routing."""
    roles = GRANTS[TRANSITIONS[step].permission]
    places = Q(memberships__department__isnull=True)
    if case.department_id:
        places |= Q(memberships__department_id=case.department_id)
    eligible = Q(memberships__role__in=roles) & places
    if TRANSITIONS[step].permission in _LEAD_GRANTS:
        eligible |= Q(memberships__is_lead=True) & places
    people = User.objects.filter(eligible, is_active=True).distinct()
    if step in DECIDING_STEPS:
        people = people.exclude(pk__in=earlier_deciders(case))
    return people


def earlier_deciders(case: Case) -> set[int]:
    """Users who decided on this matter in a round before the present one."""
    if case.round == 1:
        return set()
    deciders: set[int] = set()
    for kind, author, decided_by in Answer.objects.filter(
        case=case, round__lt=case.round, state=Answer.State.SENT
    ).values_list("author_kind", "author_id", "decided_by_id"):
        if kind == "staff":
            deciders.add(int(author))
        if decided_by:
            deciders.add(decided_by)
    return deciders


def _staff_may(user: User, permission: str, case: Case) -> bool:
    if not user.is_active:
        return False
    desk, department = user.desk, case.department_id
    roles = GRANTS[permission]
    if permission in _LEAD_GRANTS and (None in desk.leads or department in desk.leads):
        return True
    if any(desk.has_in(role, department) for role in roles):
        return True
    held = any(desk.has(role) for role in roles)
    if held and case.assignee_id == user.pk:
        return True
    # What no department has yet belongs to intake; intake also writes down what a caller says on any case it can see.
    if Role.INTAKE in roles and desk.has(Role.INTAKE):
        return case.status == Status.RECEIVED or (
            permission in ("converse", "customer_word", "withdraw") and not _restricted(case)
        )
    return False


def _restricted(case: Case) -> bool:
    return bool(case.category_id and case.category and case.category.is_restricted)


def _bars_decider(user: User, step: Step, case: Case) -> bool:
    return step in DECIDING_STEPS and user.pk in earlier_deciders(case)
