"""Who may what on which case, written out: the domain, the desk and REST are held against this one table.

Letters: s sees the case · w works on it (classifies, assigns, asks for evidence and checks it, sorts out, reopens) · d
handles and decides (starts, proposes, answers) · j judges a proposal (approves, returns) · f gives the final response · c
speaks the customer's word (accepts, rejects, withdraws) · t says something on the case, or hands in evidence · o writes in
the operator's name, or a note.
"""

from accounts.actors import Actor
from accounts.customers.directory import Person, recognise
from accounts.models import ApiClient, Role, Scope, User
from cases.states import Step
from cases.workflow import answer, routing
from tests.cases.building import customer_of, open_case, settle_facts

CASES = ("unrouted", "payments", "restricted", "lent", "returned")

#                        unrouted    payments    restricted  lent        returned
TABLE = {
    "intake":           ("swdcto",   "scto",     "",         "scto",     "scto"),
    "specialist":       ("",         "swdcto",   "",         "swdcto",   "swdcto"),
    "decider":          ("",         "swdcto",   "",         "swdcto",   "swcto"),
    "technician":       ("",         "",         "",         "swdcto",   ""),
    "everywhere":       ("swdcto",   "swdcto",   "",         "swdcto",   "swdcto"),
    "lead":             ("",         "swdjcto",  "",         "swdjcto",  "swdjcto"),
    "manager_here":     ("",         "swdjfcto", "",         "swdjfcto", "swdjfcto"),
    "manager":          ("swdjfcto", "swdjfcto", "swdjfcto", "swdjfcto", "swdjfcto"),
    "administrator":    ("swdjfcto", "swdjfcto", "swdjfcto", "swdjfcto", "swdjfcto"),
    "superuser":        ("swdjfcto", "swdjfcto", "swdjfcto", "swdjfcto", "swdjfcto"),
    "quality":          ("",         "",         "swdcto",   "",         ""),
    "auditor":          ("s",        "s",        "s",        "s",        "s"),
    "auditing_lead":    ("",         "s",        "",         "s",        "s"),
    "left":             ("",         "",         "",         "",         ""),
    "nobody":           ("",         "",         "",         "",         ""),
    "customer":         ("sct",      "sct",      "sct",      "sct",      "sct"),
    "another_customer": ("",         "",         "",         "",         ""),
    "reader":           ("s",        "s",        "s",        "s",        "s"),
    "opener":           ("st",       "st",       "st",       "st",       "st"),
    "spokesman":        ("sc",       "sc",       "sc",       "sc",       "sc"),
    "worker":           ("swdto",    "swdto",    "swdto",    "swdto",    "swdto"),
    "blind":            ("",         "",         "",         "",         ""),
    "retired":          ("",         "",         "",         "",         ""),
}  # fmt: skip

LETTERS = {
    "w": {
        Step.CLASSIFY,
        Step.RECLASSIFY,
        Step.ASSIGN,
        Step.REQUEST_EVIDENCE,
        Step.EVIDENCE_COMPLETED,
        Step.REOPEN,
        Step.MARK_DUPLICATE,
        Step.MARK_SPAM,
    },
    "d": {Step.START_RESOLVING, Step.PROPOSE, Step.ANSWER},
    "j": {Step.APPROVE, Step.RETURN},
    "f": {Step.FINAL_RESPONSE},
    "c": {Step.ACCEPT, Step.REJECT, Step.WITHDRAW},
}
SYSTEM = {
    Step.CLASSIFY,
    Step.ASSIGN,
    Step.EVIDENCE_COMPLETED,
    Step.EVIDENCE_OVERDUE,
    Step.CLOSE_NO_REPLY,
    Step.MARK_SPAM,
}

