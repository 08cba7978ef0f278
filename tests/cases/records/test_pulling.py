"""Records that a checklist wants are pulled for the customer, kept, shown on the page where facts are verified, and rested on."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.dateparse import parse_datetime

from accounts.actors import Actor
from accounts.customers.models import Customer
from accounts.models import Role
from cases import tasks
from cases.evidence.models import FactEntry
from cases.records import pulling
from cases.records.models import Pull, Snapshot
from cases.workflow import facts
from cskh.core.errors import Invalid, NotPermitted
from tests.cases.building import open_case
from tests.cases.records.building import connect, operator, take_over

pytestmark = pytest.mark.django_db
ACCOUNT = "0451000123456"


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"
    with translation.override("en"):
        yield


def reading_english(user):
    user.language = "en"
    user.save()
    return user


@pytest.fixture
def lan(make_staff):
    return reading_english(make_staff("lan", Role.SPECIALIST, "payments"))


@pytest.fixture
def case(defaults):
    case = open_case("deposit-not-credited", amount=2_000_000, incident_at=parse_datetime("2026-11-22T09:05:00+07:00"))
    Customer.objects.update(external_id="BX100231")
    case.refresh_from_db()
    return case


def books(count, kind="deposits"):
    """The operator's answers: `count` rows of one kind, a minute after another."""

    def answer(asked_kind, asked):
        rows = [
            {
                "code": f"NAP{number:05}",
                "customer": "BX100231",
                "amount": 1_000_000 + number,
                "at": f"2026-11-22T09:{number:02}:00+07:00",
                "account": ACCOUNT,
            }
            for number in range(count)
        ]
        return 200, {"rows": rows if asked_kind == kind else []}

    return answer


def press(client, user, case, kind="deposits"):
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    case.refresh_from_db()
    address = reverse("admin:cases_case_step", args=[case.pk, "pull-records"])
    return client.post(address, {"version": case.last_event_number, "kind": kind})


def look(client, user, case):
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client.get(reverse("admin:cases_case_verify", args=[case.pk]))


def column(page):
    return page.content.decode().partition('id="verify-records"')[2].partition("</section>")[0]


def pull(case, user, server, settings, kind="deposits"):
    connect(settings, server)
    pulling.pull(case, kind, actor=Actor.staff(user))
    pulling.look_up_pulls(case.pk)


def test_from_the_press_to_a_finding_that_rests_on_it(client, lan, case, settings):
    with operator(books(3)) as server:
        connect(settings, server)
        pressed = press(client, lan, case)
        assert (pressed.status_code, pressed.url) == (302, reverse("admin:cases_case_verify", args=[case.pk]))
        assert "Being looked up" in column(look(client, lan, case))
        tasks.pull_records(case.pk)
        page = look(client, lan, case)
    [(kind, asked, _headers)] = server.got
    assert (kind, asked["customer"]) == ("deposits", "BX100231")
    assert parse_datetime(asked["since"]) == parse_datetime("2026-11-15T00:00:00+07:00")
    assert timezone.now() - parse_datetime(asked["until"]) < timedelta(minutes=5)
    kept = Snapshot.objects.get()
    assert (kept.kind, kept.asked_for, len(kept.content)) == ("deposits", "BX100231 2026-11-15/..", 3)
    shown = column(page)
    assert shown.index("NAP00002") < shown.index("NAP00001") < shown.index("NAP00000")
    assert "••••3456" in shown
    assert ACCOUNT not in page.content.decode()
    assert [source.snapshot for source in page.context["sources"]] == [kept]
    case.refresh_from_db()
    finding = {"fact": "transaction-code", "value": "NAP00002", "result": "corroborated", "snapshot": kept.pk}
    address = reverse("admin:cases_case_step", args=[case.pk, "verify-fact"])
    assert client.post(address, {"version": case.last_event_number, **finding}).status_code == 302
    assert FactEntry.objects.get(kind="corroborated").snapshot == kept


def test_the_newest_rows_are_shown_and_the_others_counted(client, lan, case, settings):
    with operator(books(23)) as server:
        pull(case, lan, server, settings)
        shown = column(look(client, lan, case))
    assert "NAP00022" in shown
    assert "NAP00003" in shown
    assert "NAP00002" not in shown
    assert "and 3 earlier rows" in shown


def test_of_too_much_the_first_rows_are_kept_and_it_says_so(client, lan, case, settings):
    rows = [{"code": f"NAP{number:05}", "at": "2026-11-22T09:00:00+07:00"} for number in range(201)]
    with operator(lambda kind, asked: (200, {"rows": rows, "total": 2_345})) as server:
        pull(case, lan, server, settings)
        shown = column(look(client, lan, case))
    kept = Snapshot.objects.get()
    assert (len(kept.content), kept.is_cut, kept.total, Pull.objects.get().state) == (200, True, 2_345, "answered")
    assert "Deposits, 127.0.0.1: only 200 of 2,345 rows are here" in shown
    assert "Nothing about this customer" not in shown
    assert "(only a part of it)" in look(client, lan, case).content.decode()


