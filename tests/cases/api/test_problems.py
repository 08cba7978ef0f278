"""Bad input: a clear problem, never a 500, and nothing has changed."""

import json

import pytest
import time_machine
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.actors import Actor
from accounts.customers.models import Customer, Notice
from accounts.models import Role, User
from cases.api.inputs import NothingIn
from cases.api.steps import STEPS
from cases.evidence.models import EvidenceItem
from cases.models import Case
from channels_app.models import Message
from tests.api import CASE
from tests.cases.building import settle_facts, snapshot

pytestmark = pytest.mark.django_db

NOT_YOU = "not_permitted"
MARKUP = "<script>alert(1)</script>\r\nBcc: x@y.example =HYPERLINK(1)"


def problem(answer, status, code):
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == status
    return answer.json()


BAD_CASES = {
    "no body": ({"body": None}, "body"),
    "empty body": ({"body": " \n\t"}, "body"),
    "oversize body": ({"body": "x" * 100_001}, "body"),
    "NUL in the body": ({"body": "a\x00b"}, "body"),
    "object for text": ({"body": {"a": 1}}, "body"),
    "list for text": ({"subject": ["a"]}, "subject"),
    "true for text": ({"subject": True}, "subject"),
    "long subject": ({"subject": "x" * 301}, "subject"),
    "unknown category": ({"category": "no-such"}, "category"),
    "category with NUL": ({"category": "a\x00"}, "category"),
    "object for category": ({"category": {}}, "category"),
    "a topic": ({"category": "transactions"}, "category"),
    "unknown nature": ({"nature": "gossip"}, "nature"),
    "unknown channel": ({"channel": "pigeon"}, "channel"),
    "no customer": ({"customer": None}, "customer"),
    "text for customer": ({"customer": "An"}, "customer"),
    "unreachable customer": ({"customer": {"name": "An"}}, "customer"),
    "bad email": ({"customer": {"email": "an@@khach"}}, "email"),
    "bad phone": ({"customer": {"phone": "12"}}, "phone"),
    "letters for phone": ({"customer": {"phone": "xin chào"}}, "phone"),
    "negative amount": ({"amount": -1}, "amount"),
    "endless amount": ({"amount": 10**30}, "amount"),
    "no time": ({"incident_at": "hôm qua"}, "incident_at"),
    "time before time": ({"incident_at": "0000-13-45T00:00:00Z"}, "incident_at"),
}


@pytest.mark.django_db(transaction=True)  # as the server does: what is refused is rolled back by its own transaction
@pytest.mark.parametrize(("wrong", "field"), BAD_CASES.values(), ids=BAD_CASES.keys())
def test_a_bad_case_is_refused_by_field(integration, wrong, field):
    answer = problem(integration.post("/api/v1/cases/", CASE | wrong), 400, "invalid")
    assert field in answer["errors"]
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    "text",
    ["{", "[]", "null", "1", '"x"', "", "{'a': 1}", '{"body": NaN}', "[" * 100_000, "\x00", "9" * 5000, "\ufeff{}"],
    ids=["open", "list", "null", "number", "text", "nothing", "quotes", "NaN", "deep", "NUL", "digits", "mark"],
)
def test_malformed_json(integration, text):
    answer = integration.post("/api/v1/cases/", text, content_type="application/json")
    problem(answer, 400, "invalid")
    for in_english_only in ("JSON parse error", "No data provided"):
        assert in_english_only not in answer.content.decode()


def test_half_a_character(integration):
    body = json.dumps(CASE | {"subject": "\ud800"})
    answer = problem(integration.post("/api/v1/cases/", body, content_type="application/json"), 400, "invalid")
    assert "subject" in answer["errors"]


def test_bytes_that_are_no_text(integration):
    problem(integration.generic("POST", "/api/v1/cases/", b'{"body": "\xff\xfe"}', "application/json"), 400, "invalid")


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "application/x-www-form-urlencoded"])
def test_other_content_types(integration, kind):
    problem(integration.post("/api/v1/cases/", "a=1", content_type=kind), 415, "unsupported_media_type")


def test_a_body_that_is_too_large(integration):
    body = json.dumps(CASE | {"body": "x" * (6 * 1024 * 1024)})
    problem(integration.post("/api/v1/cases/", body, content_type="application/json"), 413, "too_large")
    assert not Case.objects.exists()


