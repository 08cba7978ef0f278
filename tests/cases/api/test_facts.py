"""Facts over REST: told with the checklist, verified by people, and never more to a customer than is theirs."""

import pytest

from accounts.models import Role
from cases.models import Case
from cases.records.models import Snapshot
from tests.api import CASE

pytestmark = pytest.mark.django_db

DEPOSIT = {**CASE, "category": "deposit-not-credited", "transaction_ref": "FT26326004511", "amount": 2_000_000}


@pytest.fixture
def at(integration):
    return f"/api/v1/cases/{integration.post('/api/v1/cases/', DEPOSIT).json()['code']}/"


def line(client, at, slug="transaction-code"):
    return next(one for one in client.get(at).json()["checklist"] if one["slug"] == slug)


def test_the_checklist_says_what_is_missing_and_what_is_known(integration, at):
    case = integration.get(at).json()
    assert case["checklist_complete"] is False
    assert [one["slug"] for one in case["checklist"] if one["missing"]] == ["receipt", "statement-line"]
    code = line(integration, at)
    assert (code["part"], code["state"], code["fact"]["state"], code["fact"]["claimed"]) == (
        "fact",
        "received",
        "claimed",
        "FT26326004511",
    )
    receipt = line(integration, at, "receipt")
    assert (receipt["either_of"], receipt["fact"]) == ("payment-proof", None)


@pytest.mark.parametrize(
    ("said", "state", "claimed"),
    [
        ({"body": "Mã ft-26326 004511, tôi chuyển lúc 9h"}, "missing", ""),  # two tokens: no code that we know
        ({"body": "Mã FT26326004511 và FT26325118820"}, "claimed", "FT26326004511, FT26325118820"),
        ({"subject": "FT26326\x07004511 chưa vào"}, "claimed", "FT26326004511"),
        ({"subject": "Chưa vào", "body": "sđt 0901234567"}, "missing", ""),
        ({"body": "FT26325118820", "transaction_ref": "FT26326004511"}, "claimed", "FT26326004511"),
    ],
)
def test_the_answer_to_opening_knows_the_codes_in_the_first_words(integration, said, state, claimed):
    """As whoever asks next is told it."""
    opened = integration.post("/api/v1/cases/", {**CASE, "category": "deposit-not-credited", **said}).json()
    fact = next(one for one in opened["checklist"] if one["slug"] == "transaction-code")
    assert (fact["fact"]["state"], fact["fact"]["claimed"], fact["missing"]) == (state, claimed, state == "missing")
    asked = integration.get(f"/api/v1/cases/{opened['code']}/").json()
    told = ("checklist", "checklist_complete", "allowed_steps")
    assert {name: opened[name] for name in told} == {name: asked[name] for name in told}


def test_two_people_find_that_it_does_not_match_and_the_customer_reads_it_kindly(
    integration, customer, staff_client, at
):
    lan, minh = staff_client("lan", Role.SPECIALIST, "payments"), staff_client("minh", Role.SPECIALIST, "payments")
    finding = {"fact": "transaction-code", "result": "contradicted", "statement": "Sao kê tài khoản nhận"}
    found = lan.post(f"{at}facts/", finding)
    assert (found.status_code, found.json()["fact"]["state"]) == (201, "awaiting_second"), found.content
    assert "answer" not in lan.get(at).json()["allowed_steps"]
    assert line(customer, at)["fact"] | {"claimed": ""} == {
        "state": "claimed",
        "finding": None,
        "claimed": "",
        "sentence": "",
    }
    confirm = f"{at}facts/transaction-code/confirm/"
    assert lan.post(confirm, {}).status_code == 403
    assert minh.post(confirm, {"finding": found.json()["fact"]["finding"] + 1}).status_code == 409
    assert minh.post(confirm, {"finding": found.json()["fact"]["finding"]}).status_code == 200
    assert minh.post(confirm, {}).status_code == 409
    read = line(customer, at)["fact"]
    assert read["state"] == "unable"
    assert "Mã giao dịch" in read["sentence"]
    assert line(lan, at)["fact"]["state"] == "contradicted"


