"""Visitor and agents in browsers of their own, over the real server: what one says the other sees."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from accounts.actors import Actor
from accounts.models import Role, User
from cases.evidence.models import EvidenceItem, StoredFile
from cases.models import Case, Category
from cases.workflow import evidence, routing
from channels_app.chat import letting_go
from channels_app.models import Chat, ChatDuty
from tests.cases.evidence.files import picture
from tests.web import meanwhile

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def lan(make_staff):
    return make_staff("lan", Role.INTAKE, "intake")


@pytest.fixture
def hoa(make_staff):
    return make_staff("hoa", Role.INTAKE, "intake")


@pytest.fixture
def at_console(served, visitor):
    """at_console(user): a browser of their own, at the chat console."""

    def enter(user):
        page = go_to_console(visitor(), user, served)
        page.wait_for_function("desk.socket.isUp")
        return page

    return enter


@pytest.fixture
def on_a_bad_line(served, browser, lan):
    """Lan's browser, where the network may fail and the browser say so."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="vi-VN")
    yield context.new_page()
    context.close()


@pytest.fixture
def writes(served, visitor):
    """writes("…"): a visitor in a browser of their own, on the chat page."""

    def write(text):
        page = visitor()
        page.goto(f"{served.address}/chat/")
        page.fill("#text", text)
        page.keyboard.press("Enter")
        expect(page.locator("#lines")).to_contain_text(text)
        return page

    return write


def go_to_console(page, user, served):
    client = Client()
    client.force_login(user)
    session = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": served.address}])
    page.goto(f"{served.address}/admin/chat/")
    return page


def take_next(agent):
    """By keyboard, once somebody waits."""
    agent.locator(".chat-waiting").first.wait_for()
    agent.keyboard.press("Alt+n")
    expect(column(agent).locator("[data-text]")).to_be_focused()


def column(page, number=0):
    return page.locator(".chat-column").nth(number)


def says(page, text):
    column(page).locator("[data-text]").fill(text)
    page.keyboard.press("Enter")


def test_from_waiting_to_the_official_answer(at_console, writes, lan, hoa):
    agent = at_console(lan)
    other = at_console(hoa)
    expect(agent.locator("[data-empty]")).to_be_visible()
    guest = writes("Tôi nạp tiền <b>chưa</b> vào")

    # An alert wherever one looks, and the time counts.
    expect(agent.locator(".chat-waiting")).to_contain_text("<b>chưa</b>")
    expect(agent.locator(".chat-toast")).to_be_visible()
    expect(agent.locator(".chat-badge")).to_have_text("1")
    expect(agent).to_have_title("(1) " + other.title().removeprefix("(1) "))
    expect(agent.locator(".chat-waiting [data-clock]")).to_contain_text("0:0")

    take_next(agent)
    expect(other.locator(".chat-waiting")).to_have_count(0)
    case = Case.objects.get()
    expect(column(agent).locator("[data-code]")).to_have_text(case.code)

    # They talk; both see that the other writes, and what was read.
    agent.keyboard.type("Chào anh, em là Lan.")
    expect(guest.locator("#typing")).not_to_be_empty()
    agent.keyboard.press("Shift+Enter")
    agent.keyboard.type("Em kiểm tra ngay ạ.")
    agent.keyboard.press("Enter")
    expect(guest.locator("#lines")).to_contain_text("Chào anh, em là Lan.\nEm kiểm tra ngay ạ.")
    expect(column(agent).locator(".is-seen")).to_be_visible()
    guest.locator("#text").press_sequentially("Cảm ơn")
    expect(column(agent).locator("[data-typing]")).not_to_be_empty()
    guest.keyboard.press("Enter")
    expect(column(agent).locator(".is-visitor").last).to_contain_text("Cảm ơn")

    # A note is for colleagues.
    agent.keyboard.press("Alt+i")
    agent.keyboard.type("Khách quen, nói nhẹ nhàng")
    agent.keyboard.press("Enter")
    expect(column(agent).locator(".chat-line.is-note")).to_contain_text("Khách quen")

    # A colleague goes on where the first one stopped.
    column(agent).locator("[data-hand-over]").click()
    agent.locator("#chat-to").select_option(label=str(hoa))
    agent.locator("#chat-summary").fill("Đã chào, chờ đối soát")
    agent.keyboard.press("Control+Enter")
    expect(agent.locator(".chat-column")).to_have_count(0)
    expect(column(other).locator(".chat-line.is-note")).to_have_count(2)
    expect(column(other).locator("[data-lines]")).to_contain_text("Đã chào, chờ đối soát")

    other_kind = Category.objects.get(slug="other")
    # The official answer: first what is missing is said.
    other.keyboard.press("Alt+1")
    other.keyboard.press("Alt+a")
    expect(column(other).locator("[data-why]")).to_be_visible()
    expect(column(other).locator("[data-send]")).to_be_disabled()
    column(other).locator("[data-classify] select").select_option(str(other_kind.pk))
    column(other).locator("[data-classify] button").click()
    expect(column(other).locator("[data-why]")).to_be_hidden()
    column(other).locator("[data-text]").fill("Tiền đã vào tài khoản của Quý khách.")
    other.keyboard.press("Control+Enter")
    expect(column(other).locator(".chat-line.is-answer")).to_contain_text("Tiền đã vào")
    expect(column(other).locator("[data-write]")).to_be_hidden()
    expect(guest.locator("#lines")).to_contain_text("Tiền đã vào tài khoản của Quý khách.")
    guest_page = guest.locator("body")
    for hidden in ("Khách quen", "chờ đối soát"):
        expect(guest_page).not_to_contain_text(hidden)
    case.refresh_from_db()
    assert (case.status, case.chat.state, case.assignee) == ("answered", Chat.State.ENDED, hoa)
    ids = column(other).locator("[data-id]").evaluate_all("rows => rows.map((row) => Number(row.dataset.id))")
    assert ids == sorted(set(ids))


