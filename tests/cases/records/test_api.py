"""Records over REST: for those who read inside, with the same rule for everybody else."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.dateparse import parse_datetime

from accounts.actors import Actor
from accounts.customers.models import Customer
from accounts.models import Role, Scope
from cases.evidence.models import FactEntry
from cases.records import looking_up, pulling
from cases.records.models import Snapshot, TransactionCode
from tests.api import bearer, token
from tests.cases.building import open_case
from tests.cases.permission_table import CASES, CLIENTS, TABLE, get_user, letters, make_case, make_client
from tests.cases.records.building import ROW, connect, deposits, operator, take_over

pytestmark = pytest.mark.django_db
CODE = ROW["code"]


@pytest.fixture
def lan(make_staff):
    return Actor.staff(make_staff("lan", Role.SPECIALIST, "payments"))


def records(client, case):
    return client.get(f"/api/v1/cases/{case.code}/records/")


def test_what_it_says(integration, settings):
    case = open_case("deposit-not-credited", transaction_ref=CODE, amount=1_500_000)
    other = open_case("deposit-not-credited", transaction_ref=CODE, email="binh@khach.example")
    with operator(deposits(ROW)) as server:
        connect(settings, server)
        looking_up.look_up_codes(case.pk)
    answer = records(integration, case)
    assert answer.status_code == 200
    [code] = answer.json()["codes"]
    [record] = code["records"]
    assert (code["code"], code["origin"], code["state"], code["found"]) == (CODE, "details", "answered", True)
    assert code["elsewhere"] == {"cases": [other.code], "others": 0}
    assert (record["differs"], record["row"]["account"]) == (["amount"], "••••3456")
    assert ROW["account"] not in answer.content.decode()
    assert record["sha256"] == Snapshot.objects.get(kind="deposits").sha256


def test_a_finding_names_the_snapshot_that_was_read(staff_client, settings):
    case = open_case("deposit-not-credited", transaction_ref=CODE, amount=2_000_000)
    lan = staff_client("lan", Role.SPECIALIST, "payments")
    with operator(deposits(ROW)) as server:
        connect(settings, server)
        looking_up.look_up_codes(case.pk)
    [code] = records(lan, case).json()["codes"]
    kept = {one.pk: (one.kind, one.source, one.sha256) for one in Snapshot.objects.filter(case=case)}
    told = {one["snapshot"]: (one["kind"], one["source"], one["sha256"]) for one in code["looked_in"]}
    assert told == kept
    assert sorted(kind for kind, _source, _seal in told.values()) == ["bets", "deposits", "withdrawals"]
    finding = {"fact": "transaction-code", "result": "corroborated", "snapshot": code["records"][0]["snapshot"]}
    found = lan.post(f"/api/v1/cases/{case.code}/facts/", finding)
    assert (found.status_code, found.json()["fact"]["state"]) == (201, "corroborated"), found.content
    entry = FactEntry.objects.get(kind="corroborated")
    assert (entry.snapshot.kind, entry.snapshot_sha256) == ("deposits", code["records"][0]["sha256"])


def of_a_known_customer(**matter):
    case = open_case("deposit-not-credited", **matter)
    Customer.objects.filter(pk=case.customer_id).update(external_id="BX100231")
    case.refresh_from_db()
    return case


def test_what_was_pulled_is_told_masked_with_where_it_is_from(integration, lan, settings):
    case, seen = of_a_known_customer(), {**ROW, "code": "NAP1", "content": "BX100231 nap tien"}
    with operator(lambda kind, asked: (200, {"rows": [seen] * 201, "total": 1_534})) as server:
        connect(settings, server)
        pulling.pull(case, "deposits", actor=lan)
        assert [one["found"] for one in records(integration, case).json()["pulled"]] == [None]
        pulling.look_up_pulls(case.pk)
    answer = records(integration, case)
    assert answer.json()["codes"] == []
    [pulled] = answer.json()["pulled"]
    assert (pulled["kind"], pulled["customer"], pulled["state"]) == ("deposits", "BX100231", "answered")
    assert (pulled["found"], len(pulled["records"]), pulled["records"][0]["row"]["account"]) == (True, 200, "••••3456")
    assert ROW["account"] not in answer.content.decode()
    kept = Snapshot.objects.get()
    [source] = pulled["looked_in"]
    assert (source["snapshot"], source["source"], source["sha256"]) == (kept.pk, "rest:127.0.0.1", kept.sha256)
    assert parse_datetime(source["taken_at"]) == kept.taken_at
    assert (source["rows"], source["is_cut"], source["total"]) == (200, True, 1_534)


@pytest.mark.parametrize(
    ("answer", "found"), [((200, {"rows": []}), False), ((503, {}), None), ((200, {"rows": [], "total": 9}), None)]
)
def test_not_found_is_told_only_where_it_is_known(integration, lan, settings, answer, found):
    case = of_a_known_customer(transaction_ref=CODE)
    with operator(lambda kind, asked: answer) as server:
        connect(settings, server)
        looking_up.look_up_codes(case.pk)
        pulling.pull(case, "bets", actor=lan)
        pulling.look_up_pulls(case.pk)
    told = records(integration, case).json()
    assert [one["found"] for one in (*told["codes"], *told["pulled"])] == [found, found]


@pytest.mark.parametrize("case_name", CASES)
def test_everybody_at_the_address(case_name, make_staff, token_keys, client):
    case = make_case(case_name, make_staff)
    type(case.customer).objects.filter(pk=case.customer_id).update(external_id="BX100231")
    wrong = []
    for name in TABLE:
        sees = "s" in letters(name, case_name)
        if name in ("left", "retired"):
            expected = 401
        elif name == "customer":
            expected = 403
        else:
            expected = 200 if sees else 404
        if name in ("customer", "another_customer"):
            caller = bearer(token("BX100231" if name == "customer" else "BX999999"))
        elif name in CLIENTS:
            caller = bearer(make_client(name)[1])
        else:
            caller = client
            client.force_login(get_user(name, make_staff), backend="django.contrib.auth.backends.ModelBackend")
        if (status := records(caller, case).status_code) != expected:
            wrong.append((name, status, expected))
    assert wrong == []


def test_a_program_that_only_opens_cases_does_not_read_records(make_client):
    opener = make_client(Scope.CASES_OPEN)
    opened = opener.post(
        "/api/v1/cases/",
        {"channel": "app", "subject": "x", "body": CODE, "customer": {"external_id": "BX1"}},
    ).json()
    assert opener.get(f"/api/v1/cases/{opened['code']}/").status_code == 200
    assert opener.get(f"/api/v1/cases/{opened['code']}/records/").status_code == 403


def test_it_costs_the_same_however_much_there_is(integration, make_staff):
    """The client, the case, that it is read, what sources said, its codes, where else they stand, and what was pulled."""
    take_over(manager := make_staff("yen", Role.MANAGER))
    yen = Actor.staff(manager)
    case = of_a_known_customer(transaction_ref=CODE)
    looking_up.look_up_codes(case.pk)

    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert records(integration, case).status_code == 200
        return len(queries)

    assert cost() == 7
    for number, kind in enumerate(("deposits", "withdrawals", "bets", "customer")):
        open_case("deposit-not-credited", transaction_ref=CODE, email=f"k{number}@khach.example")
        TransactionCode.objects.create(case=case, code=f"FT2632600477{number}")
        pulling.pull(case, kind, actor=yen)
    looking_up.look_up_codes(case.pk)
    pulling.look_up_pulls(case.pk)
    assert cost() == 7
