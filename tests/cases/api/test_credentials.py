"""Who is believed, and who may do what: forged tokens, dead keys, scopes."""

import time
from functools import partial

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.customers import directory
from accounts.customers.models import Customer
from accounts.models import Role, Scope
from cases.evidence.models import EvidenceItem
from cases.models import Case
from channels_app.models import Delivery
from tests.api import CASE, SECRET, bearer, token
from tests.cases.fingerprint import fingerprint, tried

pytestmark = pytest.mark.django_db

PRIVATE = Ed25519PrivateKey.generate()
PUBLIC_PEM = (
    PRIVATE.public_key()
    .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    .decode()
)
NOW = int(time.time())


@pytest.fixture
def keys(settings, defaults):
    settings.CUSTOMER_TOKEN_KEYS = {
        "app": {"alg": "HS256", "key": SECRET},
        "app-2026": {"alg": "EdDSA", "key": PUBLIC_PEM},
    }


def signed(**options) -> str:
    return token(key=PRIVATE, algorithm="EdDSA", kid="app-2026", **options)


def unsigned() -> str:
    claims = {"iss": "operator", "aud": "cskh", "sub": "BX100231", "exp": NOW + 600}
    return jwt.encode(claims, None, algorithm="none", headers={"kid": "app"})


def signed_with_the_public_key() -> str:
    """An HMAC with the published key as its secret: the classic confusion of algorithms."""
    import base64
    import hashlib
    import hmac
    import json

    def part(data: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(data).encode()).decode().rstrip("=")

    head = part({"alg": "HS256", "typ": "JWT", "kid": "app-2026"})
    body = part({"iss": "operator", "aud": "cskh", "sub": "BX100231", "exp": NOW + 600})
    mac = hmac.new(PUBLIC_PEM.encode(), f"{head}.{body}".encode(), hashlib.sha256).digest()
    return f"{head}.{body}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


@pytest.mark.parametrize("good", [token, signed], ids=["HS256", "EdDSA"])
def test_a_customers_token_is_believed_and_makes_the_customer_known(keys, good):
    answer = bearer(good()).get("/api/v1/cases/")
    assert (answer.status_code, answer.json()["results"]) == (200, [])
    assert Customer.objects.get().external_id == "BX100231"


FORGED = {
    "no signature": unsigned,
    "the public key as secret": signed_with_the_public_key,
    "another secret": lambda: token(key="x" * 40),
    "unknown key": lambda: token(kid="other"),
    "no key named": lambda: token(kid=None),
    "key of another algorithm": lambda: token(kid="app-2026"),
    "other issuer": lambda: token(iss="somebody"),
    "other audience": lambda: token(aud="shop"),
    "expired": lambda: token(exp=NOW - 60),
    "good for too long": lambda: token(exp=NOW + 3600),
    "good for ever": lambda: token(exp=10**40),
    "not before later": lambda: token(nbf=int(time.time()) + 300),
    "no issuer": lambda: token(iss=None),
    "no audience": lambda: token(aud=None),
    "no subject": lambda: token(sub=None),
    "no end": lambda: token(exp=None),
    "empty subject": lambda: token(" "),
    "endless subject": lambda: token("9" * 101),
    "a subject with NUL": lambda: token("a\x00b"),
    "cut": lambda: token()[:-4],
    "nonsense": lambda: "a.b.c",
    "no key at all": lambda: "",
    "an unknown key": lambda: "cskh_00000000_" + "x" * 43,
    "letters beyond ASCII": lambda: "khóa",
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED.keys())
def test_what_is_forged_is_refused_and_makes_nobody_known(keys, forged):
    answer = bearer(forged()).post("/api/v1/cases/", CASE)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert answer["Content-Type"] == "application/problem+json"
    assert not Customer.objects.exists()
    assert not Case.objects.exists()


def test_nobody_gets_nothing(defaults):
    assert APIClient().get("/api/v1/cases/").status_code == 401


def test_a_client_that_was_switched_off_is_refused(integration):
    integration.api_client.is_active = False
    integration.api_client.save()
    assert integration.get("/api/v1/cases/").status_code == 401


