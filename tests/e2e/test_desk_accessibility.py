"""The desk's pages by axe: nothing of ours, however slight, and of the theme's only what docs/accessibility.md lists."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from accounts.actors import Actor
from accounts.customers.directory import Person
from accounts.models import Role, User
from cases.models import SavedView
from cases.records import looking_up
from cases.reports import keeping
from cases.states import Channel
from cases.workflow.opening import Matter
from channels_app import intake
from channels_app.chat import conversations, talking
from channels_app.models import ReplyTemplate
from tests.cases.complaints.building import open_complaint
from tests.cases.records.building import STATEMENT, hand_in, take_over
from tests.e2e.signing_in import sign_in_as

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LEFT_BY_THE_THEME = {"landmark-unique"}


@pytest.fixture
def desk(page, live_server, make_staff):
    user = make_staff("quan", Role.MANAGER)
    words = "Chúng tôi đang kiểm tra."
    ReplyTemplate.objects.create(shortcut="dang-kiem-tra", title="Đang kiểm tra", body_vi=words, body_en=words)
    SavedView.objects.create(name="Gấp", query="queue=urgent", owner=user)
    sign_in_as(page, live_server.url, user)
    return page


def violations_on(page):
    found = Axe().run(page).response["violations"]
    return {(one["id"], str(node["target"])) for one in found for node in one["nodes"]}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_at_the_desk(desk, live_server, scheme):
    case = intake.open_request(
        Matter(subject="Nạp tiền chưa vào", amount=1_250_000, transaction_ref="FT26326004511"),
        actor=Actor.system("intake"),
        channel=Channel.EMAIL,
        body="Tôi chuyển 1.250.000đ lúc 9h.",
        person=Person(name="Nguyễn Văn An", email="an@khach.example"),
    )
    manager = User.objects.get(username="quan")
    complained = open_complaint("settlement", amount=340_000)
    take_over(manager)
    looking_up.look_up_codes(case.pk)
    file = hand_in(manager, STATEMENT + "\n")
    for number in range(10):
        chat, _key = conversations.begin()
        talking.visitor_says(chat, client_id=f"{scheme}-{number:06d}", body="Có ai không ạ?")
    keeping.count_all()
    desk.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    cases = f"{live_server.url}/admin/cases/case/"
    found = {}

    def look(name):
        desk.wait_for_timeout(300)
        found[name] = {(rule, target) for rule, target in violations_on(desk) if rule not in LEFT_BY_THE_THEME}

    desk.goto(f"{live_server.url}/admin/")
    look("overview")
    desk.keyboard.press("Control+k")
    look("palette")
    for name, address in (
        ("queue", f"{cases}?queue=all"),
        ("case", f"{cases}{case.pk}/change/"),
        ("step", f"{cases}{case.pk}/step/classify/"),
        ("chat service", f"{live_server.url}/admin/chat-service/?period=today"),
        ("conversations of a figure", f"{live_server.url}/admin/chat-service/conversations/?period=today"),
        ("time to resolution", f"{live_server.url}/admin/reporting/time/"),
        ("cases behind a figure", f"{live_server.url}/admin/reporting/cases/?show=open&basis=opened"),
        ("export", f"{live_server.url}/admin/reporting/export/?what=backlog.backlog"),
        ("hotline", f"{live_server.url}/admin/hotline/?number=Nguyễn"),
        ("chat console", f"{live_server.url}/admin/chat/"),
        ("customers", f"{live_server.url}/admin/customers/customer/"),
        ("customer", f"{live_server.url}/admin/customers/customer/{case.customer_id}/change/"),
        ("duty", f"{live_server.url}/admin/presence/"),
        ("notices", f"{live_server.url}/admin/channels_app/staffnotice/"),
        ("complaints", f"{live_server.url}/admin/complaints/complaint/"),
        ("complaint", f"{cases}{complained.pk}/complaint/"),
        ("case of a complaint", f"{cases}{complained.pk}/change/"),
        ("records", f"{live_server.url}/admin/records/recordfile/"),
        ("a file of records", f"{live_server.url}/admin/records/recordfile/{file.public_id}/change/"),
        ("handing in records", f"{live_server.url}/admin/records/recordfile/add/"),
        ("saved views", f"{cases}views/?query=queue%3Dall"),
    ):
        desk.goto(address)
        look(name)
    desk.goto(f"{cases}{case.pk}/change/")
    desk.locator("#body-message").press_sequentially("/")
    desk.locator(".desk-replies:not([hidden])").wait_for()
    look("reply templates")
    desk.goto(f"{cases}?queue=all")
    desk.keyboard.press("?")
    look("keys")
    desk.keyboard.press("Escape")
    desk.locator("[name=case]").first.check()
    desk.locator("button[formaction*='/bulk/note/'], [data-bulk=note]").first.click()
    look("bulk")
    assert {name: violations for name, violations in found.items() if violations} == {}