def test_an_attachment_that_is_too_large(integration):
    at = f"/api/v1/cases/{integration.post('/api/v1/cases/', CASE).json()['code']}/evidence/"
    for size in (30, 11):
        file = SimpleUploadedFile("a.jpg", b"\xff\xd8\xff" + b"x" * size * 1024 * 1024, "image/jpeg")
        problem(integration.post(at, {"file": file}, format="multipart"), 413, "too_large")
    assert not Case.objects.get().evidence.exists()


def test_a_program_is_no_evidence(integration):
    at = f"/api/v1/cases/{integration.post('/api/v1/cases/', CASE).json()['code']}/evidence/"
    file = SimpleUploadedFile("anh.jpg", b"MZ" + b"\x00" * 200, "image/jpeg")
    problem(integration.post(at, {"file": file}, format="multipart"), 415, "unsupported_media_type")


@pytest.mark.parametrize("path", ["/api/v1/nothing/", "/api/v2/cases/", "/api", "/api/v1/cases/x/y/z/", "/api/v1/"])
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_addresses_that_do_not_exist(integration, path, method):
    problem(getattr(integration, method)(path), 404, "not_found")


def test_methods_that_do_not_exist(integration):
    problem(integration.delete("/api/v1/cases/"), 405, "method_not_allowed")


@pytest.mark.parametrize("accept", ["text/html", "application/problem+json", "application/xml", "nonsense"])
def test_json_whatever_is_accepted(integration, accept):
    assert integration.get("/api/v1/cases/", headers={"Accept": accept}).status_code == 200


def test_codes_in_any_form_and_none_that_is_wrong(integration):
    code = integration.post("/api/v1/cases/", CASE).json()["code"]
    loose = [
        code.lower(),
        code.replace("-", ""),
        code.replace("-", " "),
        code.removeprefix("CS-"),
        code.replace("0", "O"),
    ]
    for text in loose:
        assert integration.get(f"/api/v1/cases/{text}/").json()["code"] == code
    other = "0" if code[-1] != "0" else "1"
    for text in (code[:-1] + other, "CS-0000-0000-000", "x", "%00", "CS-" + "9" * 400, "tìm"):
        problem(integration.get(f"/api/v1/cases/{text}/"), 404, "not_found")


@pytest.mark.parametrize("pk", ["0", "999999", "9" * 30])
def test_evidence_that_does_not_exist(integration, pk):
    problem(integration.post(f"/api/v1/evidence/{pk}/verify/", {"result": "accepted"}), 404, "not_found")


def test_not_now_is_another_thing_than_not_you(integration):
    code = integration.post("/api/v1/cases/", CASE).json()["code"]
    answer = problem(integration.post(f"/api/v1/cases/{code}/accept/", {}), 409, "step_not_allowed")
    assert (answer["step"], answer["status"]) == ("accept", 409)
    problem(integration.post(f"/api/v1/cases/{code}/approve/", {}), 403, "not_permitted")
    problem(integration.post(f"/api/v1/cases/{code}/close-no-reply/", {}), 404, "not_found")
    assert Case.objects.get().status == "received"


BAD_STEPS = {
    "classify": [{}, {"category": "no-such"}, {"category": ["other"]}],
    "assign": [{}, {"assignee": "nobody"}, {"assignee": "lan", "department": "payments"}, {"department": "payments"}],
    "request-evidence": [
        {},
        {"items": []},
        {"items": "x"},
        {"items": [{}]},
        {"items": [{"name": "receipt"}], "due_at": "2001-01-01"},
    ],
    "mark-duplicate": [{}, {"of": "x"}, {"of": {"a": 1}}],
    "propose": [{}, {"body": ""}, {"body": "a\x00"}],
    "answer": [{"body": ""}, {"body": True}],
}


def test_classified_into_another_department_the_summary_is_named(integration):
    code = integration.post("/api/v1/cases/", CASE | {"category": "login-failure"}).json()["code"]
    for step in ("reclassify", "classify"):  # one function takes both
        refused = integration.post(f"/api/v1/cases/{code}/{step}/", {"category": "technical-error"})
        assert list(problem(refused, 400, "invalid")["errors"]) == ["summary"]
    assert integration.post(f"/api/v1/cases/{code}/reclassify/", {"category": "account-locked"}).status_code == 200
    body = {"category": "technical-error", "summary": "Ứng dụng báo lỗi khi nạp"}
    assert integration.post(f"/api/v1/cases/{code}/reclassify/", body).json()["department"] == "technical"


