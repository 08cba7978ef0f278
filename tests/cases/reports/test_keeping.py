"""The summaries are what the cases say: by hand, against plain loops over the cases, and whatever happens in between."""

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection

from accounts.actors import Actor
from accounts.models import Role
from cases.models import Case, Category
from cases.reports import keeping
from cases.reports.lengths import STEPS, step_of
from cases.reports.measures import Measure
from cases.reports.models import Basis, CauseCell, Cell, CountedCase, OpenCell, Progress
from cases.states import ClosedAs, Status
from cases.workflow import answer, ending, satisfaction
from tests.cases.building import case_at, customer_of, deliver_answer, open_case
from tests.cases.reports.building import ask, at, case, give, judge

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("defaults")]

SEPTEMBER, OCTOBER = date(2026, 9, 1), date(2026, 10, 1)


def totals(basis, month):
    counts = Counter()
    for cell in Cell.objects.filter(basis=basis, month=month):
        counts.update({measure.value: getattr(cell, measure.value) for measure in Measure})
    return +counts


def counted(made):
    keeping.count_all()
    return CountedCase.objects.get(pk=made.pk)


class TestOneCase:
    def test_months_are_those_of_our_clocks(self):
        one = counted(case("2026-09-01 00:00", "2026-10-01 00:30"))
        assert (one.opened_month, one.closed_month) == (SEPTEMBER, OCTOBER)
        assert counted(case("2026-08-31 23:59")).opened_month == date(2026, 8, 1)

    def test_elapsed_and_net_of_pauses_by_hand(self):
        """Open from 8:00 to 14:00, six hours. Waiting 9:00-10:30 and 10:00-11:00, together two hours; then for what never came
        from 13:30, half an hour until the end: net 3.5 hours."""
        waits = [
            ("2026-09-01 09:00", "2026-09-01 10:30"),
            ("2026-09-01 10:00", "2026-09-01 11:00"),
            ("2026-09-01 13:30", None),
        ]
        one = counted(case("2026-09-01 08:00", "2026-09-01 14:00", pauses=waits))
        assert (one.elapsed, one.net) == (6 * 3600, 3.5 * 3600)

    def test_of_an_open_case_the_wait_goes_on(self):
        waits = [("2026-09-01 09:00", "2026-09-01 10:00"), ("2026-09-01 11:00", None)]
        one = counted(case("2026-09-01 08:00", pauses=waits))
        assert (one.elapsed, one.paused, one.paused_since) == (None, 3600, at("2026-09-01 11:00"))

    @pytest.mark.parametrize(
        ("issues", "outcome"),
        [
            ([("upheld", "delay"), ("upheld", "delay")], "upheld"),
            ([("upheld", "delay"), ("not_upheld", "delay")], "partly"),
            ([("partly", "delay")], "partly"),
            ([("upheld", "delay"), ("out_of_scope", ""), ("withdrawn", "")], "upheld"),
            ([("not_upheld", "delay"), ("withdrawn", "")], "not_upheld"),
            ([("out_of_scope", ""), ("withdrawn", "")], "out_of_scope"),
            ([("withdrawn", "")], "withdrawn"),
            ([("", "")], ""),
        ],
    )
    def test_a_complaint_came_out_as_its_issues_did_together(self, issues, outcome):
        assert counted(case("2026-09-01 08:00", "2026-09-02 08:00", issues=issues)).outcome == outcome

    def test_of_an_issue_what_was_said_last_counts(self):
        made = case("2026-09-01 08:00", "2026-09-02 08:00", issues=[("not_upheld", "delay"), ("", "data_error")])
        judge(made.complaint.issues.first(), "upheld", "system_error")
        one = counted(made)
        assert (one.outcome, one.causes) == ("upheld", ["data_error", "system_error"])

    def test_reopened_is_what_came_back_after_an_answer(self):
        assert counted(case("2026-09-01 08:00", answered="2026-09-01 09:00", round_=2)).is_reopened
        assert not counted(case("2026-09-01 08:00", answered="2026-09-01 09:00")).is_reopened
        assert not counted(case("2026-09-01 08:00", round_=2)).is_reopened  # withdrawn, and taken up again


