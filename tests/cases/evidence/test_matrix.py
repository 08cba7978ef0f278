"""Who gets to see which evidence, through every door there is. What is not theirs is not found, signed out or not.

Customers and programs are shown that something came in and under which name, never the file: no door of theirs serves one.
Whatever is answered to whomever, a whole account number is not in it.
"""

import io
import json
import re
from types import SimpleNamespace
from uuid import UUID

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import resolve, reverse

from accounts.customers.models import Customer
from accounts.models import ApiClient, Role, Scope
from cases.api import urls as api_urls
from cases.api.steps import STEPS
from cases.evidence import urls as evidence_urls
from cases.records import looking_up
from cases.records.models import RecordFile, Snapshot
from cases.states import Channel
from cases.tasks import examine_file
from cases.workflow import evidence
from channels_app import links
from channels_app.chat import talking
from channels_app.models import Attachment, Chat
from tests.api import bearer, token
from tests.cases.building import customer_of, open_case
from tests.cases.records.building import ROW, connect, deposits, operator, take_over
from tests.channels_app.chat.chatting import begun, says

from .files import photo_with_place, picture, upload

SECRET_NAME = "bien-lai-bi-mat"
ACCOUNT = ROW["account"]


@pytest.fixture(autouse=True)
def own_storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.TRACK_ANSWER_SECONDS = 0
    cache.clear()


@pytest.fixture
def case(defaults, settings):
    """One whose code the operator's books know, with the account it was paid from."""
    opened = open_case("deposit-not-credited", transaction_ref=ROW["code"])
    with operator(deposits(ROW)) as server:
        connect(settings, server)
        looking_up.look_up_codes(opened.pk)
    assert ACCOUNT in json.dumps([snapshot.content for snapshot in Snapshot.objects.all()])
    return opened


def asked(door, client, item):
    """The status of the answer, in which no account number is."""
    answer = door(client, item)
    said = answer.getvalue() if answer.streaming else answer.content
    assert ACCOUNT.encode() not in said
    return answer.status_code


@pytest.fixture
def item(case):
    came = evidence.submit_evidence(
        case,
        actor=customer_of(case),
        channel=Channel.WEB,
        upload=upload(photo_with_place(), f"{SECRET_NAME}.jpg"),
    )
    examine_file(came.file_id)
    return came


STAFF = {
    "own department": (Role.SPECIALIST, "payments"),
    "other department": (Role.SPECIALIST, "technical"),
    "intake": (Role.INTAKE, "intake"),
    "manager of another": (Role.MANAGER, "technical"),
    "manager": (Role.MANAGER, None),
    "auditor": (Role.AUDITOR, None),
    "administrator": (Role.ADMINISTRATOR, None),
}
DOORS = {
    "original": lambda client, item: client.get(reverse("evidence:original", args=[item.public_id])),
    "preview": lambda client, item: client.get(reverse("evidence:preview", args=[item.public_id])),
    "page": lambda client, item: client.get(reverse("evidence:page", args=[item.public_id, 1])),
    "custody": lambda client, item: client.post(
        reverse("evidence:custody", args=[item.public_id]), {"reason": "x", "form": "json"}
    ),
    "place": lambda client, item: client.post(reverse("evidence:place", args=[item.public_id]), {"reason": "x"}),
    "case page": lambda client, item: client.get(reverse("admin:cases_case_change", args=[item.case_id])),
    "verify page": lambda client, item: client.get(reverse("admin:cases_case_verify", args=[item.case_id])),
}


def rest(client, item, door, **said):
    address = f"/api/v1/cases/{item.case.code}/{door}/"
    return client.post(address, said, content_type="application/json") if said else client.get(address)


