"""The public pages in a real browser: small and large, Vietnamese and English, light and dark, without JavaScript."""

import io
import random

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import expect

from accounts.actors import Actor
from accounts.models import User
from cases.models import Case
from cases.workflow import answer
from channels_app import links, one_time_codes, outbox
from channels_app.models import OneTimeCode
from tests.cases.building import settle_facts
from tests.channels_app.portal.conftest import open_case  # noqa: F401 - a fixture
from tests.channels_app.portal.test_requests import PNG

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIZES = {"telephone": {"width": 360, "height": 740}, "desktop": {"width": 1280, "height": 900}}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture(autouse=True)
def _public_address(live_server, settings):
    settings.PUBLIC_URL = live_server.url


def look(page):
    """Nothing that keeps anybody out, and nothing to scroll sideways."""
    found = Axe().run(page, options=RULES).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]][:3]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("language", "scheme"), [("vi-VN", "light"), ("en-GB", "dark")])
def test_every_page_is_open_to_everybody(browser, live_server, open_case, size, language, scheme):  # noqa: F811
    context = browser.new_context(viewport=SIZES[size], locale=language, color_scheme=scheme)
    page, troubles = context.new_page(), []
    page.on("console", lambda said: troubles.append(said.text) if "Content Security Policy" in said.text else None)
    for path in ("/", "/help/", "/help/?q=x", "/policy/", "/notice/", "/request/", "/track/", "/nowhere/"):
        page.goto(live_server.url + path)
        look(page)
    page.goto(live_server.url + "/request/")
    page.locator("main form button").last.click()
    look(page)
    for status in ("awaiting_customer", "answered", "closed"):
        case = open_case(status)
        page.goto(links.case_link(case, case.contact))
        assert case.code in page.url
        look(page)
        if status == "answered":
            for step in ("accept", "reject", "withdraw"):
                page.goto(f"{live_server.url}/track/{case.code}/{step}/")
                look(page)
    assert troubles == []
    context.close()


def test_a_request_is_opened_followed_and_agreed_without_javascript(browser, live_server, open_case):  # noqa: F811
    context = browser.new_context(viewport=SIZES["telephone"], locale="en-GB", java_script_enabled=False)
    page = context.new_page()
    page.goto(live_server.url)
    page.locator("main").get_by_role("link", name="Open a request", exact=True).click()
    page.get_by_label("What happened?").fill("Tôi chuyển tiền mà chưa thấy.")
    page.get_by_label("Your name").fill("Nguyễn Văn An")
    page.get_by_role("button", name="Send the request").click()
    page.get_by_role("link", name="Email – Give an email address").click()
    page.get_by_label("Email").fill("an@khach.example")
    page.get_by_label("Pictures").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": PNG})
    page.get_by_role("button", name="Send the request").click()
    case = Case.objects.get()
    assert page.locator(".code").inner_text().replace("\n", "").replace(" ", "").startswith(case.code[:2])
    assert not page.get_by_text("Copy the code").is_visible()  # the button could do nothing
    page.get_by_role("link", name="Follow this request").click()
    page.get_by_role("button", name="Send me a one-time code").click()
    page.get_by_label("One-time code").fill(one_time_codes.digits(OneTimeCode.objects.get()))
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Your message").fill("Còn một điều nữa")
    page.get_by_role("button", name="Send the message").click()
    assert page.get_by_text("Còn một điều nữa").is_visible()
    assert not page.get_by_text("Copy the code").is_visible()

    answered = open_case("answered", email="binh@khach.example")
    page.goto(links.case_link(answered, answered.contact, "outcome"))
    page.get_by_role("link", name="I agree").click()
    page.get_by_role("button", name="Yes, I agree").click()
    assert page.get_by_text("closed as agreed").is_visible()
    answered.refresh_from_db()
    assert answered.closed_as == "accepted"
    context.close()


def test_what_is_asked_for_is_sent_without_javascript(browser, live_server, open_case, tmp_path):  # noqa: F811
    """The whole upload by plain forms, on a small telephone: a file that is refused, what was typed beside it, and another."""
    case = open_case("awaiting_customer")
    context = browser.new_context(viewport=SIZES["telephone"], locale="en-GB", java_script_enabled=False)
    page = context.new_page()
    page.goto(links.case_link(case, case.contact))
    form = page.locator(f"form[action='/track/{case.code}/evidence/']")
    form.get_by_role("textbox").fill("FT26326004511")
    form.locator("input[type=file]").set_input_files(
        {"name": "hoa-don.exe", "mimeType": "application/octet-stream", "buffer": b"MZ" + bytes(100)}
    )
    form.get_by_role("button", name="Send").click()
    refused = page.locator("#id_documents_error")
    expect(refused).to_be_visible()
    expect(refused).to_contain_text("PDF")
    expect(form.get_by_role("textbox")).to_have_value("FT26326004511")
    assert not case.evidence.exists()
    page.screenshot(path=tmp_path / "refused.png", full_page=True)
    form.locator("input[type=file]").set_input_files(
        [
            {"name": "biên lai.png", "mimeType": "image/png", "buffer": PNG},
            {"name": "sao kê.png", "mimeType": "image/png", "buffer": big_png()},
        ]
    )
    form.get_by_role("button", name="Send").click()
    for name in ("biên lai.png", "sao kê.png"):
        expect(page.get_by_text(name).first).to_be_visible()
    assert sorted(case.evidence.values_list("filename", "text")) == [
        ("", "FT26326004511"),
        ("biên lai.png", ""),
        ("sao kê.png", ""),
    ]
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.screenshot(path=tmp_path / "sent.png", full_page=True)
    context.close()


