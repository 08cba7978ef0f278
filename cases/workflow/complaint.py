"""The formal side of a matter: it enters the register, its issues are told apart, and both sides are heard (R-37, R-40)."""

from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from cases import policies
from cases.complaints.models import Account, Complaint, Issue, Recourse, Severity, Side
from cases.complaints.register import complaint_of, register_complaint
from cases.complaints.remedy_rights import Rights
from cases.events import EventKind, record
from cases.models import Case
from cases.states import ROUND_ANSWERED, Status, Step
from cskh.core.amounts import money
from cskh.core.errors import Invalid, NotPermitted, NotVisible, StepNotAllowed
from cskh.core.text import clean, require_length

from . import resolution
from ._take_step import change_case
from .sendable import require_sendable

_FIRST_WORDS = Actor.system("intake")
TEXT_MAX = 10_000
FIRST_YEAR = 2000  # before it nothing happened that we could look into


@dataclass(frozen=True, kw_only=True)
class Description:
    """What a complaint is about as a whole. When it happened is known from a time to a time; `amount` is whole VND."""

    happened_from: datetime | None = None
    happened_until: datetime | None = None
    amount: int | None = None
    remedy_sought: str = ""
    severity: Severity | str = ""


def enter(held: Case, *, actor: Actor) -> None:
    """Enters the locked case in the register, unless it stands there."""
    if register_complaint(held) is not None:
        record(held, EventKind.COMPLAINT_REGISTERED, actor=actor)


def begin_with(case: Case, *, words: str, message: int) -> None:
    """`begin_on`, for a case that nobody holds."""
    with change_case(case) as held:
        begin_on(held, words=words, message=message)


def begin_on(held: Case, *, words: str, message: int) -> None:
    """The first issue of the locked complaint is what the customer said in `message` (its id), unless one was named."""
    complaint = complaint_of(held)
    if complaint is not None and not complaint.issues.exists():
        _add(held, complaint, actor=_FIRST_WORDS, text=clean(words)[:TEXT_MAX], message=message)


def describe(case: Case, *, actor: Actor, said: Description) -> None:
    """Says when it happened, how much is in dispute, what the customer asks for, and how grave it is."""
    with change_case(case) as held:
        complaint = worked_on(held, actor)
        given = _checked(said)
        changed = [name for name, value in given.items() if getattr(complaint, name) != value]
        if not changed:
            return
        for name in changed:
            setattr(complaint, name, given[name])
        complaint.save(update_fields=changed)
        resolution.take_back_approval(held, why="complaint_changed")
        record(
            held,
            EventKind.COMPLAINT_DESCRIBED,
            actor=actor,
            fields=sorted(changed),
            happened_from=complaint.happened_from,
            happened_until=complaint.happened_until,
            amount=complaint.amount,
            severity=complaint.severity,
        )


def add_issue(case: Case, *, actor: Actor, account: str) -> Issue:
    """One more thing the customer complains about, as they tell it."""
    with change_case(case) as held:
        complaint = worked_on(held, actor)
        return _add(held, complaint, actor=actor, text=words_of(account, "account", _("Say what the customer says.")))


def note_account(case: Case, *, actor: Actor, number: int, side: Side | str, text: str) -> Account:
    """Puts down what one side says of the issue; what stood there before stays in the record."""
    with change_case(case) as held:
        issue = issue_of(worked_on(held, actor), number)
        if side not in Side:
            raise Invalid(errors={"side": [_("Say whose account it is.")]})
        words = words_of(text, "text", _("Say what the customer says, or what we say."))
        resolution.take_back_approval(held, why="complaint_changed")
        return _account(held, issue, actor=actor, side=Side(side), text=words)


def say_recourse(case: Case, *, actor: Actor, next_level: str, respond_by: date) -> Recourse:
    """Says where the customer can turn who does not agree, and until when they can; as they will read it."""
    with change_case(case) as held:
        complaint = worked_on(held, actor)
        words = words_of(next_level, "next_level", _("Say where the customer can turn next."))
        require_sendable(words, held, field="next_level")
        if respond_by <= timezone.localdate():
            raise Invalid(errors={"respond_by": [_("The customer needs time to respond: name a day to come.")]})
        recourse = Recourse.objects.create(
            complaint=complaint, next_level=words, respond_by=respond_by, **by(actor, held)
        )
        resolution.take_back_approval(held, why="complaint_changed")
        record(held, EventKind.RECOURSE_SAID, actor=actor, words=words, recourse=recourse.pk, respond_by=respond_by)
    return recourse