def test_an_answer_that_comes_late_does_not_bring_back_what_was_before(at_console, writes, lan):
    agent = at_console(lan)
    guest = writes("Alô")
    take_next(agent)
    held = []

    def hold(route):
        held.append((route, route.fetch()))

    agent.route("**/say/", hold)
    says(agent, "Em đây ạ")
    expect(guest.locator("#lines")).to_contain_text("Em đây ạ")
    expect(column(agent).locator(".is-seen")).to_be_visible()  # the socket was faster
    (route, answer), agent_lines = held[0], column(agent).locator(".chat-line.is-agent")
    with agent.expect_response("**/say/"):
        route.fulfill(response=answer)
    expect(agent_lines).to_have_count(1)
    agent.wait_for_timeout(300)
    expect(column(agent).locator(".is-seen")).to_be_visible()


def test_who_takes_chats_is_given_one_and_several_stand_side_by_side(at_console, writes, lan):
    agent = at_console(lan)
    agent.locator("[data-capacity]").select_option("3")
    agent.locator("[data-duty]").check()
    expect(agent.locator("[data-duty]")).to_be_checked()
    for text in ("Một", "Hai", "Ba"):
        writes(text)
    expect(agent.locator(".chat-column:visible")).to_have_count(3)
    assert ChatDuty.objects.get().takes_chats
    for number in (2, 1, 3):
        agent.keyboard.press(f"Alt+{number}")
        expect(column(agent, number - 1).locator("[data-text]")).to_be_focused()
    agent.set_viewport_size({"width": 390, "height": 844})
    expect(agent.locator(".chat-column:visible")).to_have_count(1)
    expect(agent.locator("[data-tabs] button")).to_have_count(3)
    agent.locator("[data-tabs] button").first.click()
    expect(column(agent, 0)).to_be_visible()
    assert agent.evaluate("document.documentElement.scrollWidth") <= 390


