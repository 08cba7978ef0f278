"""A flagged case on the desk: first in the lists, in words, with what was found, and cleared by those who may."""

import pytest
from django.urls import reverse

from accounts.models import Role
from cases.models import Case
from tests.cases.admin.test_pages import codes_on, queries_of

pytestmark = pytest.mark.django_db
WORDS = "Thua hết rồi. <b>em ko mun song nua</b>, tạm biệt"


@pytest.fixture
def phuc(make_staff):
    return make_staff("phuc", Role.SPECIALIST, "customer-protection")


@pytest.fixture
def flagged(open_case):
    open_case("deposit-not-credited")
    return open_case(body=WORDS)


def step(client, case, name, **posted):
    case = Case.objects.get(pk=case.pk)
    address = reverse("admin:cases_case_step", args=[case.pk, name])
    return client.post(address, {"version": case.last_event_number, **posted}, follow=True)


@pytest.mark.parametrize("queue", ["unassigned", "urgent", "due_soon", "all"])
def test_it_stands_first_and_says_so_in_words(desk, people, phuc, flagged, open_case, queue):
    open_case("deposit-not-credited")
    page = desk(people["manager"]).list(queue=queue)
    assert codes_on(page)[0] == flagged.code
    rows = page.content.decode().split('<tr id="case-')
    assert "health_and_safety" in rows[1]
    assert "health_and_safety" not in rows[2]


def test_the_page_shows_what_was_found_and_the_clock(desk, phuc, flagged, client):
    page = desk(phuc).page(flagged).content.decode()
    assert "&lt;b&gt;em <mark>ko mun song nua</mark>&lt;/b&gt;" in page
    assert page.count("desk-alarm") == 1
    assert f'data-due="{int(flagged.clocks.get(kind="protection").due_at.timestamp())}"' in page
    for offered, name in (
        (True, "clear-flag"),
        (True, "take-it"),
        (False, "transfer"),
        (False, "withdraw"),
        (False, "change-priority"),
    ):
        assert (f'data-action="{name}"' in page) is offered


def test_its_page_costs_no_more_than_any_other(desk, phuc, people, flagged):
    at = desk(people["manager"])
    at.page(flagged)
    assert queries_of(lambda: at.page(flagged)) <= 36


def test_the_team_takes_it_and_clears_it(desk, phuc, flagged, client):
    at = desk(phuc)
    step(client, flagged, "take-it")
    assert Case.objects.get(pk=flagged.pk).assignee == phuc
    assert step(client, flagged, "clear-flag", reason="").status_code == 400
    step(client, flagged, "clear-flag", reason="Đã gọi: khách an toàn", is_vulnerable="on")
    case = Case.objects.get(pk=flagged.pk)
    assert (case.safety_kinds, case.urgency, case.customer.vulnerable_since is None) == ([], 3, False)
    page = at.page(case).content.decode()
    assert "desk-alarm" not in page
    assert "Đã gọi: khách an toàn" in page
    assert "shield_person" in page


def test_others_read_who_clears_it_and_cannot(desk, phuc, people, flagged, client):
    at = desk(people["intake"])
    page = at.page(flagged).content.decode()
    assert "desk-alarm" in page
    assert 'data-action="clear-flag"' not in page
    assert step(client, flagged, "clear-flag", reason="Tôi thấy ổn").status_code in (403, 409)
    assert Case.objects.get(pk=flagged.pk).is_flagged