def test_the_first_wrong_field_has_the_focus_and_words_stay(browser, live_server):
    context = browser.new_context(locale="vi-VN")
    page = context.new_page()
    page.goto(live_server.url + "/request/")
    page.get_by_label("Tên của Quý khách").fill("Nguyễn Văn An")
    page.locator("main form button").last.click()
    assert page.locator("[name=body]").evaluate("field => field === document.activeElement")
    assert page.locator("[name=name]").input_value() == "Nguyễn Văn An"
    assert page.locator("[name=body]").get_attribute("aria-invalid") == "true"
    context.close()


def test_what_changes_shows_without_a_reload_and_disturbs_nobody(page, live_server, open_case):  # noqa: F811
    case = open_case("routed")
    page.clock.install()
    page.goto(links.case_link(case, case.contact))
    writing = page.get_by_label("Tin nhắn của Quý khách")
    writing.fill("Tôi đang viết dở")
    page.evaluate("window.stays = true")
    lan = Actor.staff(User.objects.get(username="lan"))
    outbox.write_message(case, actor=lan, body="Chúng tôi đang tra soát.")
    page.clock.run_for(31_000)
    page.get_by_text("Chúng tôi đang tra soát.").wait_for()
    assert writing.input_value() == "Tôi đang viết dở"
    assert writing.evaluate("field => field === document.activeElement")
    assert page.locator("#news").inner_text() != ""

    settle_facts(case, lan)
    agree_to_nothing = page.locator("[data-live=standing]")
    answer.send_answer(case, actor=lan, body="Đã ghi có 2.000.000đ.")
    page.clock.run_for(31_000)
    agree_to_nothing.get_by_text("Đã ghi có 2.000.000đ.").wait_for()
    assert agree_to_nothing.locator("a[href$='/accept/']").is_visible()
    look(page)
    assert page.evaluate("window.stays")


def test_a_part_that_is_used_is_left_alone_until_it_is_not(page, live_server, open_case):  # noqa: F811
    case = open_case("answered")
    page.clock.install()
    page.goto(links.case_link(case, case.contact))
    page.locator("a[href$='/reject/']").focus()
    answer.reject(case, actor=Actor.customer(case.customer))
    with page.expect_response("**/live/**"):
        page.clock.run_for(31_000)
    assert page.locator("a[href$='/reject/']").is_visible()
    page.locator("[name=body]").focus()
    with page.expect_response("**/live/**"):
        page.clock.run_for(31_000)
    page.locator("a[href$='/reject/']").wait_for(state="detached")
    assert page.get_by_text("người khác xem xét lại").first.is_visible()


