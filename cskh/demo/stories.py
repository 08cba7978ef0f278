"""Walks demo cases through the real workflow, with the clock set to when each thing is said to have happened."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import time_machine
from django.utils import timezone

from accounts.actors import Actor
from accounts.customers import directory
from accounts.customers.directory import Person
from accounts.models import User
from cases import policies
from cases.complaints import policy, remedy_rights
from cases.complaints.ladder import external_route
from cases.complaints.models import Complaint, Problem, Side
from cases.complaints.queries import complaint_file
from cases.complaints.remedy_states import RemedyStatus, RemedyStep
from cases.evidence.models import CaseField, FactEntry
from cases.evidence.pipeline.receive import Upload
from cases.evidence.queries import CaseFile, Line, file_of
from cases.models import Case, Category
from cases.satisfaction import question_of
from cases.states import Channel, Nature, Status, Step
from cases.workflow import (
    answer,
    checks,
    complaint,
    deciding,
    ending,
    evidence,
    facts,
    follow_up,
    problems,
    remedies,
    resolution,
    routing,
    satisfaction,
)
from cases.workflow.evidence import Wanted
from cases.workflow.opening import Matter
from channels_app import deliveries, intake, outbox
from channels_app.models import Delivery

from .matters import NEXT_LEVEL, Ruling, Told
from .people import CUSTOMERS
from .receipts import receipt_of

SCREENSHOT = Wanted(name="Ảnh chụp màn hình", why="Để thấy đúng thông báo lỗi.")
CHANNELS = (Channel.EMAIL, Channel.WEB, Channel.APP, Channel.EMAIL, Channel.HOTLINE)


class Story:
    """One case on its way: each method is one thing that happens, some minutes after the one before."""

    def __init__(self, told: Told, number: int, opened_at: datetime, chance: random.Random) -> None:
        self.told, self.chance, self.now = told, chance, opened_at
        self.latest = timezone.now() - timedelta(seconds=5)
        external_id, name, email, phone = CUSTOMERS[number % len(CUSTOMERS)]
        channel = CHANNELS[number % len(CHANNELS)]
        person = Person(external_id=external_id, name=name, email=email, phone=phone)
        with self._at():
            customer, _contacts = directory.recognise(person)
            self.case = intake.open_request(
                Matter(
                    subject=told.subject,
                    nature=Nature(told.nature),
                    amount=told.amount,
                    transaction_ref=_own_code(told, number),
                    incident_at=opened_at - timedelta(hours=1),
                ),
                actor=Actor.customer(customer),
                channel=channel,
                body=told.body,
                customer=customer,
                person=person,
            )

    @property
    def owner(self) -> Actor:
        assignee = self.case.assignee
        if assignee is None:
            raise ValueError("the case has no owner yet")
        return Actor.staff(assignee)

    def classify(self) -> "Story":
        with self._at(1, 6):
            category = Category.objects.get(slug=self.told.category)
            routing.classify_case(self.case, actor=_person("hoa"), category=category)
        return self

    def take(self) -> "Story":
        with self._at(1, 10):
            owners = list(User.objects.filter(memberships__department=self.case.department).order_by("username"))
            owner = self.chance.choice(owners or list(User.objects.filter(username="son")))
            routing.assign_case(self.case, actor=Actor.staff(owner), assignee=owner)
        return self

    def ask_evidence(self) -> "Story":
        with self._at(2, 10):
            lines = file_of(self.case).lines
            wanted = [line for line in lines if line.is_missing] or [line for line in lines if not line.is_fact][:1]
            items = [Wanted(name=line.name, why=line.why) for line in wanted] or [SCREENSHOT]
            evidence.request_evidence(self.case, actor=self.owner, items=items)
        return self

    def send_evidence(self, text: str = "") -> "Story":
        with self._at(5, 40):
            actor = Actor.customer(self.case.customer)
            for item in self.case.evidence_requests.get(ended_at=None).items.all():
                said = text or f"Mã giao dịch {self.case.transaction_ref or 'GD-10245'}"
                evidence.submit_evidence(self.case, actor=actor, channel=Channel.WEB, text=said, item=item.pk)
        return self

    def send_receipt(self) -> "Story":
        """A picture for the first thing that was asked."""
        with self._at(5, 20):
            item = self.case.evidence_requests.get(ended_at=None).items.first()
            evidence.submit_evidence(
                self.case,
                actor=Actor.customer(self.case.customer),
                channel=Channel.WEB,
                upload=Upload.of_bytes(receipt_of(self.case), filename="bien-lai.png", content_type="image/png"),
                item=item.pk if item else None,
            )
        return self

    def verify(self) -> "Story":
        """What came in is looked at, and what has to be known before a decision is verified and checked."""
        with self._at(2, 10):
            file = file_of(self.case)
            if file.undecided:
                self._put_down_amount(file)
            for line in file.undecided:
                facts.verify_fact(
                    self.case,
                    actor=self.owner,
                    fact=line.slug,
                    result=FactEntry.Kind.CORROBORATED,
                    value="" if line.claim else self._said_of(line),
                    sources=facts.Sources(statement="Sổ lệnh của hệ thống"),
                )
            for check in file.unmade:
                checks.make_check(self.case, actor=self.owner, check=check.entry.slug)
            for item in self.case.evidence.filter(state="received"):
                evidence.verify_evidence(item, actor=self.owner, result="accepted", reason="")
        return self

    def _said_of(self, line: Line) -> str:
        """What the customer says of a fact that they have not told yet."""
        if line.checklist_item is not None and line.checklist_item.case_field == CaseField.TRANSACTION:
            return self.told.transaction_ref or f"GD-{self.case.pk:05}"
        return "Tối hôm trước, trên điện thoại của tôi"

    def _put_down_amount(self, file: CaseFile) -> None:
        """Where the customer names no sum in figures: one that nobody puts down may be any, and takes two people."""
        for line in file.facts:
            entry = line.checklist_item
            if entry is not None and entry.case_field == CaseField.AMOUNT and line.claim is None:
                facts.note_claim(self.case, actor=self.owner, fact=line.slug, value="500.000 ₫")

    def handle(self) -> "Story":
        with self._at(3, 15):
            resolution.start_resolving(self.case, actor=self.owner)
        return self

    def find_and_decide(self) -> "Story":
        """Where the case is a complaint: both sides are heard, and each issue is found out about and decided."""
        file = complaint_file(self.case)
        if file is None or self.told.ruling is None:
            return self
        ruling = self.told.ruling
        with self._at(3, 15):
            for one in file.issues:
                number = one.issue.number
                if one.operators is None:
                    complaint.note_account(
                        self.case, actor=self.owner, number=number, side=Side.OPERATOR, text=ruling.our_account
                    )
                deciding.note_finding(self.case, actor=self.owner, number=number, found=_found(ruling))
                decided = _decided(ruling, file.complaint)
                deciding.decide(self.case, actor=self.owner, number=number, decided=decided)
                self._propose_remedy(ruling, number)
            respond_by = timezone.localdate() + timedelta(days=7)
            next_level = NEXT_LEVEL if self.case.round == 1 else external_route()
            complaint.say_recourse(self.case, actor=self.owner, next_level=next_level, respond_by=respond_by)
        return self

    def link(self, problem: Problem) -> "Story":
        """Its first issue came of a fault of ours."""
        with self._at(1, 5):
            problems.link(self.case, actor=self.owner, number=1, problem=problem)
        return self

    def _propose_remedy(self, ruling: Ruling, number: int) -> None:
        """Proposed by the owner, and approved by a head who has had no part in it."""
        if ruling.remedy is None:
            return
        proposed = remedies.Proposed(
            issue=number,
            kind=ruling.remedy.kind,
            amount=ruling.remedy.amount,
            due_on=timezone.localdate() + timedelta(days=1),
            reason=ruling.remedy.reason,
        )
        remedy = remedies.propose(self.case, actor=self.owner, proposed=proposed)
        head = remedy_rights.who_may(RemedyStep.APPROVE, remedy, self.case).order_by("username").first()
        if head is None:
            raise LookupError("nobody is left to approve the remedy")
        remedies.approve(self.case, actor=Actor.staff(head), remedy=remedy.pk)

    def keep_promises(self) -> "Story":
        """What the customer accepted is carried out."""
        with self._at(60, 300):
            for remedy in remedy_rights.visible_to(self.owner).filter(issue__complaint__case=self.case):
                if remedy.status == RemedyStatus.ACCEPTED:
                    reference = f"DC-{self.case.pk:05}"
                    remedies.record_by_hand(self.case, actor=self.owner, remedy=remedy.pk, reference=reference)
        return self

    def propose(self) -> "Story":
        self.verify()
        if self.case.status != Status.RESOLVING:
            self.handle()
        self.find_and_decide()
        with self._at(5, 30):
            resolution.propose(self.case, actor=self.owner, body=self.told.answer)
        return self

    def approve(self) -> "Story":
        with self._at(5, 30):
            heads = policies.who_may(Step.APPROVE, self.case).order_by("-username")  # Yến, unless she judged it before
            head = heads.first()
            if head is None:
                raise LookupError("nobody is left to approve this")
            resolution.approve(self.case, actor=Actor.staff(head))
        return self

    def write(self, body: str) -> "Story":
        with self._at(2, 10):
            outbox.write_message(self.case, actor=self.owner, body=body)
        return self

    def note(self, body: str) -> "Story":
        with self._at(1, 5):
            outbox.write_note(self.case, actor=self.owner, body=body)
        return self

    def answer(self) -> "Story":
        self.verify()
        category = self.case.category
        if category is not None and category.needs_approval:
            self.propose().approve()
        else:
            self.find_and_decide()
        return self.answer_now()

    def answer_now(self) -> "Story":
        """Everything is found and decided, and approved where that is needed."""
        category = self.case.category
        with self._at(5, 60):
            answer.send_answer(
                self.case, actor=self.owner, body="" if category and category.needs_approval else self.told.answer
            )
        return self

    def accept(self) -> "Story":
        with self._at(5, 120):
            answer.accept(self.case, actor=Actor.customer(self.case.customer))
        return self

    def rate(self, score: int, ease: int | None) -> "Story":
        """Where they were asked: whoever has only a telephone is not."""
        if question_of(self.case) is None:
            return self
        with self._then(self.now + timedelta(hours=2)):
            satisfaction.give(self.case, actor=Actor.customer(self.case.customer), score=score, ease=ease)
        return self

    def reject(self, reason: str) -> "Story":
        with self._at(10, 60):
            answer.reject(self.case, actor=Actor.customer(self.case.customer), reason=reason)
        return self

    def fall_silent(self) -> "Story":
        """Nothing more is heard: the reminders go out on their days, and at last the case closes."""
        while self.case.is_open:
            planned = self.case.follow_ups.filter(done_at=None, cancelled_at=None)
            self.now = planned.earliest("due_at").due_at
            with self._at():
                follow_up.attend(self.case.pk)
        return self

    def give_final_response(self) -> "Story":
        self.handle().verify().find_and_decide()
        with self._at(5, 60):
            answer.give_final_response(self.case, actor=_person("yen"), body=self.told.answer)
        return self

    def withdraw(self, reason: str) -> "Story":
        with self._at(5, 60):
            ending.withdraw(self.case, actor=Actor.customer(self.case.customer), reason=reason)
        return self

    def mark_duplicate(self, of: "Story") -> "Story":
        with self._at(2, 10):
            ending.mark_duplicate(self.case, actor=_person("hoa"), of=of.case)
        return self

    def mark_spam(self, reason: str) -> "Story":
        with self._at(2, 10):
            ending.mark_spam(self.case, actor=_person("hoa"), reason=reason)
        return self

    def say(self, body: str) -> "Story":
        with self._at(5, 30):
            intake.add_message(
                self.case, actor=Actor.customer(self.case.customer), channel=Channel(self.case.channel), body=body
            )
        return self

    @contextmanager
    def _at(self, least: int = 0, most: int = 0) -> Iterator[None]:
        """Some minutes later, but never later than now; what it sent out is taken to have arrived."""
        with self._then(self.now + timedelta(minutes=self.chance.uniform(least, most))):
            yield

    @contextmanager
    def _then(self, later: datetime) -> Iterator[None]:
        self.now = min(later, self.latest)
        with time_machine.travel(self.now, tick=True):
            yield
            _arrived(self.case)
        self.case.refresh_from_db()


def _found(ruling: Ruling) -> deciding.Found:
    return deciding.Found(
        what_happened=ruling.what_happened,
        plain=ruling.plain,
        cause=ruling.cause,
        fault=ruling.fault,
        other_source=ruling.source,
    )


def _decided(ruling: Ruling, registered: Complaint) -> deciding.Decided:
    in_force = policy.in_force_between(*registered.days)
    return deciding.Decided(
        outcome=ruling.outcome,
        reason=ruling.reason,
        clause=in_force.get(number=ruling.clause),
        no_remedy_because=ruling.no_remedy_because,
    )


def _own_code(told: Told, number: int) -> str:
    """Every transfer has a code of its own; what the story's words name stays as it is."""
    code = told.transaction_ref
    return f"{code[:-3]}{number:03}" if code.startswith("FT") else code


def _person(username: str) -> Actor:
    return Actor.staff(User.objects.get(username=username))


def _arrived(case: Case) -> None:
    for delivery in Delivery.objects.filter(message__case=case, state=Delivery.State.QUEUED):
        deliveries.mark_delivered(delivery)
