"""The desk by keyboard and in bulk, in a real browser: palette, keys, saved views, steps on many cases."""

import re

import pytest
from playwright.sync_api import expect

from accounts.actors import Actor
from accounts.customers.directory import Person
from accounts.models import Role
from cases.admin import bulk
from cases.models import Case, Category
from cases.states import Channel
from cases.workflow import routing
from cases.workflow.opening import Matter
from channels_app import intake
from tests.e2e.signing_in import sign_in_as

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def lan(make_staff):
    user = make_staff("lan", Role.SPECIALIST, "payments")
    make_staff("lan", Role.INTAKE, "intake")
    return user


def open_case(category="deposit-not-credited", subject="Nạp tiền chưa vào"):
    return intake.open_request(
        Matter(subject=subject, category=Category.objects.get(slug=category)),
        actor=Actor.system("intake"),
        channel=Channel.EMAIL,
        body="Tôi chuyển 1.250.000đ lúc 9h.",
        person=Person(name="Nguyễn Văn An", email="an@khach.example"),
    )


@pytest.fixture
def case(lan):
    return open_case()


def at_the_desk(page, live_server, lan):
    sign_in_as(page, live_server.url, lan)
    page.desk = page.url
    return page


@pytest.fixture
def desk(page, live_server, lan):
    return at_the_desk(page, live_server, lan)


def list_of_cases(desk, query="queue=all"):
    desk.goto(f"{desk.desk}cases/case/?{query}")


def case_page(desk, case):
    desk.goto(f"{desk.desk}cases/case/{case.pk}/change/")


def typed(desk, words):
    """Opens the palette and types; gives its options once they stand."""
    desk.keyboard.press("Control+k")
    desk.wait_for_selector("#desk-palette[open]")
    desk.keyboard.type(words)
    return desk.locator("#desk-palette-list [role=option]")


def test_the_palette_finds_a_case_and_opens_it(desk, case):
    options = typed(desk, case.code.lower().replace("-", " "))
    expect(options.first).to_contain_text(case.code)
    field = desk.locator("#desk-palette-text")
    assert field.get_attribute("aria-activedescendant") == options.first.get_attribute("id")
    assert options.first.get_attribute("aria-selected") == "true"
    desk.keyboard.press("Enter")
    desk.wait_for_url(f"**/cases/case/{case.pk}/change/")
    desk.goto(desk.desk)
    desk.keyboard.press("Control+k")  # now it is the case one looked at last
    expect(desk.locator("#desk-palette-list [role=option]").first).to_contain_text(case.code)


def test_the_palette_goes_places_by_words_without_diacritics(desk):
    options = typed(desk, "chua phan cong")
    expect(options.first).to_contain_text("Chưa phân công")
    desk.keyboard.press("Enter")
    desk.wait_for_url(re.compile(r"\?queue=unassigned$"))


def test_the_palette_takes_the_steps_that_the_case_page_offers(desk, case):
    case_page(desk, case)
    options = typed(desk, "ghi chu")
    expect(options.first).to_contain_text("Ghi chú nội bộ")
    desk.keyboard.press("Enter")
    assert desk.locator("#body-note").evaluate("area => area === document.activeElement")
    typed(desk, "phan cong")
    desk.keyboard.press("Enter")
    desk.wait_for_selector("#desk-dialog[open]")
    desk.keyboard.press("Escape")
    typed(desk, "duyet")
    expect(desk.locator("#desk-palette-list")).not_to_contain_text("Phê duyệt")  # nothing is proposed


def test_the_palette_is_walked_by_arrows_and_closed_by_escape(desk):
    desk.goto(desk.desk)
    options = typed(desk, "")
    expect(options.nth(3)).to_be_visible()
    count = options.count()
    desk.keyboard.press("ArrowUp")
    assert options.nth(count - 1).get_attribute("aria-selected") == "true"
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("ArrowDown")
    assert options.nth(1).get_attribute("aria-selected") == "true"
    assert desk.locator("#desk-palette-list [aria-selected=true]").count() == 1
    desk.keyboard.press("Escape")
    assert not desk.locator("#desk-palette").is_visible()
    desk.click("[data-open-palette]")
    assert desk.locator("#desk-palette-text").evaluate("field => field === document.activeElement")
    desk.keyboard.press("Control+k")
    assert not desk.locator("#desk-palette").is_visible()


