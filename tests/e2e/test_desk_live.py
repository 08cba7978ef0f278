"""Several people at the desk at once, each in a browser of their own, on the real server with its sockets and worker."""

import os
import re
import signal
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from playwright.sync_api import expect

from accounts.actors import Actor
from accounts.models import Role
from cases.evidence.models import FactEntry
from cases.models import Category
from cases.states import Channel
from cases.tasks import examine_file
from cases.workflow import checks, evidence, facts, resolution, routing
from cases.workflow.facts import Sources
from channels_app import calls, intake, outbox
from channels_app.models import Draft, HeldSend, Message
from tests.cases.building import customer_of, open_case
from tests.cases.evidence.files import picture, upload
from tests.web import Served, meanwhile

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HOLD_SECONDS = 4
PARTS = "**/*fragment=live*"  # where an open case page fetches what changed
WORKER = ["-m", "celery", "--quiet", "-A", "cskh", "worker", "--beat", "--pool", "solo", "--loglevel", "WARNING"]


@pytest.fixture
def web(tmp_path, transactional_db, defaults):
    server = Served(tmp_path, SEND_HOLD_SECONDS=str(HOLD_SECONDS))
    server.start()
    yield server
    server.kill()
    connections.close_all()


@pytest.fixture
def worker(web, tmp_path):
    running = subprocess.Popen(
        [sys.executable, *WORKER, "--schedule", str(tmp_path / "beat")],
        env=web.environment,
        cwd=settings.BASE_DIR,
        start_new_session=True,
    )
    yield running
    os.killpg(running.pid, signal.SIGKILL)  # beat is a child of it
    running.wait()


@pytest.fixture
def people(make_staff):
    return {
        "lan": make_staff("lan", Role.SPECIALIST, "payments"),
        "minh": make_staff("minh", Role.SPECIALIST, "payments"),
        "hoa": make_staff("hoa", Role.INTAKE, "intake"),
    }


@pytest.fixture
def case(people):
    return open_case("deposit-not-credited")


@pytest.fixture
def enter(web, people, visitor):
    """enter("lan"): her browser, signed in, with its socket open."""

    def go(name, page=None):
        page = page or visitor()
        client = Client()
        client.force_login(people[name], backend="django.contrib.auth.backends.ModelBackend")
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": web.address}])
        page.goto(f"{web.address}/admin/")
        return page

    return go


def connected(page):
    page.wait_for_function("desk.socket.isUp")
    return page


def open_page(page, web, case):
    page.goto(f"{web.address}/admin/cases/case/{case.pk}/change/")
    return connected(page)


def customer_writes(case, body):
    meanwhile(intake.add_message, case, actor=customer_of(case), channel=case.channel, body=body)


def test_colleagues_see_each_other_and_what_comes_in_without_losing_what_they_write(web, enter, people, case):
    lan, minh = open_page(enter("lan"), web, case), open_page(enter("minh"), web, case)
    expect(lan.locator("#desk-presence")).to_contain_text(str(people["minh"]))
    minh.keyboard.press("r")
    minh.keyboard.type("Chúng tôi")
    expect(lan.locator("#desk-writing")).to_contain_text(str(people["minh"]))
    expect(lan.locator("#desk-writing .is-writing")).to_be_visible()

    customer_writes(case, "Tôi gửi thêm thông tin")
    for page in (lan, minh):
        expect(page.locator(".desk-entry", has_text="Tôi gửi thêm thông tin")).to_be_visible()
        expect(page.locator("#desk-news a")).to_be_visible()
        expect(page.locator("#desk-said")).not_to_be_empty()
    expect(minh.locator("#body-message")).to_be_focused()
    minh.keyboard.type(" đang xem")
    expect(minh.locator("#body-message")).to_have_value("Chúng tôi đang xem")

    minh.close()
    expect(lan.locator("#desk-presence")).to_be_hidden()


def test_what_was_said_of_a_step_goes_when_the_case_went_on(web, enter, people, case):
    lan = open_page(enter("lan"), web, case)
    lan.click("[data-action=take-it]")
    expect(lan.locator("#desk-done li")).to_have_count(1)
    connected(lan)
    customer_writes(case, "Còn một điều nữa")
    expect(lan.locator(".desk-entry", has_text="Còn một điều nữa")).to_be_visible()
    expect(lan.locator("#desk-done li")).to_have_count(1)
    meanwhile(resolution.start_resolving, case, actor=Actor.staff(people["minh"]))
    expect(lan.locator("#desk-done li")).to_have_count(0)