@pytest.mark.parametrize(("step", "body"), [(step, body) for step, bodies in BAD_STEPS.items() for body in bodies])
def test_bad_steps_change_nothing(integration, make_staff, step, body):
    make_staff("lan", Role.SPECIALIST, "payments")
    category = {} if step in ("classify",) else {"category": "deposit-not-credited"}
    code = integration.post("/api/v1/cases/", CASE | category).json()["code"]
    if step == "propose":
        integration.post(f"/api/v1/cases/{code}/start-resolving/", {})
    if step == "answer":
        settle_facts(Case.objects.get(), Actor.staff(User.objects.get(username="lan")))
    before = Case.objects.values().get()
    answer = integration.post(f"/api/v1/cases/{code}/{step}/", body)
    problem(answer, 400, "invalid")
    assert Case.objects.values().get() == before


def test_markup_stays_text(integration):
    customer = {"external_id": "BX1", "name": MARKUP}
    opened = integration.post("/api/v1/cases/", CASE | {"subject": MARKUP, "body": MARKUP, "customer": customer})
    assert opened.status_code == 201
    assert "\n" not in opened.json()["subject"] + opened.json()["customer"]["name"]
    assert Message.objects.get(direction="in").body.startswith("<script>")


class TestVersions:
    def test_a_change_meant_for_an_earlier_version_is_refused(self, integration):
        opened = integration.post("/api/v1/cases/", CASE)
        at, etag = f"/api/v1/cases/{opened.json()['code']}/", opened["ETag"]
        assert integration.get(at)["ETag"] == etag == opened.json()["etag"]
        first = integration.post(f"{at}classify/", {"category": "other"}, headers={"If-Match": etag})
        assert first.status_code == 200
        for path, body in (("answer", {"body": "x"}), ("messages", {"body": "x"}), ("withdraw", {})):
            late = integration.post(f"{at}{path}/", body, headers={"If-Match": etag})
            problem(late, 412, "precondition_failed")
        case = Case.objects.get()
        assert (case.status, case.etag, case.messages.filter(direction="in").count()) == ("routed", first["ETag"], 1)
        now = integration.post(f"{at}answer/", {"body": "x"}, headers={"If-Match": f'"0", {first["ETag"]}'})
        assert now.status_code == 200

    @pytest.mark.parametrize("wanted", ['W/"1"', "1", "x", '"1'])
    def test_what_is_no_strong_version_matches_nothing(self, integration, wanted):
        code = integration.post("/api/v1/cases/", CASE).json()["code"]
        answer = integration.post(f"/api/v1/cases/{code}/withdraw/", {}, headers={"If-Match": wanted})
        problem(answer, 412, "precondition_failed")

    def test_any_version(self, integration):
        code = integration.post("/api/v1/cases/", CASE).json()["code"]
        assert integration.post(f"/api/v1/cases/{code}/withdraw/", {}, headers={"If-Match": "*"}).status_code == 200

    def test_evidence_is_checked_in_the_version_that_was_read(self, integration):
        opened = integration.post("/api/v1/cases/", CASE | {"category": "other"})
        at = f"/api/v1/cases/{opened.json()['code']}/"
        item = integration.post(f"{at}evidence/", {"text": "FT26326004511"}).json()["id"]
        verify = f"/api/v1/evidence/{item}/verify/"
        late = integration.post(verify, {"result": "accepted"}, headers={"If-Match": opened["ETag"]})
        problem(late, 412, "precondition_failed")
        assert EvidenceItem.objects.get().state == "received"
        now = integration.get(at)["ETag"]
        assert integration.post(verify, {"result": "accepted"}, headers={"If-Match": now}).status_code == 200

    def test_a_customer_is_corrected_in_the_version_that_was_read(self, integration):
        integration.post("/api/v1/cases/", CASE)
        at = f"/api/v1/customers/{Customer.objects.get().pk}/"
        read = integration.get(at)["ETag"]
        first = integration.patch(at, {"name": "An"}, headers={"If-Match": read})
        assert (first.status_code, first["ETag"]) == (200, integration.get(at)["ETag"])
        problem(integration.patch(at, {"name": "Bình"}, headers={"If-Match": read}), 412, "precondition_failed")
        problem(integration.patch(at, {"name": "Bình"}, headers={"If-Match": '"x"'}), 412, "precondition_failed")
        assert Customer.objects.get().name == "An"
        assert integration.patch(at, {"name": "Bình"}).status_code == 200


