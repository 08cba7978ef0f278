"""What the pages say, held against tables worked out by hand; every time is written out."""

from datetime import date

import pytest
import time_machine

from accounts.actors import Actor
from accounts.models import Role
from cases.reports import figures, keeping, listing
from cases.reports.figures import By, Chosen, Share
from cases.reports.lengths import DAY, HOUR, MINUTE, Length
from cases.reports.measures import Measure
from cases.reports.models import Basis
from tests.cases.reports.building import ask, at, case

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("defaults")]

SEPTEMBER, OCTOBER = date(2026, 9, 1), date(2026, 10, 1)
CHOSEN = Chosen(SEPTEMBER, OCTOBER)


@pytest.fixture
def manager(make_staff):
    return Actor.staff(make_staff("son", Role.MANAGER))


def counted_at(text):
    with time_machine.travel(at(text), tick=False):
        keeping.count_all()


class TestTime:
    """Ten cases opened on 1 September at 8:00, looked at on the same day at 20:00:

    solved after 10 min, 15 min, 1 h, 3 h (2 of them waiting), 4 h, 6 h; withdrawn after 2 h; open for 12 h (three of them, one
    waiting for the customer since 10:00). Besides, a case of 17:00 that is open for 3 h, and spam.
    """

    @pytest.fixture(autouse=True)
    def cases(self, defaults):
        for closed in ("08:10", "08:15", "09:00", "12:00", "14:00"):
            case("2026-09-01 08:00", f"2026-09-01 {closed}")
        case("2026-09-01 08:00", "2026-09-01 11:00", pauses=[("2026-09-01 08:30", "2026-09-01 10:30")])
        case("2026-09-01 08:00", "2026-09-01 10:00", "withdrawn")
        case("2026-09-01 08:00")
        case("2026-09-01 08:00")
        case("2026-09-01 08:00", pauses=[("2026-09-01 10:00", None)])
        case("2026-09-01 17:00")
        case("2026-09-01 08:00", "2026-09-01 08:01", "spam")
        counted_at("2026-09-01 20:00")

    @pytest.fixture
    def whole(self, manager):
        return figures.counted(manager, CHOSEN, Basis.OPENED, By.MONTH, lengths=True).whole

    def test_shares_are_of_all_cases_and_what_is_open_is_not_solved_yet(self, whole):
        assert whole.solved_within(15 * MINUTE) == Share(2, 11)
        assert whole.solved_within(4 * HOUR) == Share(5, 11)
        assert whole.solved_within(DAY) == Share(6, 11)

    def test_elapsed_does_not_forget_what_is_open(self, whole):
        """11 at risk. 10 min: 10/11 unsolved; 15 min: 9/11; 1 h: 8/11; 2 h: one lost from sight, 7 at risk; 3 h: 8/11 x 6/7
        = 48/77 = 0.623, and the one of 17:00 lost from sight, 5 at risk; 4 h: x 4/5 = 0.499: half. Then 3/4 of it at 6 h;
        the other three are open. 90 of 100 are not reached: more than what is just below 12 h."""
        assert whole.elapsed(50) == Length(4 * HOUR)
        assert whole.elapsed(90) == Length(11 * HOUR, are_least=True)

    def test_net_leaves_out_what_we_waited_for(self, whole):
        """Net 10 min, 15 min, 1 h (two: 9:00, and 11:00 without two hours), then withdrawn and the waiting one at 2 h, the one
        of 17:00 at 3 h: 11, 10, 9 and 8 at risk; after 1 h 7/11 unsolved, 4 at risk from 4 h on: x 3/4 = 0.477: half."""
        assert whole.net(50) == Length(4 * HOUR)
        assert whole.net(33) == Length(HOUR)

    def test_every_share_has_its_cases(self, manager):
        now = at("2026-09-01 20:00")
        for show, many in (("within_15m", 2), ("within_4h", 5), ("within_24h", 6), ("solved", 6), ("cases", 11)):
            assert listing.cases_behind(manager, CHOSEN, show, now, basis=Basis.OPENED).count() == many, show


def test_backlog_by_hand(manager):
    """Looked at on 1 October at 8:00."""
    opened = {
        "age_4h": ["2026-10-01 07:00", "2026-10-01 04:00"],
        "age_24h": ["2026-10-01 03:59", "2026-09-30 08:00"],
        "age_3d": ["2026-09-29 08:00"],
        "age_7d": ["2026-09-24 08:00"],
        "age_28d": ["2026-09-23 08:00", "2026-09-03 08:00"],
        "age_56d": ["2026-08-20 08:00"],
        "age_more": ["2026-06-01 08:00"],
    }
    for times in opened.values():
        for one in times:
            case(one)
    case("2026-06-01 08:00", "2026-06-02 08:00")
    counted_at("2026-10-01 08:00")
    whole = figures.backlog(manager, CHOSEN, By.DEPARTMENT).whole
    assert whole.open == 10
    assert whole.oldest == at("2026-06-01 08:00")
    assert whole.age(50) == Length(2 * DAY)  # the fifth of ten
    assert whole.age(90) == Length(42 * DAY)  # the ninth
    for show, times in opened.items():
        found = listing.cases_behind(manager, CHOSEN, show, at("2026-10-01 08:00"), basis=None)
        assert sorted(one.opened_at for one in found) == sorted(map(at, times)), show