def test_the_form_knows_what_its_author_has_seen(web, enter, case):
    lan = open_page(enter("lan"), web, case)
    version = lan.locator("#write-message [name=version]")
    lan.evaluate("document.querySelector('.desk-talk').style.paddingBottom = '3000px'")
    lan.evaluate("scrollTo(0, document.body.scrollHeight)")  # the conversation is out of sight
    seen = version.input_value()
    customer_writes(case, "Xin đừng gửi nữa")
    expect(lan.locator("#desk-news a")).to_be_visible()
    assert version.input_value() == seen
    lan.click("#desk-news a")
    case.refresh_from_db()
    expect(version).to_have_value(str(case.last_event_number))


def test_the_facts_stay_true_and_nothing_that_is_typed_there_is_lost(web, enter, people, case, context):
    lan = enter("lan", context.new_page())  # one that may be refused something
    lan.goto(f"{web.address}/admin/cases/case/{case.pk}/verify/")
    connected(lan)
    expect(lan.locator("[data-picture]")).to_have_count(0)
    sentence = lan.locator("#fact-transaction-code [name=value]")
    sentence.fill("FT2632")
    minh = Actor.staff(people["minh"])
    meanwhile(facts.note_claim, case, actor=minh, fact="sending-bank", value="Ngân hàng Sen")
    expect(lan.locator("#fact-sending-bank .verify-value")).to_have_text("Ngân hàng Sen")
    expect(lan.locator("#desk-news a")).to_contain_text(str(people["minh"]))
    meanwhile(checks.make_check, case, actor=minh, check="time-window")
    expect(lan.locator("#check-time-window .is-good")).to_be_visible()
    expect(sentence).to_be_focused()
    expect(sentence).to_have_value("FT2632")

    lan.click("#fact-transaction-code [value=unable]")  # it was shown before the colleague did something
    expect(lan.locator("#fact-transaction-code #refused")).to_be_focused()
    expect(lan.locator("#fact-transaction-code #refused")).to_contain_text(str(people["minh"]))
    expect(sentence).to_have_value("FT2632")
    connected(lan)
    meanwhile(facts.note_claim, case, actor=minh, fact="sending-bank", value="Ngân hàng Súng")
    expect(lan.locator("#fact-sending-bank .verify-value")).to_have_text("Ngân hàng Súng")
    expect(sentence).to_have_value("FT2632")


def test_with_another_category_other_facts_come_and_nothing_that_is_typed_goes(web, enter, people, case):
    lan = enter("lan")
    lan.goto(f"{web.address}/admin/cases/case/{case.pk}/verify/")
    connected(lan)
    typed = lan.locator("#fact-transaction-code [name=value]")  # the new category has no such fact
    typed.fill("FT2632")
    expect(lan.locator("#check-time-window")).to_be_visible()
    kind = Category.objects.get(slug="withdrawal-delayed")
    meanwhile(routing.classify_case, case, actor=Actor.staff(people["minh"]), category=kind)
    expect(lan.locator("#check-bank-maintenance")).to_be_visible()
    expect(lan.locator("#check-time-window")).to_have_count(0)
    expect(lan.locator("#fact-request-id")).to_be_visible()
    expect(lan.locator("#fact-sending-bank")).to_have_count(0)
    expect(typed).to_be_focused()
    expect(typed).to_have_value("FT2632")


def test_a_second_word_is_given_on_the_finding_that_was_read(web, enter, people, case, context):
    lan, minh = enter("lan", context.new_page()), Actor.staff(people["minh"])
    said = {
        "actor": minh,
        "fact": "transaction-code",
        "value": "FT26326004511",
        "sources": Sources(statement="Sổ lệnh"),
    }
    meanwhile(facts.verify_fact, case, **said, result="contradicted", sentence="Không thấy mã này trong sổ.")
    lan.goto(f"{web.address}/admin/cases/case/{case.pk}/verify/")
    connected(lan)
    card = lan.locator("#fact-transaction-code")
    read = card.locator("[name=finding]").input_value()
    with lan.expect_response(PARTS):
        meanwhile(facts.verify_fact, case, **said, result="contradicted", sentence="Số tiền trong sổ là số khác.")
    expect(card).to_have_attribute("data-stale", "")
    expect(card.locator("[name=finding]")).to_have_value(read)
    card.locator(".verify-second button").click()
    expect(card.locator("#refused")).to_be_focused()
    assert not FactEntry.objects.filter(confirms__isnull=False).exists()


