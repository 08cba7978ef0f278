"""The official response on the page of the request: read, saved, and known by its level."""

import pytest

from accounts.actors import Actor
from accounts.models import User
from cases.complaints.responses import latest_of
from cases.models import Case
from cases.workflow import answer, complaint, deciding, ending, resolution, responding, routing
from cases.workflow._take_step import change_case
from channels_app import intake
from tests.cases.building import customer_of, settle_facts
from tests.cases.complaints.building import complete, decided, found

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(make_staff):
    def act(name):
        return Actor.staff(User.objects.filter(username=name).first() or make_staff(name))

    return act


@pytest.fixture
def complaint_case(open_case, staff):
    case = open_case("routed")
    with change_case(case) as held:
        complaint.enter(held, actor=Actor.system("intake"))
        complaint.begin_on(held, words="Tiền chưa vào", message=held.messages.first().pk)
    settle_facts(case, staff("lan"))
    return Case.objects.get(pk=case.pk)


def answered(case, actor):
    complete(case, actor)
    answer.send_answer(case, actor=actor, body="Chúng tôi đã xem xét.")
    return latest_of(case)


def test_it_is_read_and_saved_by_whoever_follows_the_case(complaint_case, staff, follow, client, open_case):
    response = answered(complaint_case, staff("lan"))
    browser = follow(complaint_case)
    at = f"/track/{complaint_case.code}/responses/{response.public_id}/"
    page = browser.get(f"/track/{complaint_case.code}/").content.decode()
    assert at in page
    assert response.number in page
    shown = browser.get(at)
    assert response.says["issues"][0]["reason"] in shown.content.decode()
    pdf = browser.get(f"{at}pdf/")
    assert pdf.content == bytes(responding.print_once(response).pdf)
    assert pdf["Content-Disposition"].startswith("attachment")
    other = open_case(email="binh@khach.example")
    for stranger in (client, follow(other)):
        assert stranger.get(at).status_code == stranger.get(f"{at}pdf/").status_code == 404
    assert follow(other).get(f"/track/{other.code}/responses/{response.public_id}/").status_code == 404


def test_words_are_never_markup(complaint_case, staff, follow):
    lan, hostile = staff("lan"), "<b>đậm</b>{{ 7*7 }}<img src=x onerror=1>"
    complaint.note_account(complaint_case, actor=lan, number=1, side="operator", text="Sổ lệnh")
    deciding.note_finding(complaint_case, actor=lan, number=1, found=found(plain=hostile))
    deciding.decide(complaint_case, actor=lan, number=1, decided=decided(complaint_case, reason=hostile))
    response = answered(complaint_case, lan)
    shown = follow(complaint_case).get(f"/track/{complaint_case.code}/responses/{response.public_id}/").content.decode()
    assert shown.count("&lt;b&gt;đậm&lt;/b&gt;{{ 7*7 }}&lt;img src=x onerror=1&gt;") == 2
    assert "<img src=x" not in shown


def test_a_corrected_one_leads_to_the_version_that_counts(complaint_case, staff, follow, make_staff):
    first = answered(complaint_case, staff("lan"))
    son = Actor.staff(make_staff("son", "manager"))
    second = responding.correct(first, actor=son, reason="Ghi nhầm", found={1: "Chữ đúng."})
    browser, at = follow(complaint_case), f"/track/{complaint_case.code}/responses/"
    assert f"{at}{second.public_id}/" in browser.get(f"{at}{first.public_id}/").content.decode()
    assert "Ghi nhầm" in browser.get(f"{at}{second.public_id}/").content.decode()
    assert "Chữ đúng." not in browser.get(f"{at}{first.public_id}/").content.decode()


def test_the_level_and_after_the_last_one_the_way_outside(complaint_case, staff, follow, make_staff, settings):
    route, son = settings.EXTERNAL_ROUTE["vi"], Actor.staff(make_staff("son", "manager"))
    answered(complaint_case, staff("lan"))
    browser, at = follow(complaint_case), f"/track/{complaint_case.code}/"
    assert browser.get(at).context["level"].number == 1
    answer.reject(complaint_case, actor=customer_of(complaint_case))
    assert browser.get(at).context["level"].number == 2
    routing.assign_case(complaint_case, actor=son, assignee=son.subject)
    resolution.start_resolving(complaint_case, actor=son)
    complete(complaint_case, son)
    assert route not in browser.get(at).content.decode()
    answer.give_final_response(complaint_case, actor=son, body="Đây là phản hồi cuối cùng.")
    assert route in browser.get(at).content.decode()
    intake.add_message(complaint_case, actor=customer_of(complaint_case), channel="web", body="Không đồng ý")
    ending.decline_reopening(complaint_case, actor=son, reason="Không có gì mới")
    page = browser.get(at).content.decode()
    assert page.count(route) >= 3
    assert "Không có gì mới" not in page
