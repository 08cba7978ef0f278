"""Every browser at every address of a case on the public pages: who may not follow it learns nothing and changes nothing."""

from functools import partial

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.actors import Actor
from accounts.customers.directory import Person, recognise
from accounts.models import Role
from cases.states import Status
from cases.workflow.belonging import change_customer
from channels_app import links
from tests.cases.fingerprint import fingerprint, tried

pytestmark = pytest.mark.django_db

READ = ("", "live/", "message/", "evidence/", "accept/", "reject/", "withdraw/")
# What each address is sent, and in which statuses of a case its customer gets it done.
EVERYWHERE = (Status.RECEIVED, Status.AWAITING_CUSTOMER, Status.ANSWERED, Status.CLOSED)
OPEN = EVERYWHERE[:-1]
SENT = {
    "message/": ({"body": "Tôi vẫn chưa thấy tiền"}, EVERYWHERE),
    "evidence/": ({"text": "FT26326009999"}, EVERYWHERE),
    "accept/": ({}, (Status.ANSWERED,)),
    "reject/": ({"reason": "Chưa thấy tiền"}, (Status.ANSWERED,)),
    "withdraw/": ({"reason": "Tiền đã về"}, OPEN),
}


@pytest.fixture
def browsers(open_case, follow, make_staff, settings):
    """browsers(case): {who: a browser}: the customer's own, and all who may not follow the case."""

    def make(case):
        found = {
            "customer": follow(case),
            "nobody": Client(),
            "another customer": follow(open_case(email="binh@khach.example")),
            "same customer, another case": follow(open_case()),
            "a manager": Client(),
            "too late": follow(case),
            "left": follow(case),
        }
        manager = make_staff("manager", Role.MANAGER)
        found["a manager"].force_login(manager, backend="django.contrib.auth.backends.ModelBackend")
        found["left"].post("/track/leave/")
        session = found["too late"].session
        session["portal_cases"] = {code: [who, 1] for code, (who, _until) in session["portal_cases"].items()}
        session.save()
        return found

    return make


def body_of(address, case):
    shown = case.answers.filter(state="sent").last()
    return SENT[address][0] | ({"answer": shown.pk} if shown and address in ("accept/", "reject/") else {})


@pytest.mark.parametrize("status", EVERYWHERE)
def test_the_customer_alone_reads_and_acts(status, open_case, browsers):
    case = open_case(status)
    everybody = browsers(case)
    before, wrong = fingerprint(), []
    for who, browser in everybody.items():
        for address in READ:
            answer, changed = tried(partial(browser.get, f"/track/{case.code}/{address}"), before)
            if changed or (answer.status_code == 404) is (who == "customer"):
                wrong.append(f"{who} reads {address}: {answer.status_code} {changed or ''}")
            if who != "customer" and "2.000.000" in answer.content.decode():
                wrong.append(f"{who} reads {address}: it tells what the case is about")
        for address, (_words, statuses) in SENT.items():
            send = partial(browser.post, f"/track/{case.code}/{address}", body_of(address, case))
            answer, changed = tried(send, before)
            # What is not possible now leads its customer back to the case, or to the form.
            expected = {302} if status in statuses else {302, 400}
            if who != "customer":
                expected = {404}
            if answer.status_code not in expected or bool(changed) is not (who == "customer" and status in statuses):
                wrong.append(f"{who} sends {address}: {answer.status_code} {changed or ''}, expected {expected}")
    assert not wrong, "\n".join(wrong)


def test_a_file_of_somebody_else_is_refused_and_kept_nowhere(open_case, browsers):
    case = open_case(Status.AWAITING_CUSTOMER)
    everybody = browsers(case)
    before = fingerprint()
    for who, browser in everybody.items():
        file = SimpleUploadedFile("bien-lai.txt", b"FT26326009999")
        send = partial(browser.post, f"/track/{case.code}/evidence/", {"documents": file})
        answer, changed = tried(send, before)
        assert (answer.status_code, bool(changed)) == ((302, True) if who == "customer" else (404, False)), who


def test_a_case_that_became_somebody_elses_is_no_longer_followed(open_case, follow):
    case = open_case(Status.ANSWERED)
    browser = follow(case)
    other, _is_new = recognise(Person(name="Trần Thị Bình", email="binh@khach.example"))
    change_customer(case, other, actor=Actor.system("intake"))
    before = fingerprint()
    for address in READ:
        assert browser.get(f"/track/{case.code}/{address}").status_code == 404
    for address in SENT:
        send = partial(browser.post, f"/track/{case.code}/{address}", body_of(address, case))
        answer, changed = tried(send, before)
        assert (answer.status_code, changed) == (404, set()), address


def test_a_link_of_another_contact_opens_nothing(open_case):
    case, elsewhere = open_case(), open_case(email="binh@khach.example")
    forged = links.case_link(case, elsewhere.contact).removeprefix("http://testserver")
    browser = Client()
    browser.get(forged)
    assert browser.get(f"/track/{case.code}/").status_code == 404