def test_the_code_is_copied(browser, live_server, open_case):  # noqa: F811
    case = open_case("routed")
    context = browser.new_context(locale="en-GB", permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(links.case_link(case, case.contact))
    page.get_by_role("button", name="Copy the code").click()
    page.get_by_role("button", name="✓ Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == case.code
    context.close()


def test_the_chat_button_steps_aside_while_one_reads_on(browser, live_server, open_case):  # noqa: F811
    case = open_case("answered")
    context = browser.new_context(viewport=SIZES["telephone"])
    page = context.new_page()
    page.goto(links.case_link(case, case.contact))
    button = page.locator("section > button[aria-expanded]")
    expect(button).to_be_in_viewport()
    page.mouse.wheel(0, 400)
    expect(button).not_to_be_in_viewport()
    page.mouse.wheel(0, -100)
    expect(button).to_be_in_viewport()
    context.close()


def test_help_leads_to_an_answer_or_to_the_form(page, live_server, defaults):
    page.goto(live_server.url)
    page.get_by_role("searchbox").fill("mao danh")
    page.keyboard.press("Enter")
    page.locator("main .cards a").first.click()
    look(page)
    page.locator("main form button").click()
    assert page.locator(".message.success").is_visible()
    page.locator("a[href='/request/?about=impersonation']").click()
    assert page.locator("[name=category] option:checked").inner_text() == "Mạo danh nhân viên hoặc trang giả"


def test_clauses_have_lasting_addresses(page, live_server, defaults):
    page.goto(live_server.url + "/policy/#clause-9")
    assert page.locator("#clause-9 h2").is_visible()
    look(page)


def test_a_case_is_printed_without_what_only_works_on_a_screen(page, live_server, open_case):  # noqa: F811
    case = open_case("answered")
    page.goto(links.case_link(case, case.contact))
    page.emulate_media(media="print")
    for shown in (".standing", "#outcome", "article >> nth=0"):
        assert page.locator(shown).is_visible()
    for hidden in ("nav", "form >> nth=0", ".actions >> nth=0", "footer"):
        assert not page.locator(hidden).is_visible()


def big_png(side=600):
    """A picture of about a megabyte: noise, which does not compress."""
    out = io.BytesIO()
    Image.frombytes("RGB", (side, side), random.Random(1).randbytes(side * side * 3)).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def phone(browser):
    """A telephone whose line may break: the console says so."""
    context = browser.new_context(viewport=SIZES["telephone"], locale="en-GB")
    yield context.new_page()
    context.close()


class Line:
    """The way of the pieces: counted, and broken after `holds` of them until it is mended."""

    def __init__(self, page, holds):
        self.left, self.sent = holds, []
        page.route("**/uploads/*/", self.pass_on)

    def pass_on(self, route):
        if route.request.method != "PATCH":
            return route.continue_()
        if self.left == 0:
            return route.abort("internetdisconnected")
        self.left -= 1
        self.sent.append(int(route.request.headers["upload-offset"]))
        return route.continue_()

    def mend(self):
        self.left = 1000


def test_a_file_goes_on_by_itself_when_the_line_is_back(phone, live_server, open_case):  # noqa: F811
    case, picture = open_case("awaiting_customer"), big_png()
    line = Line(phone, holds=2)
    phone.goto(links.case_link(case, case.contact))
    phone.locator("input[type=file]").set_input_files({"name": "x.png", "mimeType": "image/png", "buffer": picture})
    phone.locator("form[data-uploads] .actions button").first.click()
    expect(phone.locator(".uploads li")).to_contain_text("no connection")
    expect(phone.locator(".uploads progress")).to_have_js_property("value", 48)
    look(phone)
    line.mend()
    expect(phone.get_by_text("We have received what you sent.")).to_be_visible(timeout=30_000)
    assert line.sent == sorted(set(line.sent))  # no piece twice
    assert case.evidence.get().file.size == len(picture)


def test_chosen_again_a_file_goes_on_where_it_stopped(phone, live_server, open_case):  # noqa: F811
    case, picture = open_case("awaiting_customer"), {"name": "x.png", "mimeType": "image/png", "buffer": big_png()}
    as_of_a_file_on_a_disk = "Object.defineProperty(File.prototype, 'lastModified', { get: () => 1 })"
    phone.add_init_script(as_of_a_file_on_a_disk)
    line = Line(phone, holds=3)

    def choose_and_send():
        phone.locator("input[type=file]").set_input_files(picture)
        phone.locator("form[data-uploads] .actions button").first.click()

    phone.goto(links.case_link(case, case.contact))
    choose_and_send()
    expect(phone.locator(".uploads li")).to_contain_text("no connection")
    phone.reload()
    line.mend()
    choose_and_send()
    expect(phone.get_by_text("We have received what you sent.")).to_be_visible(timeout=30_000)
    assert line.sent == sorted(set(line.sent))  # no piece twice


def test_what_is_refused_says_why_and_the_form_goes_on(phone, live_server, open_case, settings):  # noqa: F811
    settings.EVIDENCE_MAX_BYTES = 500_000
    case = open_case("awaiting_customer")
    phone.goto(links.case_link(case, case.contact))
    phone.locator("input[type=file]").set_input_files({"name": "x.png", "mimeType": "image/png", "buffer": big_png()})
    phone.locator("form[data-uploads] .actions button").first.click()
    expect(phone.get_by_role("alert")).to_contain_text("x.png")
    expect(phone.locator("form[data-uploads] textarea")).to_be_enabled()
    phone.locator("form[data-uploads] input[type=file]").set_input_files([])
    phone.locator("form[data-uploads] textarea").fill("FT26332123456789")
    phone.locator("form[data-uploads] .actions button").first.click()
    expect(phone.get_by_text("FT26332123456789").first).to_be_visible()


def test_where_storage_is_forbidden_files_arrive_all_the_same(phone, live_server, open_case):  # noqa: F811
    forbidden = (
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('', 'SecurityError'); } })"
    )
    phone.add_init_script(forbidden)
    case = open_case("awaiting_customer")
    phone.goto(links.case_link(case, case.contact))
    phone.locator("input[type=file]").set_input_files({"name": "x.png", "mimeType": "image/png", "buffer": PNG})
    phone.locator("form[data-uploads] .actions button").first.click()
    expect(phone.get_by_text("We have received what you sent.")).to_be_visible()