def test_a_picture_appears_at_the_facts_once_it_can_be_seen(web, enter, case, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"  # where the web process looks
    lan = enter("lan")
    lan.goto(f"{web.address}/admin/cases/case/{case.pk}/verify/")
    connected(lan)
    for shown, color in enumerate(("red", "blue"), start=1):
        sent = upload(picture(color=color), f"{color}.jpg")
        item = meanwhile(evidence.submit_evidence, case, actor=customer_of(case), channel=Channel.WEB, upload=sent)
        meanwhile(examine_file, item.file_id)
        expect(lan.locator("[data-picture]")).to_have_count(shown)
        if shown == 1:
            lan.keyboard.press("r")
    expect(lan.locator("[data-picture]:visible")).to_contain_text("red.jpg")  # one goes on looking at the same
    assert "rotate(90deg)" in lan.locator("[data-picture]:visible img").get_attribute("style")


def test_the_news_lead_to_the_first_thing_that_was_not_seen(web, enter, people, case):
    lan = open_page(enter("lan"), web, case)
    lan.evaluate("document.querySelector('.desk-talk').style.paddingBottom = '3000px'")
    lan.evaluate("scrollTo(0, document.body.scrollHeight)")
    for body in ("Một\n" * 60, "Hai"):
        customer_writes(case, body)
        expect(lan.locator(".desk-entry.is-in .desk-text").last).to_contain_text(body[:3])
    meanwhile(routing.assign_case, case, actor=Actor.staff(people["minh"]), assignee=people["minh"])
    expect(lan.locator("#desk-news a")).to_contain_text(str(people["minh"]))
    first = lan.locator(".desk-entry", has_text="Một")
    expect(lan.locator("#desk-news a")).to_have_attribute("href", f"#{first.get_attribute('id')}")
    lan.click("#desk-news a")
    expect(first).to_be_in_viewport()


def test_what_arrives_while_nobody_looks_counts_as_seen_when_somebody_does(web, enter, case):
    """A browser without a window is always in sight: here the page is told otherwise."""
    lan = enter("lan")
    with lan.expect_response(PARTS):  # the first look, at once
        open_page(lan, web, case)
    look = """isHidden => {
        Object.defineProperty(document, "hidden", { value: isHidden, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
    }"""
    version = lan.locator("#write-message [name=version]")
    seen = version.input_value()
    held = []
    lan.route(PARTS, lambda asked: held.append(asked), times=1)
    with lan.expect_request(PARTS):
        customer_writes(case, "Có ai không?")
    lan.evaluate(look, True)
    held[0].continue_()
    expect(lan.locator(".desk-entry", has_text="Có ai không?")).to_be_in_viewport()
    expect(lan.locator("#desk-news a")).to_be_visible()
    lan.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done)))")  # the observer has spoken
    assert version.input_value() == seen
    lan.evaluate(look, False)
    case.refresh_from_db()
    expect(version).to_have_value(str(case.last_event_number))


def test_the_queue_changes_under_the_cursor_and_keeps_focus(web, enter, people, case):
    lan = enter("lan")
    lan.goto(f"{web.address}/admin/cases/case/?queue=department")
    connected(lan)
    row = lan.locator(f"#case-{case.pk}")
    row.locator("a.desk-code").focus()
    row.locator("input[type=checkbox]").check()
    row.locator("a.desk-code").focus()
    other = meanwhile(open_case, "withdrawal-delayed")
    expect(lan.locator(f"#case-{other.pk}")).to_be_visible()
    expect(row.locator("a.desk-code")).to_be_focused()
    expect(row.locator("input[type=checkbox]")).to_be_checked()
    expect(lan.locator("#desk-queues [aria-current] .desk-count")).to_have_text("2")
    before = row.get_attribute("data-version")
    customer_writes(case, "Sao rồi?")
    expect(row).not_to_have_attribute("data-version", before)
    expect(row.locator("a.desk-code")).to_be_focused()
    expect(row.locator("input[type=checkbox]")).to_be_checked()


def test_the_overview_and_the_bell_change_by_themselves(web, enter, people, case):
    lan = connected(enter("lan"))
    expect(lan.locator("#desk-unread")).to_be_hidden()
    meanwhile(routing.assign_case, case, actor=Actor.staff(people["minh"]), assignee=people["lan"])
    expect(lan.locator("#desk-unread")).to_have_text("1")
    expect(lan.locator(".desk-notices .desk-code")).to_have_text(case.code)
    opened = open_page(lan.context.new_page(), web, case)  # whoever opens the case has read it, in every window
    expect(lan.locator("#desk-unread")).to_be_hidden()
    opened.close()