def test_a_session_needs_the_csrf_token(make_staff):
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(make_staff("lan", Role.INTAKE), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/api/v1/cases/").status_code == 200
    refused = client.post("/api/v1/cases/", CASE)
    assert (refused.status_code, refused.json()["code"]) == (403, "not_permitted")
    assert not Case.objects.exists()


# Which credential is refused at which register. What each may do on a case is in `test_permissions.py`.
REGISTERS = {
    "list": ("get", "/api/v1/cases/"),
    "customers": ("get", "/api/v1/customers/"),
    "complaints": ("get", "/api/v1/complaints/"),
    "categories": ("get", "/api/v1/categories/"),
    "departments": ("get", "/api/v1/departments/"),
    "webhooks": ("get", "/api/v1/webhooks/"),
    "call": ("post", "/api/v1/hotline/calls/"),
}
CALL = {"call_id": "c1", "number": "0900000101", "state": "ringing"}
REFUSED = {
    "everything": set(),
    "reader": {"customers", "webhooks", "call"},
    "exchange": {"customers", "webhooks"},
    "opener": {"customers", "webhooks", "call"},
    "owner": {"webhooks", "call"},
    "stranger": {"webhooks", "call"},
    "intake": {"webhooks", "call"},
    "auditor": {"webhooks", "call"},
}


@pytest.fixture
def who(keys, make_client, staff_client):
    return {
        "everything": lambda: make_client(),
        "reader": lambda: make_client(Scope.CASES_READ),
        "exchange": lambda: make_client(Scope.CALLS),
        "opener": lambda: make_client(Scope.CASES_OPEN, Scope.CASES_ANSWER_FOR_CUSTOMER),
        "owner": lambda: bearer(token("BX100231")),
        "stranger": lambda: bearer(token("BX999999")),
        "intake": lambda: staff_client("hoa", Role.INTAKE, "intake"),
        "auditor": lambda: staff_client("kiem", Role.AUDITOR),
    }


@pytest.mark.parametrize("name", REFUSED)
def test_who_may_call_what(who, name):
    caller = who[name]()
    caller.get("/api/v1/cases/")  # a token makes its customer known
    before, wrong = fingerprint(), []
    for call, (method, path) in REGISTERS.items():
        answer, changed = tried(partial(getattr(caller, method), path, CALL), before)
        expected = 403 if call in REFUSED[name] else 200
        if answer.status_code != expected or (expected == 403 and changed):
            wrong.append(f"{name}, {call}: {answer.status_code} {changed or ''}, expected {expected}")
    assert not wrong, "\n".join(wrong)


def test_a_stranger_finds_nothing_of_others(who, integration):
    integration.post("/api/v1/cases/", CASE)
    stranger = who["stranger"]()
    assert stranger.get("/api/v1/cases/").json()["results"] == []
    assert [c["external_id"] for c in stranger.get("/api/v1/customers/").json()["results"]] == ["BX999999"]


OWN = {
    "list": ("get", "/api/v1/cases/"),
    "read": ("get", "{at}"),
    "timeline": ("get", "{at}timeline/"),
    "messages": ("get", "{at}messages/"),
    "say": ("post", "{at}messages/"),
    "classify": ("post", "{at}classify/"),
    "withdraw": ("post", "{at}withdraw/"),
}
BODY = {"body": "Xin chào", "category": "other", "reason": "khách gọi lại"}
ON_ITS_OWN = {
    (Scope.CASES_OPEN,): dict.fromkeys(OWN, 200) | {"say": 201, "classify": 403, "withdraw": 403},
    (Scope.CASES_OPEN, Scope.CASES_ANSWER_FOR_CUSTOMER): dict.fromkeys(OWN, 200) | {"say": 201, "classify": 403},
    (Scope.CASES_ANSWER_FOR_CUSTOMER,): dict.fromkeys(OWN, 404) | {"list": 200},
}


@pytest.mark.parametrize(("scopes", "call"), [(scopes, call) for scopes in ON_ITS_OWN for call in OWN])
def test_who_may_only_open_goes_on_in_what_it_opened(make_client, integration, scopes, call):
    client = make_client(Scope.CASES_OPEN)
    opened, other = (by.post("/api/v1/cases/", CASE).json()["code"] for by in (client, integration))
    client.api_client.scopes = list(scopes)
    client.api_client.save()
    before = Case.objects.get(code=opened).last_event_number
    method, path = OWN[call]
    answer = getattr(client, method)(path.format(at=f"/api/v1/cases/{opened}/"), BODY)
    assert answer.status_code == ON_ITS_OWN[scopes][call], answer.content
    if answer.status_code >= 400:
        assert Case.objects.get(code=opened).last_event_number == before
    listed = {row["code"] for row in client.get("/api/v1/cases/").json()["results"]}
    assert listed == ({opened} if Scope.CASES_OPEN in scopes else set())
    assert client.get(f"/api/v1/cases/{other}/").status_code == 404


def test_who_may_only_open_adds_evidence_to_what_it_opened(make_client, integration):
    client = make_client(Scope.CASES_OPEN)
    opened, other = (by.post("/api/v1/cases/", CASE).json()["code"] for by in (client, integration))
    said = {"text": "Mã giao dịch FT26326004511"}
    assert client.post(f"/api/v1/cases/{opened}/evidence/", said).status_code == 201
    assert client.post(f"/api/v1/cases/{other}/evidence/", said).status_code == 404
    assert [item.case.code for item in EvidenceItem.objects.all()] == [opened]


def test_who_may_only_open_costs_no_more_the_more_it_opened(make_client):
    client = make_client(Scope.CASES_OPEN, Scope.CASES_ANSWER_FOR_CUSTOMER)
    code = client.post("/api/v1/cases/", CASE).json()["code"]

    def cost(path):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    paths = ("/api/v1/cases/", f"/api/v1/cases/{code}/")
    before = [cost(path) for path in paths]
    for number in range(5):
        client.post("/api/v1/cases/", {**CASE, "customer": {"external_id": f"K{number}"}})
    assert [cost(path) for path in paths] == before


def test_a_program_does_not_search_notes_it_may_not_read(make_client, integration, staff_client):
    code = integration.post("/api/v1/cases/", CASE | {"category": "deposit-not-credited"}).json()["code"]
    lan = staff_client("lan", Role.SPECIALIST, "payments")
    lan.post(f"/api/v1/cases/{code}/messages/", {"body": "Nghi ngờ gian lận", "internal": True})
    assert [row["code"] for row in lan.get("/api/v1/cases/?q=gian").json()["results"]] == [code]
    assert make_client(Scope.CASES_READ).get("/api/v1/cases/?q=gian").json()["results"] == []


def test_a_customer_opens_for_nobody_else(who):
    refused = who["stranger"]().post("/api/v1/cases/", CASE)
    assert (refused.status_code, Case.objects.count()) == (403, 0)
    own = who["stranger"]().post("/api/v1/cases/", {k: v for k, v in CASE.items() if k != "customer"})
    assert own.json()["customer"]["external_id"] == "BX999999"


def test_a_customer_who_types_somebodys_address_does_not_get_their_mail(who):
    """An address typed with a token is nobody's proof: mail from it goes to whoever it belongs to."""
    typed = {"name": "Trần Thị Lạ", "email": "an@khach.example", "phone": "0901234567"}
    opened = who["stranger"]().post("/api/v1/cases/", CASE | {"customer": typed})
    assert opened.status_code == 201, opened.content
    thief = Customer.objects.get(external_id="BX999999")
    assert (thief.name, thief.contacts.count()) == ("Trần Thị Lạ", 0)
    assert Case.objects.get().contact is None
    assert directory.by_address("email", "an@khach.example") is None


def test_who_hands_a_case_on_is_told_so(integration, staff_client):
    code = integration.post("/api/v1/cases/", CASE | {"category": "deposit-not-credited"}).json()["code"]
    lan = staff_client("lan", Role.SPECIALIST, "payments")
    handed_on = {"department": "technical", "summary": "Lỗi ứng dụng, không phải lỗi thanh toán"}
    answer = lan.post(f"/api/v1/cases/{code}/assign/", handed_on)
    assert (answer.status_code, answer.json()["department"]) == (200, "technical")
    assert lan.get(f"/api/v1/cases/{code}/").status_code == 404


@pytest.mark.parametrize(("scopes", "state"), [([Scope.CASES_READ], "queued"), ([Scope.CASES_OPEN], "delivered")])
def test_who_only_reads_fetches_for_nobody(make_client, staff_client, scopes, state):
    client = make_client(Scope.CASES_OPEN)
    code = client.post("/api/v1/cases/", CASE).json()["code"]
    boss = staff_client("son", Role.MANAGER)
    boss.post(f"/api/v1/cases/{code}/messages/", {"body": "Chúng tôi đang kiểm tra."})
    client.api_client.scopes = scopes
    client.api_client.save()
    assert client.get(f"/api/v1/cases/{code}/messages/").status_code == 200
    assert Delivery.objects.get(message__body="Chúng tôi đang kiểm tra.").state == state


def test_a_customer_reads_no_note_and_no_user_name(who, integration, staff_client):
    lan = staff_client("lan", Role.SPECIALIST, "payments")
    at = f"/api/v1/cases/{integration.post('/api/v1/cases/', CASE | {'category': 'deposit-not-credited'}).json()['code']}/"
    lan.post(f"{at}assign/", {"assignee": "lan"})
    assert lan.post(f"{at}messages/", {"body": "Nghi ngờ gian lận", "internal": True}).status_code == 201
    owner = who["owner"]()
    assert owner.get(at).json()["assignee"] == "Lan"
    seen = owner.get(f"{at}messages/").content + owner.get(f"{at}timeline/").content
    assert "gian lận" not in seen.decode()
    assert owner.get("/api/v1/cases/?q=gian").json()["results"] == []
    refused = owner.post(f"{at}messages/", {"body": "x", "internal": True})
    assert refused.status_code == 403


def test_programs_say_as_people_do_why_something_is_spam(integration):
    at = f"/api/v1/cases/{integration.post('/api/v1/cases/', CASE).json()['code']}/"
    for given in ({}, {"reason": "  "}):
        refused = integration.post(f"{at}mark-spam/", given)
        assert (refused.status_code, list(refused.json()["errors"])) == (400, ["reason"])
    assert integration.get(at).json()["status"] != "closed"
    assert integration.post(f"{at}mark-spam/", {"reason": "Quảng cáo"}).status_code == 200


def test_a_customer_is_not_told_that_they_were_taken_for_spam(integration, customer):
    at = f"/api/v1/cases/{integration.post('/api/v1/cases/', CASE).json()['code']}/"
    integration.post(f"{at}mark-spam/", {"reason": "Quảng cáo"})
    assert integration.get(at).json()["closed_as"] == "spam"
    told = customer.get(at).json()
    assert (told["status"], told["closed_as"]) == ("closed", "")
    assert [row["closed_as"] for row in customer.get("/api/v1/cases/").json()["results"]] == [""]
    ended = customer.get(f"{at}timeline/").json()["results"][-1]
    assert (ended["kind"], "closed_as" in ended["facts"]) == ("case_closed", False)