def test_what_the_palette_finds_is_text(desk, lan):
    open_case(subject="<img src=x onerror=alert(1)> quảng cáo")
    options = typed(desk, "quảng cáo")
    expect(options.first).to_contain_text("<img src=x")


def test_single_keys_work_not_while_typing_and_not_for_whoever_turned_them_off(desk, case):
    case_page(desk, case)
    desk.keyboard.press("n")
    note = desk.locator("#body-note")
    note.wait_for()
    desk.keyboard.type("nr?gm")
    assert note.input_value() == "nr?gm"
    assert not desk.locator("#desk-keys").is_visible()
    note.fill("")
    note.evaluate("area => area.blur()")
    desk.keyboard.press("?")
    desk.uncheck("#desk-keys-on")
    desk.keyboard.press("Escape")
    desk.reload()
    address = desk.url
    for key in ("?", "n", "t", "g", "m"):
        desk.keyboard.press(key)
    assert not desk.locator("#desk-keys").is_visible()
    assert desk.url == address
    case.refresh_from_db()
    assert case.assignee is None
    typed(desk, "phim")  # the way back is open still
    desk.keyboard.press("Enter")
    desk.check("#desk-keys-on")
    desk.keyboard.press("Escape")
    desk.keyboard.press("t")
    desk.wait_for_load_state()
    expect(desk.locator("[data-action=take-it]")).to_have_count(0)
    case.refresh_from_db()
    assert case.assignee is not None


def test_g_and_a_letter_lead_somewhere(desk):
    places = {"u": "?queue=unassigned", "a": "?queue=all", "v": "/views/", "o": "/admin/", "h": "/hotline/"}
    for letter, place in places.items():
        desk.keyboard.press("g")
        desk.keyboard.press(letter)
        desk.wait_for_url(re.compile(re.escape(place) + "$"))


@pytest.mark.parametrize("key", ["c", "s", "m", "p", "q", "d", "!"])
def test_a_letter_opens_the_form_of_its_step(desk, case, key):
    case_page(desk, case)
    desk.keyboard.press(key)
    desk.wait_for_selector("#desk-dialog[open] form")
    expect(desk.locator("#desk-dialog form")).to_have_attribute("action", re.compile(r"/step/[a-z-]+/$"))


def test_cases_are_chosen_by_keyboard_and_taken_together(desk, lan):
    cases = [open_case() for _number in range(3)]
    list_of_cases(desk, "queue=unassigned")
    bar = desk.locator("#desk-bulk")
    assert not bar.is_visible()
    for key in "jxjx":
        desk.keyboard.press(key)
    assert bar.is_visible()
    expect(desk.locator(".desk-bulk-count")).to_contain_text("2")
    desk.click("[data-bulk=take-it]")
    desk.wait_for_selector("[name=run]:focus")
    desk.keyboard.press("Enter")
    expect(desk.locator(".desk-outcome[data-done]")).to_have_count(2)
    assert Case.objects.filter(assignee=lan).count() == 2
    assert len(cases) == 3


def test_boxes_stay_chosen_when_rows_are_fetched_anew(desk, lan):
    for _number in range(3):
        open_case()
    list_of_cases(desk)
    desk.locator(".desk-choose").first.check()
    chosen = desk.locator(".desk-choose").first.input_value()
    desk.evaluate(
        """async () => {
            const text = await (await fetch(location.href + "&fragment=rows")).text();
            const rows = new DOMParser().parseFromString(text, "text/html").getElementById("desk-rows");
            document.getElementById("desk-rows").replaceWith(rows);
        }"""
    )
    expect(desk.locator(f".desk-choose[value='{chosen}']")).to_be_checked()
    desk.locator(".desk-choose").nth(2).click(modifiers=["Shift"])
    desk.locator("#desk-choose-all").check()
    expect(desk.locator(".desk-choose:checked")).to_have_count(3)
    desk.click(".desk-bulk-none")
    expect(desk.locator(".desk-choose:checked")).to_have_count(0)
    assert not desk.locator("#desk-bulk").is_visible()