STAFF = {
    "intake": (Role.INTAKE, "intake", False),
    "specialist": (Role.SPECIALIST, "payments", False),
    "decider": (Role.SPECIALIST, "payments", False),
    "technician": (Role.SPECIALIST, "technical", False),
    "everywhere": (Role.SPECIALIST, None, False),
    "lead": (Role.SPECIALIST, "payments", True),
    "manager_here": (Role.MANAGER, "payments", False),
    "manager": (Role.MANAGER, None, False),
    "administrator": (Role.ADMINISTRATOR, None, False),
    "quality": (Role.SPECIALIST, "quality", False),
    "auditor": (Role.AUDITOR, None, False),
    "auditing_lead": (Role.AUDITOR, "payments", True),
}
CLIENTS = {
    "reader": [Scope.CASES_READ],
    "opener": [Scope.CASES_OPEN, Scope.CASES_READ],
    "spokesman": [Scope.CASES_ANSWER_FOR_CUSTOMER, Scope.CASES_READ],
    "worker": [Scope.CASES_WORK],
    "blind": [Scope.CASES_OPEN, Scope.CASES_ANSWER_FOR_CUSTOMER, Scope.CUSTOMERS, Scope.CALLS, Scope.WEBHOOKS],
    "retired": list(Scope),
}
DESK = [*STAFF, "superuser", "left", "nobody"]


def letters(name, case_name):
    return TABLE[name][CASES.index(case_name)]


def allowed(name, case_name):
    """The steps the table allows, whatever the status."""
    return {step for letter in letters(name, case_name) for step in LETTERS.get(letter, ())}


def letter_of(step):
    return next(letter for letter, steps in LETTERS.items() if step in steps)


def make_user(name, make_staff):
    """The member of staff of that name in the table."""
    if name == "superuser":
        user = make_staff(name, Role.AUDITOR, "intake")
        user.memberships.all().delete()
        user.is_superuser = True
    elif name == "left":
        user = make_staff(name, Role.MANAGER)
        user.is_active = False
    elif name == "nobody":
        user = make_staff(name, Role.AUDITOR, "intake")
        user.memberships.all().delete()
    else:
        role, department, is_lead = STAFF[name]
        user = make_staff(name, role, department, lead=is_lead)
    user.save()
    return User.objects.get(pk=user.pk)


def make_actor(name, case, make_staff):
    """The actor of that name in the table; customers are those of `case`, or not."""
    if name == "customer":
        return customer_of(case)
    if name == "another_customer":
        return Actor.customer(recognise(Person(name="Trần Thị Bình", email="binh@khach.example"))[0])
    if name in CLIENTS:
        return Actor.integration(make_client(name)[0])
    return Actor.staff(get_user(name, make_staff))


def make_client(name):
    """The API client of that name in the table, and its key."""
    client, key = ApiClient.objects.create_with_key(name, CLIENTS[name])
    client.is_active = name != "retired"
    client.save()
    return client, key


def get_user(name, make_staff):
    return User.objects.filter(username=name).first() or make_user(name, make_staff)


def make_case(name, make_staff):
    """The case of that name in the table, with the people it needs."""
    if name == "unrouted":
        return open_case()
    if name == "restricted":
        return open_case("staff-conduct")
    if not User.objects.filter(username="minh").exists():
        make_staff("minh", Role.SPECIALIST, "payments")  # somebody to review what comes back
    case = open_case("deposit-not-credited", amount=2_000_000)
    settle_facts(case, Actor.staff(User.objects.get(username="minh")))  # who is in no row, and reads no notice
    if name == "lent":  # the technician has it, although it stays in the queue of the payments department
        type(case).objects.filter(pk=case.pk).update(assignee=get_user("technician", make_staff))
    if name == "returned":
        decider = Actor.staff(get_user("decider", make_staff))
        routing.assign_case(case, actor=decider, assignee=decider.subject)
        answer.send_answer(case, actor=decider, body="Đã ghi có.")
        answer.reject(case, actor=customer_of(case))
    case.refresh_from_db()
    return case