def test_what_is_cut_contradicts_nobody_by_itself(lan, case, settings):
    """What is not among its rows may be in the rest; what is among them is there."""
    with operator(lambda kind, asked: (200, {"rows": [{"code": "NAP1"}], "total": 2_345})) as server:
        pull(case, lan, server, settings)
    part = facts.Sources(snapshot=Snapshot.objects.get())
    verify = partial(facts.verify_fact, case, actor=Actor.staff(lan), fact="amount")
    with pytest.raises(Invalid) as refused:
        verify(result="contradicted", sources=part)
    assert refused.value.errors.keys() == {"snapshot"}
    assert not FactEntry.objects.exists()
    verify(result="unable", sources=part)
    verify(result="contradicted", sources=replace(part, statement="Dòng NAP1 ghi 500.000"))
    verify(result="corroborated", sources=part)
    found = FactEntry.objects.exclude(kind="claimed").order_by("pk")
    assert [one.kind for one in found] == ["unable", "contradicted", "corroborated"]


def test_the_same_answer_is_the_same_snapshot(lan, case, settings):
    with operator(books(2)) as server:
        pull(case, lan, server, settings)
        pull(case, lan, server, settings)
    assert len(server.got) == 2
    assert (Snapshot.objects.count(), Pull.objects.get().state) == (1, "answered")


def test_the_customer_is_asked_for_without_a_period(lan, case, settings):
    with operator(books(1, "customer")) as server:
        pull(case, lan, server, settings, "customer")
    assert server.got[0][:2] == ("customer", {"customer": "BX100231"})
    assert Snapshot.objects.get().asked_for == "BX100231"


def test_rows_of_files_are_found_by_customer(lan, case, manager):
    table = "Mã giao dịch;Mã khách hàng;Số tiền;Thời gian\nGD77001;BX100231;500.000;22/11/2026 09:05:00\n"
    take_over(manager, table, content="deposits")
    pulling.pull(case, "deposits", actor=Actor.staff(lan))
    pulling.look_up_pulls(case.pk)
    assert [row["code"] for row in Snapshot.objects.get().content] == ["GD77001"]


def test_nothing_and_silence_are_said(client, lan, case, settings):
    with operator(books(0)) as server:
        pull(case, lan, server, settings)
        assert "Nothing about this customer in: 127.0.0.1" in column(look(client, lan, case))
    with operator(lambda kind, asked: (503, {})) as server:
        pull(case, lan, server, settings)
        shown = column(look(client, lan, case))
    assert "does not answer (127.0.0.1)" in shown
    assert "asked again at" in shown


def test_where_it_cannot_be_pulled_it_says_why(client, lan, case, settings):
    assert "No records are connected" in column(look(client, lan, case))
    Customer.objects.update(external_id=None)
    case.refresh_from_db()
    with operator(books(1)) as server:
        connect(settings, server)
        shown = column(look(client, lan, case))
        assert "id in your systems is not known" in shown
        assert "pull-records" not in shown
        assert press(client, lan, case).status_code == 400
        with pytest.raises(Invalid):
            pulling.pull(case, "deposits", actor=Actor.staff(lan))


def test_only_what_the_checklist_names_and_only_by_those_who_work_on_it(client, lan, case, make_staff, settings):
    assert press(client, lan, case, "logins").status_code == 400
    auditor = reading_english(make_staff("kiem", Role.AUDITOR))
    with pytest.raises(NotPermitted):
        pulling.pull(case, "deposits", actor=Actor.staff(auditor))
    with operator(books(1)) as server:
        pull(case, lan, server, settings)
        shown = column(look(client, auditor, case))
    assert "NAP00000" in shown
    assert "<form" not in shown


def test_the_sweep_finds_what_was_lost_and_a_file_brings_what_had_no_source(lan, case, monkeypatch, manager):
    sent = []
    pulling.pull(case, "deposits", actor=Actor.staff(lan))
    monkeypatch.setattr(tasks, "enqueue_after_commit", lambda *task: sent.append(task))
    tasks.sweep_records()
    assert ("cases.tasks.pull_records", case.pk) in sent
    pulling.look_up_pulls(case.pk)
    assert Pull.objects.get().state == "no_source"
    take_over(manager)
    assert Pull.objects.get().state == "waiting"


def test_it_costs_the_same_however_much_there_is(client, lan, case, settings):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert look(client, lan, case).status_code == 200
        return len(queries)

    with operator(books(1)) as server:
        pull(case, lan, server, settings)
        cost()
        few = cost()
    with operator(books(30)) as server:
        pull(case, lan, server, settings)
        pull(case, lan, server, settings, "customer")
        assert cost() == few
