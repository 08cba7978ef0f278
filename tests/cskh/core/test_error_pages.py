"""Who gets which page instead of the one they asked for."""

import re

import pytest
from django.urls import reverse

from accounts.models import Role
from tests.cases.building import open_case

DESK = ("/admin/nowhere/", "/admin/cases/case/999999/change/", "/admin/hotline/?logged=CS-0000-0000-000")


@pytest.mark.parametrize("path", DESK)
def test_colleagues_stay_at_the_desk(client, make_staff, path):
    client.force_login(make_staff("lan", Role.SPECIALIST, "payments"))
    answer = client.get(path)
    page = answer.content.decode()
    assert answer.status_code == 404
    assert f'<a class="font-medium text-link" href="{reverse("admin:cases_case_changelist")}">' in page
    assert reverse("portal:request") not in page


def test_what_a_role_does_not_include_is_said_at_the_desk(client, make_staff):
    client.force_login(make_staff("lan", Role.SPECIALIST, "payments"))
    answer = client.get("/admin/accounts/user/")
    assert answer.status_code == 403
    assert reverse("admin:cases_case_changelist") in answer.content.decode()
    assert reverse("portal:request") not in answer.content.decode()


@pytest.mark.django_db
def test_customers_get_the_public_page(client, make_staff):
    make_staff("lan", Role.SPECIALIST, "payments")
    for path in ("/nowhere/", "/track/CS-0000-0000-000/"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert reverse("portal:request") in answer.content.decode()
        assert "desk-page" not in answer.content.decode()


def test_where_one_is_at_the_desk_is_said_once(client, make_staff):
    client.force_login(make_staff("boss", Role.MANAGER))
    case = open_case("deposit-not-credited")
    change = reverse("admin:cases_case_change", args=[case.pk])
    cases = reverse("admin:cases_case_changelist")
    for address, links in ((cases, [cases]), (change, [cases, change])):
        header = re.search(r"<h1.*?</h1>", client.get(address).content.decode(), re.DOTALL)[0]
        assert re.findall(r'href="([^"?]+)"', header) == links
        names = re.findall(r">([^<>]+)</a>", header)
        assert len(names) == len(set(names)) == len(links)
