"""A complaint of three issues by mail: answered when all are, rejected, reviewed by somebody else, partly upheld, accepted."""

import pytest

from accounts.actors import Actor
from accounts.models import Role
from cases.complaints.responses import responses_of
from cases.events import flaws_of
from cases.states import Channel, Nature, Status
from cases.workflow import answer, complaint, deciding, resolution, routing, satisfaction
from channels_app.models import Delivery
from cskh.core.errors import NotPermitted, StepNotAllowed
from tests.cases.building import customer_of, open_case
from tests.cases.complaints.building import complete, decided, found, say_recourse, tell_our_side

pytestmark = pytest.mark.django_db


def test_three_issues_two_levels_and_the_customers_yes(make_staff):
    lan, minh = (Actor.staff(make_staff(name, Role.SPECIALIST)) for name in ("lan", "minh"))
    case = open_case("other", channel=Channel.EMAIL, nature=Nature.COMPLAINT)
    routing.assign_case(case, actor=lan, assignee=lan.subject)
    resolution.start_resolving(case, actor=lan)
    for account in ("Nhân viên cúp máy", "Không ai gọi lại"):
        complaint.add_issue(case, actor=lan, account=account)
    for number in (1, 2, 3):
        with pytest.raises(StepNotAllowed):
            answer.send_answer(case, actor=lan, body="Chúng tôi đã xem xét.")
        tell_our_side(case, lan, number)
        deciding.note_finding(case, actor=lan, number=number, found=found())
        rejected = decided(case, outcome="not_upheld", no_remedy_because="Không có thiệt hại.")
        deciding.decide(case, actor=lan, number=number, decided=rejected)
    say_recourse(case, lan)
    answer.send_answer(case, actor=lan, body="Chúng tôi đã xem xét.")
    (first,) = responses_of(case)
    assert [issue["number"] for issue in first.says["issues"]] == [1, 2, 3]
    assert first.number in Delivery.objects.get(message__answer=first.answer).message.body

    answer.reject(case, actor=customer_of(case), reason="Tôi không đồng ý")
    assert (case.status, case.round, case.assignee) == (Status.REOPENED, 2, minh.subject)
    with pytest.raises(NotPermitted):
        deciding.decide(case, actor=lan, number=1, decided=decided(case))
    complete(case, minh, outcome="partly")
    answer.send_answer(case, actor=minh, body="Chúng tôi đã xem lại.")
    first_again, second = responses_of(case)
    assert first_again.content == first.content
    assert (second.serial, second.round, second.says["level"]) == (first.serial + 1, 2, 2)
    assert {issue["outcome"] for issue in second.says["issues"]} == {"partly"}

    answer.accept(case, actor=customer_of(case))
    assert (case.status, case.closed_as) == (Status.CLOSED, "accepted")
    satisfaction.give(case, actor=customer_of(case), score=4)
    assert list(flaws_of(case)) == []
