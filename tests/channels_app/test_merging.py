"""Two records of one person: merged, and for a day unmerged."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.actors import Actor
from accounts.customers.directory import Person, recognise
from accounts.customers.models import Customer
from accounts.models import Role
from cases import policies
from cases.events import flaws_of
from cases.models import Case
from cases.workflow import call_back
from channels_app import letters, links, one_time_codes
from channels_app.chat import leaving
from channels_app.merging import merge_customers, undo_merge
from channels_app.models import Delivery, OneTimeCode
from cskh.core.errors import Conflict, Invalid, NotPermitted
from tests.cases.building import open_case
from tests.channels_app.chat.chatting import begun, replies, says

pytestmark = pytest.mark.django_db


@pytest.fixture
def hoa(make_staff):
    return Actor.staff(make_staff("hoa", Role.INTAKE, "intake"))


@pytest.fixture
def boss(make_staff):
    return Actor.staff(make_staff("boss", Role.MANAGER))


@pytest.fixture
def pair(defaults):
    """The same person twice: by mail, and under the operator's id."""
    by_mail = open_case(email="an@khach.example").customer
    known, _ = recognise(Person(external_id="BX1", name="An", phone="0901234567"))
    return known, by_mail


def state():
    customers = Customer.objects.order_by("pk").values_list("pk", "external_id", "merged_into_id")
    cases = Case.objects.order_by("pk").values_list("pk", "customer_id")
    contacts = [
        list(one.contacts.order_by("pk").values_list("pk", flat=True)) for one in Customer.objects.order_by("pk")
    ]
    return list(customers), list(cases), contacts


def test_everything_moves_and_comes_back(pair, hoa):
    known, by_mail = pair
    case, before = Case.objects.get(customer=by_mail), state()
    merge = merge_customers(known, by_mail, actor=hoa)
    case.refresh_from_db()
    assert case.customer == known
    assert case.events.last().kind == "customer_changed"
    assert set(known.contacts.values_list("kind", flat=True)) == {"email", "phone"}
    assert policies.can_see(Actor.customer(known), case)
    assert not policies.can_see(Actor.customer(by_mail), case)
    assert recognise(Person(email="an@khach.example"))[0] == known
    undo_merge(merge, actor=hoa)
    assert state() == before
    assert list(flaws_of(Case.objects.get(pk=case.pk))) == []


def test_an_undo_leaves_what_came_later(pair, hoa):
    known, by_mail = pair
    merge = merge_customers(known, by_mail, actor=hoa)
    later = open_case(email="an@khach.example")
    undo_merge(merge, actor=hoa)
    later.refresh_from_db()
    assert later.customer == known
    assert (later.contact.customer, later.contact.address) == (
        known,
        "an@khach.example",
    )  # who wrote it still hears of it
    assert recognise(Person(email="an@khach.example"))[0] == by_mail


def read_by(browser, code):
    """What somebody reads who asks for a one-time code, as the mail that carries it."""
    one_time_codes.issue(code, code.contact, browser)
    return letters.write(Delivery.objects.filter(one_time_code__isnull=False).latest("pk"))


def test_an_address_of_both_reaches_the_customer_before_and_after(defaults, hoa):
    by_mail = open_case(email="an@khach.example")
    known, contacts = recognise(Person(external_id="BX1", name="An", email="an@khach.example"))
    own, kept = by_mail.contact, contacts["email"]
    link_before = links.case_link(by_mail, own).rsplit("/", 2)[-2]
    one_time_codes.issue(by_mail, own, "asked before")
    asked_before = Delivery.objects.get(one_time_code__isnull=False)

    merge = merge_customers(known, by_mail.customer, actor=hoa)
    case = Case.objects.get(pk=by_mail.pk)
    assert case.contact == kept
    assert links.open_link(link_before).case == case
    assert letters.write(asked_before).address == "an@khach.example"
    link_between = links.case_link(case, case.contact).rsplit("/", 2)[-2]
    assert read_by("asked between", case).address == "an@khach.example"
    digits = one_time_codes.digits(OneTimeCode.objects.get(browser="asked before"))
    assert one_time_codes.verify(case, "asked before", digits)
    kept.refresh_from_db()
    own.refresh_from_db()
    assert (kept.verified_at is None, own.verified_at) == (False, None)

    undo_merge(merge, actor=hoa)
    case = Case.objects.get(pk=by_mail.pk)
    assert (case.customer, case.contact) == (by_mail.customer, own)
    assert links.open_link(link_before).case == case
    assert links.open_link(link_between).case == case
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        assert read_by("asked after", case).address == "an@khach.example"