def worked_on(held: Case, actor: Actor, step: Step = Step.REQUEST_EVIDENCE) -> Complaint:
    """The locked case's entry in the register, for somebody who may take `step` on the case, while it is worked on.

    Raises NotVisible; NotPermitted, also for staff who are the customer; or StepNotAllowed once the round is answered, for what
    it said then stands, and while the outcome waits for approval, so that what is approved is what was put before somebody.
    """
    policies.require(actor, step, held)
    complaint = complaint_of(held)
    if complaint is None:
        raise NotVisible(_("This case is not in the complaint register."))
    if Rights(actor, held).gains:
        raise NotPermitted(_("Somebody else does this: you are the customer."))
    if held.status in ROUND_ANSWERED:
        raise StepNotAllowed(_("This round is answered. What was found and decided in it stays as it is."))
    require_no_approver_waits(held)
    return complaint


def require_no_approver_waits(held: Case) -> None:
    """What somebody has before them to approve stays as it is until they have."""
    if held.status == Status.AWAITING_APPROVAL:
        raise StepNotAllowed(
            _("The outcome waits for approval. Whoever approves it returns it first; then this can be changed.")
        )


def issue_of(complaint: Complaint, number: int) -> Issue:
    issue = complaint.issues.filter(number=number).first()
    if issue is None:
        raise Invalid(errors={"issue": [_("The complaint has no such issue.")]})
    return issue


def words_of(text: str, field: str, ask: str = "") -> str:
    """The text cleaned. Raises Invalid for too much of it, and where it is empty although we `ask` for it."""
    words = clean(text)
    if ask and not words:
        raise Invalid(errors={field: [ask]})
    require_length(words, TEXT_MAX, field=field)
    return words


def by(actor: Actor, held: Case) -> dict[str, object]:
    """Who puts something down, and in which round."""
    return {"round": held.round, "by_kind": actor.kind.value, "by_id": actor.id}


def _add(held: Case, complaint: Complaint, *, actor: Actor, text: str, message: int | None = None) -> Issue:
    last = complaint.issues.order_by("-number").values_list("number", flat=True).first() or 0
    issue = Issue.objects.create(complaint=complaint, number=last + 1, **by(actor, held))
    resolution.take_back_approval(held, why="complaint_changed")
    record(held, EventKind.ISSUE_ADDED, actor=actor, issue=issue.number)
    _account(held, issue, actor=actor, side=Side.CUSTOMER, text=text, message=message)
    return issue


def _account(held: Case, issue: Issue, *, actor: Actor, side: Side, text: str, message: int | None = None) -> Account:
    account = Account.objects.create(issue=issue, side=side, text=text, message=message, **by(actor, held))
    record(
        held,
        EventKind.ACCOUNT_NOTED,
        actor=actor,
        issue=issue.number,
        account=account.pk,
        side=side,
        message=message,
    )
    return account


def _checked(said: Description) -> dict[str, object]:
    """As the complaint keeps it. Raises Invalid for times to come or too long ago, and for amounts that cannot be meant."""
    for name in ("happened_from", "happened_until"):
        at: datetime | None = getattr(said, name)
        if at is not None and at.year < FIRST_YEAR:
            raise Invalid(errors={name: [_("This time is too long ago.")]})
    first, last = said.happened_from, said.happened_until or said.happened_from
    if first is None and last is not None:
        first = last
    if first is not None and first > timezone.now():
        raise Invalid(errors={"happened_from": [_("This lies in the future. Say when it happened.")]})
    if last is not None and last > timezone.now():
        raise Invalid(errors={"happened_until": [_("This lies in the future. Say by when it had happened.")]})
    if first is not None and last is not None and last < first:
        raise Invalid(errors={"happened_until": [_("This is before it began. Give the later time here.")]})
    return {
        "happened_from": first,
        "happened_until": last,
        "amount": _checked_amount(said.amount),
        "remedy_sought": words_of(said.remedy_sought, "remedy_sought"),
        "severity": _checked_severity(said.severity),
    }


def _checked_amount(amount: int | None) -> int | None:
    if amount is None:
        return None
    if amount <= 0:
        raise Invalid(
            errors={"amount": [_("An amount in dispute is more than nothing. Leave it empty if there is none.")]}
        )
    if amount > settings.AMOUNT_MAX_VND:
        most = money(settings.AMOUNT_MAX_VND)
        raise Invalid(errors={"amount": [_("This is more than %(most)s. Look at the figures again.") % {"most": most}]})
    return amount


def _checked_severity(severity: Severity | str) -> str:
    if severity and severity not in Severity:
        raise Invalid(errors={"severity": [_("There is no such severity.")]})
    return str(severity)
