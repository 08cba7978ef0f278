"""The public pages in a real browser: small and large, Vietnamese and English, light and dark, without JavaScript."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from cases.models import Case
from channels_app import links, one_time_codes
from channels_app.models import OneTimeCode
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
    for path in ("/", "/notice/", "/request/", "/track/", "/nowhere/"):
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
    page.get_by_role("link", name="Follow this request").click()
    page.get_by_role("button", name="Send me a one-time code").click()
    page.get_by_label("One-time code").fill(one_time_codes.digits(OneTimeCode.objects.get()))
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Your message").fill("Còn một điều nữa")
    page.get_by_role("button", name="Send the message").click()
    assert page.get_by_text("Còn một điều nữa").is_visible()

    answered = open_case("answered", email="binh@khach.example")
    page.goto(links.case_link(answered, answered.contact, "outcome"))
    page.get_by_role("link", name="I agree").click()
    page.get_by_role("button", name="Yes, I agree").click()
    assert page.get_by_text("closed as agreed").is_visible()
    answered.refresh_from_db()
    assert answered.closed_as == "accepted"
    context.close()