@pytest.mark.parametrize("step", [step for step, (form, _) in STEPS.items() if form is not NothingIn])
def test_not_you_comes_before_what_is_wrong_with_it(integration, make_client, step):
    code = integration.post("/api/v1/cases/", CASE).json()["code"]
    problem(make_client("cases:read").post(f"/api/v1/cases/{code}/{step}/", {"reason": {}, "body": {}}), 403, NOT_YOU)
    assert Case.objects.get().last_event_number == Case.objects.get().events.count()


def test_not_you_comes_before_a_wrong_check(integration, make_client):
    code = integration.post("/api/v1/cases/", CASE).json()["code"]
    item = integration.post(f"/api/v1/cases/{code}/evidence/", {"text": "FT123"}).json()["id"]
    problem(make_client("cases:read").post(f"/api/v1/evidence/{item}/verify/", {"result": "perhaps"}), 403, NOT_YOU)
    problem(make_client("cases:open").post(f"/api/v1/evidence/{item}/verify/", {"result": "perhaps"}), 404, "not_found")
    problem(integration.post(f"/api/v1/evidence/{item}/verify/", {"result": "perhaps"}), 400, "invalid")


def test_staff_reject_by_citing_what_the_customer_said(integration, staff_client):
    lan = staff_client("lan", Role.SPECIALIST, "payments")
    code = integration.post("/api/v1/cases/", CASE | {"category": "deposit-not-credited"}).json()["code"]
    at = f"/api/v1/cases/{code}/"
    settle_facts(Case.objects.get(), Actor.staff(lan.user))
    lan.post(f"{at}answer/", {"body": "Đã ghi có."})
    assert list(problem(lan.post(f"{at}reject/", {}), 400, "invalid")["errors"]) == ["reason"]
    said = integration.post(f"{at}messages/", {"body": "Tôi chưa nhận được"}).json()["id"]
    assert lan.post(f"{at}reject/", {"message": said}).json()["status"] == "reopened"
    assert Case.objects.get().events.get(kind="outcome_rejected").facts["message"] == said


@pytest.mark.parametrize("word", ["accept", "reject"])
def test_only_the_answer_that_was_read_is_accepted_or_rejected(integration, customer, staff_client, word):
    staff = [staff_client(name, Role.SPECIALIST, "payments") for name in ("lan", "minh")]
    code = integration.post("/api/v1/cases/", CASE | {"category": "deposit-not-credited"}).json()["code"]
    at = f"/api/v1/cases/{code}/"
    settle_facts(Case.objects.get(), Actor.staff(staff[0].user))
    for client, body in zip(staff, ("Đã ghi có.", "Đã hoàn tiền."), strict=True):
        client.post(f"{at}assign/", {"assignee": client.user.username})
        assert client.post(f"{at}answer/", {"body": body}).status_code == 200
        answer = customer.get(f"{at}messages/").json()["results"][-1]["answer"]
        if client is staff[0]:
            read = answer
            assert customer.post(f"{at}reject/", {"answer": read}).status_code == 200
    before = snapshot(Case.objects.get())
    problem(customer.post(f"{at}{word}/", {"answer": read}), 409, "conflict")
    assert snapshot(Case.objects.get()) == before
    assert customer.post(f"{at}{word}/", {"answer": answer}).status_code == 200


def test_who_calls_too_often_is_told_when_to_come_back(integration):
    """However many calls a minute are allowed."""
    allowed = int(settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]["credential"].partition("/")[0])
    with time_machine.travel(timezone.now(), tick=False):
        for _call in range(allowed + 1):
            answer = integration.get("/api/v1/departments/")
            if answer.status_code != 200:
                break
    problem(answer, 429, "throttled")
    assert 1 <= int(answer["Retry-After"]) <= 61


def test_the_notice_the_app_showed_is_kept(integration):
    notice = Notice.in_force()
    integration.post("/api/v1/cases/", CASE | {"notice": notice.version})
    assert Case.objects.get().notice == notice
    problem(integration.post("/api/v1/cases/", CASE | {"notice": "no-such"}), 400, "invalid")
    assert Case.objects.count() == 1
