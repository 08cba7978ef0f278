"""Cases at any stage, brought there by the workflow itself."""

from accounts.actors import Actor
from accounts.customers.directory import Person
from cases.events import flaws_of
from cases.evidence.models import EvidenceRequest
from cases.evidence.queries import file_of
from cases.evidence.wanted import Wanted
from cases.models import Case, Category
from cases.states import Channel, Status, Step
from cases.workflow import answer, checks, ending, evidence, facts, resolution, routing
from cases.workflow.opening import Matter
from channels_app import deliveries, intake
from channels_app.models import Delivery

INTAKE = Actor.system("intake")


def open_case(category="", *, channel=Channel.WEB, email="an@khach.example", phone="", **matter):
    """A case of one customer; with a category (its slug) it is routed at once."""
    kind = Category.objects.get(slug=category) if category else None
    return intake.open_request(
        Matter(subject="Nạp tiền chưa vào", category=kind, **matter),
        actor=INTAKE,
        channel=channel,
        body="Tôi chuyển 2.000.000đ lúc 9 giờ",
        person=Person(name="Nguyễn Văn An", email=email, phone=phone),
    )


def customer_of(case):
    return Actor.customer(case.customer)


def case_at(status, worker, *, category="other", settled=True):
    """A case of that status, owned by `worker` (a user who may do everything on it) where it can have an owner; what nothing
    is decided without is `settled`."""
    actor = Actor.staff(worker)
    if status == Status.RECEIVED:
        return open_case()
    case = open_case(category)
    routing.assign_case(case, actor=actor, assignee=worker)
    if settled:
        settle_facts(case, actor)
    if status in (Status.AWAITING_CUSTOMER, Status.VERIFYING):
        listed = next((line.name for line in file_of(case).lines if not line.is_fact), "Biên lai")
        evidence.request_evidence(case, actor=actor, items=[Wanted(name=listed)])
    if status == Status.VERIFYING:
        evidence.waive_rest(case, actor=actor, reason="Có trong hệ thống")
    if status in (Status.RESOLVING, Status.AWAITING_APPROVAL):
        resolution.start_resolving(case, actor=actor)
    if status == Status.AWAITING_APPROVAL:
        resolution.propose(case, actor=actor, body="Hoàn tiền.")
    if status in (Status.ANSWERED, Status.REOPENED, Status.CLOSED):
        answer.send_answer(case, actor=actor, body="Đã ghi có.")
    if status == Status.REOPENED:
        answer.reject(case, actor=customer_of(case))
    if status == Status.CLOSED:
        answer.accept(case, actor=customer_of(case))
    assert case.status == status
    return case


def settle_facts(case, actor, value="GD-55120"):
    """Somebody sees to what nothing is decided without: the fact is verified, of a small amount, and the check is made."""
    file = file_of(case)
    if file.undecided:
        note_amount(case, actor)
    for line in file.undecided:
        sources = facts.Sources(statement="Sổ lệnh")
        said = "" if line.claim else value
        facts.verify_fact(case, actor=actor, fact=line.slug, result="corroborated", value=said, sources=sources)
    for check in file.unmade:
        checks.make_check(case, actor=actor, check=check.entry.slug)


def note_amount(case, actor, value="2.000.000đ"):
    """Somebody puts down how much it is about, as the customer said it, where nobody has."""
    for line in file_of(case).facts:
        if line.checklist_item.case_field == "amount" and line.claim is None:
            facts.note_claim(case, actor=actor, fact=line.slug, value=value)


def deliver_answer(case):
    """The answer reaches the customer."""
    for delivery in Delivery.objects.filter(message__case=case, message__answer__isnull=False):
        deliveries.mark_delivered(delivery)


def said_last(case):
    """The id of what the customer said last on the case."""
    return case.messages.filter(direction="in").latest("id").pk


def snapshot(case):
    """Everything about a case that a refused step must leave as it was, as plain data."""
    fresh = Case.objects.get(pk=case.pk)
    rows = {
        name: list(getattr(fresh, name).order_by("pk").values()) for name in ("events", "clocks", "messages", "answers")
    }
    rows |= {name: list(getattr(fresh, name).order_by("pk").values()) for name in ("follow_ups", "pauses", "evidence")}
    rows["requests"] = list(EvidenceRequest.objects.filter(case=fresh).order_by("pk").values())
    rows["deliveries"] = list(Delivery.objects.filter(message__case=fresh).order_by("pk").values())
    rows["case"] = {field.attname: getattr(fresh, field.attname) for field in Case._meta.concrete_fields}
    assert list(flaws_of(fresh)) == []
    return rows


def take_as(actor, step, case, *, assignee):
    """Takes the step through its workflow function, with everything it asks for. `assignee` is who gets assigned."""
    reason = "Khách gọi lại"
    other = Category.objects.get(slug="technical-error")
    {
        Step.CLASSIFY: lambda: routing.classify_case(case, actor=actor, category=other, summary=reason),
        Step.RECLASSIFY: lambda: routing.classify_case(case, actor=actor, category=other, summary=reason),
        Step.ASSIGN: lambda: routing.assign_case(case, actor=actor, assignee=assignee),
        Step.REQUEST_EVIDENCE: lambda: evidence.request_evidence(
            case, actor=actor, items=[Wanted(name="Thời điểm xảy ra")]
        ),
        Step.EVIDENCE_COMPLETED: lambda: evidence.waive_rest(case, actor=actor, reason=reason),
        Step.EVIDENCE_OVERDUE: lambda: evidence.stop_waiting(case, actor=actor),
        Step.START_RESOLVING: lambda: resolution.start_resolving(case, actor=actor),
        Step.PROPOSE: lambda: resolution.propose(case, actor=actor, body="Hoàn tiền."),
        Step.APPROVE: lambda: resolution.approve(case, actor=actor),
        Step.RETURN: lambda: resolution.return_for_rework(case, actor=actor, reason=reason),
        Step.ANSWER: lambda: answer.send_answer(case, actor=actor, body="Tiền đã vào."),
        Step.ACCEPT: lambda: answer.accept(case, actor=actor, message=said_last(case) if actor.is_staff else None),
        Step.REJECT: lambda: answer.reject(case, actor=actor, reason=reason),
        Step.CLOSE_NO_REPLY: lambda: answer.close_no_reply(case, actor=actor),
        Step.FINAL_RESPONSE: lambda: answer.give_final_response(case, actor=actor, body="Trả lời cuối cùng."),
        Step.REOPEN: lambda: ending.reopen(case, actor=actor, reason=reason),
        Step.WITHDRAW: lambda: ending.withdraw(case, actor=actor, reason=reason),
        Step.MARK_DUPLICATE: lambda: ending.mark_duplicate(case, actor=actor, of=open_case()),
        Step.MARK_SPAM: lambda: ending.mark_spam(case, actor=actor, reason=reason),
    }[step]()