FACT = {"fact": "transaction-code", "statement": "Xem trong sổ"}
DOORS_OF_REST = {
    "records": lambda client, item: rest(client, item, "records"),
    "claim": lambda client, item: rest(client, item, "facts", **FACT, result="claimed", value=ROW["code"]),
    "finding": lambda client, item: rest(client, item, "facts", **FACT, result="unable"),
    "second word": lambda client, item: rest(client, item, "facts/transaction-code/confirm", finding=1),
    "not needed": lambda client, item: rest(client, item, "set-aside", thing="statement-line", reason="Không cần"),
    "checks": lambda client, item: rest(client, item, "checks"),
    "check": lambda client, item: rest(client, item, "checks", check="code-unused", note="Sổ lệnh"),
}
# Doors that the tests below ask by themselves, and the steps, which have a table of their own (`tests/cases/permission_table`).
ASKED_APART = {
    ("get", "cases/<str:code>/"),
    ("get", "cases/<str:code>/timeline/"),
    ("post", "cases/<str:code>/evidence/"),
    ("post", "evidence/<int:pk>/verify/"),
    *(("post", f"cases/<str:code>/{step.value}/") for step in STEPS),
}
# Complaints, remedies and problem records name items by number alone, and have tables of their own
# (`tests/cases/api/test_permissions`).
NAMES_ITEMS_BY_NUMBER = re.compile("^complaints/|^problems/|/remedies/|/satisfaction/")
SEES, SEES_BUT_THE_PLACE, NOTHING = [200] * 7, [200, 200, 200, 200, 403, 200, 200], [404] * 7
AT_THE_DESK = {
    "own department": SEES_BUT_THE_PLACE,
    "other department": NOTHING,
    "intake": SEES_BUT_THE_PLACE,
    "manager of another": NOTHING,
    "manager": SEES,
    "auditor": SEES,
    "administrator": SEES,
}
RESTRICTED = {**AT_THE_DESK, "intake": NOTHING}
# Records, a claim, a finding, a second word (on a finding that is none), what is not needed, checks, and one that was made.
WORKS, READS = [200, 201, 201, 409, 200, 200, 200], [200, 403, 403, 403, 403, 200, 403]
NOT_FOUND, FORBIDDEN = [404] * 7, [403] * 7
OVER_REST = {
    "own department": WORKS,
    "intake": READS,
    "manager": WORKS,
    "auditor": READS,
    "administrator": WORKS,
}


class Noted:
    """A client that goes nowhere, and notes where it was sent."""

    def __init__(self):
        self.doors = set()

    def get(self, address, *said):
        self.doors.add(("get", resolve(address)))

    def post(self, address, *said, **how):
        self.doors.add(("post", resolve(address)))


def asked_at(doors):
    case = SimpleNamespace(code="CS-0000-0000-000")
    client, somewhere = Noted(), SimpleNamespace(pk=1, public_id=UUID(int=1), case_id=1, case=case)
    for door in doors.values():
        door(client, somewhere)
    return client.doors


def test_every_door_there_is_has_a_row_here():
    at_the_desk = {place.url_name for _method, place in asked_at(DOORS) if place.namespaces == ["evidence"]}
    assert at_the_desk == {pattern.name for pattern in evidence_urls.urlpatterns}
    over_rest = {(method, place.route.removeprefix("api/v1/")) for method, place in asked_at(DOORS_OF_REST)}
    assert over_rest | ASKED_APART == {
        (method, str(pattern.pattern))
        for pattern in api_urls.urlpatterns
        if "<" in str(pattern.pattern) and not NAMES_ITEMS_BY_NUMBER.search(str(pattern.pattern))
        for method in ("get", "post", "put", "patch", "delete")
        if hasattr(pattern.callback.view_class, method)
    }


@pytest.mark.parametrize("who", STAFF)
@pytest.mark.parametrize("is_restricted", [False, True], ids=["open", "restricted"])
def test_at_the_desk(item, client, make_staff, who, is_restricted):
    item.case.category.is_restricted = is_restricted
    item.case.category.save()
    client.force_login(make_staff("ai", *STAFF[who]))
    expected = (RESTRICTED if is_restricted else AT_THE_DESK)[who]
    assert [asked(door, client, item) for door in DOORS.values()] == expected
    assert [asked(door, client, item) for door in DOORS_OF_REST.values()] == (
        NOT_FOUND if expected == NOTHING else OVER_REST[who]
    )


