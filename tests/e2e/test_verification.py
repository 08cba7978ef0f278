"""The page where facts are verified, in a browser: pictures by keyboard, one press a fact, room on every screen."""

import hashlib

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from accounts.models import Role
from cases.evidence.models import FOUND, FactEntry
from cases.evidence.pipeline.derive import derive_preview
from cases.records.models import Snapshot
from cases.states import Channel
from cases.workflow import evidence
from tests.cases.building import customer_of, open_case
from tests.cases.evidence.files import picture, upload
from tests.e2e.signing_in import sign_in_as

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def case(defaults):
    case = open_case("deposit-not-credited", transaction_ref="FT26326004511", amount=2_000_000)
    for color in ((180, 30, 30), (30, 30, 180)):
        data = picture(color=color)
        item = evidence.submit_evidence(case, actor=customer_of(case), channel=Channel.WEB, upload=upload(data))
        derive_preview(item.file)
    content = [
        {"code": "FT26326004511", "amount": 2_000_000, "status": "chờ đối soát", "at": "2026-11-22T09:05:00+07:00"}
    ]
    digest = hashlib.sha256(str(content).encode()).hexdigest()
    Snapshot.objects.create(
        case=case, kind="deposits", source="Sổ lệnh nạp", asked_for="FT26326004511", content=content, sha256=digest
    )
    return case


@pytest.fixture
def desk(page, live_server, make_staff, case):
    sign_in_as(page, live_server.url, make_staff("lan", Role.SPECIALIST, "payments"))
    page.goto(f"{live_server.url}/admin/cases/case/{case.pk}/")
    return page


def test_by_keyboard_from_the_case_to_a_verified_fact(desk, case):
    desk.keyboard.press("x")
    desk.wait_for_url("**/verify/")
    image = desk.locator("[data-picture]:visible img")
    before = image.bounding_box()["width"]
    for _ in range(3):
        desk.keyboard.press("+")
    assert image.bounding_box()["width"] > before
    desk.keyboard.press("r")
    assert "rotate(90deg)" in image.get_attribute("style")
    desk.keyboard.press("0")
    assert "rotate(0deg)" in image.get_attribute("style")
    first = image.get_attribute("src")
    desk.keyboard.press("n")
    assert image.get_attribute("src") != first
    desk.keyboard.press("?")
    expect(desk.locator("#desk-keys")).to_contain_text("+")
    desk.keyboard.press("Escape")
    desk.click("#fact-transaction-code button[value=corroborated]")
    expect(desk.locator("#fact-transaction-code .desk-pill").first).to_have_class("desk-pill is-good")
    assert FactEntry.objects.get(kind="corroborated").snapshot is not None
    assert not case.evidence.filter(state="accepted").exists()  # nobody said that they belong to the fact


def test_enter_in_a_line_of_words_decides_nothing(desk, case):
    desk.goto(desk.url.replace("/change/", "/verify/"))
    desk.locator("#fact-transaction-code .verify-form .verify-sources summary").click()
    for name in ("value", "statement", "sentence"):
        line = desk.locator(f"#fact-transaction-code .verify-form [name={name}]")
        line.fill("Sổ phụ ngân hàng ngày 22/11")
        line.press("Enter")
    desk.wait_for_load_state("networkidle")
    expect(line).to_have_value("Sổ phụ ngân hàng ngày 22/11")
    assert not FactEntry.objects.filter(case=case, kind__in=FOUND).exists()
    desk.click("#fact-transaction-code button[value=contradicted]")
    expect(desk.locator("#fact-transaction-code .desk-pill").first).to_have_class("desk-pill is-warn")
    assert FactEntry.objects.get(case=case, kind__in=FOUND).kind == "contradicted"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1366, 768), (360, 740)])
def test_nothing_serious_and_nothing_beyond_the_edge(desk, scheme, width, height):
    desk.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    desk.set_viewport_size({"width": width, "height": height})
    desk.goto(desk.url.replace("/change/", "/verify/"))
    desk.wait_for_timeout(300)
    assert desk.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(desk).response["violations"]
    assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []
