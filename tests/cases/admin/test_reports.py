"""The reports as pages: for whom, each figure with the cases behind it, files on a reason, and what it costs."""

import html
import io
import re
import zipfile

import pytest
import time_machine
from django.db import Error, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role
from cases.reports import keeping
from cases.reports.models import Export
from tests.cases.reports.building import at, case, remedy
from tests.pages import text_of

pytestmark = pytest.mark.django_db

PAGES = ("outcomes", "cohorts", "time", "backlog", "satisfaction", "remedies")
NOW = "2026-10-20 08:00"
LIST = {"show": "accepted", "basis": "closed"}


@pytest.fixture
def now():
    with time_machine.travel(at(NOW), tick=False):
        yield


@pytest.fixture
def cases(defaults, now):
    for month in ("08", "09", "10"):
        case(f"2026-{month}-01 08:00", f"2026-{month}-01 09:00", answered=f"2026-{month}-01 08:30")
        case(
            f"2026-{month}-02 08:00",
            f"2026-{month}-03 08:00",
            issues=[("upheld", "delay"), ("not_upheld", "data_error")],
        )
        case(f"2026-{month}-02 08:00", f"2026-{month}-02 08:20", channel="email", issues=[("not_upheld", "delay")])
        case(f"2026-{month}-02 08:00", f"2026-{month}-09 08:00", "no_reply", category="settlement")
        case(f"2026-{month}-02 08:00", f"2026-{month}-02 08:01", "spam", category="")
        case(
            f"2026-{month}-02 08:00",
            answered=f"2026-{month}-02 10:00",
            round_=2,
            pauses=[(f"2026-{month}-03 08:00", None)],
        )
    case("2026-10-20 07:30", category="")
    keeping.count_all()


@pytest.fixture
def more(cases):
    """What customers said, and remedies owed."""
    for month in ("08", "09", "10"):
        for score in (5, 4, 4, 2, 1):
            case(f"2026-{month}-03 08:00", f"2026-{month}-03 09:00", opinion=(f"2026-{month}-04 08:00", score, score))
        case(f"2026-{month}-03 08:00", f"2026-{month}-03 09:00", channel="app", opinion=(f"2026-{month}-04 08:00",))
    remedy("refund", 500_000, "2026-10-01", "2026-09-20 08:00")
    remedy("apology", None, "2026-10-25", "2026-10-19 08:00")
    keeping.count_all()


def content_of(response):
    content = b"".join(response.streaming_content)
    for close in response._resource_closers:  # the file alone: the end of a response ends the test's connection
        close()
    return content


def figures_of(response):
    """Every figure of the page with a list behind it: (address, text, what a share is of)."""
    page = response.content.decode()
    found = re.findall(r'<td><a href="([^"]+)">([^<]+)</a>(?: <span class="reports-under">([^<]+))?', page)
    return [(html.unescape(url), text, under) for url, text, under in found]


@pytest.mark.parametrize(
    ("role", "department", "lead", "reads", "exports"),
    [
        (Role.INTAKE, "intake", False, False, False),
        (Role.SPECIALIST, "payments", False, False, False),
        (Role.SPECIALIST, "payments", True, True, True),
        (Role.MANAGER, "payments", False, True, True),
        (Role.MANAGER, None, False, True, True),
        (Role.AUDITOR, None, False, True, False),
        (Role.ADMINISTRATOR, None, False, True, True),
    ],
)
def test_those_who_oversee_read_and_those_who_answer_for_it_export(
    client, make_staff, role, department, lead, reads, exports
):
    client.force_login(make_staff("kim", role, department, lead=lead))
    for name in (*PAGES, "cases", "owed"):
        assert client.get(reverse(f"reports:{name}")).status_code == (200 if reads else 403), name
    for what in ("cases", "owed", "outcomes.ended", "satisfaction.scores"):
        for send in (client.get, client.post):
            status = send(f"{reverse('reports:export')}?what={what}").status_code
            assert (status != 403) is exports, (what, send)
    assert (reverse("reports:outcomes") in client.get("/admin/").content.decode()) is reads
    assert not Export.objects.exists()


def test_nobody_else_gets_in(client):
    for name in (*PAGES, "cases", "owed", "export"):
        assert client.get(reverse(f"reports:{name}")).status_code == 302


@pytest.mark.parametrize("name", [name for name in PAGES if name != "remedies"])
@pytest.mark.parametrize("by", ["month", "category", "department", "channel", "cause"])
def test_every_figure_opens_exactly_its_cases(more, manager, name, by):
    if (by == "cause" and name != "outcomes") or (by != "month" and name == "cohorts"):
        return
    page = manager.get(reverse(f"reports:{name}"), {"by": by})
    found = figures_of(page)
    assert found
    for url, text, under in found:
        count = re.search(r'id="count">(\d+) ', manager.get(url).content.decode())[1]
        said = under.split(" of ")[0] if under else text
        if said.isdigit():
            assert count == said, url
        else:  # a length: all those it was computed from
            assert count != "0", url


