"""What is done with a case: each step, what is written on it, who sees it, and to whom it is given."""

from itertools import takewhile
from typing import NoReturn

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.actors import Actor, ActorKind
from accounts.models import HEADS, Role, Scope, User
from cases.models import Answer, Case, CaseEvent
from cases.states import LEVELS, TRANSITIONS, ClosedAs, Step
from cskh.core.errors import NotPermitted, NotVisible

_WORKERS = frozenset({Role.SPECIALIST, Role.MANAGER, Role.ADMINISTRATOR})
_EVERYONE = _WORKERS | {Role.INTAKE}
OVERSEERS = HEADS | {Role.AUDITOR}

# Permission → roles that hold it (in their departments). Auditors hold none: they read.
GRANTS: dict[str, frozenset[Role]] = {
    "classify": _EVERYONE,
    "assign": _EVERYONE,
    "evidence": _EVERYONE,
    "resolve": _EVERYONE,
    "decide": _EVERYONE,
    "approve": HEADS,
    "final_response": HEADS,
    "customer_word": _EVERYONE,
    "reopen": _EVERYONE,
    "withdraw": _EVERYONE,
    "sort_out": _EVERYONE,
    "converse": _EVERYONE,
    "system": frozenset(),
}
# A department lead approves too; an integration takes steps by its scopes; customers only speak for themselves.
_LEAD_GRANTS = frozenset({"approve"})
# Whoever answers the telephone writes down what the caller says, on any case they can see.
_CALLERS_WORDS = frozenset({"converse", "customer_word", "withdraw"})
_CUSTOMER_STEPS = frozenset({Step.ACCEPT, Step.REJECT, Step.WITHDRAW})
_INTEGRATION_WORK = frozenset({"classify", "assign", "evidence", "resolve", "decide", "sort_out", "reopen"})
_SYSTEM_STEPS = frozenset(
    {Step.CLASSIFY, Step.ASSIGN, Step.EVIDENCE_COMPLETED, Step.EVIDENCE_OVERDUE, Step.CLOSE_NO_REPLY, Step.MARK_SPAM}
)
# Steps that take a matter up and decide it: never for somebody who decided on it in an earlier round (I5, `_kept_from`). Such
# people still write messages and notes, gather evidence and pass the case on: what they know helps whoever decides now.
DECIDING_STEPS = frozenset({Step.START_RESOLVING, Step.PROPOSE, Step.APPROVE, Step.ANSWER, Step.FINAL_RESPONSE})
# Steps that judge a proposal: never for whoever made it (four eyes).
_JUDGING_STEPS = frozenset({Step.APPROVE, Step.RETURN})
_CONTRADICTED = "contradicted"  # as the event of a finding has it (`evidence.models.FactEntry`, which lies above)


def may(actor: Actor, step: Step, case: Case) -> bool:
    """Whether `actor` is one who takes `step` on `case`, whatever its status is now."""
    if actor.is_system:
        # What the customer did not agree with is closed by people alone (I2).
        return step in _SYSTEM_STEPS and (step != Step.MARK_SPAM or case.round == 1)
    if actor.is_customer:
        return step in _CUSTOMER_STEPS and str(case.customer_id) == actor.id
    permission = TRANSITIONS[step].permission
    if actor.is_integration:
        if step in _CUSTOMER_STEPS:
            return integration_has(actor, Scope.CASES_ANSWER_FOR_CUSTOMER) and _integration_knows(actor, case)
        if permission not in _INTEGRATION_WORK or not integration_has(actor, Scope.CASES_WORK):
            return False
        return step not in DECIDING_STEPS or not _answered_before(actor, case)
    return _staff_may(actor.subject, permission, case) and actor.subject.pk not in _barred(step, case)


def may_converse(actor: Actor, case: Case) -> bool:
    """Whether `actor` may write on the case: to the customer or internally, or (customers) to us."""
    if actor.is_system:
        return True
    if actor.is_customer:
        return str(case.customer_id) == actor.id
    if actor.is_integration:
        if integration_has(actor, Scope.CASES_WORK):
            return True
        return integration_has(actor, Scope.CASES_OPEN) and _integration_knows(actor, case)
    return _staff_may(actor.subject, "converse", case)


