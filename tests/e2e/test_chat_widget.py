"""The chat widget in a real browser, on a real server, on a page of another website."""

import functools
import http.server
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import jwt
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.db import connections
from django.utils import timezone
from playwright.sync_api import expect

from accounts.actors import Actor
from accounts.models import Role, User
from cases.models import Case, Category
from cases.workflow import answer, routing
from channels_app import one_time_codes
from channels_app.chat import giving, talking
from channels_app.models import Chat, Message, OneTimeCode
from tests.cases.building import settle_facts
from tests.channels_app.portal.test_requests import PNG
from tests.web import Served

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# Frame by frame: axe cannot reach into one of another origin.
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], "iframes": False}
TOKEN_KEY = "k" * 32
SOON = 30_000  # milliseconds: a busy machine takes its time
expect.set_options(timeout=SOON)
PAGE = """<!doctype html><html lang="vi"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Shop</title><link rel="icon" href="data:,"><main><h1>Shop</h1><a href="other.html">Other</a></main>
<script>window.heard = []; window.addEventListener("message", (event) => window.heard.push(event.data));</script>
<script src="{widget}" data-language="{language}"></script></html>"""


def elsewhere(work):
    """Runs `work` in a thread of its own: Playwright keeps an event loop in this one, and pushes need another."""

    def run():
        try:
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


class Website(http.server.ThreadingHTTPServer):
    """A website of somebody else's, on a port of its own."""

    def __init__(self, folder):
        folder.mkdir()
        self.folder = folder
        super().__init__(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder)))
        self.origin = f"http://127.0.0.1:{self.server_port}"

    def embed(self, web):
        for language, name in (("vi", "index.html"), ("vi", "other.html"), ("en", "en.html")):
            (self.folder / name).write_text(PAGE.format(widget=f"{web.address}/widget.js", language=language), "utf-8")
        (self.folder / "bare.html").write_text(f'<iframe src="{web.address}/chat/"></iframe>', "utf-8")


@pytest.fixture
def websites(tmp_path):
    both = [Website(tmp_path / name) for name in ("shop", "foreign")]
    for website in both:
        threading.Thread(target=website.serve_forever, daemon=True).start()
    yield both
    for website in both:
        website.shutdown()
        website.server_close()


@pytest.fixture
def web(websites, tmp_path, transactional_db, defaults):
    shop, foreign = websites
    keys = json.dumps({"shop": {"alg": "HS256", "key": TOKEN_KEY}})
    web = Served(tmp_path, CHAT_ORIGINS=shop.origin, CUSTOMER_TOKEN_KEYS=keys)
    shop.embed(web)
    foreign.embed(web)
    web.start()
    yield web
    web.kill()
    connections.close_all()


@pytest.fixture
def shop(web, websites):
    return websites[0].origin


@pytest.fixture
def foreign(web, websites):
    return websites[1].origin


