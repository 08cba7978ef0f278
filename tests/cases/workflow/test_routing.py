"""A case finds its kind and its department."""

import pytest

from accounts.actors import Actor
from accounts.models import Department, Role
from cases.models import Category
from cases.states import Priority
from cases.workflow import ending, routing
from channels_app.models import Message, StaffNotice
from cskh.core.errors import Invalid
from tests.cases.building import open_case, snapshot

pytestmark = pytest.mark.django_db


@pytest.fixture
def hoa(make_staff):
    return Actor.staff(make_staff("hoa", Role.INTAKE, "intake"))


@pytest.fixture
def lan(make_staff):
    return Actor.staff(make_staff("lan", Role.SPECIALIST, "payments"))


def of_priority(priority):
    """A kind of request with that priority."""
    kind = Category.objects.get(slug="other")
    kind.priority = priority
    kind.save()
    return kind


def classify(case, kind, actor, **more):
    routing.classify_case(case, actor=actor, category=kind, **more)
    return case.priority


@pytest.mark.parametrize("kind", [Priority.LOW, Priority.NORMAL, Priority.HIGH])
def test_the_first_classification_keeps_what_a_person_raised(hoa, kind):
    case = open_case()
    routing.change_priority(case, actor=hoa, priority=Priority.URGENT)
    assert classify(case, of_priority(kind), hoa) == Priority.URGENT
    assert case.urgency == 3


@pytest.mark.parametrize("kind", list(Priority))
def test_the_first_classification_gives_its_priority_where_nobody_chose_one(hoa, kind):
    case = open_case()
    assert classify(case, of_priority(kind), hoa) == kind


def test_classifying_raises_what_a_person_lowered(hoa):
    case = open_case()
    routing.change_priority(case, actor=hoa, priority=Priority.LOW, reason="Khách không vội")
    assert classify(case, of_priority(Priority.HIGH), hoa) == Priority.HIGH


TECHNICAL = "technical-error"
SETTLEMENT, WITHDRAWAL = "settlement", "withdrawal-delayed"  # of another department than a deposit, and of the same


def moved(case):
    return list(
        case.events.filter(kind__in=("case_routed", "case_transferred")).values_list("kind", "facts__department")
    )


def told(case):
    return Message.objects.filter(case=case, direction="out", body__contains=str(case.department)).count()


def test_classified_into_another_department_it_is_a_transfer(lan):
    case = open_case("deposit-not-credited")
    before, told_before = snapshot(case), told(case)
    for summary in ("", " \n"):
        with pytest.raises(Invalid) as refused:
            classify(case, Category.objects.get(slug=SETTLEMENT), lan, reason="Nhầm", summary=summary)
        assert list(refused.value.errors) == ["summary"]
    assert snapshot(case) == before
    classify(case, Category.objects.get(slug=SETTLEMENT), lan, reason="Nhầm", summary="Khách hỏi về kết quả")
    assert moved(case) == [("case_routed", "payments"), ("case_transferred", "technical")]
    event = case.events.get(kind="case_transferred")
    assert (event.words.text, event.facts["left"]) == ("Khách hỏi về kết quả", "payments")
    assert (case.assignee, told(case)) == (None, told_before + 1)


def test_classified_within_the_department_it_needs_no_summary_and_tells_nobody(lan):
    case = open_case("deposit-not-credited")
    classify(case, Category.objects.get(slug=WITHDRAWAL), lan)
    assert moved(case) == [("case_routed", "payments")]
    assert not Message.objects.filter(case=case, body__contains="chuyển đến bộ phận").exists()


def test_what_no_department_had_yet_is_routed_without_a_summary(hoa, make_staff):
    """Closed before anybody had looked at it, and taken up again."""
    case = open_case()
    ending.mark_spam(case, actor=hoa, reason="Quảng cáo")
    ending.reopen(case, actor=hoa, reason="Không phải quảng cáo")
    classify(case, Category.objects.get(slug=TECHNICAL), hoa)
    assert moved(case) == [("case_routed", "technical")]


def test_a_case_that_is_passed_on_again_and_again_alarms_the_heads(make_staff):
    boss, lead = make_staff("boss", Role.MANAGER), make_staff("mai", Role.SPECIALIST, "technical", lead=True)
    case = open_case("deposit-not-credited")
    for number, slug in enumerate(("technical", "payments", "technical"), 1):
        assert not case.needs_manager
        department = Department.objects.get(slug=slug)
        routing.transfer_case(case, actor=Actor.staff(boss), department=department, summary=f"Lần {number}")
    assert case.needs_manager
    assert case.events.get(kind="transferred_often").facts["transfers"] == 3
    told = StaffNotice.objects.filter(event__kind="transferred_often").values_list("recipient__username", flat=True)
    assert set(told) == {boss.username, lead.username}
    routing.assign_case(case, actor=Actor.staff(boss), assignee=lead)
    assert not case.needs_manager