def test_every_figure_of_remedies_opens_exactly_those(more, manager):
    found = figures_of(manager.get(reverse("reports:remedies")))
    assert found
    for url, text, _under in found:
        page = manager.get(url).content.decode()
        count = re.search(r'id="count">(\d+) ', page)[1]
        assert page.count('class="desk-code"') == int(count)
        if text.isdigit():
            assert count == text, url
        else:  # an amount: what those on the list come to together
            amounts = [int(one.replace(",", "")) for one in re.findall(r"<td>([\d,]+) ₫</td>", page)]
            assert f"{sum(amounts):,} ₫" == text, url


def test_remedies_stand_there_in_words(more, manager):
    page = text_of(manager.get(reverse("reports:remedies")))
    assert "Overdue by more than 7 days 1 0 0 1 500,000 ₫ 30 d 30 d" in page
    assert "together 2 0 0 2 500,000 ₫ 1 d 30 d" in page
    assert "Refund 1 1 0 0 1 500,000 ₫" in page
    assert page.index("Overdue by more") < page.index("Due within")
    listed = text_of(manager.get(reverse("reports:owed"), {"due": "late,overdue"}))
    assert "overdue by 19 d" in listed
    assert "1 remedy" in listed


def test_satisfaction_stands_there_in_words(more, manager):
    page = text_of(manager.get(reverse("reports:satisfaction"), {"from": "2026-10", "to": "2026-10"}))
    # Six asked, five said 5, 4, 4, 2, 1: 3 of 5 satisfied; Wilson from 23.1 to 88.2 per cent
    assert "10/2026 6 5 83% 5 of 6 3.20 60% 3 of 5 23–89%" in page
    few = text_of(manager.get(reverse("reports:satisfaction"), {"from": "2026-10", "to": "2026-10", "channel": "app"}))
    assert "10/2026 1 0 0% 0 of 1 – – –" in few


def test_filters_narrow_figures_and_lists_alike(cases, manager):
    asked = {"from": "2026-09", "to": "2026-09", "channel": "email", "kind": "complaints", "department": "payments"}
    page = manager.get(reverse("reports:outcomes"), asked)
    assert {text for _url, text, _under in figures_of(page)} == {"1", "100%"}
    assert "live chat" not in " ".join(re.findall(r'desk-pill">([^<]+)', page.content.decode()))


def test_what_makes_no_sense_is_as_if_not_asked(cases, manager):
    nonsense = {"from": "2026-13", "to": "x", "by": "z", "department": "z", "channel": "-", "kind": "z", "page": "z"}
    nonsense |= {"show": "z", "basis": "z", "cause": "z", "remedy": "z", "state": "executed", "due": "z,,late"}
    for name in (*PAGES, "cases", "owed"):
        assert manager.get(reverse(f"reports:{name}"), nonsense).status_code == 200
    for what in ("", "x", "outcomes.x", "x.ended"):
        assert manager.get(reverse("reports:export"), {"what": what}).status_code == 404


def test_figures_stand_there_in_words(cases, manager):
    page = text_of(manager.get(reverse("reports:time"), {"from": "2026-10", "to": "2026-10"}))
    # Solved after 20 min, 1 h and 24 h; closed after 7 d without reply; open for half an hour, and for 18 d
    assert "10/2026 6 2 1 d > 16 d 1 d" in page
    assert "2 of 6" in page  # within 4 h
    assert "Counted as of" in page


def test_empty_pages_say_what_to_do(defaults, now, manager):
    assert "Nothing is counted yet." in text_of(manager.get(reverse("reports:outcomes")))
    keeping.keep_up()
    assert "Choose more months above." in text_of(manager.get(reverse("reports:time")))
    assert "Nothing is open." in text_of(manager.get(reverse("reports:backlog")))
    assert "Show all departments" in text_of(manager.get(reverse("reports:backlog"), {"channel": "app"}))


def test_figures_that_are_not_counted_any_more_say_so(cases, manager):
    with time_machine.travel(at("2026-10-20 09:00"), tick=False):
        assert "These figures are 1 h old" in text_of(manager.get(reverse("reports:outcomes")))