@pytest.mark.parametrize("who", ["signed out", "without a role", "not at work any more", "customer by link"])
def test_outside_the_desk_there_is_no_desk(item, make_staff, who, defaults):
    client = Client()
    if who == "without a role":
        user = make_staff("ai")
        user.memberships.all().delete()
        client.force_login(user)
    elif who == "not at work any more":
        user = make_staff("ai", Role.MANAGER)
        user.is_active = False
        user.save()
        client.force_login(user)
    elif who == "customer by link":
        client = _following(item.case)
    assert {asked(door, client, item) for door in DOORS.values()} <= {302, 403, 404}
    assert {asked(door, client, item) for door in DOORS_OF_REST.values()} <= {401, 403, 404}
    assert item.custody_entries.filter(event="exported").count() == 0


def _following(case):
    """A browser that came by the link in our message."""
    browser = Client()
    browser.get(links.case_link(case, case.contact).removeprefix("http://testserver"))
    return browser


@pytest.mark.parametrize(
    ("scopes", "status", "over_rest"),
    [
        ([Scope.CASES_READ], 200, READS),
        ([Scope.CASES_WORK], 200, [200, 201, 403, 409, 200, 200, 403]),  # what is found, a person finds
        ([Scope.CASES_OPEN], 404, NOT_FOUND),
        ([], 404, NOT_FOUND),
    ],
    ids=["reads", "works", "opened others", "nothing"],
)
def test_programs_read_what_came_in_and_never_the_file(item, scopes, status, over_rest):
    _, key = ApiClient.objects.create_with_key("app", scopes)
    client = bearer(key)
    answers = [client.get(f"/api/v1/cases/{item.case.code}/{part}") for part in ("", "timeline/")]
    assert {answer.status_code for answer in answers} <= {status, 403}
    assert item.file.sha256 not in "".join(answer.content.decode() for answer in answers) or status == 200
    for door in list(DOORS.values()):
        assert asked(door, client, item) in (302, 403, 404)
    assert [asked(door, client, item) for door in DOORS_OF_REST.values()] == over_rest
    send = client.post(f"/api/v1/cases/{item.case.code}/evidence/", {"text": "FT1"})
    verify = client.post(f"/api/v1/evidence/{item.pk}/verify/", {"result": "accepted"}, format="json")
    may_work = Scope.CASES_WORK in scopes
    assert (send.status_code == 201, verify.status_code == 200) == (may_work, may_work)


@pytest.mark.parametrize("who", ["own", "other"])
def test_customers_of_the_app(item, token_keys, who):
    subject = Customer.objects.create(external_id="BX2", name="Khác") if who == "other" else item.case.customer
    subject.external_id = "BX2"
    subject.save()
    client = bearer(token("BX2"))
    answers = [client.get(f"/api/v1/cases/{item.case.code}/{part}") for part in ("", "timeline/")]
    assert [answer.status_code for answer in answers] == ([200, 200] if who == "own" else [404, 404])
    assert [asked(door, client, item) for door in DOORS_OF_REST.values()] == (FORBIDDEN if who == "own" else NOT_FOUND)
    file = io.BytesIO(picture())
    file.name = "a.jpg"
    sent = client.post(f"/api/v1/cases/{item.case.code}/evidence/", {"file": file}, format="multipart")
    assert sent.status_code == (201 if who == "own" else 404)
    assert client.post(f"/api/v1/evidence/{item.pk}/verify/", {"result": "accepted"}, format="json").status_code in (
        403,
        404,
    )
    assert {asked(door, client, item) for door in DOORS.values()} <= {302, 403, 404}


def test_browsers_of_customers(item):
    other = open_case("login-failure", email="binh@khach.example")
    address = reverse("portal:case", args=[item.case.code])
    send = reverse("portal:evidence", args=[item.case.code])
    for browser in (_following(other), Client()):
        assert SECRET_NAME not in browser.get(address).content.decode()
        before = item.case.evidence.count()
        assert browser.post(send, {"text": "FT1"}).status_code in (302, 403, 404)
        assert item.case.evidence.count() == before
    own = _following(item.case).get(address)
    assert own.status_code == 200
    assert str(item.public_id) not in own.content.decode()