def test_a_month_by_hand():
    """Ten cases of September, and how each of them counts."""
    for made in (
        {"opened": "2026-09-01 08:00", "closed": "2026-09-01 08:10", "answered": "2026-09-01 08:05"},
        {
            "opened": "2026-09-01 08:00",
            "closed": "2026-09-01 11:00",
            "answered": "2026-09-01 10:00",
            "issues": [("upheld", "delay")],
        },
        {
            "opened": "2026-09-02 08:00",
            "closed": "2026-10-02 08:00",
            "as_": "final_response",
            "answered": "2026-09-03 08:00",
            "round_": 2,
            "issues": [("not_upheld", "rules_applied"), ("not_upheld", "delay")],
        },
        {"opened": "2026-09-03 08:00", "closed": "2026-09-10 08:00", "as_": "no_reply", "answered": "2026-09-03 09:00"},
        {"opened": "2026-09-04 08:00", "closed": "2026-09-04 09:00", "as_": "withdrawn", "issues": [("withdrawn", "")]},
        {"opened": "2026-09-05 08:00", "closed": "2026-09-05 08:01", "as_": "spam"},
        {"opened": "2026-09-06 08:00", "answered": "2026-10-01 08:00", "round_": 2, "issues": [("upheld", "delay")]},
        {"opened": "2026-09-07 08:00"},
        {"opened": "2026-09-08 08:00", "closed": "2026-09-08 12:00", "issues": [("", "")]},
        {"opened": "2026-09-09 08:00", "closed": "2026-09-09 10:00", "issues": [("partly", "delay")]},
    ):
        case(**made)
    keeping.count_all()
    assert totals(Basis.OPENED, SEPTEMBER) == {
        "cases": 9, "open": 2, "closed": 7, "accepted": 4, "final_response": 1, "no_reply": 1, "withdrawn": 1, "spam": 1,
        "answered": 5, "reopened": 2,
        "complaints": 5, "upheld": 1, "partly": 1, "not_upheld": 1, "given_up": 1, "undecided": 1,
    }  # fmt: skip
    assert totals(Basis.CLOSED, SEPTEMBER) == {
        "cases": 6, "closed": 6, "accepted": 4, "no_reply": 1, "withdrawn": 1, "spam": 1, "answered": 3,
        "complaints": 4, "upheld": 1, "partly": 1, "given_up": 1, "undecided": 1,
    }  # fmt: skip
    assert totals(Basis.ANSWERED, SEPTEMBER)["answered"] == 4
    assert totals(Basis.ANSWERED, SEPTEMBER)["reopened"] == 1  # by when it was answered, whenever it came back
    causes = {
        (cell.month, cell.cause): (cell.complaints, cell.upheld, cell.partly, cell.not_upheld)
        for cell in CauseCell.objects.all()
    }
    assert causes == {
        (SEPTEMBER, "delay"): (2, 1, 1, 0),
        (OCTOBER, "delay"): (1, 0, 0, 1),
        (OCTOBER, "rules_applied"): (1, 0, 0, 1),
    }


# What the summaries must say, by plain loops over the cases.


def plainly(now):
    """{(basis, month, place): counts and lengths} and {(month, place): ages} of everything there is."""
    cells, ages = {}, {}
    for one in Case.objects.all():
        first = one.answers.filter(state="sent").order_by("round").first()
        complaint = getattr(one, "complaint", None)
        place = f"{one.department_id or 0}/{one.category_id or 0}/{one.channel}/{int(complaint is not None)}"
        counts = _counts(one, first, complaint)
        question = one.events.filter(kind="satisfaction_asked").order_by("number").last()
        counts.update(_said(one, question))
        times = {"opened": one.opened_at, "answered": first and first.sent_at, "closed": one.closed_at}
        times["asked"] = question and question.at
        for basis, when in times.items():
            if when:
                cell = cells.setdefault((basis, _month(when), place), Counter())
                cell.update(counts)
                if basis == "opened" and one.closed_at and one.closed_as not in ("spam", "duplicate"):
                    way = "solved" if one.closed_as in ("accepted", "final_response") else "otherwise"
                    took = (one.closed_at - one.opened_at).total_seconds()
                    cell[way, step_of(took)] += 1
                    cell[f"{way}_net", step_of(took - _waited(one, one.closed_at))] += 1
        if not one.closed_at:
            open_cell = ages.setdefault((_month(one.opened_at), place), Counter())
            age = (now - one.opened_at).total_seconds()
            open_cell["ages", step_of(age)] += 1
            open_cell["ages_net", step_of(age - _waited(one, now))] += 1
    return cells, ages


def _month(when):
    return (when + timedelta(hours=7)).date().replace(day=1)


def _waited(one, until):
    return sum(((pause.ended_at or until) - pause.started_at).total_seconds() for pause in one.pauses.all())


