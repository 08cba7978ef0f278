"""Official responses over REST: who sees the case reads them, its customer too."""

from uuid import uuid4

import pytest

from accounts.actors import Actor
from accounts.models import Scope
from cases.complaints.models import Response, ResponsePrint
from cases.models import Case
from cases.models.access import Access
from cases.workflow import responding
from tests.api import CASE
from tests.cases.complaints.building import complete

pytestmark = pytest.mark.django_db
OPENED = {**CASE, "category": "other", "nature": "complaint"}


@pytest.fixture
def code(integration):
    code = integration.post("/api/v1/cases/", OPENED).json()["code"]
    complete(Case.objects.get(code=code), Actor.integration(integration.api_client))
    assert integration.post(f"/api/v1/cases/{code}/answer/", {"body": "Đã ghi có."}).status_code == 200
    return code


def test_every_version_is_listed_and_its_pdf_is_always_the_same(integration, code):
    (only,) = integration.get(f"/api/v1/complaints/{code}/responses/").json()
    assert (only["version"], only["round"], only["is_final"]) == (1, 1, False)
    assert only["says"]["issues"][0]["outcome"] == "upheld"
    assert only["says"]["number"] == only["number"]
    first, again = integration.get(only["pdf"]), integration.get(only["pdf"])
    assert first.content.startswith(b"%PDF")
    assert first.content == again.content
    assert first["Content-Disposition"] == f'attachment; filename="{only["number"]}-v1.pdf"'
    assert Access.objects.filter(reason=f"{only['number']}-v1.pdf").count() == 1


def test_the_level_is_told(integration, customer, code):
    level = integration.get(f"/api/v1/complaints/{code}/").json()["level"]
    assert (level["number"], level["of"], level["is_final"]) == (1, 2, False)
    (row,) = customer.get("/api/v1/complaints/").json()["results"]
    assert (row["level"], row["levels"]) == (1, 2)
    assert customer.post(f"/api/v1/cases/{code}/reject/", {}).status_code == 200
    assert integration.get(f"/api/v1/complaints/{code}/").json()["level"]["number"] == 2


def test_who_reads(code, customer, make_client):
    response = Response.objects.get()
    addresses = [
        f"/api/v1/complaints/{code}/responses/",
        f"/api/v1/complaints/{code}/responses/{response.public_id}/pdf/",
    ]
    for client, expected in (
        (customer, 200),
        (make_client(Scope.CASES_READ), 200),
        (make_client(Scope.CASES_OPEN), 404),
    ):
        assert [client.get(address).status_code for address in addresses] == [expected] * 2


def test_what_is_no_complaint_or_of_another_case_is_not_found(integration, code):
    response = Response.objects.get()
    other = integration.post("/api/v1/cases/", {**OPENED, "customer": {"external_id": "BX9"}}).json()["code"]
    plain = integration.post("/api/v1/cases/", {**CASE, "category": "other"}).json()["code"]
    assert integration.get(f"/api/v1/complaints/{other}/responses/").json() == []
    for path in (
        f"{other}/responses/{response.public_id}/pdf/",
        f"{plain}/responses/",
        f"{code}/responses/{uuid4()}/pdf/",
    ):
        assert integration.get(f"/api/v1/complaints/{path}").status_code == 404


def test_what_was_erased_is_empty_and_has_no_pdf(integration, code):
    response = Response.objects.select_related("complaint__case").get()
    responding.print_once(response)
    Response.objects.update(content="", notice="")
    ResponsePrint.objects.update(pdf=b"")
    (only,) = integration.get(f"/api/v1/complaints/{code}/responses/").json()
    assert only["says"] == {}
    assert integration.get(only["pdf"]).status_code == 404
