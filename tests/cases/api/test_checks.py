"""Checks to make over REST: read by those inside, made by people."""

import pytest

from accounts.actors import Actor
from accounts.models import Role
from cases.evidence.models import ChecklistItem
from cases.models import Case
from tests.api import CASE
from tests.cases.building import settle_facts

pytestmark = pytest.mark.django_db

DEPOSIT = {**CASE, "category": "deposit-not-credited", "transaction_ref": "FT26326004511", "amount": 2_000_000}


@pytest.fixture
def at(integration):
    return f"/api/v1/cases/{integration.post('/api/v1/cases/', DEPOSIT).json()['code']}/"


def check(answer, slug="code-unused"):
    return next(one for one in answer.json() if one["check"] == slug)


def test_a_person_makes_one_and_takes_it_back(integration, staff_client, at):
    lan = staff_client("lan", Role.SPECIALIST, "payments")
    settle_facts(Case.objects.get(), Actor.staff(lan.user))
    ChecklistItem.objects.filter(slug="code-unused").update(is_mandatory=True)
    assert "answer" not in lan.get(at).json()["allowed_steps"]
    made = lan.post(f"{at}checks/", {"check": "code-unused", "note": "Sổ lệnh"})
    assert made.status_code == 200, made.content
    told = check(integration.get(f"{at}checks/"))
    assert (told["made"], told["mandatory"], told["note"]) == (True, True, "Sổ lệnh")
    assert "lan" in told["made_by"].lower()
    assert told["made_at"]
    assert "answer" in lan.get(at).json()["allowed_steps"]
    assert lan.post(f"{at}checks/", {"check": "code-unused"}).status_code == 409
    back = lan.post(f"{at}checks/", {"check": "code-unused", "made": False})
    assert check(back) | {"name": "", "why": ""} == {
        "check": "code-unused",
        "name": "",
        "why": "",
        "mandatory": True,
        "made": False,
        "made_by": "",
        "made_at": None,
        "note": "",
    }
    assert lan.post(f"{at}checks/", {"check": "receipt"}).json()["errors"].keys() == {"check"}


def test_programs_read_them_and_customers_do_not(integration, customer, at):
    assert integration.get(f"{at}checks/").status_code == 200
    assert integration.post(f"{at}checks/", {"check": "code-unused"}).status_code == 403
    assert customer.get(f"{at}checks/").status_code == 403
    assert customer.post(f"{at}checks/", {"check": "code-unused"}).status_code == 403


def test_they_cost_the_same_however_many_were_made(staff_client, at, django_assert_max_num_queries):
    lan = staff_client("lan", Role.SPECIALIST, "payments")
    for slug in ("code-unused", "amount-equal", "time-window"):
        lan.post(f"{at}checks/", {"check": slug})
        with django_assert_max_num_queries(14):
            assert lan.get(f"{at}checks/").status_code == 200