def test_classifying_again_is_no_way_around_the_second_person(integration, staff_client, at):
    boss, lan = staff_client("son", Role.MANAGER), staff_client("lan", Role.SPECIALIST, "payments")
    lan.post(f"{at}facts/", {"fact": "transaction-code", "result": "contradicted", "statement": "Sao kê"})
    other = {"category": "withdrawal-delayed"}
    for client in (lan, integration):
        refused = client.post(f"{at}reclassify/", other)
        assert (refused.status_code, "Mã giao dịch" in refused.content.decode()) == (403, True)
    assert boss.post(f"{at}reclassify/", other).status_code == 200
    assert line(lan, at)["fact"]["state"] == "awaiting_second"
    assert "answer" not in lan.get(at).json()["allowed_steps"]


def test_from_a_record_of_ours_and_evidence(integration, customer, staff_client, at):
    lan = staff_client("lan", Role.SPECIALIST, "payments")
    case = Case.objects.get()
    book = Snapshot.objects.create(
        case=case, kind="deposits", source="sổ", asked_for="FT26326004511", content=[], sha256="a" * 64
    )
    sent = customer.post(f"{at}evidence/", {"text": "Sao kê"}).json()
    finding = {"fact": "transaction-code", "result": "corroborated"}
    for wrong in ({"snapshot": book.pk + 1}, {"evidence": [sent["id"] + 1]}, {}):
        assert lan.post(f"{at}facts/", {**finding, **wrong}).status_code == 400
    found = lan.post(f"{at}facts/", {**finding, "snapshot": book.pk, "evidence": [sent["id"]]})
    assert (found.status_code, found.json()["state"]) == (201, "accepted"), found.content
    assert case.evidence.get().state == "accepted"


def test_what_something_as_good_is_there_for_is_asked_besides_by_a_manager(integration, customer, staff_client, at):
    boss, lan = staff_client("son", Role.MANAGER), staff_client("lan", Role.SPECIALIST, "payments")
    lan.post(f"{at}request-evidence/", {"items": [{"name": "receipt"}]})
    sent = customer.post(f"{at}evidence/", {"text": "Biên lai"}).json()
    lan.post(f"/api/v1/evidence/{sent['id']}/verify/", {"result": "accepted"})
    wanted = {"name": "statement-line", "why": "Biên lai không ghi tài khoản nhận"}
    assert boss.post(f"{at}request-evidence/", {"items": [wanted]}).status_code == 400
    besides = {"items": [{**wanted, "besides": True}]}
    assert [one.post(f"{at}request-evidence/", besides).status_code for one in (lan, integration)] == [403, 403]
    assert boss.post(f"{at}request-evidence/", besides).json()["status"] == "awaiting_customer"
    read = line(customer, at, "statement-line")
    assert (read["state"], read["missing"], read["besides"], read["why"]) == ("requested", True, True, wanted["why"])
    assert line(customer, at, "receipt")["besides"] is False


def test_programs_put_down_claims_and_verify_nothing(integration, customer, at):
    claim = {"fact": "sending-bank", "result": "claimed", "value": "Ngân hàng A"}
    said = Case.objects.get().messages.first()
    assert integration.post(f"{at}facts/", {**claim, "message": said.pk + 1}).status_code == 400
    assert integration.post(f"{at}facts/", {**claim, "message": said.pk}).status_code == 201
    found = {"fact": "sending-bank", "result": "corroborated", "statement": "Sổ"}
    assert integration.post(f"{at}facts/", found).status_code == 403
    assert customer.post(f"{at}facts/", found).status_code == 403


def test_a_thing_is_set_aside_with_a_reason(staff_client, at):
    lan = staff_client("lan", Role.SPECIALIST, "payments")
    assert lan.post(f"{at}set-aside/", {"thing": "receipt"}).status_code == 400
    aside = lan.post(f"{at}set-aside/", {"thing": "receipt", "reason": "Thấy trên sao kê của mình"})
    assert (aside.status_code, aside.json()["state"]) == (200, "not_needed")
