"""Getting to a case: one-time codes and signed links, and everything that must not get in."""

import time
from datetime import timedelta
from itertools import pairwise

import pytest
import time_machine
from django.core import signing
from django.test import Client
from django.utils import timezone

from accounts.customers.models import Contact
from cases.codes import new_code
from cases.models import Case, FollowUp
from channels_app import links, one_time_codes
from channels_app.models import Delivery, OneTimeCode

from .conftest import path_of

pytestmark = pytest.mark.django_db


def ask(browser, code, **extra):
    return browser.post("/track/", {"code": code}, **extra)


def enter(browser, digits, **extra):
    return browser.post("/track/code/", {"digits": digits}, **extra)


def newest_digits():
    return one_time_codes.digits(OneTimeCode.objects.latest("pk"))


def test_the_right_code_and_the_right_digits_open_that_case(open_case):
    case, browser = open_case(), Client()
    assert ask(browser, case.code.lower().replace("-", " ")).url == "/track/code/"
    sent = Delivery.objects.get(one_time_code__isnull=False)
    assert (sent.address, sent.channel, sent.state) == ("an@khach.example", "email", "queued")
    digits = newest_digits()
    assert digits.isdigit()
    assert len(digits) == 6
    assert enter(browser, f"{digits[:3]} {digits[3:]}").url == f"/track/{case.code}/"
    assert browser.get(f"/track/{case.code}/").status_code == 200
    assert Contact.objects.get().verified_at is not None


def test_digits_are_not_stored(open_case):
    ask(Client(), open_case().code)
    row = OneTimeCode.objects.get()
    assert one_time_codes.digits(row) not in "".join(str(value) for value in vars(row).values())


def test_right_and_wrong_codes_look_the_same(open_case):
    def seen(code):
        browser = Client()
        answer = ask(browser, code)
        page = browser.get(answer.url)
        refused = enter(browser, "000000")
        body = page.content.decode().replace(code, "")
        return (
            answer.status_code,
            answer.url,
            sorted(answer.cookies),
            page.status_code,
            mask(body),
            refused.status_code,
            mask(refused.content.decode().replace(code, "")),
        )

    def mask(body):
        return [line for line in body.splitlines() if "csrfmiddlewaretoken" not in line]

    right = seen(open_case().code)
    for wrong in (new_code(), new_code().lower()):
        assert seen(wrong) == right


@pytest.mark.parametrize("typed", ["nonsense", "không phải mã", "CS-0000-0000-000", "CS-1234"])
def test_what_can_be_no_code_is_said_to_be_none(typed):
    browser = Client()
    answer = ask(browser, typed)
    assert (answer.status_code, list(answer.context["form"].errors)) == (400, ["code"])
    assert browser.get("/track/code/").url == "/track/"


def test_right_and_wrong_codes_take_the_same_time(open_case, settings):
    settings.TRACK_ANSWER_SECONDS = 0.15

    def took(code):
        browser, begun = Client(), time.perf_counter()
        ask(browser, code)
        return time.perf_counter() - begun

    code = open_case().code
    right = [took(code) for _ in range(8)]
    wrong = [took(new_code()) for _ in range(8)]
    assert abs(min(right) - min(wrong)) < 0.02  # the least, as a busy machine only ever adds


def test_digits_hold_ten_minutes(open_case):
    case, browser = open_case(), Client()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        ask(browser, case.code)
        clock.shift(timedelta(minutes=10))
        assert enter(browser, newest_digits()).status_code == 400
        clock.shift(timedelta(seconds=-1))
        assert enter(browser, newest_digits()).status_code == 302


def test_five_wrong_tries_use_a_code_up(open_case):
    case, browser = open_case(), Client()
    ask(browser, case.code)
    digits = newest_digits()
    wrong = f"{(int(digits) + 1) % 1_000_000:06d}"
    for _ in range(5):
        assert enter(browser, wrong).status_code == 400
    assert enter(browser, digits).status_code == 400
    assert browser.get(f"/track/{case.code}/").status_code == 404


def test_digits_serve_once_and_only_the_browser_that_asked(open_case):
    case, browser, other = open_case(), Client(), Client()
    ask(browser, case.code)
    digits = newest_digits()
    ask(other, new_code())
    session = other.session
    session["portal_asked"] = case.code
    session.save()
    assert enter(other, digits).status_code == 400
    assert OneTimeCode.objects.get().tries == 0
    assert enter(browser, digits).status_code == 302
    session = browser.session
    session["portal_asked"] = case.code
    session.save()
    assert enter(browser, digits).status_code == 400