def may_write(actor: Actor, case: Case) -> bool:
    """Whether `actor` may write on the case in the operator's name: to the customer, or a note for colleagues."""
    if actor.is_integration:
        return integration_has(actor, Scope.CASES_WORK)
    return not actor.is_customer and may_converse(actor, case)


def may_open(actor: Actor) -> bool:
    """Whether `actor` may open a case: customers for themselves, integrations by their scope, whoever talks to customers."""
    if actor.is_integration:
        return integration_has(actor, Scope.CASES_OPEN)
    if actor.is_staff:
        return actor.subject.is_active and any(actor.subject.desk.has(role) for role in GRANTS["converse"])
    return True


def may_clear_flag(actor: Actor, case: Case) -> bool:
    """Whether `actor` says that nothing in the customer's words needs protection any more: the protection team, where it has
    the case, and those who manage or administer the case's department."""
    if not actor.is_staff or not actor.subject.is_active:
        return False
    desk, department = actor.subject.desk, case.department
    roles = _EVERYONE if department is not None and department.is_protection else HEADS
    return any(desk.has_in(role, case.department_id) for role in roles)


def may_read_inside(actor: Actor) -> bool:
    """Whether `actor` reads what colleagues say among themselves: neither customers nor programs that only open cases for
    them, whose screens customers see."""
    return _integration_reads(actor) if actor.is_integration else not actor.is_customer


def may_read_traces(actor: Actor, case: Case) -> bool:
    """Whether `actor` reads what cameras and programs wrote into evidence: those who check it, and those who oversee."""
    return actor.is_staff and (_oversees(actor, case) or may(actor, Step.REQUEST_EVIDENCE, case))


def may_read_place(actor: Actor, case: Case) -> bool:
    """Whether `actor` may ask where a picture was taken, saying what for: those who oversee the case."""
    return actor.is_staff and actor.subject.is_active and _oversees(actor, case)


def _oversees(actor: Actor, case: Case) -> bool:
    return any(actor.subject.desk.has_in(role, case.department_id) for role in OVERSEERS)


def may_read_notes(actor: Actor) -> bool:
    """Whether `actor` reads the notes of a correspondence: people of ours alone. What a program fetches of it is what the
    customer is shown, whatever else it may do."""
    return actor.is_staff


def require_scope(actor: Actor, scope: Scope, *, staff: frozenset[Role] = frozenset()) -> None:
    """Raises NotPermitted unless `actor` is an integration with `scope`, or staff in one of these roles."""
    if actor.is_integration and integration_has(actor, scope):
        return
    if actor.is_staff and any(actor.subject.desk.has(role) for role in staff):
        return
    raise NotPermitted


def require(actor: Actor, step: Step, case: Case) -> None:
    """Raises NotVisible or NotPermitted where `may` says no."""
    if not may(actor, step, case):
        refuse(actor, case)


def refuse(actor: Actor, case: Case) -> NoReturn:
    """Raises NotVisible to those who may not even know of the case, NotPermitted to all others."""
    raise NotPermitted if can_see(actor, case) else NotVisible


def can_see(actor: Actor, case: Case) -> bool:
    return visible_to(actor).filter(pk=case.pk).exists()


def visible_to(actor: Actor) -> QuerySet[Case]:
    """The cases `actor` may know of. Need-to-know: specialists see their departments and what is theirs (R-14).

    Restricted categories stay with their department, their owner and those who oversee everything. A program that may
    open cases but not read them knows those it opened itself.
    """
    cases = Case.objects.all()
    if actor.is_system:
        return cases
    if actor.is_customer:
        return cases.filter(customer_id=actor.id)
    if actor.is_integration:
        if _integration_reads(actor):
            return cases
        return cases.filter(_opened_by(actor)) if integration_has(actor, Scope.CASES_OPEN) else cases.none()
    desk = actor.subject.desk
    if not actor.subject.is_active or not desk.departments:
        return cases.none()
    if any(desk.everywhere(role) for role in OVERSEERS):
        return cases
    return cases.filter(Q(assignee_id=actor.subject.pk) | visible_places(actor))