@pytest.mark.parametrize(
    ("name", "queries"),
    [
        ("outcomes", 8),
        ("cohorts", 10),
        ("time", 10),
        ("backlog", 8),
        ("cases", 9),
        ("satisfaction", 8),
        ("remedies", 7),
        ("owed", 8),
    ],
)
def test_what_a_page_costs(more, manager, django_assert_num_queries, name, queries):
    manager.get(reverse(f"reports:{name}"))
    with django_assert_num_queries(queries):
        manager.get(reverse(f"reports:{name}"))
    for day in range(10, 19):
        for channel in ("chat", "email", "web"):
            case(
                f"2026-10-{day} 08:00",
                f"2026-10-{day} 09:00",
                channel=channel,
                category="settlement",
                issues=[("partly", "delay")],
                opinion=(f"2026-10-{day} 10:00", 4),
            )
            remedy("credit", 10_000, "2026-10-30", f"2026-10-{day} 08:00")
    keeping.count_all()
    with django_assert_num_queries(queries):
        manager.get(reverse(f"reports:{name}"))


class TestExport:
    def export(self, manager, what, reason="Báo cáo tháng 9", kind="csv", **asked):
        query = "&".join(f"{name}={value}" for name, value in {"what": what, **asked}.items())
        return manager.post(f"{reverse('reports:export')}?{query}", {"format": kind, "reason": reason})

    def test_a_list_as_csv_names_no_customer(self, cases, manager):
        response = self.export(manager, "cases", **LIST)
        written = content_of(response).decode()
        assert response["Content-Type"] == "text/csv; charset=utf-8"
        assert "attachment" in response["Content-Disposition"]
        assert written.startswith("\N{BOM}Code,Channel,")
        assert len(written.splitlines()) == 1 + 9
        assert "An" not in written.split(",")
        noted = Export.objects.get()
        assert (noted.user.username, noted.what, noted.rows, noted.format) == ("son", "cases", 9, "csv")
        assert noted.reason == "Báo cáo tháng 9"
        assert "show=accepted" in noted.query

    def test_a_table_as_excel(self, cases, manager):
        response = self.export(manager, "outcomes.decided", kind="xlsx", by="cause")
        with zipfile.ZipFile(io.BytesIO(content_of(response))) as book:
            xml = book.read("xl/worksheets/sheet1.xml").decode()
        assert "<t>delay</t>" in xml
        assert Export.objects.get().what == "outcomes.decided"

    def test_satisfaction_with_its_interval(self, more, manager):
        rows = content_of(self.export(manager, "satisfaction.satisfaction")).decode().splitlines()
        assert rows[0].endswith('Interval (Wilson, 95%)"')
        assert "10/2026,6,5,0.8333,3.2,0.6,0.2307–0.8824" in rows

    def test_remedies_as_a_list_and_as_a_table(self, more, manager):
        rows = content_of(self.export(manager, "owed", due="late,overdue")).decode().splitlines()
        assert len(rows) == 2
        assert rows[1].endswith(",refund,500000,proposed,2026-10-01,19,2026-09-20 08:00:00")
        rows = content_of(self.export(manager, "remedies.kinds")).decode().splitlines()
        assert "Refund,1,1,0,0,1,500000,30.0,30.0" in rows
        assert [export.rows for export in Export.objects.order_by("pk")] == [1, 3]

    @pytest.mark.parametrize(("reason", "kind"), [("", "csv"), ("   ", "csv"), ("Báo cáo", "pdf"), ("x" * 301, "csv")])
    def test_not_without_a_reason_and_a_format(self, cases, manager, reason, kind):
        response = self.export(manager, "cases", reason=reason, kind=kind, **LIST)
        assert response.status_code == 400
        assert not Export.objects.exists()

    def test_how_many_rows_are_too_many_is_said_in_words(self, cases, manager, settings):
        settings.REPORT_EXPORT_MOST = 8
        form = manager.get(reverse("reports:export"), {"what": "cases", **LIST})
        assert "These are 9 rows; at most 8 are exported at once." in text_of(form)
        assert 'name="reason"' not in form.content.decode()
        self.export(manager, "cases", **LIST)
        assert not Export.objects.exists()

    def test_so_it_is_of_remedies_and_none_of_them_is_read_for_it(self, more, manager, settings):
        settings.REPORT_EXPORT_MOST = 1
        with CaptureQueriesContext(connection) as read:
            form = manager.get(reverse("reports:export"), {"what": "owed"})
        assert "These are 2 rows; at most 1 are exported at once." in text_of(form)
        assert not [one for one in read if 'SELECT "complaints_remedy"' in one["sql"]]
        self.export(manager, "owed")
        assert not Export.objects.exists()

    def test_what_was_noted_is_never_rewritten(self, cases, manager):
        content_of(self.export(manager, "cases", **LIST))
        for rewrite in (lambda: Export.objects.update(reason="x"), lambda: Export.objects.all().delete()):
            with pytest.raises(Error), transaction.atomic():
                rewrite()

    def test_a_lead_exports_their_own_departments_cases_alone(self, cases, client, make_staff):
        client.force_login(make_staff("lan", Role.SPECIALIST, "payments", lead=True))
        written = content_of(self.export(client, "cases", show="no_reply", basis="closed"))
        assert len(written.splitlines()) == 1  # settlement is another's