@pytest.fixture
def careless(browser, web):
    """careless(): a browser on which the console may complain, as what the test does breaks connections."""
    contexts = []

    def enter(**options):
        contexts.append(browser.new_context(locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh", **options))
        contexts[-1].set_default_timeout(SOON)
        return contexts[-1]

    yield enter
    for context in contexts:
        context.close()


@pytest.fixture
def visitor(web, visitor):
    """Its browsers are closed before the server is: its end is no trouble of theirs."""

    def enter():
        page = visitor()
        page.set_default_timeout(SOON)
        return page

    return enter


@pytest.fixture
def lan(make_staff):
    user = make_staff("lan", Role.SPECIALIST, "payments")
    make_staff("lan", Role.INTAKE, "intake")
    user.first_name, user.presence = "Lan", User.Presence.ON_DUTY
    user.save()
    return user


def open_chat(page):
    page.locator("section > button").click()
    chat = page.frame_locator("iframe")
    expect(chat.locator("#send")).to_be_enabled()  # its scripts run
    return chat


def say(chat, text):
    chat.locator("#text").fill(text)
    chat.locator("#text").press("Enter")


def mine(chat):
    """What the visitor said and the server took."""
    return chat.locator(".mine:not(.pending) .bubble")


def reply(lan, body, number=1):
    def answer_visitor():
        giving.set_duty(lan, takes_chats=True)
        chat = Chat.objects.get()
        talking.staff_says(chat, actor=Actor.staff(lan), client_id=f"agent-{number:04}", body=body)
        talking.agent_read(chat, 2**60)

    elsewhere(answer_visitor)


def said():
    return elsewhere(lambda: list(Message.objects.filter(direction="in").order_by("pk").values_list("body", flat=True)))


def look(page):
    for frame in page.frames:
        found = Axe().run(frame, options=RULES).response["violations"]
        assert [(one["id"], [node["html"] for node in one["nodes"]][:3]) for one in found] == []


def test_a_visitor_of_another_website_talks_with_us(visitor, web, shop, lan):
    page = visitor()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(shop)
    launcher = page.locator("section > button")
    assert launcher.get_attribute("aria-expanded") == "false"
    chat = open_chat(page)
    expect(chat.locator("#text")).to_be_focused()
    say(chat, "Tôi nạp tiền chưa vào")
    chat.locator(".code").wait_for()
    case = elsewhere(lambda: Case.objects.get())
    assert chat.locator(".code strong").inner_text() == case.code
    first, second = (chat.locator("#lines > li").nth(n) for n in (0, 1))
    assert "Tôi nạp tiền chưa vào" in first.inner_text()
    assert case.code in second.inner_text()
    chat.locator(".code button").click()
    page.wait_for_function("code => navigator.clipboard.readText().then((text) => text === code)", arg=case.code)

    reply(lan, "Chào bạn, tôi xem ngay đây.")
    expect(chat.locator(".theirs .bubble")).to_have_text("Chào bạn, tôi xem ngay đây.")
    expect(chat.locator(".theirs .who")).to_have_text("Lan")
    expect(chat.locator(".mine .mark")).not_to_be_empty()
    expect(chat.locator("#subtitle")).to_have_text("Lan")
    look(page)

    chat.locator("#text").press("Escape")
    expect(page.locator("iframe")).to_be_hidden()
    assert page.evaluate("document.querySelector('body > div').shadowRoot.activeElement.tagName") == "BUTTON"
    reply(lan, "Bạn cho tôi mã giao dịch nhé?", 2)
    expect(launcher.locator(".count")).to_have_text("1")
    assert "1" in launcher.get_attribute("aria-label")
    launcher.press("Enter")
    expect(launcher.locator(".count")).to_have_text("")

    heard = page.evaluate("window.heard")
    assert {tuple(sorted(message)) for message in heard} <= {("cskh",), ("count", "cskh")}
    assert elsewhere(lambda: Chat.objects.get().website) == shop


def test_the_conversation_stays_across_pages_and_reloads(visitor, web, shop):
    page = visitor()
    page.goto(shop)
    chat = open_chat(page)
    say(chat, "Một")
    chat.locator(".code").wait_for()
    chat.locator("#text").fill("chưa gửi")
    page.reload()
    expect(mine(chat)).to_have_text(["Một"])  # open as it was left
    expect(chat.locator("#text")).to_have_value("chưa gửi")
    page.get_by_role("link", name="Other").click()
    expect(mine(chat)).to_have_text(["Một"])
    say(chat, "Hai")
    expect(mine(chat)).to_have_text(["Một", "Hai"])
    assert elsewhere(lambda: Chat.objects.count()) == 1


def test_who_writes_before_the_scripts_run_loses_nothing(visitor, web):
    page = visitor()
    held = []
    page.route("**/static/chat/*.js", lambda script: script.continue_() if held is None else held.append(script))
    page.goto(f"{web.address}/chat/", wait_until="commit")
    page.locator("#text").fill("Tôi nạp tiền chưa vào")
    assert page.locator("#send").is_disabled()
    slow, held = held, None  # the network is well again
    for script in slow:
        script.continue_()
    expect(page.locator("#send")).to_be_enabled()
    page.locator("#text").press("Enter")
    expect(mine(page)).to_have_text(["Tôi nạp tiền chưa vào"])


def test_a_foreign_website_gets_nothing(careless, web, foreign):
    page = careless().new_page()
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(foreign)
    assert page.evaluate("[window.CSKH, document.querySelectorAll('iframe').length]") == [None, 0]
    assert any(foreign in text for text in said)
    page.goto(f"{foreign}/bare.html")
    assert page.frame_locator("iframe").locator("#text").count() == 0
    assert any("frame-ancestors" in text for text in said)
    page.goto(f"{web.address}/chat/?origin={foreign}")
    assert page.locator("#text").count() == 0


def test_what_is_written_while_the_server_is_dead_arrives_once_and_in_order(careless, web, shop):
    page = careless().new_page()
    page.goto(shop)
    chat = open_chat(page)
    say(chat, "Một")
    chat.locator(".code").wait_for()
    web.kill()
    say(chat, "Hai")
    say(chat, "Ba")
    expect(chat.locator(".pending .bubble")).to_have_text(["Hai", "Ba"])
    expect(chat.locator("#connection.bad")).not_to_be_empty()
    page.reload()  # even a closed page loses nothing
    time.sleep(1)
    web.start()
    page.goto(shop)
    expect(mine(chat)).to_have_text(["Một", "Hai", "Ba"])
    expect(chat.locator("#connection")).to_be_empty()
    assert said() == ["Một", "Hai", "Ba"]


def test_the_open_page_finds_the_restarted_server_by_itself(careless, web, shop, lan):
    page = careless().new_page()
    page.goto(shop)
    chat = open_chat(page)
    say(chat, "Một")
    chat.locator(".code").wait_for()
    web.kill()
    say(chat, "Hai")
    expect(chat.locator("#connection.bad")).not_to_be_empty()
    web.start()
    expect(mine(chat)).to_have_text(["Một", "Hai"])
    reply(lan, "Chào bạn")
    expect(chat.locator(".theirs .bubble")).to_have_text("Chào bạn")
    assert said() == ["Một", "Hai"]


def test_two_tabs_are_one_conversation(careless, web, shop):
    context = careless()
    tabs = [context.new_page(), context.new_page()]
    chats = []
    for page in tabs:
        page.goto(shop)
        chats.append(open_chat(page))
    say(chats[0], "Từ tab một")
    for chat in chats:
        expect(mine(chat)).to_have_text(["Từ tab một"])
    say(chats[1], "Từ tab hai")
    expect(mine(chats[0])).to_have_text(["Từ tab một", "Từ tab hai"])

    context.set_offline(True)
    say(chats[0], "A")
    say(chats[1], "B")
    context.set_offline(False)
    for chat in chats:
        expect(mine(chat)).to_have_text(["Từ tab một", "Từ tab hai", "A", "B"])
    assert said() == ["Từ tab một", "Từ tab hai", "A", "B"]
    assert elsewhere(lambda: Chat.objects.count()) == 1


def test_without_sockets_it_works_by_plain_http(careless, web, shop, lan):
    context = careless()
    context.route_web_socket("**/ws/chat/", lambda socket: socket.close())
    page = context.new_page()
    page.goto(shop)
    chat = open_chat(page)
    say(chat, "Một")
    chat.locator(".code").wait_for()
    say(chat, "Hai")
    expect(mine(chat)).to_have_text(["Một", "Hai"])
    reply(lan, "Chào bạn")
    expect(chat.locator(".theirs .bubble")).to_have_text("Chào bạn")
    expect(chat.locator("#connection")).not_to_be_empty()
    assert elsewhere(lambda: Chat.objects.get().visitor_read) > 0


FORBID_STORAGE = """
    const forbidden = () => new DOMException("The request was denied.", "SecurityError");
    Object.defineProperty(window, "localStorage", { get() { throw forbidden(); } });
    LockManager.prototype.request = () => Promise.reject(forbidden());
"""


def test_where_storage_is_forbidden_they_talk_all_the_same(careless, web, shop, lan):
    """As in a private window, in the frame of another website."""
    context = careless()
    context.add_init_script(FORBID_STORAGE)
    page = context.new_page()
    page.goto(shop)
    chat = open_chat(page)
    say(chat, "Một")
    chat.locator(".code").wait_for()
    say(chat, "Hai")
    expect(mine(chat)).to_have_text(["Một", "Hai"])
    reply(lan, "Chào bạn")
    expect(chat.locator(".theirs .bubble")).to_have_text("Chào bạn")
    assert said() == ["Một", "Hai"]


def test_where_there_is_no_place_for_a_socket_it_asks_at_once_and_insists_on_none(careless, web, lan):
    context = careless()
    refused = []
    context.route_web_socket("**/ws/chat/", lambda socket: (refused.append(1), socket.close(code=4430)))
    page = context.new_page()
    page.goto(f"{web.address}/chat/")
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/chat/lines" in request.url else None)
    say(page, "Một")
    page.locator(".code").wait_for()
    reply(lan, "Chào bạn")
    expect(page.locator(".theirs .bubble")).to_have_text("Chào bạn")
    page.wait_for_timeout(5000)
    assert (len(refused), len(asked) > 1) == (1, True)


def test_files_show_their_progress_and_clear_refusals(careless, web, shop):
    page = careless().new_page()
    page.goto(f"{shop}/en.html")
    chat = open_chat(page)
    picture = {"name": "receipt.png", "mimeType": "image/png", "buffer": PNG}
    program = {"name": "program.exe", "mimeType": "image/png", "buffer": b"MZ" + b"\0" * 300}
    big = {"name": "big.png", "mimeType": "image/png", "buffer": b"\0" * (settings.EVIDENCE_MAX_BYTES + 1)}
    chat.locator("#files").set_input_files([picture, program, big])
    expect(mine(chat).filter(has_text="receipt.png")).to_have_count(2)  # what it is about, and the file
    refused = chat.locator("#uploads .bad")
    expect(refused).to_have_count(2)
    assert "10 MB" in refused.filter(has_text="big.png").inner_text()
    look(page)
    for name in ("big.png", "program.exe"):
        refused.filter(has_text=name).get_by_role("button", name="Remove").click()
    expect(refused).to_have_count(0)
    assert elsewhere(lambda: list(Case.objects.get().evidence.values_list("filename", flat=True))) == ["receipt.png"]


def test_how_far_a_file_is_shows_on_a_slow_line(careless, web):
    page = careless().new_page()
    page.goto(f"{web.address}/chat/?language=en")
    say(page, "Here it comes")
    page.locator(".code").wait_for()
    line = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 100_000}
    network = page.context.new_cdp_session(page)
    network.send("Network.emulateNetworkConditions", line)
    statement = {"name": "statement.txt", "mimeType": "text/plain", "buffer": b"FT26326 2,000,000\n" * 40_000}
    page.locator("#files").set_input_files([statement])
    under_way = """bar => new Promise((done) => {
        const look = () => bar.value > 0 && bar.value < 100 ? done(true) : requestAnimationFrame(look);
        look();
    })"""
    assert page.locator("#uploads progress").evaluate(under_way)
    network.send("Network.emulateNetworkConditions", {**line, "uploadThroughput": -1})
    expect(mine(page).filter(has_text="statement.txt")).to_be_visible()
    expect(page.locator("#uploads li")).to_have_count(0)


def test_a_telephone_offers_its_camera(careless, web):
    page = careless(has_touch=True, is_mobile=True, viewport={"width": 360, "height": 740}).new_page()
    page.goto(f"{web.address}/chat/?language=en")
    say(page, "Here it comes")
    page.locator(".code").wait_for()
    with page.expect_file_chooser() as choosing:
        page.get_by_role("button", name="Take a picture").tap()
    assert choosing.value.element.get_attribute("capture") == "environment"
    choosing.value.set_files([{"name": "photo.png", "mimeType": "image/png", "buffer": PNG}])
    expect(mine(page).filter(has_text="photo.png")).to_be_visible()


def problem(status, **said):
    return {"status": status, "json": {"code": "some", "message": "", "errors": {}, **said}}


@pytest.mark.parametrize(
    ("failure", "why", "helps"),
    [
        (None, "the connection was lost", True),
        ({"status": 503, "body": "<h1>down</h1>"}, "our server has a fault", True),
        (problem(429, message="Not so fast"), "Not so fast", True),
        (problem(415, message="A program"), "A program", False),
        (problem(400, errors={"file": ["Damaged"]}), "Damaged", False),
        ({"status": 413, "body": "<h1>too large for this proxy</h1>"}, "", False),
    ],
)
def test_a_file_is_sent_again_only_where_that_can_help(careless, web, failure, why, helps):
    context = careless()
    page = context.new_page()
    page.goto(f"{web.address}/chat/?language=en")
    say(page, "Here it comes")
    page.locator(".code").wait_for()
    context.route("**/chat/file", lambda route: route.fulfill(**failure) if failure else route.abort())
    page.locator("#files").set_input_files([{"name": "receipt.png", "mimeType": "image/png", "buffer": PNG}])
    failed = page.locator("#uploads .bad")
    expect(failed).to_contain_text(f"receipt.png was not sent: {why}")
    assert failed.get_by_role("button").all_inner_texts() == (["Try again", "Remove"] if helps else ["Remove"])
    context.unroute("**/chat/file")
    if helps:
        failed.get_by_role("button", name="Try again").click()
        expect(mine(page).filter(has_text="receipt.png")).to_be_visible()
    else:
        failed.get_by_role("button", name="Remove").click()
    expect(page.locator("#uploads li")).to_have_count(0)


def test_files_are_dropped_and_pasted(visitor, web):
    page = visitor()
    page.goto(f"{web.address}/chat/?language=en")
    say(page, "Here it comes")
    page.locator(".code").wait_for()
    make = """(kind) => {
        const carried = new DataTransfer();
        carried.items.add(new File([`a ${kind} line of text`], `${kind}.txt`, { type: "text/plain" }));
        const event = kind === "drop" ? new DragEvent("drop", { dataTransfer: carried, bubbles: true, cancelable: true })
            : new ClipboardEvent("paste", { clipboardData: carried, bubbles: true, cancelable: true });
        document.getElementById("text").dispatchEvent(event);
    }"""
    for kind in ("drop", "paste"):
        page.evaluate(make, kind)
        expect(page.locator(".mine .file").filter(has_text=f"{kind}.txt")).to_be_visible()


def test_with_nobody_here_it_says_by_when_and_asks_how_to_reach_the_visitor(visitor, web):
    page = visitor()
    page.goto(f"{web.address}/chat/?language=en")
    expect(page.locator("#status")).to_contain_text("Nobody is at the chat right now")
    say(page, "My deposit is missing")
    expect(page.locator("#status")).to_contain_text("Your request is taken. You get an answer by")
    page.get_by_role("button", name="Leave an email or a number").click()
    assert page.get_by_label("Your name").evaluate("field => field === document.activeElement")
    look(page)
    page.get_by_label("Email").fill("an@khach.example")
    page.get_by_role("button", name="Save").click()
    page.get_by_label("One-time code").wait_for()
    page.get_by_label("One-time code").fill(elsewhere(lambda: one_time_codes.digits(OneTimeCode.objects.get())))
    page.get_by_role("button", name="Confirm").click()
    expect(page.locator("#note")).to_contain_text("an@khach.example is confirmed")
    assert elsewhere(lambda: Case.objects.get().contact.verified_at) is not None


@pytest.mark.parametrize(
    ("choice", "sure", "status"),
    [("I agree", "Yes, it is settled", "closed"), ("I don't agree", "Send: I don't agree", "reopened")],
)
def test_the_visitor_has_the_last_word_on_the_answer(visitor, web, lan, make_staff, choice, sure, status):
    make_staff("minh", Role.SPECIALIST, "payments")
    page = visitor()
    page.goto(f"{web.address}/chat/?language=en")
    say(page, "My deposit is missing")
    page.locator(".code").wait_for()

    def give_answer():
        case = Case.objects.get()
        routing.classify_case(
            case, actor=Actor.system("intake"), category=Category.objects.get(slug="deposit-not-credited")
        )
        routing.assign_case(case, actor=Actor.system("intake"), assignee=lan)
        settle_facts(case, Actor.staff(lan))
        answer.send_answer(case, actor=Actor.staff(lan), body="It is credited now.")

    elsewhere(give_answer)
    expect(page.locator(".answer .bubble")).to_have_text("It is credited now.")
    page.get_by_role("button", name=choice, exact=True).click()
    assert elsewhere(lambda: Case.objects.get().status) == "answered"  # not before it was confirmed
    look(page)
    page.get_by_role("button", name=sure).click()
    expect(page.locator(".verdict")).to_have_count(0)
    assert elsewhere(lambda: Case.objects.get().status) == status


def test_who_has_an_older_answer_before_them_is_shown_the_newer_one_first(careless, web, lan, make_staff):
    minh = make_staff("minh", Role.SPECIALIST, "payments")
    context, is_away = careless(), []
    context.route_web_socket("**/ws/chat/", lambda socket: socket.close())
    context.route("**/chat/lines?*", lambda route: route.abort() if is_away else route.continue_())
    context.route("**/chat/accept", lambda route: (is_away.clear(), route.continue_()))
    page = context.new_page()
    page.goto(f"{web.address}/chat/?language=en")
    say(page, "My deposit is missing")
    page.locator(".code").wait_for()

    def answered_by(user, body):
        answer.send_answer(Case.objects.get(), actor=Actor.staff(user), body=body)

    def first():
        routing.classify_case(
            Case.objects.get(),
            actor=Actor.system("intake"),
            category=Category.objects.get(slug="deposit-not-credited"),
        )
        settle_facts(Case.objects.get(), Actor.staff(lan))
        answered_by(lan, "The bank has not sent it yet.")

    def second():
        case = Case.objects.get()
        answer.reject(case, actor=Actor.customer(case.customer))
        answered_by(minh, "It is credited now.")

    elsewhere(first)
    expect(page.locator(".answer .bubble")).to_have_text("The bank has not sent it yet.")
    is_away.append(True)
    elsewhere(second)
    page.get_by_role("button", name="I agree", exact=True).click()
    page.get_by_role("button", name="Yes, it is settled").click()
    expect(page.locator("#note")).to_have_text("A newer answer has arrived. Please read it first.")
    newest = page.locator(".answer").filter(has_text="It is credited now.")
    assert elsewhere(lambda: Case.objects.get().status) == "answered"
    newest.get_by_role("button", name="I agree", exact=True).click()
    newest.get_by_role("button", name="Yes, it is settled").click()
    expect(page.locator(".verdict")).to_have_count(0)
    assert elsewhere(lambda: Case.objects.get().status) == "closed"


def test_enter_sends_but_not_while_letters_are_composed(visitor, web):
    page = visitor()
    page.goto(f"{web.address}/chat/")
    field = page.locator("#text")
    field.fill("Tieng Viet")
    for composing in ("{ isComposing: true }", "{ keyCode: 229 }"):  # as Chromium and Firefox say it, as Safari does
        field.evaluate(
            f"field => field.dispatchEvent(new KeyboardEvent('keydown', {{ key: 'Enter', bubbles: true, ...{composing} }}))"
        )
    field.press("Shift+Enter")
    field.press_sequentially("hai")
    expect(field).to_have_value("Tieng Viet\nhai")
    assert page.locator(".mine").count() == 0
    field.press("Enter")
    expect(mine(page)).to_have_text("Tieng Viet\nhai", use_inner_text=True)


def test_an_expired_conversation_ends_politely_and_keeps_what_was_not_sent(careless, web):
    page = careless().new_page()
    page.goto(f"{web.address}/chat/?language=en")
    say(page, "Yesterday's words")
    page.locator(".code").wait_for()
    long_ago = timezone.now() - settings.CHAT_RESUMES_FOR - timedelta(minutes=1)
    page.goto("about:blank")
    elsewhere(lambda: Chat.objects.update(seen_at=long_ago))
    page.goto(f"{web.address}/chat/?language=en")
    expect(page.locator("#status")).to_contain_text("has rested for long")
    assert page.locator(".mine").count() == 0
    say(page, "Today's words")
    page.locator(".code").wait_for()
    assert said() == ["Yesterday's words", "Today's words"]
    assert elsewhere(lambda: Case.objects.count()) == 2


def signed(subject):
    claims = {
        "iss": settings.CUSTOMER_TOKEN_ISSUER,
        "aud": settings.CUSTOMER_TOKEN_AUDIENCE,
        "sub": subject,
        "exp": int(time.time()) + 600,
    }
    return jwt.encode(claims, TOKEN_KEY, algorithm="HS256", headers={"kid": "shop"})


def test_who_is_signed_in_at_the_website_is_recognised(visitor, web, shop):
    page = visitor()
    page.goto(shop)
    page.evaluate("token => window.CSKH.signIn(token)", signed("BX1"))
    chat = open_chat(page)
    say(chat, "Của BX1")
    chat.locator(".code").wait_for()
    assert elsewhere(lambda: Case.objects.get().customer.external_id) == "BX1"

    chat.locator("#text").fill("bản nháp của BX1")
    page.evaluate("() => window.CSKH.signOut()")
    expect(chat.locator(".line")).to_have_count(0)
    expect(chat.locator("#text")).to_have_value("")
    say(chat, "Của ai đó")
    expect(mine(chat)).to_have_text(["Của ai đó"])
    chat.locator(".code").wait_for()
    page.evaluate("token => window.CSKH.signIn(token)", signed("BX2"))
    page.wait_for_timeout(500)
    expect(mine(chat)).to_have_text(["Của ai đó"])  # the same browser, the same conversation
    owners = elsewhere(lambda: list(Case.objects.order_by("pk").values_list("customer__external_id", flat=True)))
    assert owners == ["BX1", "BX2"]


def test_the_conversation_is_private(visitor, web, shop):
    """Nothing of one visitor's is shown to another browser, and a forgotten one leaves nothing behind on the screen."""
    page, other = visitor(), visitor()
    for one in (page, other):
        one.goto(f"{web.address}/chat/?language=en")
    say(page, "Only for you")
    page.locator(".code").wait_for()
    other.reload()
    assert other.locator(".line").count() == 0
    page.get_by_role("button", name="Settings of the chat").click()
    page.get_by_role("button", name="Start a new conversation").click()
    expect(page.locator(".line")).to_have_count(0)
    page.reload()
    assert page.locator(".line").count() == 0


@pytest.mark.parametrize(("scheme", "width", "height"), [("light", 360, 640), ("dark", 390, 844), ("dark", 1366, 768)])
def test_everybody_can_use_it(careless, web, shop, lan, scheme, width, height):
    page = careless(
        viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce"
    ).new_page()
    page.goto(shop)
    look(page)
    chat = open_chat(page)
    say(chat, "https://khach.example/" + "dài" * 60)
    chat.locator(".code").wait_for()
    reply(lan, "Chào bạn: https://benxanh.example/tro-giup")
    chat.locator(".theirs a").wait_for()
    chat.locator("#menu-button").press("Enter")
    expect(chat.locator("#menu")).to_be_visible()
    look(page)
    frame = page.frames[1]
    assert frame.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    chat.locator("#menu-button").press("Escape")
    expect(chat.locator("#menu")).to_be_hidden()
    expect(page.locator("iframe")).to_be_visible()


def test_without_javascript_the_page_leads_elsewhere(browser, web):
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.goto(f"{web.address}/chat/")
    assert not page.locator("#composer").is_visible()
    page.get_by_role("link", name="Open a request").click()
    assert page.url == f"{web.address}/request/"
    context.close()