def visible_places(actor: Actor) -> Q:
    """Where the cases are that a member of staff may know of, whosever they are: a condition on department and category, for
    cases and for what is summed up of them."""
    desk = actor.subject.desk
    if not actor.subject.is_active or not desk.departments:
        return Q(pk__in=[])
    if any(desk.everywhere(role) for role in OVERSEERS):
        return Q()
    seen = Q(department_id__in=desk.own_departments)
    # Whoever answers the telephone must find any caller's case.
    if desk.has(Role.INTAKE) or desk.everywhere(Role.SPECIALIST):
        seen |= Q(category__isnull=True) | Q(category__is_restricted=False)
    return seen


def who_may(step: Step, case: Case) -> QuerySet[User]:
    """The active people who may take `step` on `case`, for the "assign to" list."""
    return _eligible(step, case).exclude(pk__in=_barred(step, case))


def _eligible(step: Step, case: Case) -> QuerySet[User]:
    """The active people who may take the step by their roles, whatever part they had in the matter."""
    permission = TRANSITIONS[step].permission
    holders, place = GRANTS[permission], _place(case)
    eligible = Q(memberships__role__in=holders) & (place | Q(pk=case.assignee_id))
    if permission in _LEAD_GRANTS:
        eligible |= Q(memberships__is_lead=True, memberships__role__in=_EVERYONE) & place
    if Role.INTAKE in holders and _intake_reaches(permission, case):
        eligible |= Q(memberships__role=Role.INTAKE)
    if Role.ADMINISTRATOR in holders:
        eligible |= Q(is_superuser=True)
    return User.objects.filter(eligible, is_active=True).distinct()


def handlers_of(case: Case) -> QuerySet[User]:
    """Those whom a case is given to: its department's people who may answer it; intake for what no department has yet."""
    if case.department_id is None:
        handlers = Q(memberships__role=Role.INTAKE)
    else:
        own = Q(memberships__role=Role.INTAKE, memberships__department=case.department_id)
        handlers = Q(memberships__role=Role.SPECIALIST) & _place(case) | own
    return User.objects.filter(handlers, is_active=True).exclude(pk__in=_barred(Step.ANSWER, case)).distinct()


def heads_of(case: Case) -> QuerySet[User]:
    """The active leads and managers who answer for the case: of its department, or of all; of intake while it has none."""
    heads = Q(memberships__role=Role.MANAGER) | Q(memberships__is_lead=True, memberships__role__in=_EVERYONE)
    answerable = heads & _place(case)
    if case.department_id is None:
        answerable |= Q(memberships__is_lead=True, memberships__role=Role.INTAKE)
    return User.objects.filter(answerable, is_active=True).distinct()


def earlier_deciders(case: Case) -> set[int]:
    """Users who decided on this matter in a round before the present one: answered it, approved that, found against the
    customer (or confirmed it), decided an issue of the complaint (or approved that, or a remedy), or sorted the case out."""
    return _deciders_before(case, case.round)


def _kept_from(step: Step, case: Case) -> set[int]:
    """Those whom an earlier decision keeps from deciding now (I5). Rounds after the review stay on its level: where nobody else
    is left to take the step, whoever reviewed may, so that somebody can give the last word. Who decided below never may."""
    deciders = earlier_deciders(case)
    if case.round > LEVELS and not _eligible(step, case).exclude(pk__in=deciders).exists():
        return _deciders_before(case, LEVELS)
    return deciders


def _deciders_before(case: Case, number: int) -> set[int]:
    """Who decided in rounds before `number`."""
    if number == 1:
        return set()
    deciders = _who_judged_before(case, number)
    for kind, author, decided_by in Answer.objects.filter(
        case=case, round__lt=number, state=Answer.State.SENT
    ).values_list("author_kind", "author_id", "decided_by_id"):
        if kind == ActorKind.STAFF:
            deciders.add(int(author))
        if decided_by:
            deciders.add(decided_by)
    return deciders