def test_of_each_case_the_page_says_what_happened_and_the_refused_are_tried_again(desk, lan):
    cases = [open_case() for _number in range(bulk.PORTION + 3)]
    routing.change_priority(cases[0], actor=Actor.staff(lan), priority="low", reason="Khách không gấp")
    list_of_cases(desk)
    desk.locator("#desk-choose-all").check()
    desk.click("[data-bulk=change-priority]")
    desk.select_option("[name=priority]", "low")
    desk.click("[name=run]")
    refused = desk.locator(".desk-outcome:not([data-done])")
    expect(refused).to_have_count(len(cases))  # lowering asks for a reason
    desk.click("#bulk-again button")
    desk.fill("[name=reason]", "Khách không gấp")
    desk.click("[name=run]")
    expect(desk.locator(".desk-outcome[data-done]")).to_have_count(len(cases) - 1)
    expect(refused).to_have_count(1)
    expect(refused).to_contain_text(cases[0].code)
    assert set(Case.objects.values_list("priority", flat=True)) == {"low"}


def test_a_broken_connection_is_said_and_trying_again_does_nothing_twice(context, live_server, lan):
    desk = at_the_desk(context.new_page(), live_server, lan)  # the browser itself notes the 502 as trouble
    cases = [open_case() for _number in range(2)]
    list_of_cases(desk)
    desk.locator("#desk-choose-all").check()
    desk.click("[data-bulk=note]")
    desk.fill("[name=body]", "Khách gọi lại")

    def do_it_and_break(route):
        route.fetch()
        route.fulfill(status=502, body="")

    desk.route("**/bulk/note/?fragment=1", do_it_and_break, times=1)
    desk.click("[name=run]")
    expect(desk.locator("#bulk-broken")).to_contain_text("2")
    desk.click("#bulk-again button")
    desk.click("[name=run]")
    expect(desk.locator(".desk-outcome:not([data-done])")).to_have_count(2)
    assert [case.messages.filter(body="Khách gọi lại").count() for case in cases] == [1, 1]


def test_a_list_is_saved_as_a_view_and_opened_beside_the_queues(desk, case):
    list_of_cases(desk, "queue=unassigned")
    assert desk.locator(".desk-save-view").count() == 0  # the queue as it is needs no name
    list_of_cases(desk, f"queue=unassigned&category__id__exact={case.category_id}")
    desk.click(".desk-save-view")
    desk.wait_for_selector("[name=name]:focus")
    desk.keyboard.type("Nạp tiền")
    desk.keyboard.press("Enter")
    tab = desk.locator("#desk-queues .is-view")
    expect(tab).to_contain_text("Nạp tiền")
    expect(tab).to_have_attribute("aria-current", "page")
    expect(tab.locator(".desk-count")).to_have_text("1")
    options = typed(desk, "nap tien")
    expect(options.filter(has_text="bookmark")).to_have_count(1)


def test_a_slash_lists_the_reply_templates(desk, case):
    case_page(desk, case)
    desk.keyboard.press("r")
    area, options = desk.locator("#body-message"), desk.locator("#write-message [role=option]")
    desk.keyboard.type("Chào anh 24/7 ")
    expect(options).to_have_count(0)
    desk.keyboard.type("/")
    expect(options.first).to_be_visible()
    desk.keyboard.press("ArrowDown")
    chosen = desk.locator("#write-message [role=option][aria-selected=true]")
    assert (
        area.get_attribute("aria-activedescendant") == chosen.get_attribute("id") == options.nth(1).get_attribute("id")
    )
    desk.keyboard.press("Escape")
    expect(options.first).to_be_hidden()
    desk.keyboard.type("cong")  # by its title or its shortcut, without accents
    expect(options).to_have_count(1)
    desk.keyboard.press("Enter")
    assert area.input_value().startswith("Chào anh 24/7 ")
    assert "ghi có" in area.input_value()
    assert "/cong" not in area.input_value()
    area.fill("/khong-co")  # none of ours: words like others
    expect(options.first).to_be_hidden()
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".desk-entry.is-out")).to_contain_text("/khong-co")
