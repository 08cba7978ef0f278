"""Remedies owed, held against a table worked out by hand and against the remedies themselves."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db.models import Sum

from accounts.actors import Actor
from accounts.models import Role
from cases.complaints.models import Issue, Remedy
from cases.complaints.remedy_states import OF_MONEY, RemedyKind, RemedyStatus
from cases.reports import owed
from cases.reports.figures import Chosen
from cases.reports.owed import MISSED, Asked, Due
from tests.cases.reports.building import at, case, remedy

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("defaults")]

NOW, TODAY = "2026-10-20 08:00", date(2026, 10, 20)
CHOSEN = Chosen(date(2026, 10, 1), date(2026, 10, 1))
R, S = RemedyKind, RemedyStatus
# kind, VND, day due, when proposed
TOLD = [
    (R.REFUND, 500_000, "2026-10-12", "2026-10-01 08:00"),  # overdue by eight days
    (R.REFUND, 200_000, "2026-10-13", "2026-10-10 08:00"),  # by seven
    (R.CREDIT, 90_000, "2026-10-19", "2026-10-18 08:00"),  # by one
    (R.CREDIT, 10_000, "2026-10-20", "2026-10-19 08:00"),  # today
    (R.APOLOGY, None, "2026-10-27", "2026-10-20 07:00"),  # in seven days
    (R.GOODWILL, 50_000, "2026-10-28", "2026-10-20 07:30"),  # in eight
]


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(at(NOW), tick=False):
        yield


@pytest.fixture
def remedies(defaults):
    return [remedy(*told) for told in TOLD]


@pytest.fixture
def manager(make_staff):
    return Actor.staff(make_staff("son", Role.MANAGER))


def test_by_hand(manager, remedies, django_assert_num_queries):
    with django_assert_num_queries(2):  # and who they are
        them = owed.all_owed(manager, CHOSEN)
    assert [one.due for one in them] == [Due.LATE, Due.OVERDUE, Due.OVERDUE, Due.SOON, Due.SOON, Due.LATER]
    day = 86400
    assert owed.summed(them, at(NOW)) == owed.Sum(6, 850_000, day, 19 * day)
    missed = owed.summed([one for one in them if one.due in MISSED], at(NOW))
    assert missed == owed.Sum(3, 790_000, 10 * day, 19 * day)
    assert owed.summed([], at(NOW)) == owed.Sum(0, 0, None, None)


@pytest.mark.parametrize("due", [(), MISSED, *((due,) for due in Due)])
@pytest.mark.parametrize("kind", [None, R.REFUND, R.APOLOGY])
def test_every_figure_is_the_same_query_on_the_remedies(manager, remedies, due, kind):
    them = [one for one in owed.all_owed(manager, CHOSEN) if (not due or one.due in due) and kind in (None, one.kind)]
    listed = owed.owed(manager, CHOSEN, Asked(kind=kind, due=due))
    raw = Remedy.objects.filter(status__in=["proposed", "approved", "accepted"], **({"kind": kind} if kind else {}))
    days = [one.due_on for one in raw if not due or owed.due_of(one.due_on, TODAY) in due]
    assert len(them) == listed.count() == len(days)
    assert owed.summed(them, at(NOW)).amount == (listed.aggregate(sum=Sum("amount"))["sum"] or 0)
    assert [one.due_on for one in listed] == sorted(days)


@pytest.mark.parametrize("away", range(-9, 10))
def test_words_and_conditions_tell_days_apart_alike(manager, away):
    one = remedy(R.APOLOGY, None, str(TODAY + timedelta(days=away)), NOW)
    due = owed.due_of(one.due_on, TODAY)
    for other in Due:
        assert owed.owed(manager, CHOSEN, Asked(due=(other,))).exists() is (other == due)


def test_what_is_of_no_money_adds_nothing(manager):
    remedy(R.UNLOCK, None, "2026-10-21", NOW)
    assert R.UNLOCK not in OF_MONEY
    assert owed.summed(owed.all_owed(manager, CHOSEN), at(NOW)).amount == 0


def test_a_lead_reads_of_their_departments_remedies_alone(make_staff, remedies):
    elsewhere = case("2026-10-01 08:00", category="staff-conduct", issues=[("upheld", "delay")])
    remedy(R.APOLOGY, None, "2026-10-21", NOW, issue=Issue.objects.get(complaint__case=elsewhere))
    lead = Actor.staff(make_staff("lan", Role.SPECIALIST, "payments", lead=True))
    assert len(owed.all_owed(lead, CHOSEN)) == len(TOLD)
    assert len(owed.all_owed(Actor.staff(make_staff("son", Role.MANAGER)), CHOSEN)) == len(TOLD) + 1


def test_states_are_those_that_are_still_owed():
    assert set(owed.STATES) == {S.PROPOSED, S.APPROVED, S.ACCEPTED}