def _who_judged_before(case: Case, number: int) -> set[int]:
    """By the case's own record: what stands in it before round `number` was opened. One query."""
    found_against = Q(kind="fact_verified", facts__result=_CONTRADICTED)
    decided_issues = Q(
        kind__in=["issue_decided", "deviation_approved", "remedy_approval_given", "remedy_approved", "remedy_declined"]
    )
    sorted_out = Q(kind="case_closed", facts__closed_as__in=[ClosedAs.SPAM, ClosedAs.DUPLICATE])
    reopened = Q(kind="case_reopened", facts__round=number)
    judgements = Q(actor_kind=ActorKind.STAFF) & (found_against | decided_issues | sorted_out)
    told = case.events.filter(judgements | reopened).order_by("number").values_list("kind", "actor_id")
    # Who takes over is asked before the reopening is recorded: then all there is lies before it.
    return {int(user) for _kind, user in takewhile(lambda event: event[0] != "case_reopened", told)}


def _staff_may(user: User, permission: str, case: Case) -> bool:
    """The same rule for one person as `who_may` has for all; `tests/cases/test_policies.py` holds them together."""
    if not user.is_active:
        return False
    desk, roles = user.desk, GRANTS[permission]
    if any(_works_here(user, role, case) for role in roles):
        return True
    if permission in _LEAD_GRANTS and _leads_here(user, case):
        return True
    if case.assignee_id == user.pk and any(desk.has(role) for role in roles):
        return True
    return Role.INTAKE in roles and desk.has(Role.INTAKE) and _intake_reaches(permission, case)


def _works_here(user: User, role: Role, case: Case) -> bool:
    if _is_restricted(case) and role not in HEADS:
        return case.department_id in user.desk.departments.get(role, ())
    return user.desk.has_in(role, case.department_id)


def _leads_here(user: User, case: Case) -> bool:
    leads = user.desk.leads
    return (None in leads and not _is_restricted(case)) or (
        case.department_id is not None and case.department_id in leads
    )


def _place(case: Case) -> Q:
    """Memberships that count for the case: in its department, or in all of them unless its category is restricted."""
    everywhere = Q(memberships__department__isnull=True)
    if _is_restricted(case):
        everywhere &= Q(memberships__role__in=HEADS)
    return everywhere | Q(memberships__department=case.department_id) if case.department_id else everywhere


def _intake_reaches(permission: str, case: Case) -> bool:
    """What no department has yet belongs to intake, and everybody's words may be written down by intake."""
    return case.department_id is None or (permission in _CALLERS_WORDS and not _is_restricted(case))


def _answered_before(actor: Actor, case: Case) -> bool:
    """Whether this program answered in an earlier round: it does not review itself either."""
    sent = Answer.objects.filter(case=case, round__lt=case.round, state=Answer.State.SENT)
    return case.round > 1 and sent.filter(author_kind=actor.kind, author_id=actor.id).exists()


def _is_restricted(case: Case) -> bool:
    return bool(case.category_id and case.category and case.category.is_restricted)


def _integration_reads(actor: Actor) -> bool:
    return integration_has(actor, Scope.CASES_READ) or integration_has(actor, Scope.CASES_WORK)


def _integration_knows(actor: Actor, case: Case) -> bool:
    """What a program may not know of, it cannot say anything on."""
    return _integration_reads(actor) or can_see(actor, case)


def _opened_by(actor: Actor) -> Exists:
    """The first event of a case is its opening, and says by whom."""
    return Exists(CaseEvent.objects.filter(case=OuterRef("pk"), number=1, actor_kind=actor.kind, actor_id=actor.id))


def integration_has(actor: Actor, scope: Scope) -> bool:
    return bool(actor.subject.is_active and actor.subject.has_scope(scope))


def _barred(step: Step, case: Case) -> set[int]:
    """Users whom their earlier part in the matter keeps from taking the step."""
    barred = _kept_from(step, case) if step in DECIDING_STEPS else set()
    if step == Step.ACCEPT:  # nobody says of their own answer that the customer is content with it
        barred |= _writers(case, Answer.State.SENT)
    if step in _JUDGING_STEPS:
        barred |= _writers(case, Answer.State.PROPOSED)
    return barred


def _writers(case: Case, state: Answer.State) -> set[int]:
    """The people who wrote the answer of this round that is in that state."""
    answers = Answer.objects.filter(case=case, round=case.round, state=state, author_kind=ActorKind.STAFF)
    return {int(author) for author in answers.values_list("author_id", flat=True)}
