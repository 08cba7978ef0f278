"""A day at the desk in a real browser: sign in, open a case, classify, take, answer; by mouse and by keyboard."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.actors import Actor
from accounts.customers.directory import Person
from accounts.models import Role
from cases.models import Case, Category
from cases.states import Channel
from cases.workflow import evidence, resolution, routing
from cases.workflow.opening import Matter
from channels_app import intake, outbox
from tests.cases.building import settle_facts
from tests.e2e.signing_in import sign_in_as

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def lan(make_staff):
    user = make_staff("lan", Role.SPECIALIST, "payments")
    make_staff("lan", Role.INTAKE, "intake")
    return user


@pytest.fixture
def case(lan):
    return intake.open_request(
        Matter(subject="Nạp tiền <b>chưa</b> vào", amount=1_250_000, transaction_ref="FT26326"),
        actor=Actor.system("intake"),
        channel=Channel.EMAIL,
        body="Tôi chuyển 1.250.000đ lúc 9h.\n<script>alert(1)</script>",
        person=Person(name="Nguyễn Văn An", email="an@khach.example"),
    )


@pytest.fixture
def desk(page, live_server, lan):
    sign_in_as(page, live_server.url, lan)
    return page


def test_a_case_is_worked_from_the_queue_to_the_answer(desk, case, lan):
    desk.goto(desk.url + "cases/case/?queue=unassigned")
    desk.click(f"text={case.code}")
    assert desk.locator(".desk-glance").is_visible()
    for shown in (".desk-next", ".desk-actions", ".desk-clocks", "text=1.250.000 ₫", "text=an@khach.example >> nth=0"):
        assert desk.locator(shown).first.bounding_box()["y"] < 768, shown  # above the fold

    desk.click("[data-action=classify]")
    desk.select_option("#desk-dialog [name=category]", label="Nạp tiền chưa vào → Thanh toán")
    desk.click("#desk-dialog .is-first")
    desk.wait_for_selector("[data-action=take-it]")

    desk.keyboard.press("t")
    desk.wait_for_selector(f".desk-rail dd:has-text('{lan}')")

    settle_facts(Case.objects.get(pk=case.pk), Actor.staff(lan))
    desk.reload()
    desk.keyboard.press("a")
    writing = desk.locator("#body-answer")
    assert writing.evaluate("area => area === document.activeElement")
    writing.type("/da-cong-tien")
    desk.keyboard.press("Tab")
    assert "ghi có" in writing.input_value()
    desk.keyboard.press("Control+Enter")
    desk.wait_for_selector(".desk-entry.is-out")

    case.refresh_from_db()
    assert (case.status, case.assignee) == ("answered", lan)
    assert "ghi có" in case.messages.get(answer__isnull=False).body


def test_what_is_missing_stands_above_the_fold_however_long_the_conversation(desk, case, lan):
    routing.classify_case(case, actor=Actor.staff(lan), category=Category.objects.get(slug="deposit-not-credited"))
    for number in range(12):
        outbox.write_message(case, actor=Actor.staff(lan), body=f"Chúng tôi đang tra soát. {number}")
    desk.goto(f"{desk.url}cases/case/{case.pk}/change/")
    for shown in (".desk-next", ".desk-missing", ".desk-rail dd", ".desk-clocks"):
        expect(desk.locator(shown).first).to_be_in_viewport(ratio=1)
    expect(desk.locator(".desk-missing")).to_contain_text("Biên lai chuyển khoản / Dòng sao kê có khoản tiền")
    expect(desk.locator("#evidence-title")).not_to_be_in_viewport()
    desk.locator(".desk-missing a").click()
    expect(desk.locator("#evidence-title")).to_be_in_viewport()


def test_what_is_only_confirmed_is_confirmed_by_enter(desk, case, lan, make_staff):
    Category.objects.filter(slug="deposit-not-credited").update(needs_approval=True)
    routing.classify_case(case, actor=Actor.staff(lan), category=Category.objects.get(slug="deposit-not-credited"))
    settle_facts(case, Actor.staff(lan))
    resolution.start_resolving(case, actor=Actor.staff(lan))
    resolution.propose(case, actor=Actor.staff(lan), body="Hoàn 1.250.000đ")
    desk.context.clear_cookies()
    sign_in_as(desk, desk.url.removesuffix("/admin/"), make_staff("quan", Role.MANAGER))
    desk.goto(desk.url + f"cases/case/{case.pk}/change/")
    desk.click("[data-action=approve].is-first")
    desk.wait_for_selector("#desk-dialog .is-first:focus")
    desk.keyboard.press("Enter")
    desk.wait_for_selector("#desk-done li")
    case.refresh_from_db()
    assert case.status == "resolving"


def test_enter_in_what_is_wrong_decides_nothing(desk, case, lan):
    routing.classify_case(case, actor=Actor.staff(lan), category=Category.objects.get(slug="deposit-not-credited"))
    item = evidence.submit_evidence(case, actor=Actor.customer(case.customer), channel=Channel.EMAIL, text="FT2632")
    desk.goto(desk.url + f"cases/case/{case.pk}/change/")
    reason = desk.locator(f"#evidence-{item.pk} textarea[name=reason]")
    reason.fill("Thiếu số cuối.")
    reason.press("Enter")
    reason.type("Gửi lại cả mã.")
    desk.click(f"#evidence-{item.pk} [value=rejected]")
    desk.wait_for_selector(f"#evidence-{item.pk} >> text=Gửi lại cả mã.")
    assert list(item.checks.values_list("result", "reason")) == [("rejected", "Thiếu số cuối.\nGửi lại cả mã.")]


def test_clocks_tick_the_code_is_copied_and_help_opens(desk, case, context):
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    desk.clock.install()
    desk.goto(desk.url + f"cases/case/{case.pk}/change/")
    clock = desk.locator("[data-due]").first
    before = clock.text_content()
    desk.clock.fast_forward("03:00")
    assert clock.text_content() != before
    desk.clock.fast_forward("23:59:59")
    assert "is-bad" in clock.get_attribute("class")
    desk.click("[data-copy]")
    assert desk.evaluate("navigator.clipboard.readText()") == case.code
    desk.keyboard.press("?")
    assert desk.locator("#desk-keys").is_visible()
    desk.keyboard.press("Escape")
    desk.keyboard.press("n")
    assert desk.locator("#body-note").is_visible()
    assert not desk.locator("#body-message").is_visible()


@pytest.mark.parametrize("width", [360, 768, 1366])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_is_wider_than_the_screen(desk, case, width, scheme):
    overview = desk.url
    desk.emulate_media(color_scheme=scheme)
    desk.set_viewport_size({"width": width, "height": 844})
    for path in ("", "cases/case/?queue=all", f"cases/case/{case.pk}/change/", f"cases/case/{case.pk}/step/withdraw/"):
        desk.goto(overview + path)
        assert desk.evaluate("document.documentElement.scrollWidth") <= width, path


def test_the_queue_is_walked_and_opened_by_keyboard_and_by_mouse(desk, case):
    desk.goto(desk.url + "cases/case/?queue=all")
    desk.keyboard.press("?")
    assert desk.locator("#desk-keys").is_visible()
    desk.keyboard.press("Escape")
    desk.keyboard.press("j")
    assert desk.evaluate("document.activeElement.textContent") == case.code
    desk.keyboard.press("Enter")
    desk.wait_for_url(f"**/cases/case/{case.pk}/change/")
    desk.go_back()
    desk.click(".desk-row .is-owner")
    desk.wait_for_url(f"**/cases/case/{case.pk}/change/")


def test_the_queues_clocks_tick_for_rows_that_come_later_too(desk, case):
    desk.clock.install()
    desk.goto(desk.url + "cases/case/?queue=all")
    desk.evaluate(
        """async () => {
            const text = await (await fetch(location.href + "&fragment=rows")).text();
            const came = new DOMParser().parseFromString(text, "text/html");
            for (const id of ["desk-rows", "desk-queues", "desk-unread", "desk-empty"])
                document.getElementById(id).replaceWith(came.getElementById(id));
        }"""
    )
    desk.clock.run_for(1000)
    clock = desk.locator(f"#case-{case.pk} [data-due]")
    before = clock.text_content()
    desk.clock.fast_forward("02:00:00")
    assert clock.text_content() != before
    desk.clock.fast_forward("23:59:59")
    assert "is-bad" in clock.get_attribute("class")


def test_the_head_of_the_queue_stands_over_its_cells_and_stays_in_sight(desk, case):
    desk.goto(desk.url + "cases/case/?queue=all")
    left = """cell => {
        const range = document.createRange();
        range.selectNodeContents(cell);
        return range.getBoundingClientRect().left;
    }"""
    for head, cell in zip(
        desk.locator("#result_list thead th").all(), desk.locator(".desk-row > *").all(), strict=True
    ):
        if cell.text_content():
            assert abs(head.evaluate(left) - cell.evaluate(left)) < 1
    desk.evaluate("document.querySelector('#desk-rows').style.lineHeight = '2000px'")
    desk.mouse.wheel(0, 1500)
    desk.wait_for_function("scrollY > 1000")
    assert desk.locator("#result_list thead th").first.bounding_box()["y"] < 5


def test_on_a_telephone_a_row_is_a_card_with_everything_in_reach(desk, case):
    desk.set_viewport_size({"width": 390, "height": 844})
    desk.goto(desk.url + "cases/case/?queue=all")
    card = desk.locator(f"#case-{case.pk}").bounding_box()
    for part in (".desk-code", ".is-due", ".is-status", ".is-subject", ".is-owner"):
        box = desk.locator(f"#case-{case.pk} {part}").bounding_box()
        assert card["x"] < box["x"], part
        assert box["x"] + box["width"] < card["x"] + card["width"], part
        assert card["y"] < box["y"] < card["y"] + card["height"], part
    assert card["height"] < 140


def test_on_a_small_telephone_a_long_delay_stands_beside_the_code(desk, case):
    Case.objects.update(next_due_at=timezone.now() - timedelta(hours=10, minutes=20), status="awaiting_customer")
    desk.set_viewport_size({"width": 360, "height": 740})
    desk.goto(desk.url + "cases/case/?queue=all")
    code, *others = (
        desk.locator(f"#case-{case.pk} {part}").bounding_box() for part in (".desk-code", ".desk-due", ".is-status > *")
    )
    for other in others:
        assert code["x"] + code["width"] < other["x"]
        assert other["x"] + other["width"] < 360
    assert desk.evaluate("document.documentElement.scrollWidth") <= 360


def test_on_a_telephone_the_chosen_queue_is_in_sight(desk, case):
    desk.set_viewport_size({"width": 360, "height": 740})
    desk.goto(desk.url + "cases/case/?queue=all")
    chosen = desk.locator(".desk-queues [aria-current]")
    expect(chosen).to_be_in_viewport(ratio=1)


def test_the_persons_menu_holds_its_themes(desk):
    desk.locator("[x-on\\:click^='openUserLinks']").click()
    themes = desk.locator("[x-on\\:click^='switchTheme']")
    expect(themes.first).to_be_visible()
    assert themes.count() == 3
    sides = themes.evaluate_all(
        "themes => themes.map((one) => one.closest('nav').getBoundingClientRect().right - one.getBoundingClientRect().right)"
    )
    assert min(sides) >= 0
    assert all(themes.nth(place).bounding_box()["height"] < 60 for place in range(3))


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_no_in_a_list_is_no_alarm(page, live_server, make_staff, language):
    user = make_staff("quan", Role.ADMINISTRATOR)
    user.language = language
    user.save()
    sign_in_as(page, live_server.url, user)
    page.goto(f"{live_server.url}/admin/accounts/membership/")
    expect(page.locator("#result_list td > div[title]").first).to_have_css("background-color", "rgba(0, 0, 0, 0)")
