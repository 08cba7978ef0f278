"""The hotline by keyboard alone: from the number to the code read back, without touching the mouse."""

import time

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Role
from cases.models import Case, Category
from channels_app.models import Call

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def at_the_hotline(live_server, page: Page, make_staff, client):
    client.force_login(make_staff("hoa", Role.INTAKE, "intake"))
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    page.goto(f"{live_server.url}/admin/hotline/")
    return page


def test_a_case_in_under_a_minute_by_keyboard(at_the_hotline):
    page, keyboard = at_the_hotline, at_the_hotline.keyboard
    category = Category.objects.get(slug="deposit-not-credited")
    began = time.monotonic()
    expect(page.locator("#number")).to_be_focused()
    keyboard.type("0912 345 678")
    expect(page.locator('#found input[name="number"]')).to_have_value("0912 345 678")
    keyboard.press("Tab")  # the button that finds without script
    keyboard.press("Tab")  # who calls: somebody new is chosen already
    keyboard.press("Tab")
    expect(page.locator("#id_name")).to_be_focused()
    keyboard.type("Nguyễn Thị Mai")
    keyboard.press("Tab")
    expect(page.locator("#id_said")).to_be_focused()
    keyboard.type("Chuyển 2.000.000đ từ 9 giờ, chưa thấy tiền")
    keyboard.press("Tab")
    keyboard.type(category.slug)
    keyboard.press("Tab")
    keyboard.press("Tab")
    keyboard.type("FT260101")
    keyboard.press("Tab")
    keyboard.type("2000000")
    keyboard.press("Enter")
    expect(page.locator(".hotline-code")).to_be_visible()
    assert time.monotonic() - began < 60
    case = Case.objects.get()
    assert page.locator(".hotline-code").inner_text().split() == case.code.split("-")
    assert (case.customer.name, case.category, case.amount) == ("Nguyễn Thị Mai", category, 2_000_000)
    assert case.messages.get(direction="in").body == "Chuyển 2.000.000đ từ 9 giờ, chưa thấy tiền"

    # The same customer rings again: found while typing, the case is continued, Ctrl+Enter sends.
    expect(page.locator("#number")).to_be_focused()
    keyboard.type("0912345678")
    expect(page.locator(".hotline-customer")).to_contain_text("Nguyễn Thị Mai")
    keyboard.press("Tab")
    keyboard.press("Tab")
    keyboard.press("ArrowDown")
    expect(page.locator(f'input[value="case-{case.pk}"]')).to_be_checked()
    page.locator("#id_said").focus()
    keyboard.type("Hỏi tiến độ")
    with page.expect_navigation():  # the first call's code stands on the page until then
        keyboard.press("Control+Enter")
    expect(page.locator(".hotline-code")).to_be_visible()
    assert Case.objects.count() == 1
    assert Call.objects.filter(case=case).count() == 2


def test_facts_are_compared_in_place(at_the_hotline, live_server):
    page = at_the_hotline
    page.locator("#number").fill("0912345678")
    page.locator("#id_name").fill("An")
    page.locator("#id_said").fill("x")
    page.locator("#id_transaction_ref").fill("FT1")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".hotline-code")).to_be_visible()
    page.locator("#number").fill("0912345678")
    page.locator("#identity summary").click()
    page.locator("#check-transaction").fill("FT1")
    page.locator("#check-email").fill("an@khach.example")
    page.keyboard.press("Enter")
    expect(page.locator('[data-result="transaction"]')).to_have_class("desk-pill is-good")
    expect(page.locator('[data-result="email"]')).to_have_class("desk-pill is-bad")
    expect(page.locator("[data-verdict]")).to_have_class("desk-bad")


def test_its_keys_work_outside_fields_and_what_is_wrong_gets_the_next_words(at_the_hotline):
    page, keyboard = at_the_hotline, at_the_hotline.keyboard
    page.locator("#number").blur()
    for key, place in (("s", "#id_said"), ("c", "#id_category"), ("n", "#number")):
        keyboard.press(key)
        expect(page.locator(place)).to_be_focused()
        expect(page.locator(place)).to_have_value("")
        page.locator(place).blur()
    page.locator("#id_said").fill("Không vào được")
    page.locator("#id_category").fill("không có loại này")
    page.locator("#id_category").blur()
    keyboard.press("l")
    expect(page.locator(".errorlist")).to_be_visible()
    expect(page.locator("#id_category")).to_be_focused()
    asked = []
    page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.locator("#nav-sidebar a").first.click()
    expect(page.locator("#id_said")).to_have_value("Không vào được")
    assert asked == ["beforeunload"]
    page.locator("#id_category").fill("khoa")
    keyboard.press("Control+Enter")
    expect(page.locator(".hotline-code")).to_be_visible()
    assert Case.objects.get().category.slug == "account-locked"


def test_on_a_telephone_the_call_stands_before_the_lists_of_calls(at_the_hotline):
    page = at_the_hotline
    page.set_viewport_size({"width": 360, "height": 740})
    lists = page.locator(".desk-rail > section").first.bounding_box()["y"]
    assert page.locator("#call-form").bounding_box()["y"] < lists
