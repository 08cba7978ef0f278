"""Several people on one remedy at the very same moment: one is first, and nothing is done twice."""

from functools import partial

import pytest

from cases.complaints.models import Remedy, RemedyExecution
from cases.workflow import answer, problems, remedies
from cskh.core.errors import Conflict, StepNotAllowed
from tests.cases.building import customer_of
from tests.cases.complaints.problem_records import make_problem, same
from tests.cases.complaints.remedying import accepted, decided_complaint, head, operator, promised, propose
from tests.cases.workflow.test_at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_two_approvals_one_counts(lan):
    yen, quan = head("yen"), head("quan")
    case = decided_complaint(lan)
    pk = propose(case, lan)
    refused = at_once(
        case,
        yen=partial(remedies.approve, actor=yen, remedy=pk),
        quan=partial(remedies.approve, actor=quan, remedy=pk),
    )
    assert sorted(refused.values(), key=str) == sorted([None, StepNotAllowed], key=str)
    assert Remedy.objects.get(pk=pk).approvals.count() == 1


def test_nobody_is_two_people(lan):
    yen = head("yen")
    case = decided_complaint(lan)
    pk = propose(case, lan, amount=21_000_000)
    refused = at_once(case, **{name: partial(remedies.approve, actor=yen, remedy=pk) for name in ("once", "again")})
    assert sorted(refused.values(), key=str) == sorted([None, Conflict], key=str)
    assert Remedy.objects.get(pk=pk).status == "proposed"


def test_of_two_who_offer_the_same_remedy_one_does(lan):
    quan, problem = head("quan"), make_problem(lan)
    case = decided_complaint(lan)
    offers = {who.label: partial(problems.offer, actor=who, problem=problem, same=same()) for who in (lan, quan)}
    refused = at_once(case, **offers)
    assert sorted(refused.values(), key=str) == sorted([None, Conflict], key=str)
    assert Remedy.objects.count() == 1


def test_it_is_carried_out_by_one_of_two_ways(lan, settings):
    with operator(settings):
        case, pk = accepted(lan)
        refused = at_once(
            case,
            system=partial(remedies.execute, actor=lan, remedy=pk),
            hand=partial(remedies.record_by_hand, actor=head("quan"), remedy=pk, reference="UNC 1"),
        )
    assert len([one for one in refused.values() if one is None]) == 1
    assert RemedyExecution.objects.filter(remedy=pk).count() == 1


def test_what_the_customer_weighs_is_cancelled_after_their_word_or_not_at_all(lan):
    case, pk = promised(lan)
    quan = head("quan")
    refused = at_once(
        case,
        customer=lambda one: answer.accept(one, actor=customer_of(one)),
        cancel=partial(remedies.cancel, actor=quan, remedy=pk, reason="Nhầm"),
        again=partial(remedies.cancel, actor=quan, remedy=pk, reason="Nhầm"),
    )
    assert refused["customer"] is None
    assert case.status == "closed"
    # Whoever came before the customer was refused; of those who came after, the first did it.
    done = [one for name, one in refused.items() if name != "customer"].count(None)
    kinds = list(
        case.events.filter(kind__in=["remedy_accepted", "promise_taken_back"])
        .order_by("number")
        .values_list("kind", flat=True)
    )
    assert (done, Remedy.objects.get(pk=pk).status, kinds) in (
        (0, "accepted", ["remedy_accepted"]),
        (1, "cancelled", ["remedy_accepted", "promise_taken_back"]),
    )