def _counts(one, first, complaint):
    counts, real = Counter(), one.closed_as not in ("spam", "duplicate")
    counts[one.closed_as or "open"] += 1
    if real:
        counts["cases"] += 1
        counts["closed"] += bool(one.closed_at)
        counts["answered"] += bool(first)
        counts["reopened"] += bool(first and first.round < one.round)
        if complaint and one.closed_at:
            counts["complaints"] += 1
            decided = {issue.decisions.last().outcome for issue in complaint.issues.all() if issue.decisions.exists()}
            outcome = (
                "partly" if "partly" in decided or {"upheld", "not_upheld"} <= decided
                else next((way for way in ("upheld", "not_upheld", "out_of_scope") if way in decided), "")
                or ("given_up" if decided else "undecided")
            )  # fmt: skip
            counts[outcome] += 1
    return counts


def _said(one, question):
    if question is None or one.closed_as in ("spam", "duplicate"):
        return Counter()
    counts = Counter(asked=1)
    said = [event for event in one.events.order_by("number") if event.kind == "satisfaction_given"]
    said = [event.facts for event in said if event.facts["round"] == question.facts["round"]]
    if said:
        score, ease = said[-1]["score"], said[-1]["ease"]
        counts.update(said=1, satisfied=score >= 4, said_ease=ease is not None, easy=(ease or 0) >= 4)
        counts[f"score_{score}"] += 1
    return counts


def kept():
    fields = ("solved", "solved_net", "otherwise", "otherwise_net")
    cells = {
        (cell.basis, cell.month, cell.place): +Counter(
            {measure.value: getattr(cell, measure.value) for measure in Measure} | _steps(cell, fields)
        )
        for cell in Cell.objects.all()
    }
    ages = {(cell.month, cell.place): +Counter(_steps(cell, ("ages", "ages_net"))) for cell in OpenCell.objects.all()}
    return cells, ages


def _steps(cell, fields):
    return {(field, step): many for field in fields for step, many in enumerate(getattr(cell, field))}


def assert_kept(now):
    cells, ages = plainly(now)
    assert kept() == ({key: +counts for key, counts in cells.items()}, ages)