DOORS_OF_THE_CONSOLE = {
    "console": lambda client, chat: client.get(reverse("chat_console:page")),
    "conversations": lambda client, chat: client.get(reverse("chat_console:state")),
    "lines": lambda client, chat: client.get(reverse("chat_console:lines", args=[chat.public_id])),
    "card": lambda client, chat: client.get(reverse("chat_console:card", args=[chat.public_id])),
}


# A conversation that is nobody's yet is intake's.
TAKES, TAKES_OTHERS, WATCHES = [200, 200, 200, 200], [200, 200, 404, 404], [403, 200, 200, 200]
IN_THE_CONSOLE = {
    "own department": TAKES_OTHERS,
    "other department": TAKES_OTHERS,
    "intake": TAKES,
    "manager of another": TAKES_OTHERS,
    "manager": TAKES,
    "auditor": WATCHES,
    "administrator": TAKES,
}


@pytest.mark.parametrize("who", STAFF)
def test_in_the_chat_console(defaults, settings, client, make_staff, who):
    chat = says(begun(), f"Mã {ROW['code']}")
    talking.visitor_sends(chat, client_id="first-0002", upload=upload(picture(), f"{SECRET_NAME}.jpg"))
    with operator(deposits(ROW)) as server:
        connect(settings, server)
        looking_up.look_up_codes(chat.case_id)
    client.force_login(make_staff("ai", *STAFF[who]))
    assert [asked(door, client, chat) for door in DOORS_OF_THE_CONSOLE.values()] == IN_THE_CONSOLE[who]


DOORS_OF_RECORDS = {
    "list": lambda client, file: client.get(reverse("admin:records_recordfile_changelist")),
    "page": lambda client, file: client.get(reverse("admin:records_recordfile_change", args=[file.public_id])),
    "hand in": lambda client, file: client.get(reverse("admin:records_recordfile_add")),
}


NO_OFFICE, HANDS_IN = [403, 404, 404], [200, 200, 200]
FILES_OF_RECORDS = {
    "manager of another": HANDS_IN,
    "manager": HANDS_IN,
    "auditor": [200, 200, 404],
    "administrator": HANDS_IN,
    "signed out": [302, 302, 302],
}


@pytest.mark.parametrize("who", [*STAFF, "signed out"])
@pytest.mark.parametrize("bad", ["", "GDX;BX1;x;22/11/2026 09:00;0\n"], ids=["in use", "refused"])
def test_files_of_records(client, make_staff, who, bad):
    text = f"Mã giao dịch;Mã khách hàng;Số tiền;Thời gian;Tài khoản\nA1B2C3;BX1;1.000;22/11/2026 09:00;{ACCOUNT}\n"
    file = take_over(make_staff("yen", Role.MANAGER), text + bad, content="deposits")
    assert file.state == (RecordFile.State.REFUSED if bad else RecordFile.State.LIVE)
    if who != "signed out":
        client.force_login(make_staff("ai", *STAFF[who]))
    assert [asked(door, client, file) for door in DOORS_OF_RECORDS.values()] == FILES_OF_RECORDS.get(who, NO_OFFICE)


def test_visitors_of_the_chat(defaults):
    client = Client()
    begun = client.post("/chat/start", "{}", content_type="application/json").json()
    chat = Chat.objects.get(public_id=begun["id"])
    talking.visitor_says(chat, client_id="first-0001", body="Tôi nạp tiền chưa vào")
    talking.visitor_sends(
        Chat.objects.get(pk=chat.pk), client_id="first-0002", upload=upload(picture(), f"{SECRET_NAME}.jpg")
    )
    stranger = client.post("/chat/start", "{}", content_type="application/json").json()

    def lines(key):
        return client.get("/chat/lines", headers={"authorization": f"Chat {key}"})

    own, other = lines(begun["key"]), lines(stranger["key"])
    files = [file for line in own.json()["lines"] for file in line["files"]]
    assert files == [{"name": f"{SECRET_NAME}.jpg", "refused": ""}]
    assert SECRET_NAME not in json.dumps(other.json())
    assert lines("guessed").status_code in (401, 403, 404)
    examine_file(Attachment.objects.get().file_id)
    assert {door(client, Attachment.objects.get().evidence_item).status_code for door in DOORS.values()} <= {302, 404}
