"""A desk with people of every role, and cases at every stage."""

import itertools

import pytest
from django.urls import reverse

from accounts.actors import Actor
from accounts.customers.directory import Person
from accounts.models import Role
from cases.models import Category
from cases.states import Channel
from cases.workflow import answer, routing
from cases.workflow.opening import Matter
from channels_app import intake
from tests.cases.building import settle_facts

_numbers = itertools.count(1)


@pytest.fixture
def people(make_staff):
    """One person of each role; the specialists belong to payments."""
    return {
        "intake": make_staff("hoa", Role.INTAKE, "intake"),
        "lan": make_staff("lan", Role.SPECIALIST, "payments"),
        "minh": make_staff("minh", Role.SPECIALIST, "payments"),
        "elsewhere": make_staff("tuan", Role.SPECIALIST, "technical"),
        "manager": make_staff("quan", Role.MANAGER),
        "auditor": make_staff("kiem", Role.AUDITOR),
        "administrator": make_staff("tri", Role.ADMINISTRATOR),
    }


@pytest.fixture
def open_case(people):
    """open_case("deposit-not-credited", subject=…): a case, classified where a category is named."""

    def make(
        category=None,
        *,
        body="Tôi chuyển 2.000.000đ lúc 9h",
        channel=Channel.EMAIL,
        email=None,
        name="Nguyễn Văn An",
        **matter,
    ):
        case = intake.open_request(
            Matter(**{"subject": "Nạp tiền chưa vào", **matter}),
            actor=Actor.system("intake"),
            channel=channel,
            body=body,
            person=Person(name=name, email=email or f"khach{next(_numbers)}@khach.example"),
        )
        if category:
            routing.classify_case(
                case, actor=Actor.staff(people["manager"]), category=Category.objects.get(slug=category)
            )
        return case

    return make


@pytest.fixture
def answered_case(open_case, people):
    case = open_case("deposit-not-credited")
    settle_facts(case, Actor.staff(people["lan"]))
    answer.send_answer(case, actor=Actor.staff(people["lan"]), body="Đã ghi có.")
    return case


@pytest.fixture
def desk(client):
    """desk(user) signs in and gives a client that knows the addresses of the desk."""

    def enter(user):
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return DeskClient(client)

    return enter


class DeskClient:
    def __init__(self, client):
        self.client = client

    def list(self, **query):
        return self.client.get(reverse("admin:cases_case_changelist"), query)

    def page(self, case):
        return self.client.get(reverse("admin:cases_case_change", args=[case.pk]))

    def form(self, case, name, **query):
        return self.client.get(reverse("admin:cases_case_step", args=[case.pk, name]), query)

    def take(self, case, name, **data):
        case.refresh_from_db()
        return self.client.post(
            reverse("admin:cases_case_step", args=[case.pk, name]), {"version": case.last_event_number, **data}
        )


@pytest.fixture
def manager(client, make_staff):
    """The browser of a manager who reads English."""
    user = make_staff("son", Role.MANAGER)
    user.language = "en"
    user.save()
    client.force_login(user)
    return client