@pytest.mark.parametrize("seed", range(2))
def test_whatever_happens_they_are_what_the_cases_say(seed):
    chance, now = random.Random(seed), at("2026-11-20 09:00")
    categories = ["deposit-not-credited", "settlement", "other", ""]
    made = []
    for _ in range(5):
        with time_machine.travel(now, tick=False):
            for _ in range(10):
                opened = now - timedelta(minutes=chance.randrange(90 * 1440))
                one = case(
                    opened.strftime("%Y-%m-%d %H:%M"),
                    category=chance.choice(categories),
                    channel=chance.choice(["chat", "email"]),
                    issues=chance.choice(
                        [None, [], [("upheld", "delay")], [("upheld", "delay"), ("not_upheld", "data_error")]]
                    ),
                )
                made.append(one)
                record_change(one)
            for one in chance.sample(made, len(made) // 2):
                change(one, chance, now)
            keeping.keep_up()
            assert_kept(now)
        now += timedelta(hours=chance.randrange(1, 30))


def record_change(one):
    one.last_event_number += 1
    one.save()
    one.events.create(
        number=one.last_event_number, kind="x", actor_kind="system", actor_id="x", at=one.opened_at, hash="x"
    )


def change(one, chance, now):
    what = chance.choice(["end", "end", "move", "wait", "answer", "ask", "say"])
    if what == "end" and one.is_open:
        one.status, one.closed_as = Status.CLOSED, chance.choice(["accepted", "final_response", "withdrawn", "spam"])
        one.closed_at = now
        one.pauses.filter(ended_at=None).update(ended_at=now)
    elif what == "end":
        one.status, one.closed_as, one.closed_at, one.round = Status.REOPENED, "", None, one.round + 1
    elif what == "move":
        one.category = Category.objects.get(slug=chance.choice(["settlement", "other"]))
        one.department = one.category.department
    elif what == "wait" and one.is_open and not one.pauses.exists():
        one.pauses.create(started_at=one.opened_at)
    elif what == "answer" and not one.answers.filter(round=one.round).exists():
        one.answers.create(round=one.round, body="x", state="sent", author_kind="staff", author_id="1", sent_at=now)
    elif what == "ask":
        ask(one, now)
    elif what == "say" and one.events.filter(kind="satisfaction_asked").exists():
        give(one, now, chance.randint(1, 5), chance.choice([None, 2, 4]))
    record_change(one)


class TestKeepingUp:
    def test_a_case_through_the_workflow(self, make_staff):
        lan = make_staff("lan", Role.SPECIALIST)
        one = case_at(Status.ANSWERED, lan)
        keeping.keep_up()
        assert CountedCase.objects.get(pk=one.pk).closed_as == ""
        deliver_answer(one)
        answer.accept(one, actor=customer_of(one))
        keeping.keep_up()
        assert CountedCase.objects.get(pk=one.pk).closed_as == ClosedAs.ACCEPTED
        ending.reopen(one, actor=Actor.staff(make_staff("son", Role.MANAGER)), reason="Khách gọi lại")
        keeping.keep_up()
        assert CountedCase.objects.get(pk=one.pk).is_reopened
        assert_kept(Progress.objects.get().as_of)

    def test_what_the_customer_says_through_the_workflow(self, make_staff):
        one = case_at(Status.CLOSED, make_staff("lan", Role.SPECIALIST))
        keeping.keep_up()
        assert CountedCase.objects.get(pk=one.pk).asked_at is not None
        satisfaction.give(one, actor=customer_of(one), score=2, ease=4)
        satisfaction.give(one, actor=customer_of(one), score=5)
        keeping.keep_up()
        kept_one = CountedCase.objects.get(pk=one.pk)
        assert (kept_one.score, kept_one.ease) == (5, None)  # what was said last
        assert_kept(Progress.objects.get().as_of)

    def test_doing_it_twice_writes_nothing_the_second_time(self, django_assert_num_queries):
        case("2026-09-01 08:00", "2026-09-01 09:00")
        open_case("other")
        now = datetime(2026, 11, 20, tzinfo=UTC)
        with time_machine.travel(now, tick=False):
            keeping.count_all()
            keeping.keep_up()
            before = (
                list(Cell.objects.order_by("pk").values_list("pk", flat=True)),
                list(OpenCell.objects.values_list("pk")),
            )
            keeping.keep_up()
            keeping.count_all()
        assert (
            list(Cell.objects.order_by("pk").values_list("pk", flat=True)),
            list(OpenCell.objects.values_list("pk")),
        ) == before

    def test_only_what_changed_since_is_read_again(self, monkeypatch):
        one, other = open_case("other"), open_case("other", email="binh@khach.example")
        keeping.keep_up()
        record_change(other)
        read = []
        keep = keeping.counting.keep_cases
        monkeypatch.setattr(keeping.counting, "keep_cases", lambda ids: read.extend(ids) or keep(ids))
        keeping.keep_up()
        assert one.pk not in read
        assert read == [other.pk]

    def test_what_no_event_told_of_is_put_right_all_the_same(self):
        one = case("2026-09-01 08:00", "2026-09-01 09:00")
        keeping.keep_up()
        Case.objects.filter(pk=one.pk).update(closed_as=ClosedAs.FINAL_RESPONSE)
        Cell.objects.filter(basis=Basis.OPENED).update(accepted=7)
        for _ in range(3):  # as many months as there are, and once around
            keeping.keep_up()
        assert_kept(Progress.objects.get().as_of)

    def test_after_an_outage_it_catches_up_step_by_step(self, monkeypatch):
        monkeypatch.setattr(keeping, "_EVENTS", 3)
        monkeypatch.setattr(keeping, "_HEALED", 0)
        monkeypatch.setattr(keeping, "_transactions", lambda: (10**9, 10**9))  # other tests run on the same server
        cases = [open_case("other", email=f"k{n}@khach.example") for n in range(3)]
        keeping.keep_up()
        assert CountedCase.objects.count() == len(cases)
        keeping.keep_up()
        assert Progress.objects.get().settled == cases[0].events.model.objects.latest("pk").pk

    def test_ages_go_on_without_any_change(self):
        with time_machine.travel(at("2026-11-20 08:00"), tick=False):
            case("2026-11-20 07:00")
            keeping.count_all()
        with time_machine.travel(at("2026-11-20 12:00"), tick=False):
            keeping.keep_up()
        assert OpenCell.objects.get().ages[step_of(5 * 3600)] == 1
        assert len(OpenCell.objects.get().ages) == STEPS


@pytest.mark.django_db(transaction=True)
def test_an_event_that_is_committed_late_is_not_missed(monkeypatch):
    """Its id is smaller than one that was counted long before."""
    from tests.web import meanwhile

    monkeypatch.setattr(keeping, "_HEALED", 0)
    late, early = open_case("other"), open_case("other", email="binh@khach.example")
    keeping.keep_up()
    keeping.keep_up()
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        late.refresh_from_db()
        record_change(late)

        def others():
            early.refresh_from_db()
            record_change(early)
            for _ in range(3):
                keeping.keep_up()

        meanwhile(others)
        cursor.execute("COMMIT")
    keeping.keep_up()
    assert CountedCase.objects.get(pk=late.pk).version == late.last_event_number
