"""A case on which everything can happen, and browsers that may or may not follow it."""

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.actors import Actor
from accounts.customers.directory import Person
from accounts.models import Role
from cases.models import Category
from cases.states import Channel, Status
from cases.workflow import answer, evidence, routing
from cases.workflow.evidence import Wanted
from cases.workflow.opening import Matter
from channels_app import intake, links
from tests.cases.building import settle_facts


@pytest.fixture(autouse=True)
def _fresh_counts(settings):
    """No test is slowed or limited by another."""
    settings.TRACK_ANSWER_SECONDS = 0
    cache.clear()


@pytest.fixture
def open_case(make_staff):
    """open_case("answered"): a case in that status, of a customer with that address."""
    lan = make_staff("lan", Role.SPECIALIST, "payments")
    make_staff("minh", Role.SPECIALIST, "payments")

    def make(status=Status.RECEIVED, email="an@khach.example", phone=""):
        case = intake.open_request(
            Matter(subject="Nạp tiền chưa vào"),
            actor=Actor.system("intake"),
            channel=Channel.WEB,
            body="Tôi chuyển 2.000.000đ lúc 9h",
            person=Person(name="Nguyễn Văn An", email=email, phone=phone),
        )
        staff = Actor.staff(lan)
        if status == Status.RECEIVED:
            return case
        routing.classify_case(
            case, actor=Actor.system("intake"), category=Category.objects.get(slug="deposit-not-credited")
        )
        routing.assign_case(case, actor=Actor.system("intake"), assignee=lan)
        if status == Status.AWAITING_CUSTOMER:
            evidence.request_evidence(
                case, actor=staff, items=[Wanted(name="receipt"), Wanted(name="transaction-code")]
            )
        if status in (Status.ANSWERED, Status.CLOSED):
            settle_facts(case, staff)
            answer.send_answer(case, actor=staff, body="Đã ghi có 2.000.000đ.")
        if status == Status.CLOSED:
            answer.accept(case, actor=Actor.customer(case.customer))
        case.refresh_from_db()
        return case

    return make


@pytest.fixture
def follow():
    """follow(case): a browser that came by the link in our message."""

    def make(case, **options):
        browser = Client(**options)
        response = browser.get(path_of(links.case_link(case, case.contact)))
        assert response.status_code == 302
        return browser

    return make


def path_of(url):
    return url.removeprefix("http://testserver")
