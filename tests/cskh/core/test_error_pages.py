"""Who gets which page instead of the one they asked for."""

import re

import pytest
from django.contrib import admin
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


def test_a_nul_in_any_filter_is_no_fault_of_ours(client, make_staff):
    client.force_login(make_staff("tri", Role.ADMINISTRATOR))
    open_case("deposit-not-credited")
    client.raise_request_exception = False
    tried = set()
    for name, parameters in _filters(client).items():
        for parameter in parameters:
            assert client.get(name, {parameter: "a\0"}).status_code in (200, 302, 400), f"{name} {parameter}"
            tried.add(parameter)
    assert {"status__exact", "channel__exact", "state__exact", "source", "q"} <= tried


def _filters(client):
    """What may stand in the address of each list of the desk."""
    found = {}
    for model in admin.site._registry:
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        page = client.get(address)
        if page.status_code == 200 and "cl" in page.context:
            filters = page.context["cl"].filter_specs
            found[address] = {"q", "queue", *(one for each in filters for one in each.expected_parameters() if one)}
    return found


@pytest.mark.parametrize("path", ["/admin/hotline/?logged=%00", "/admin/cases/case/by-code/%00/"])
def test_a_nul_in_an_address_of_the_desk(client, make_staff, path):
    client.force_login(make_staff("hoa", Role.INTAKE, "intake"))
    client.raise_request_exception = False
    assert client.get(path).status_code in (400, 404)
