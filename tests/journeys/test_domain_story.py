"""The whole story on the domain itself, without an interface: open, classify, answer, reject, answer again, accept."""

import pytest

from accounts.actors import Actor
from accounts.customers.directory import Person
from accounts.models import Role
from cases.events import flaws_of
from cases.models import Category
from cases.states import Channel, Status
from cases.workflow import answer, facts, routing
from cases.workflow.opening import Matter
from channels_app import intake
from channels_app.models import Delivery
from cskh.core.errors import NotPermitted


@pytest.mark.django_db
def test_from_first_message_to_the_customers_yes(make_staff):
    lan, minh = make_staff("lan", Role.SPECIALIST, "payments"), make_staff("minh", Role.SPECIALIST, "payments")
    case = intake.open_request(
        Matter(subject="Nạp tiền chưa vào"),
        actor=Actor.system("intake"),
        channel=Channel.WEB,
        body="Tôi chuyển 2.000.000đ lúc 9h",
        person=Person(name="Nguyễn Văn An", email="an@khach.example"),
    )
    assert case.status == Status.RECEIVED
    assert case.next_due_at is not None
    routing.classify_case(
        case, actor=Actor.staff(lan_of_intake(make_staff)), category=Category.objects.get(slug="deposit-not-credited")
    )
    assert (case.status, case.department.slug, case.priority) == (Status.ROUTED, "payments", "urgent")
    routing.assign_case(case, actor=Actor.staff(lan), assignee=lan)
    books = facts.Sources(statement="Sổ lệnh nạp")
    said = {"amount": "2.000.000đ", "transaction-code": "FT26326004511"}
    for fact, value in said.items():
        facts.verify_fact(case, actor=Actor.staff(lan), fact=fact, result="corroborated", value=value, sources=books)
    answer.send_answer(case, actor=Actor.staff(lan), body="Đã ghi có.")
    assert case.status == Status.ANSWERED
    answer.reject(case, actor=Actor.customer(case.customer), reason="Chưa thấy tiền")
    assert (case.status, case.round, case.assignee) == (Status.REOPENED, 2, minh)
    with pytest.raises(NotPermitted):
        answer.send_answer(case, actor=Actor.staff(lan), body="Vẫn vậy.")
    answer.send_answer(case, actor=Actor.staff(minh), body="Tiền đã vào tài khoản đúng.")
    answer.accept(case, actor=Actor.customer(case.customer))
    assert (case.status, case.closed_as) == (Status.CLOSED, "accepted")
    assert not case.clocks.filter(stopped_at=None).exists()
    assert list(flaws_of(case)) == []
    assert Delivery.objects.filter(message__case=case).count() >= 3


def lan_of_intake(make_staff):
    return make_staff("hoa", Role.INTAKE, "intake")
