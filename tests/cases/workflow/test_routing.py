"""A case finds its kind and its department."""

import pytest

from accounts.actors import Actor
from accounts.models import Role
from cases.models import Category
from cases.states import Priority
from cases.workflow import routing
from tests.cases.building import open_case

pytestmark = pytest.mark.django_db


@pytest.fixture
def hoa(make_staff):
    return Actor.staff(make_staff("hoa", Role.INTAKE, "intake"))


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