def test_asking_again_waits_longer_each_time_but_never_for_good(open_case, settings):
    settings.PORTAL_LIMITS = {**settings.PORTAL_LIMITS, "ask_code": (1000, 3600)}
    case, browser = open_case(), Client()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        sent = []
        for _ in range(20 * 60 // 10):
            ask(browser, case.code)
            if OneTimeCode.objects.count() > len(sent):
                sent.append(timezone.now())
            clock.shift(timedelta(seconds=10))
        gaps = [(b - a).total_seconds() for a, b in pairwise(sent)]
        assert gaps == [30, 60, 180, 600]
        clock.shift(timedelta(minutes=10))
        ask(browser, case.code)
        assert OneTimeCode.objects.count() == len(sent) + 1


def test_a_stranger_who_asks_again_and_again_does_not_shut_the_customer_out(open_case, settings):
    case, customer = open_case(), Client()
    for number in range(settings.ONE_TIME_CODES_PER_HOUR - 1):
        ask(Client(), case.code, REMOTE_ADDR=f"203.0.113.{number}")
    ask(customer, case.code)
    assert enter(customer, newest_digits()).status_code == 302
    ask(Client(), case.code, REMOTE_ADDR="203.0.113.250")
    assert OneTimeCode.objects.count() == settings.ONE_TIME_CODES_PER_HOUR
    assert Client().get(path_of(links.case_link(case, case.contact))).status_code == 302


def test_one_address_may_not_guess_without_end(open_case, settings):
    settings.PORTAL_LIMITS = {**settings.PORTAL_LIMITS, "ask_code": (3, 3600), "try_code": (3, 3600)}
    browser = Client()
    assert [ask(browser, new_code()).status_code for _ in range(4)] == [302, 302, 302, 429]
    assert [enter(browser, "123456").status_code for _ in range(4)] == [400, 400, 400, 429]


def test_a_telephone_only_customer_is_called_back_with_the_digits(open_case):
    case, browser = open_case(email="", phone="0912345678"), Client()
    ask(browser, case.code)
    call = FollowUp.objects.get(case=case, kind="call_back")
    row = OneTimeCode.objects.get()
    assert call.facts == {"why": "one_time_code", "one_time_code": row.pk}
    assert call.due_at > timezone.now()
    assert not Delivery.objects.filter(one_time_code__isnull=False).exists()
    with time_machine.travel(timezone.now() + timedelta(minutes=40)):
        assert enter(browser, one_time_codes.digits(row)).status_code == 302


def test_a_link_opens_its_case_and_leaves_the_address(open_case):
    case, browser = open_case(), Client()
    link = links.case_link(case, case.contact, "evidence")
    response = browser.get(path_of(link))
    assert response.url == f"/track/{case.code}/#evidence"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in response.headers["Cache-Control"]
    assert browser.get(f"/track/{case.code}/").status_code == 200


def test_a_link_gives_the_session_a_new_name(open_case):
    case, browser = open_case(), Client()
    ask(browser, new_code())
    before = browser.session.session_key
    browser.get(path_of(links.case_link(case, case.contact)))
    assert browser.session.session_key != before


@pytest.mark.parametrize(
    "spoil",
    [
        lambda token: token[:-1],
        lambda token: "A" + token,
        lambda token: "x",
        lambda token: signing.dumps([1, 1, "follow"]),
    ],
)
def test_a_forged_link_opens_nothing(open_case, spoil):
    case, browser = open_case(), Client()
    token = links.case_link(case, case.contact).split("/link/")[1].rstrip("/")
    assert browser.get(f"/track/link/{spoil(token)}/").status_code == 410
    assert browser.get(f"/track/{case.code}/").status_code == 404


def test_a_link_ends_after_a_fortnight_or_with_its_contact(open_case):
    case = open_case()
    link = path_of(links.case_link(case, case.contact))
    with time_machine.travel(timezone.now() + timedelta(days=14, seconds=2)):
        assert Client().get(link).status_code == 410
    Contact.objects.all().delete()
    assert Client().get(link).status_code == 410


def test_a_link_has_a_known_purpose(open_case):
    case = open_case()
    with pytest.raises(ValueError, match="purpose"):
        links.case_link(case, case.contact, "admin")


def test_access_is_for_one_case_and_ends(open_case, follow):
    mine, other = open_case(), open_case()
    assert mine.customer == other.customer
    browser = follow(mine)
    for path in ("", "message/", "evidence/", "accept/", "reject/", "withdraw/"):
        assert browser.get(f"/track/{other.code}/{path}").status_code == 404
        assert browser.post(f"/track/{other.code}/{path}", {"body": "x"}).status_code in (404, 405)
    with time_machine.travel(timezone.now() + timedelta(hours=12, seconds=2)):
        assert browser.get(f"/track/{mine.code}/").status_code in (302, 404)


def test_access_ends_when_the_case_turns_out_to_be_somebody_elses(open_case, follow):
    case, other = open_case(), open_case(email="binh@khach.example")
    browser = follow(case)
    Case.objects.filter(pk=case.pk).update(customer=other.customer)
    assert browser.get(f"/track/{case.code}/").status_code == 404


def test_existing_and_invented_codes_give_the_same_page_without_access(open_case):
    real = Client().get(f"/track/{open_case().code}/")
    invented = Client().get(f"/track/{new_code()}/")
    assert real.status_code == invented.status_code == 404
    strip = lambda response: response.content.split(b"<form", 1)[0] + response.content.split(b"</form>", 1)[1]  # noqa: E731
    assert strip(real) == strip(invented)


def test_leaving_closes_everything_on_this_device(open_case, follow):
    case = open_case()
    browser = follow(case)
    assert browser.get("/track/leave/").status_code == 405
    assert browser.get(f"/track/{case.code}/").status_code == 200
    browser.post("/track/leave/")
    assert browser.get(f"/track/{case.code}/").status_code == 404


def test_asking_leaves_no_trace_for_a_wrong_code():
    ask(Client(), new_code())
    assert not OneTimeCode.objects.exists()
    assert not Delivery.objects.exists()
