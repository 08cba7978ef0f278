"""A case of the permission table with everything that its steps ask for at hand."""

from dataclasses import dataclass

from accounts.actors import Actor
from accounts.customers.models import Contact, Customer
from accounts.models import User
from cases.evidence.models import Check, EvidenceItem
from cases.evidence.queries import needed_by
from cases.models import Case, Category
from cases.states import TRANSITIONS, Channel, Status, Step
from cases.workflow import checks, evidence
from channels_app.models import Delivery, Message
from tests.cases.building import customer_of
from tests.cases.permission_table import get_user, make_case


@dataclass(frozen=True)
class AtHand:
    """`twin` is a case like it, `head` somebody who may be given it, `said` the customer's message, `item` evidence to check anew,
    `lost` a failed delivery, `elsewhere` another address of the customer. Of its checks all but the first are made."""

    case: Case
    twin: Case
    head: User
    said: Message
    item: EvidenceItem
    lost: Delivery
    elsewhere: Contact

    def can(self, step):
        """Whether the case as it is allows the step to those who may take it."""
        if step == Step.ANSWER and self.needs_approval:
            return False  # nothing was proposed
        if step in (Step.MARK_SPAM, Step.MARK_DUPLICATE) and self.case.status == Status.REOPENED:
            return False  # it was rejected, so it is answered
        return self.case.status in TRANSITIONS[step].sources

    @property
    def needs_approval(self):
        return bool(self.case.category and self.case.category.needs_approval)

    @property
    def other_category(self):
        """Another category, as strict as the case's own: a laxer one is no specialist's to choose."""
        return Category.objects.get(slug="settlement" if self.needs_approval else "technical-error")


def make_matter(case_name, make_staff):
    twin, case = (make_case(case_name, make_staff) for _ in range(2))
    item = evidence.submit_evidence(case, actor=customer_of(case), channel=Channel.WEB, text="FT26326004511")
    head = get_user("manager", make_staff)
    evidence.verify_evidence(item, actor=Actor.staff(head), result=Check.Result.ACCEPTED)  # nothing is decided before
    for to_make in needed_by(case).checks[1:]:
        checks.make_check(case, actor=Actor.staff(head), check=to_make.entry.slug)
    lost = Delivery.objects.filter(message__case=case).first()
    lost.state = Delivery.State.FAILED
    lost.save()
    case.refresh_from_db()
    Customer.objects.filter(pk=case.customer_id, external_id=None).update(external_id=f"BX{case.customer_id}")
    said = case.messages.filter(direction=Message.Direction.IN).first()
    elsewhere, _is_new = Contact.objects.get_or_create(
        customer=case.customer, kind=Contact.Kind.EMAIL, address="an.khac@khach.example"
    )
    return AtHand(case, twin, head, said, item, lost, elsewhere)
