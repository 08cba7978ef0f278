"""Remedies over REST: from the proposal to the customer's word, who sees what of them, and what is refused in words."""

import pytest

from accounts.actors import Actor
from accounts.models import Role, Scope
from cases.complaints.models import Remedy
from cases.models import Case
from cases.models.access import Access
from cases.workflow import answer
from tests.cases.complaints.building import clause
from tests.cases.complaints.remedying import REASON, decided_complaint, head, in_days, operator

pytestmark = pytest.mark.django_db


@pytest.fixture
def lan(staff_client):
    return staff_client("lan", Role.SPECIALIST)


@pytest.fixture
def yen(staff_client):
    return staff_client("yen", Role.MANAGER)


@pytest.fixture
def case(lan):
    return decided_complaint(Actor.staff(lan.user))


@pytest.fixture
def at(case):
    return f"/api/v1/cases/{case.code}/remedies/"


def body(**changed):
    return {
        "issue": 1,
        "kind": "credit",
        "amount": 340_000,
        "due_on": in_days(2).isoformat(),
        "reason": REASON,
        **changed,
    }


def test_from_the_proposal_to_the_customers_word(lan, yen, case, at, settings, integration):
    made = lan.post(at, body())
    assert (made.status_code, made.json()["status"]) == (201, "proposed")
    pk = made.json()["id"]
    own = lan.post(f"{at}{pk}/approve/")
    assert (own.status_code, own.json()["code"]) == (403, "not_permitted")
    approved = yen.post(f"{at}{pk}/approve/").json()
    assert (approved["status"], approved["approved_by"], approved["destination_kind"]) == (
        "approved",
        ["yen"],
        "wallet",
    )
    again = yen.post(f"{at}{pk}/approve/")
    assert (again.status_code, again.json()["code"]) == (409, "step_not_allowed")
    reader = integration
    assert reader.get(at).json()[0]["proposed_by"] == f"staff:{lan.user.pk}"
    answer.send_answer(Case.objects.get(pk=case.pk), actor=Actor.staff(lan.user), body="Ghi có thêm.")
    spoken = reader.post(f"{at}{pk}/accept/", {})
    assert (spoken.status_code, spoken.json()["status"]) == (200, "accepted")
    assert lan.post(f"{at}{pk}/execute/").status_code == 409
    with operator(settings):
        begun = lan.post(f"{at}{pk}/execute/")
        assert (begun.status_code, begun.json()["execution"]) == (200, "waiting")
        assert lan.post(f"{at}{pk}/record/", {"reference": "GD-1"}).status_code == 409


def test_by_hand_with_a_file(lan, yen, case, at):
    pk = lan.post(at, body(kind="apology", amount=None)).json()["id"]
    yen.post(f"{at}{pk}/approve/")
    answer.send_answer(Case.objects.get(pk=case.pk), actor=Actor.staff(lan.user), body="Xin lỗi.")
    answer.accept(Case.objects.get(pk=case.pk), actor=Actor.customer(case.customer))
    done = lan.post(f"{at}{pk}/record/", {"reference": "Thư 12"}, format="multipart")
    assert (done.status_code, done.json()["reference"]) == (200, "Thư 12")
    assert lan.post(f"{at}{pk}/confirm/").status_code == 403
    assert yen.post(f"{at}{pk}/confirm/").json()["status"] == "confirmed"


def test_customers_and_their_programs_see_what_was_promised(lan, yen, case, at, make_client):
    pk = lan.post(at, body()).json()["id"]
    yen.post(f"{at}{pk}/approve/")
    spokesman = make_client(Scope.CASES_ANSWER_FOR_CUSTOMER, Scope.CASES_OPEN)
    assert spokesman.get(at).status_code == 404
    reader = make_client(Scope.CASES_READ)
    assert (len(reader.get(at).json()), reader.post(f"{at}{pk}/cancel/", {"reason": "x"}).status_code) == (1, 403)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"amount": -5}, "amount"),
        ({"amount": 10**16}, "amount"),
        ({"amount": None}, "amount"),
        ({"due_on": "2020-01-01"}, "due_on"),
        ({"kind": "voucher"}, "kind"),
        ({"destination": "account:VCB ••••1"}, "destination"),
        ({"clause": {"number": 7, "version": 99}}, "clause"),
    ],
)
def test_what_is_absurd_is_refused_at_its_field(lan, at, changed, field):
    refused = lan.post(at, body(**changed))
    assert (refused.status_code, list(refused.json()["errors"])) == (400, [field])
    assert not Remedy.objects.exists()


def test_stale_repeated_and_unknown(lan, yen, case, at):
    etag = lan.get(f"/api/v1/complaints/{case.code}/")["ETag"]
    cited = clause(7)
    first = lan.post(
        at, body(clause={"number": 7, "version": cited.version}), headers={"If-Match": etag, "Idempotency-Key": "a"}
    )
    assert first.status_code == 201
    repeated = lan.post(
        at, body(clause={"number": 7, "version": cited.version}), headers={"If-Match": etag, "Idempotency-Key": "a"}
    )
    assert repeated.json() == first.json()
    assert lan.post(at, body(amount=5), headers={"If-Match": etag}).status_code == 412
    assert lan.post(at, body()).status_code == 409
    assert yen.post(f"{at}999999/approve/").status_code == 404


def test_the_list_of_all_is_narrowed(lan, yen, case, at):
    lan.post(at, body())
    lan.post(at, body(kind="apology", amount=None, due_on=in_days(0).isoformat()))

    def listed(asked):
        answered = yen.get(f"/api/v1/remedies/?{asked}")
        assert answered.status_code == 200, asked
        return [one["kind"] for one in answered.json()["results"]]

    assert listed("") == ["apology", "credit"]
    assert Access.objects.filter(user=yen.user, case=case).count() == 1, "whoever reads them reads of the case (I15)"
    assert listed("kind=credit&status=proposed&owed=true") == ["credit"]
    assert listed("overdue=true") == listed("owed=false") == []
    assert listed(f"due_before={in_days(1)}") == ["apology"]
    assert yen.get("/api/v1/remedies/?kind=nonsense").status_code == 400
    assert head().subject == yen.user
