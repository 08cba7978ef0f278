"""The list of cases: its rows, its order, and the fragment a page fetches to stay up to date."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.actors import Actor
from accounts.customers.models import Customer
from cases.admin.case_rows import rows_of
from cases.models import Case
from cases.states import ClosedAs, Priority, Status
from cases.workflow import answer, ending, routing
from tests.cases.building import case_at, deliver_answer

pytestmark = pytest.mark.django_db


def codes_on(response):
    return re.findall(r'class="desk-code" href="[^"]+">(CS-[\w-]+)<', response.content.decode())


def test_the_fragment_is_the_queues_and_the_rows_and_costs_the_same_for_any_number(desk, people, open_case):
    at = desk(people["lan"])
    shown = [open_case("deposit-not-credited")]
    at.list(queue="department")  # what is looked up once a process is looked up here
    for _more in range(2):
        with CaptureQueriesContext(connection) as queries:
            fragment = at.list(queue="department", fragment="rows")
        assert len(queries) == 10
        assert codes_on(fragment) == [case.code for case in shown]
        shown.append(open_case("deposit-not-credited"))
    text = fragment.content.decode()
    assert re.search(r'\?queue=department" aria-current="page">[^<]*<span class="desk-count">2<', text)
    assert "<html" not in text
    assert "nav-sidebar" not in text


def test_the_fragment_shows_what_the_list_shows_and_nothing_else(desk, people, open_case):
    hidden = open_case("deposit-not-credited")
    routing.route_case(hidden, actor=Actor.staff(people["manager"]), department=hidden.department)
    seen = open_case("technical-error", subject="Không vào được")
    for query in ({"queue": "all"}, {"q": "vào"}, {"status": "routed"}, {"queue": "unassigned", "p": "1"}):
        at = desk(people["elsewhere"])
        assert codes_on(at.list(**query, fragment="rows")) == codes_on(at.list(**query)) == [seen.code]


def test_urgent_comes_first_in_everything_found_and_filtered_and_what_is_closed_last(desk, people, open_case):
    urgent, older, newer, closed = (open_case("technical-error", subject=f"Lỗi số {n}") for n in range(4))
    routing.change_priority(urgent, actor=Actor.staff(people["manager"]), priority=Priority.URGENT)
    routing.change_priority(closed, actor=Actor.staff(people["manager"]), priority=Priority.URGENT)
    ending.mark_spam(closed, actor=Actor.staff(people["manager"]), reason="Quảng cáo")
    at, expected = desk(people["manager"]), [one.code for one in (urgent, newer, older, closed)]
    for query in ({"queue": "all"}, {"q": "Lỗi"}, {"channel__exact": urgent.channel}):
        assert codes_on(at.list(**query)) == expected


def test_one_searches_in_the_queue_one_sees_and_everything_is_one_press_away(desk, people, open_case):
    mine, other = (open_case("deposit-not-credited", subject="Nạp tiền chậm") for _ in range(2))
    routing.assign_case(mine, actor=Actor.staff(people["manager"]), assignee=people["lan"])
    at, everything = desk(people["lan"]), "?queue=all&amp;q=nap+tien"
    assert '<input type="hidden" name="queue" value="mine">' in at.list().content.decode()
    inside = at.list(queue="mine", q="nap tien")
    assert (codes_on(inside), everything in inside.content.decode()) == ([mine.code], True)
    outside = at.list(queue="all", q="nap tien")
    assert set(codes_on(outside)) == {mine.code, other.code}
    assert "desk-searched" not in outside.content.decode()
    assert everything in at.list(queue="reopened", q="nap tien").content.decode()


@pytest.mark.parametrize("typed", ["\0", "vào\0"])
def test_what_can_stand_nowhere_finds_nothing(desk, people, open_case, typed):
    open_case("technical-error", subject="Không vào được")
    assert codes_on(desk(people["manager"]).list(q=typed)) == []


def test_how_cases_ended_is_told_apart(desk, people, open_case, answered_case):
    """Closed by silence is no acceptance."""
    deliver_answer(answered_case)
    answer.close_no_reply(answered_case, actor=Actor.system("follow_up"))
    accepted = case_at(Status.CLOSED, people["manager"])
    at = desk(people["manager"])
    assert codes_on(at.list(closed_as__exact="no_reply")) == [answered_case.code]
    assert codes_on(at.list(closed_as__exact="accepted")) == [accepted.code]
    accepted_long_ago = case_at(Status.CLOSED, people["manager"])
    Case.objects.filter(pk=accepted_long_ago.pk).update(closed_at=timezone.now() - timedelta(days=31))
    overview = at.client.get(reverse("admin:index"))
    ended = {outcome.url.rpartition("=")[2]: outcome.count for outcome in overview.context["outcomes"]}
    assert ended == {**dict.fromkeys(ClosedAs.values, 0), "accepted": 1, "no_reply": 1}
    assert f'href="{reverse("admin:cases_case_changelist")}?closed_as__exact=no_reply"' in overview.content.decode()
    assert desk(people["lan"]).client.get(reverse("admin:index")).context["outcomes"] == []


def test_urgent_comes_first_in_what_is_due_next(desk, people, open_case):
    low, urgent = open_case("deposit-not-credited"), open_case("deposit-not-credited")
    routing.change_priority(low, actor=Actor.staff(people["manager"]), priority=Priority.LOW, reason="không gấp")
    Case.objects.filter(pk=low.pk).update(next_due_at=timezone.now())
    page = desk(people["lan"]).client.get(reverse("admin:index"))
    assert [row.code for row in page.context["due_next"]] == [urgent.code, low.code]


def test_the_fragment_says_when_a_queue_is_empty(desk, people):
    text = desk(people["lan"]).list(queue="mine", fragment="rows").content.decode()
    assert '<p class="desk-empty" id="desk-empty">' in text
    assert codes_on(desk(people["lan"]).list(queue="mine", fragment="rows")) == []


@pytest.mark.parametrize("query", [{"customer__name": "An"}, {"category__id__exact": "x"}])
def test_what_the_list_refuses_the_fragment_refuses(desk, people, query):
    at = desk(people["lan"])
    whole, fragment = at.list(**query), at.list(**query, fragment="rows")
    assert fragment.status_code == whole.status_code in (302, 400)


def test_the_fragment_is_for_staff(client):
    assert client.get(reverse("admin:cases_case_changelist"), {"fragment": "rows"}).status_code == 302


@pytest.fixture
def three(open_case):
    """Opened in this order; the first is due last and the last is not due at all."""
    cases = [open_case("deposit-not-credited") for _number in range(3)]
    now = timezone.now()
    for case, opened, due in zip(cases, (3, 2, 1), (9, 5, None), strict=True):
        case.opened_at, case.next_due_at = now - timedelta(hours=opened), due and now + timedelta(hours=due)
        case.save(update_fields=["opened_at", "next_due_at"])
    return cases


CODE, SUBJECT, DUE = 0, 1, 5


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (None, [1, 0, 2]),
        (f"{CODE}", [0, 1, 2]),
        (f"-{CODE}", [2, 1, 0]),
        (f"{DUE}", [1, 0, 2]),
        (f"-{DUE}", [0, 1, 2]),
        (f"{SUBJECT}", [1, 0, 2]),  # not offered: the queue's own order
        ("99.x", [1, 0, 2]),
    ],
)
def test_a_queue_is_sorted_by_opening_or_by_what_is_due(desk, people, three, order, expected):
    query = {"o": order} if order else {}
    assert codes_on(desk(people["lan"]).list(queue="department", **query)) == [three[n].code for n in expected]


def test_the_columns_one_may_sort_by_are_links(desk, people, three):
    head = (
        desk(people["lan"]).list(queue="department").content.decode().partition("<thead>")[2].partition("</thead>")[0]
    )
    assert re.findall(r'column-(\w+)[^>]+>\s*<div[^>]+>\s*<div class="text">\s*<a href', head) == [
        "code",
        "next_due_at",
    ]


def test_every_row_has_a_box_that_says_which_case_and_as_it_was_when(desk, people, three):
    text = desk(people["lan"]).list(queue="department").content.decode()
    for case in three:
        case.refresh_from_db()
        assert f'name="case" value="{case.pk}.{case.last_event_number}"' in text


def test_a_row_names_itself_and_writes_numbers_for_programs():
    due = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
    case = Case(
        pk=1_234_567,
        code="CS-1",
        customer=Customer(name="An"),
        channel="email",
        last_event_number=1_000,
        opened_at=due,
        next_due_at=due,
    )
    (row,) = rows_of([case], due - timedelta(minutes=5))
    text = render_to_string("admin/cases/case/row.html", {"row": row})
    assert '<tr id="case-1234567" class="desk-row" data-version="1000">' in text
    assert f'data-due="{due.timestamp():.0f}"' in text
    assert 'class="desk-due is-warn"' in text
    assert "/cases/case/1234567/change/" in text


@pytest.mark.parametrize(("hours", "shown"), [(1, "08:00"), (24, "28/02/2026")])
def test_a_row_says_when_the_case_came_in(hours, shown):
    now = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)  # nine in the morning in Vietnam
    case = Case(
        pk=1, code="CS-1", customer=Customer(name="An"), channel="email", opened_at=now - timedelta(hours=hours)
    )
    (row,) = rows_of([case], now)
    assert row.opened == shown