def test_a_ringing_telephone_comes_up_and_goes(web, enter, people, case):
    hoa = connected(enter("hoa"))

    def report(state):
        meanwhile(calls.report_call, actor=Actor.system("hotline"), call_id="c1", number="0912345678", state=state)

    report("ringing")
    pop = hoa.locator(".desk-pop")
    expect(pop).to_contain_text("+84912345678")
    report("answered")
    expect(pop).to_have_count(0)
    meanwhile(calls.report_call, actor=Actor.system("hotline"), call_id="c2", number="0912345679", state="ringing")
    pop.locator("a").click()
    expect(hoa.locator("[name=number]").first).to_have_value("+84912345679")


def test_a_draft_survives_the_page_and_is_nobody_elses(web, enter, people, case):
    lan = open_page(enter("lan"), web, case)
    lan.keyboard.press("n")
    lan.keyboard.type("Đã gọi ngân hàng")
    expect(lan.locator("#write-note [data-draft-line]")).to_be_visible()
    lan.keyboard.type(", họ hứa trả lời")  # gone with the page before the pause is over
    lan.goto(f"{web.address}/admin/")
    lan.context.clear_cookies()
    open_page(enter("lan", lan), web, case)
    expect(lan.locator("#body-note")).to_have_value("Đã gọi ngân hàng, họ hứa trả lời")
    expect(lan.locator("#body-note")).to_be_visible()
    minh = open_page(enter("minh"), web, case)
    expect(minh.locator("#body-note")).to_have_value("")
    lan.click("#write-note .is-first")
    expect(lan.locator(".desk-entry.is-note", has_text="họ hứa trả lời")).to_be_visible()
    expect(lan.locator("#body-note")).to_have_value("")
    assert not Draft.objects.exists()


@pytest.mark.parametrize("leave", ["reload", "another step"])
def test_words_typed_a_moment_ago_are_on_the_next_page(leave, web, enter, people, case):
    lan = open_page(enter("lan"), web, case)
    lan.fill("#body-message", "Em vừa gọi ngân hàng")
    if leave == "reload":
        lan.reload()
    else:
        lan.locator("[data-action='take-it']").click()
        expect(lan.locator("[data-action='take-it']")).to_have_count(0)
    expect(lan.locator("#body-message")).to_have_value("Em vừa gọi ngân hàng")
    lan.wait_for_function("document.querySelector('#write-message [data-draft-said]').textContent.length > 0")
    assert Draft.objects.filter(body="Em vừa gọi ngân hàng").exists()


def test_what_is_sent_can_be_called_back_and_else_goes_out_before_everybodys_eyes(web, worker, enter, people, case):
    lan, minh = open_page(enter("lan"), web, case), open_page(enter("minh"), web, case)
    lan.fill("#body-message", "Gửi nhầm")
    lan.keyboard.press("Control+Enter")
    expect(lan.locator("#held [data-soon]")).to_have_text(re.compile(r"\d"))
    expect(minh.locator("#held")).to_contain_text("Gửi nhầm")
    lan.click("[data-undo]")
    expect(lan.locator("#body-message")).to_have_value("Gửi nhầm")
    expect(minh.locator("#held")).to_have_count(0)
    assert not Message.objects.filter(body="Gửi nhầm").exists()

    connected(lan)
    lan.fill("#body-message", "Gửi đúng")
    lan.keyboard.press("Control+Enter")
    lan.wait_for_selector("#held")
    for page in (lan, minh):
        expect(page.locator(".desk-entry.is-out", has_text="Gửi đúng")).to_be_visible(timeout=60_000)
        expect(page.locator("#held")).to_have_count(0)
    assert [held.state for held in HeldSend.objects.order_by("pk")] == ["recalled", "sent"]
    assert Message.objects.filter(body="Gửi đúng").count() == 1
    expect(lan.locator("#body-message")).to_have_value("")


def test_after_a_restart_of_the_server_the_page_catches_up(web, enter, people, case, browser):
    context = browser.new_context()  # its console may complain while nobody answers
    lan = open_page(enter("lan", context.new_page()), web, case)
    lan.fill("#body-message", "Đang viết")
    web.kill()
    lan.wait_for_function("!desk.socket.isUp")
    meanwhile(outbox.write_note, case, actor=Actor.staff(people["minh"]), body="Trong lúc mất mạng")
    lan.locator("#body-message").press_sequentially(" tiếp")
    web.start()
    expect(lan.locator(".desk-entry", has_text="Trong lúc mất mạng")).to_be_visible(timeout=60_000)
    expect(lan.locator("#body-message")).to_have_value("Đang viết tiếp")
    lan.wait_for_function("document.querySelector('#write-message [data-draft-said]').textContent.length > 0")
    context.close()
