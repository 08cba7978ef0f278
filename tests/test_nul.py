"""A NUL byte, which PostgreSQL cannot store, is refused at every form: never a 500, and nothing of it is kept."""

import pytest
from django import forms
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.customers.models import Contact, Customer
from accounts.models import Role
from cases.admin.actions import ACTIONS
from cases.models import Case
from cases.states import Status
from channels_app import links
from channels_app.models import Call, InboundItem, Message
from tests.api import CASE
from tests.cases.building import case_at

pytestmark = pytest.mark.django_db
NUL = "a\x00b"


def kept():
    """How much there is of everything that a form could have written."""
    return [model.objects.count() for model in (Case, Message, Customer, Contact, Call, InboundItem)]


def desk(user):
    client = Client(raise_request_exception=False)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def boss(make_staff):
    return make_staff("boss", Role.MANAGER)


@pytest.mark.parametrize("status", Status)
def test_steps_at_the_desk(boss, status):
    case, client = case_at(status, boss, category="deposit-not-credited"), desk(boss)
    for name, action in ACTIONS.items():
        texts = {key: NUL for key, field in action.form.base_fields.items() if isinstance(field, forms.CharField)}
        if not texts:
            continue
        case.refresh_from_db()
        before = case.last_event_hash, kept()
        data = {"version": case.last_event_number, **texts}
        answer = client.post(reverse("admin:cases_case_step", args=[case.pk, name]), data)
        assert 400 <= answer.status_code < 500, (name, answer.status_code)
        case.refresh_from_db()
        assert (case.last_event_hash, kept()) == before, name


def test_drafts_and_views_at_the_desk(boss):
    case, client = case_at(Status.ROUTED, boss), desk(boss)
    for address, data in (
        (reverse("admin:cases_case_draft", args=[case.pk, "note"]), {"body": NUL}),
        (reverse("admin:cases_case_views"), {"name": NUL, "query": "queue=mine"}),
        (reverse("admin:cases_case_views"), {"name": "x", "query": f"q={NUL}"}),
        (reverse("presence"), {"presence": NUL}),
    ):
        assert client.post(address, data).status_code < 500, address


@pytest.mark.parametrize("field", ["number", "call", "about", "name", "said", "category", "transaction_ref", "outcome"])
def test_the_hotline_form(make_staff, field):
    client = desk(make_staff("hoa", Role.INTAKE, "intake"))
    typed = {"number": "0900000101", "about": "new", "said": "Gọi lại", "nature": "question", "direction": "in"}
    before = kept()
    assert client.post(reverse("hotline:log"), {**typed, "outcome": "reached", field: NUL}).status_code < 500
    assert kept() == before


@pytest.mark.parametrize("field", ["name", "external_id", "language"])
def test_the_form_of_a_customer(boss, field):
    customer = case_at(Status.ROUTED, boss).customer
    at = reverse("admin:customers_customer_change", args=[customer.pk])
    inline = {"contacts-TOTAL_FORMS": 0, "contacts-INITIAL_FORMS": 0}
    answer = desk(boss).post(at, {"name": "An", "external_id": "", "language": "vi", **inline, field: NUL})
    assert answer.status_code < 500
    before = customer.name
    customer.refresh_from_db()
    assert customer.name == before


@pytest.mark.parametrize(
    "field", ["body", "name", "email", "phone", "subject", "transaction_ref", "amount", "category", "token", "website"]
)
def test_the_public_request_form(defaults, field):
    cache.clear()
    typed = {"nature": "question", "body": "Xin hỏi", "name": "An", "email": "an@khach.example"}
    before = kept()
    assert Client(raise_request_exception=False).post("/request/", {**typed, field: NUL}).status_code < 500
    if field not in ("token", "website"):  # these are no words of the customer's
        assert kept() == before


@pytest.mark.parametrize(
    ("status", "page", "data"),
    [
        (Status.ROUTED, "message", {"body": NUL}),
        (Status.AWAITING_CUSTOMER, "evidence", {"text": NUL}),
        (Status.AWAITING_CUSTOMER, "evidence", {"item": NUL, "text": "FT1"}),
        (Status.ANSWERED, "accept", {"answer": NUL}),
        (Status.ANSWERED, "reject", {"answer": NUL, "reason": "x"}),
        (Status.ROUTED, "withdraw", {"reason": NUL}),
    ],
)
def test_the_forms_on_a_followed_case(boss, settings, status, page, data):
    cache.clear()
    case = case_at(status, boss)
    browser = Client(raise_request_exception=False)
    browser.get(links.case_link(case, case.contact).removeprefix(settings.PUBLIC_URL))
    before = case.last_event_hash, kept()
    assert browser.post(f"/track/{case.code}/{page}/", data).status_code < 500
    case.refresh_from_db()
    assert (case.last_event_hash, kept()) == before


def test_the_name_of_a_file_loses_it(boss, settings):
    case = case_at(Status.AWAITING_CUSTOMER, boss)
    browser = Client(raise_request_exception=False)
    browser.get(links.case_link(case, case.contact).removeprefix(settings.PUBLIC_URL))
    file = SimpleUploadedFile("a\x00b.txt", "Sao kê".encode(), content_type="text/plain")
    assert browser.post(f"/track/{case.code}/evidence/", {"item": "", "documents": file}).status_code < 500
    assert not case.evidence.filter(filename__contains="\\0").exists()


@pytest.mark.parametrize(
    ("method", "address", "data"),
    [
        ("get", "/track/?code=%00", None),
        ("post", "/track/", {"code": NUL}),
        ("post", "/track/code/", {"digits": NUL}),
        ("get", "/track/a%00b/", None),
        ("get", "/track/link/a%00b/", None),
        ("get", "/help/?q=a%00b", None),
        ("get", "/policy/a%00b/", None),
        ("get", "/notice/a%00b/", None),
        ("post", "/language/", {"language": NUL, "next": NUL}),
        ("get", "/request/?about=a%00b", None),
    ],
)
def test_other_public_doors(defaults, method, address, data):
    cache.clear()
    answer = getattr(Client(raise_request_exception=False), method)(address, data)
    assert answer.status_code < 500


def test_rest(integration):
    integration.raise_request_exception = False
    integration.post("/api/v1/cases/", CASE)
    at = f"/api/v1/customers/{Customer.objects.get().pk}/"
    assert integration.patch(at, {"name": NUL}).status_code == 400
    for query in ("external_id=a%00b", "address=a%00b", "cursor=a%00b"):
        assert integration.get(f"/api/v1/customers/?{query}").status_code < 500
    for query in ("q", "assignee", "category", "department", "status", "closed_as", "cursor", "ordering"):
        assert integration.get(f"/api/v1/cases/?{query}=a%00b").status_code in (200, 400), query
    assert integration.get("/api/v1/cases/a%00b/").status_code == 404
    assert integration.post("/api/v1/webhooks/", {"url": f"https://x.example/{NUL}"}).status_code == 400
    assert Customer.objects.get().name == CASE["customer"]["name"]