def test_on_a_telephone_many_who_wait_make_the_page_no_wider(at_console, writes, lan):
    agent = at_console(lan)
    agent.set_viewport_size({"width": 360, "height": 740})
    for text in ("Một", "Hai", "Ba"):
        writes(text)
    expect(agent.locator(".chat-waiting")).to_have_count(3)
    assert agent.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_template_by_its_shortcut_and_a_draft_outlive_the_reload(at_console, writes, lan):
    agent = at_console(lan)
    writes("Alo")
    take_next(agent)
    agent.keyboard.type("/xin")
    expect(column(agent).locator("[role=option]")).to_have_count(1)
    agent.keyboard.press("Tab")
    text = column(agent).locator("[data-text]")
    filled = text.input_value()
    assert str(lan) in filled
    assert "{" not in filled
    agent.reload()
    expect(text).to_have_value(filled)
    agent.locator("h2[data-name]").first.click()
    agent.keyboard.press("?")
    expect(agent.locator("#desk-keys")).to_be_visible()


def test_a_photo_is_shown_to_its_end_and_its_check_on_the_case_page_frees_the_answer(served, browser, writes, lan):
    guest, photo = writes("Không vào được"), picture((800, 900))
    guest.locator(".code").wait_for()
    guest.locator("#files").set_input_files([{"name": "bien-lai.jpg", "mimeType": "image/jpeg", "buffer": photo}])
    expect(guest.locator("#lines")).to_contain_text("bien-lai.jpg")
    case, context = Case.objects.get(), browser.new_context(timezone_id="America/New_York")
    agent = context.new_page()
    agent.set_viewport_size({"width": 1366, "height": 600})
    pictures = []
    agent.route("**/preview", lambda route: pictures.append(route))  # comes after its line
    go_to_console(agent, lan, served)
    agent.wait_for_function("desk.socket.isUp")
    take_next(agent)
    meanwhile(routing.classify_case, case, actor=Actor.staff(lan), category=Category.objects.get(slug="other"))
    shown = column(agent).locator(".chat-file img")
    expect(column(agent).locator(".chat-file")).to_contain_text("bien-lai.jpg")
    expect(shown).to_have_count(0)
    StoredFile.objects.update(preview_state="ready")  # the picture is made after the line was shown
    expect(shown).to_have_js_property("complete", False)
    pictures[0].fulfill(body=photo, content_type="image/jpeg")
    expect(shown).to_have_js_property("naturalHeight", 900)
    list_ends_at = "list => Math.abs(list.scrollHeight - list.clientHeight - list.scrollTop)"
    assert column(agent).locator("[data-lines]").evaluate("list => list.scrollTop") > 0
    assert column(agent).locator("[data-lines]").evaluate(list_ends_at) < 2

    # Times are those of the installation, wherever the browser is.
    opened = timezone.localtime(case.messages.filter(direction="in").earliest("pk").created_at)
    expect(column(agent).locator(".is-visitor time").first).to_have_text(f"{opened:%H:%M}")

    agent.locator("[data-mode=answer]").click()
    expect(column(agent).locator("[data-send]")).to_be_disabled()
    expect(column(agent).locator("[data-why]")).to_contain_text("bien-lai.jpg")
    agent.keyboard.type("Đã xem ảnh.")
    agent.keyboard.press("Control+Enter")
    expect(agent.locator(".chat-toast.is-bad")).to_contain_text("bien-lai.jpg")
    with context.expect_page() as opening:
        column(agent).locator("[data-why-evidence]").click()
    expect(opening.value.locator("#evidence-title")).to_be_in_viewport()
    meanwhile(evidence.verify_evidence, EvidenceItem.objects.get(), actor=Actor.staff(lan), result="accepted")
    expect(column(agent).locator("[data-send]")).to_be_enabled()
    expect(column(agent).locator("[data-why]")).to_be_hidden()
    expect(column(agent).locator("[data-text]")).to_have_value("Đã xem ảnh.")
    context.close()


