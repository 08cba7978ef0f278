"""The telephone exchange reports calls over REST: what it is answered, and what it is refused."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import Role
from cases.models import Case
from cases.workflow import call_back
from channels_app.models import Call, InboundItem

pytestmark = pytest.mark.django_db
CALLS = "/api/v1/hotline/calls/"
REPORT = {"call_id": "pbx-1", "number": "0912 345 678", "state": "ringing"}
ANSWERED = ["call_id", "number", "state", "direction", "agent", "case", "started_at", "answered_at", "ended_at"]


@pytest.fixture
def exchange(make_client):
    return make_client("calls")


@pytest.fixture
def report(exchange):
    """report("missed"): the call it is answered."""

    def make(state, **more):
        answer = exchange.post(CALLS, REPORT | {"state": state} | more)
        assert answer.status_code == 200, answer.content
        assert list(answer.json()) == ANSWERED
        return answer.json()

    return make


def minutes_ago(number):
    return (timezone.now() - timedelta(minutes=number)).isoformat()


def test_a_missed_call_is_answered_with_the_case_that_owes_a_call(report):
    assert report("ringing", at=minutes_ago(5))["case"] is None
    missed_at = minutes_ago(4)
    missed = report("missed", at=missed_at)
    case = Case.objects.get()
    assert (missed["number"], missed["state"], missed["case"]) == ("+84912345678", "missed", case.code)
    owed = call_back.waiting().get(case=case)
    assert owed.due_at == datetime.fromisoformat(missed_at) + timedelta(minutes=15)
    assert case.next_due_at <= owed.due_at


def test_an_answered_call_names_its_agent_by_extension_and_its_times(report, make_staff):
    hoa = make_staff("hoa", Role.INTAKE, "intake")
    hoa.phone_extension = "201"
    hoa.save()
    began, ended = minutes_ago(9), minutes_ago(3)
    assert report("answered", agent="201", at=began)["agent"] == "hoa"
    call = report("ended", at=ended, recording_ref="rec/1")
    assert (call["state"], call["agent"], call["case"]) == ("ended", "hoa", None)
    assert [datetime.fromisoformat(call[name]) for name in ("answered_at", "ended_at")] == [
        datetime.fromisoformat(began),
        datetime.fromisoformat(ended),
    ]
    assert Call.objects.get().recording_ref == "rec/1"
    assert not Case.objects.exists()


def test_the_same_report_twice_is_one_call_and_one_call_back(report):
    first, second = (report("missed", at=minutes_ago(2)) for _again in range(2))
    assert first["case"] == second["case"] is not None
    assert (Call.objects.count(), Case.objects.count(), call_back.waiting().count()) == (1, 1, 1)
    assert InboundItem.objects.filter(channel="hotline").count() == 1


def test_reports_may_come_late_and_in_any_order(report):
    report("ended", at=minutes_ago(1))
    report("answered", at=minutes_ago(5))
    assert report("ringing", at=minutes_ago(6))["state"] == "ended"
    assert report("missed", at=minutes_ago(6))["case"] is None  # somebody else picked it up
    assert not Case.objects.exists()


def test_a_withheld_number_is_noted_and_owed_nothing(report):
    for number, call_id in (("", "w1"), ("anonymous", "w2")):
        call = report("missed", number=number, call_id=call_id)
        assert (call["number"], call["case"]) == ("", None)
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"number": "abc"}, "number"),
        ({"number": "1" * 41}, "number"),
        ({"number": "0912\x00345678"}, "number"),
        ({"number": None}, "number"),
        ({"number": ["0912345678"]}, "number"),
        ({"call_id": ""}, "call_id"),
        ({"call_id": "a\x00b"}, "call_id"),
        ({"call_id": "x" * 201}, "call_id"),
        ({"call_id": {"a": 1}}, "call_id"),
        ({"state": "busy"}, "state"),
        ({"state": None}, "state"),
        ({"direction": "up"}, "direction"),
        ({"agent": "x" * 151}, "agent"),
        ({"at": "yesterday"}, "at"),
        ({"at": "2999-01-01T00:00:00Z"}, "at"),
        ({"recording_ref": "x" * 301}, "recording_ref"),
    ],
)
def test_what_is_malformed_is_refused_by_field_and_nothing_is_kept(exchange, wrong, field):
    answer = exchange.post(CALLS, REPORT | {"state": "missed"} | wrong)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid"), answer.content
    assert list(answer.json()["errors"]) == [field]
    assert not InboundItem.objects.exists()
    assert not Call.objects.exists()


@pytest.mark.parametrize("left_out", REPORT)
def test_what_is_needed_is_named(exchange, left_out):
    answer = exchange.post(CALLS, {name: value for name, value in REPORT.items() if name != left_out})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [left_out])


def test_it_is_a_door_for_reports_alone(exchange, make_client):
    assert exchange.get(CALLS).status_code == 405
    assert exchange.get("/api/v1/cases/").json()["results"] == []
    assert make_client("cases:work").post(CALLS, REPORT).json()["code"] == "not_permitted"
    assert not InboundItem.objects.exists()
