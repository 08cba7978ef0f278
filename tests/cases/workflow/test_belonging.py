"""Where the customer of a case is answered, when it is not where they wrote from (R-33)."""

import pytest

from accounts.actors import Actor
from accounts.customers.models import Contact
from accounts.models import Role
from cases.events import EventKind, flaws_of, record
from cases.models import Case
from cases.workflow import belonging
from cases.workflow._take_step import change_case
from cskh.core.errors import Invalid, NotPermitted
from tests.cases.building import customer_of, open_case, snapshot

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(defaults):
    return open_case("deposit-not-credited")


@pytest.fixture
def lan(make_staff):
    return Actor.staff(make_staff("lan", Role.SPECIALIST, "payments"))


@pytest.fixture
def elsewhere(case):
    return Contact.objects.create(customer=case.customer, kind=Contact.Kind.EMAIL, address="an.khac@khach.example")


def change(case, contact, actor, **how):
    belonging.change_contact(case, contact, actor=actor, **{"is_agreed": False, "reason": "Khách gọi tới", **how})


def test_the_customer_agrees_first(case, lan, elsewhere):
    before = snapshot(case)
    with pytest.raises(Invalid) as refused:
        change(case, elsewhere, lan)
    assert list(refused.value.errors) == ["is_agreed"]
    assert snapshot(case) == before
    change(case, elsewhere, lan, is_agreed=True)
    changed = Case.objects.get(pk=case.pk)
    assert changed.contact == elsewhere
    event = changed.events.last()
    assert (event.kind, event.facts["fields"], event.words.text) == ("case_corrected", ["contact"], "Khách gọi tới")
    assert list(flaws_of(changed)) == []


@pytest.mark.parametrize("kind", [EventKind.DELIVERY_FAILED, EventKind.EVIDENCE_REQUEST_BOUNCED])
def test_what_did_not_arrive_is_reason_enough(case, lan, elsewhere, kind):
    with change_case(case) as held:
        record(held, kind, actor=Actor.system("outbox"))
    change(case, elsewhere, lan)
    assert Case.objects.get(pk=case.pk).contact == elsewhere


def test_an_address_that_does_not_speak_for_this_customer_is_refused(case, lan, elsewhere):
    somebody_elses = open_case(email="binh@khach.example").contact
    Contact.objects.filter(pk=elsewhere.pk).update(is_claimed=True)
    before = snapshot(case)
    for contact in (somebody_elses, elsewhere):
        with pytest.raises(Invalid):
            change(case, contact, lan, is_agreed=True)
    assert snapshot(case) == before


def test_whoever_does_not_write_to_the_customer_does_not_choose_where(case, elsewhere, make_staff):
    before = snapshot(case)
    for actor in (Actor.staff(make_staff("kiem", Role.AUDITOR)), customer_of(case)):
        with pytest.raises(NotPermitted):
            change(case, elsewhere, actor, is_agreed=True)
    assert snapshot(case) == before