def test_a_link_opens_nothing_once_its_address_is_nobodys_here(defaults):
    case = open_case(email="an@khach.example")
    stranger, _ = recognise(Person(external_id="BX9", name="Bình", email="binh@khach.example"))
    link = links.case_link(case, case.contact).rsplit("/", 2)[-2]
    Case.objects.filter(pk=case.pk).update(customer=stranger)
    assert links.open_link(link) is None


def test_who_left_as_the_one_and_was_answered_as_the_other_is_not_called(hoa, defaults):
    left = says(begun())
    leaving.leave_contact(left, phone="0901234567")
    with time_machine.travel(timezone.now() + timedelta(minutes=10)):
        leaving.note_those_who_left()
        again = says(begun(), "Tôi vừa hỏi lúc nãy")
        replies(again, hoa.subject)
        assert call_back.owed(left.case).exists()  # who could have known?
        merge = merge_customers(left.case.customer, again.case.customer, actor=hoa)
        assert not call_back.owed(left.case).exists()
        assert not left.case.clocks.filter(kind="call_back", stopped_at=None).exists()
        undo_merge(merge, actor=hoa)
        (owed,) = call_back.owed(left.case)
        assert (owed.facts["chat"], owed.due_at > timezone.now()) == (left.pk, True)


def test_who_was_answered_before_they_left_or_not_at_all_is_called(hoa, defaults):
    earlier, waiting = says(begun(), "Xong rồi"), says(begun(), "Còn đợi")
    replies(earlier, hoa.subject)
    left = says(begun())
    leaving.leave_contact(left, phone="0901234567")
    with time_machine.travel(timezone.now() + timedelta(minutes=10)):
        leaving.note_those_who_left()
        for other in (earlier, waiting):
            merge_customers(left.case.customer, other.case.customer, actor=hoa)
        assert call_back.owed(left.case).exists()


def test_two_ids_at_the_operator_are_for_managers(pair, hoa, boss):
    known, _ = pair
    other, _ = recognise(Person(external_id="BX2", name="An"))
    before = state()
    for chosen in (None, "BX1", "BX2"):
        with pytest.raises(NotPermitted):
            merge_customers(known, other, actor=hoa, external_id=chosen)
    assert state() == before
    merge = merge_customers(known, other, actor=boss, external_id="BX2")
    merged = state()
    with pytest.raises(NotPermitted):
        undo_merge(merge, actor=hoa)
    assert state() == merged


def test_two_ids_at_the_operator_need_a_choice(pair, boss):
    known, _ = pair
    other, _ = recognise(Person(external_id="BX2", name="An"))
    before = state()
    with pytest.raises(Invalid):
        merge_customers(known, other, actor=boss)
    assert state() == before
    merge = merge_customers(known, other, actor=boss, external_id="BX2")
    known.refresh_from_db()
    assert known.external_id == "BX2"
    undo_merge(merge, actor=boss)
    assert state() == before


def test_a_chain_is_undone_from_its_end(pair, hoa, boss):
    known, by_mail = pair
    third, _ = recognise(Person(external_id="BX3", name="An"))
    first = merge_customers(known, by_mail, actor=hoa)
    second = merge_customers(third, known, actor=boss, external_id="BX3")
    assert recognise(Person(email="an@khach.example"))[0] == third
    before = state()
    with pytest.raises(Conflict):
        undo_merge(first, actor=hoa)
    with pytest.raises(Conflict):
        merge_customers(third, by_mail, actor=hoa)
    assert state() == before
    undo_merge(second, actor=boss)
    undo_merge(first, actor=hoa)
    with pytest.raises(Conflict):
        undo_merge(first, actor=hoa)


def test_after_a_day_it_stays(pair, hoa):
    merge, before = merge_customers(*pair, actor=hoa), state()
    with time_machine.travel(timezone.now() + timedelta(hours=25)), pytest.raises(Conflict):
        undo_merge(merge, actor=hoa)
    assert state() == before


@pytest.mark.parametrize("role", [Role.SPECIALIST, Role.AUDITOR])
def test_not_everybody_merges(pair, make_staff, role):
    before = state()
    with pytest.raises(NotPermitted):
        merge_customers(*pair, actor=Actor.staff(make_staff("lan", role)))
    with pytest.raises(NotPermitted):
        merge_customers(*pair, actor=Actor.customer(pair[0]))
    assert state() == before