def test_rates_by_cohort_by_hand(manager):
    """Answered in September: four, two of them reopened, one of those in October. Decided in October: upheld, partly, and two
    not; one out of scope and one given up say nothing about who was right."""
    case("2026-09-01 08:00", answered="2026-09-02 08:00", round_=2)
    case("2026-09-01 08:00", answered="2026-09-30 23:59", round_=3)
    case("2026-09-01 08:00", "2026-09-03 08:00", answered="2026-09-02 08:00")
    case("2026-08-01 08:00", "2026-09-03 08:00", answered="2026-09-01 00:00")
    case("2026-09-01 08:00", answered="2026-10-01 00:00", round_=2)
    for outcome in ("upheld", "partly", "not_upheld", "not_upheld", "out_of_scope", "withdrawn"):
        case("2026-08-01 08:00", "2026-10-05 08:00", issues=[(outcome, "delay")])
    keeping.count_all()
    september = figures.counted(manager, CHOSEN, Basis.ANSWERED, By.MONTH).rows[SEPTEMBER]
    assert september.reopened == Share(2, 4)
    october = figures.counted(manager, CHOSEN, Basis.CLOSED, By.MONTH).rows[OCTOBER]
    assert october.upheld == Share(2, 4)
    assert october.upheld.percent == 50
    assert figures.causes(manager, CHOSEN).rows["delay"].upheld == Share(2, 4)


class TestSatisfaction:
    """Asked in September: ten. Six said 5, 5, 4, 4, 3, 1; two of them said 5 and 2 of how easy it was. Asked in October: one who
    was asked in September of an earlier round already, and said 1 then; and spam."""

    @pytest.fixture(autouse=True)
    def cases(self, defaults):
        closed = {"opened": "2026-08-01 08:00", "closed": "2026-09-02 08:00"}
        for said in ((5, 5), (5, 2), (4,), (4,), (3,), (1,), (), (), (), (None,)):
            case(**closed, opinion=("2026-09-30 23:30", *said))
        again = case(**closed, opinion=("2026-09-02 08:00", 1))
        again.round = 2
        ask(again, at("2026-10-01 00:00"))
        case(**closed, as_="spam", opinion=("2026-10-01 08:00", 5))
        keeping.count_all()

    @pytest.fixture
    def rows(self, manager):
        return figures.counted(manager, CHOSEN, Basis.ASKED, By.MONTH).rows

    def test_by_hand(self, rows):
        september = rows[SEPTEMBER]
        assert september.responding == Share(6, 10)
        assert september.satisfied == Share(4, 6, 5)
        assert september.satisfied.percent == 66
        assert (september.score.total, september.score.many) == (22, 6)
        # Wilson with z = 1.96: (0.6667 + 3.8416/12 ± 1.96 * sqrt(0.2222/6 + 3.8416/144)) / (1 + 3.8416/6)
        interval = september.satisfied.interval
        assert (round(interval.low, 3), round(interval.high, 3)) == (0.3, 0.903)

    def test_of_few_no_share_is_said(self, rows):
        assert rows[SEPTEMBER].easy == Share(1, 2, 5)
        assert rows[SEPTEMBER].easy.percent is None
        assert rows[SEPTEMBER].easy.interval is None

    def test_the_last_question_counts_and_what_was_said_to_that(self, rows):
        october = rows[OCTOBER]
        assert (october[Measure.ASKED], october[Measure.SAID], october.score) == (1, 0, None)

    def test_every_figure_has_its_cases(self, manager, rows):
        many = {
            "asked": 11,
            "said": 6,
            "satisfied": 4,
            "score_1": 1,
            "score_2": 0,
            "score_5": 2,
            "said_ease": 2,
            "easy": 1,
        }
        for show, count in many.items():
            found = listing.cases_behind(manager, CHOSEN, show, at("2026-10-02 08:00"), basis=Basis.ASKED)
            assert found.count() == count, show


class TestWho:
    @pytest.fixture(autouse=True)
    def cases(self, defaults):
        case("2026-09-01 08:00", category="deposit-not-credited")
        case("2026-09-01 08:00", category="staff-conduct")
        case("2026-09-01 08:00", category="")
        keeping.count_all()

    def opened(self, user):
        return figures.counted(Actor.staff(user), CHOSEN, Basis.OPENED, By.MONTH).whole[Measure.CASES]

    def test_a_lead_reads_of_what_their_department_has(self, make_staff):
        assert self.opened(make_staff("lan", Role.SPECIALIST, "payments", lead=True)) == 1

    def test_whoever_answers_the_telephone_reads_of_all_that_is_not_restricted(self, make_staff):
        assert self.opened(make_staff("minh", Role.INTAKE, "intake", lead=True)) == 2

    def test_managers_and_auditors_read_of_everything(self, make_staff):
        assert self.opened(make_staff("son", Role.MANAGER)) == 3
        assert self.opened(make_staff("ha", Role.AUDITOR)) == 3

    def test_what_moved_out_of_sight_since_is_not_listed(self, make_staff):
        lead = Actor.staff(make_staff("lan", Role.SPECIALIST, "payments", lead=True))
        found = listing.cases_behind(lead, CHOSEN, "cases", at("2026-09-02 08:00"), basis=Basis.OPENED)
        one = found.get().case
        other = case("2026-09-01 08:00", category="staff-conduct")
        one.category, one.department = other.category, other.department
        one.save()
        assert not found.exists()