def test_without_a_socket_the_console_looks_by_itself(served, on_a_bad_line, writes, lan):
    agent = on_a_bad_line
    agent.route_web_socket("**/ws/desk/", lambda socket: socket.close())
    go_to_console(agent, lan, served)
    guest = writes("Có ai không?")
    agent.locator(".chat-waiting [data-take]").click(timeout=20_000)
    expect(agent.locator("[data-offline]")).to_be_visible()
    says(agent, "Có em đây ạ")
    expect(guest.locator("#lines")).to_contain_text("Có em đây ạ")
    guest.fill("#text", "Tốt quá")
    guest.keyboard.press("Enter")
    expect(column(agent).locator(".is-visitor").last).to_contain_text("Tốt quá", timeout=20_000)


@pytest.mark.parametrize("width", [390, 800, 1366])
def test_a_lost_connection_is_said_and_moves_nothing(served, on_a_bad_line, lan, width):
    agent = on_a_bad_line
    agent.set_viewport_size({"width": width, "height": 768})
    sockets = []
    agent.route_web_socket("**/ws/desk/", lambda socket: sockets.append((socket, socket.connect_to_server())))
    go_to_console(agent, lan, served)
    agent.wait_for_function("desk.socket.isUp")
    places = """() => [...document.querySelectorAll(".chat-bar > *, .chat-queue, [data-empty]")].map((one) => {
        const { x, y, width, height } = one.getBoundingClientRect();
        return [one.classList[0], x, y, width, height];
    })"""
    before = agent.evaluate(places)
    sockets[0][0].close()
    expect(agent.locator("[data-offline]")).to_be_visible()
    assert agent.evaluate(places) == before
    assert agent.evaluate("document.documentElement.scrollWidth <= innerWidth")
    agent.wait_for_function("desk.socket.isUp")
    expect(agent.locator("[data-offline]")).to_be_hidden()


def test_what_was_written_while_the_server_was_away_arrives_once(on_a_bad_line, writes, served, lan):
    agent = go_to_console(on_a_bad_line, lan, served)
    writes("Alo")
    take_next(agent)
    agent.context.set_offline(True)
    says(agent, "Một")
    says(agent, "Hai")
    expect(column(agent).locator(".is-unsent")).to_have_count(2)
    agent.context.set_offline(False)
    expect(column(agent).locator(".is-unsent")).to_have_count(0, timeout=20_000)
    said = [line.body for line in Case.objects.get().messages.filter(direction="out", is_automatic=False)]
    assert said == ["Một", "Hai"]
    expect(column(agent).locator(".chat-line.is-agent")).to_have_count(2)


def test_what_is_taken_away_is_said_and_can_be_taken_again(at_console, writes, lan):
    agent = at_console(lan)
    writes("Alo")
    take_next(agent)
    letting_go.release(User.objects.get(pk=lan.pk))
    expect(column(agent).locator("[data-write]")).to_be_hidden()
    expect(column(agent).locator("[data-banner]")).to_be_visible()
    column(agent).locator("[data-take]").click()
    expect(column(agent).locator("[data-write]")).to_be_visible()
    column(agent).locator("[data-end]").click()
    column(agent).locator("[data-no]").click()
    expect(column(agent).locator("[data-write]")).to_be_visible()
    column(agent).locator("[data-end]").click()
    column(agent).locator("[data-yes]").click()
    expect(column(agent).locator("[data-close]")).to_be_visible()
    column(agent).locator("[data-close]").click()
    expect(agent.locator("[data-empty]")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1366])
def test_axe_finds_nothing_in_the_console(at_console, writes, lan, scheme, width):
    agent = at_console(lan)
    agent.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    agent.set_viewport_size({"width": width, "height": 844})
    agent.reload()
    agent.wait_for_function("desk.socket.isUp")
    writes("Tôi nạp tiền chưa vào")
    take_next(agent)
    says(agent, "Chào anh")
    agent.keyboard.press("Alt+i")
    agent.keyboard.type("Ghi chú")
    agent.keyboard.press("Enter")
    expect(column(agent).locator(".chat-line.is-note")).to_be_visible()
    agent.keyboard.press("Alt+a")
    if width < 640:
        column(agent).locator("[data-toggle-card]").click()
    found = Axe().run(agent).response["violations"]
    assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in found] == []
