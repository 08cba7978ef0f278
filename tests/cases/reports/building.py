"""Cases with every time written out, as the reports read them; times are those of our clocks."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from accounts.customers.models import Customer
from accounts.models import Department
from cases.codes import new_code
from cases.complaints.models import Complaint, Decision, Finding, Issue, PolicyClause, Remedy
from cases.models import Answer, Case, Category, Pause
from cases.states import Channel, ClosedAs, Status

HERE = ZoneInfo("Asia/Ho_Chi_Minh")


def at(text):
    """ "2026-09-01 08:00" here."""
    return datetime.fromisoformat(text).replace(tzinfo=HERE)


def case(
    opened,
    closed=None,
    as_=ClosedAs.ACCEPTED,
    *,
    category="deposit-not-credited",
    channel=Channel.CHAT,
    answered=None,
    round_=1,
    pauses=(),
    issues=None,
    opinion=None,
):
    """`answered`: when the first answer was sent, in the first round. `pauses`: (start, end or None). `issues`: the outcome
    and the cause of each, "" for none yet; None for a case outside the register. `opinion`: when the customer
    was asked how satisfied they are, and the score and ease they gave (None: said nothing)."""
    kind = Category.objects.get(slug=category) if category else None
    made = Case.objects.create(
        code=new_code(),
        customer=Customer.objects.get_or_create(name="An")[0],
        channel=channel,
        category=kind,
        department=kind.department if kind else Department.objects.get(slug="intake"),
        status=Status.CLOSED if closed else Status.RESOLVING,
        closed_as=as_ if closed else "",
        round=round_,
        opened_at=at(opened),
        closed_at=at(closed) if closed else None,
        last_event_number=1,
    )
    if answered:
        Answer.objects.create(
            case=made, round=1, body="Đã xong", state="sent", author_kind="staff", sent_at=at(answered)
        )
    for start, end in pauses:
        Pause.objects.create(case=made, started_at=at(start), ended_at=at(end) if end else None)
    if issues is not None:
        complaint = Complaint.objects.create(case=made)
        for number, (outcome, cause) in enumerate(issues, 1):
            judge(Issue.objects.create(complaint=complaint, number=number, **_BY), outcome, cause)
    if opinion:
        when, *said = opinion
        ask(made, at(when))
        if said and said[0]:
            give(made, at(when), *said)
    return made


def ask(one, when):
    """The customer is asked how satisfied they are with the case's present round."""
    _event(one, "satisfaction_asked", when, round=one.round)


def give(one, when, score, ease=None):
    _event(one, "satisfaction_given", when, round=one.round, score=score, ease=ease)


def _event(one, kind, when, **facts):
    one.last_event_number += 1
    one.save()
    one.events.create(
        number=one.last_event_number, kind=kind, actor_kind="system", actor_id="x", at=when, hash="x", facts=facts
    )


def remedy(kind, amount, due_on, proposed_at, *, issue=None):
    """One that is proposed, and so owed, for a complaint of its own or that of `issue`."""
    if issue is None:
        made = case("2026-10-01 08:00", issues=[("upheld", "delay")])
        issue = Issue.objects.get(complaint__case=made)
    return Remedy.objects.create(
        issue=issue,
        kind=kind,
        amount=amount,
        due_on=date.fromisoformat(due_on),
        destination_kind="wallet" if amount else "",
        at=at(proposed_at),
        **_BY,
    )


_BY = {"round": 1, "by_kind": "staff", "by_id": "1"}


def judge(issue, outcome="", cause=""):
    if cause:
        Finding.objects.create(issue=issue, cause=cause, fault="undetermined", **_BY)
    if outcome:
        Decision.objects.create(issue=issue, outcome=outcome, clause=PolicyClause.objects.first(), **_BY)
