"""The main job from end to end, as people do it: the product as `bin/up` starts it, real mail, real browsers."""

import io
import re
import sys
import time

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import expect

from tests.cskh.embedded.conftest import launch  # noqa: F401 - a fixture
from tests.cskh.embedded.test_up import port  # noqa: F401 - a fixture
from tests.e2e.signing_in import sign_in

pytestmark = pytest.mark.browser

CUSTOMER = "an@khach.example"
SUBJECT = "Nạp 1.250.000đ chưa vào tài khoản"
TRANSACTION = "FT26326778120"
CODE = re.compile(r"CS-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{3}")


def photo():
    """A picture as a telephone takes it: large, and of a receipt."""
    picture = Image.new("RGB", (1200, 1600), "white")
    ImageDraw.Draw(picture).multiline_text((80, 120), f"BIEN LAI\n1.250.000 VND\n{TRANSACTION}", "black", font_size=90)
    written = io.BytesIO()
    picture.save(written, "PNG")
    return {"name": "biên lai.png", "mimeType": "image/png", "buffer": written.getvalue()}


def until(page, shown, seconds=60):
    """Looks again, as one does who waits for something, until `shown()` is true; the page then shows it."""
    deadline = time.monotonic() + seconds
    while not shown():
        assert time.monotonic() < deadline, page.locator("body").inner_text()
        time.sleep(0.5)
        page.reload()


class Mail:
    """The customer's mail program, with the one thread it is about."""

    def __init__(self, page, address):
        self.page, self.box = page, f"{address}/demo/mail/{CUSTOMER}/"
        self.mails = page.locator("article")

    def write(self, words, *files):
        self.page.goto(self.box)
        self.page.click("text=Viết thư")
        self.page.select_option("[name=to]", "cskh@benxanh.example")
        self.page.fill("[name=subject]", SUBJECT)
        self._send(words, *files)
        self.page.goto(self.box)
        self.page.click(f"text={SUBJECT}")

    def reply(self, words, *files):
        self._send(words, *files)

    def _send(self, words, *files):
        self.page.fill("[name=body]", words)
        self.page.set_input_files("[name=attached]", files)
        self.page.click("main form button")

    def wait_for(self, words):
        """The mail with `words`, once it has come into this very thread."""
        mail = self.mails.filter(has_text=words).last
        until(self.page, lambda: mail.count())
        return mail


class Desk:
    """One person's browser at the desk."""

    def __init__(self, page, address, username):
        self.page, self.address = page, address
        self.accepted_evidence = page.locator("#evidence .desk-item .is-good")
        sign_in(page, address, username, "ben-xanh-demo")

    def open(self, code, queue):
        self.page.goto(f"{self.address}/admin/cases/case/?queue={queue}")
        self.page.click(f"text={code}")

    def see(self, text):
        self.page.locator(f".desk-page >> text={text}").first.wait_for()

    def step(self, name):
        """Presses the button of a step; its form, where it has one, is then open."""
        self.page.click(f"[data-action={name}]")
        return self.page.locator("#desk-dialog")

    def done(self, form):
        form.locator(".is-first").click()
        form.wait_for(state="hidden")

    def write(self, tab, words):
        self.page.click(f"#tab-{tab}")
        self.page.fill(f"#body-{tab}", words)
        self.page.click(f"#write-{tab} .is-first")
        # It is on its way for some seconds, and then shown without a reload.
        self.page.locator(".desk-entry", has_text=words).wait_for(timeout=60_000)


def follow(mail, visitor):
    """The customer's page of the case, by the signed link in `mail`, where nobody is signed in."""
    page = visitor()
    page.goto(mail.locator("a[href*='/track/link/']").first.get_attribute("href"))
    return page


def manage(launch, product, *command):  # noqa: F811
    """(exit code, what it said) of a management command beside the running product, as bin/manage runs it."""
    beside = launch("beside_up", "--", sys.executable, "manage.py", *command, data=product.data)
    return beside.finish()


def test_from_the_first_mail_to_the_yes(launch, port, visitor):  # noqa: F811
    product = launch("up", "--port", str(port))
    product.wait_for("Ctrl-C stops everything", seconds=180)
    address = f"http://localhost:{port}"

    # A mail with a photo goes in; the code comes back in the same thread.
    mail = Mail(visitor(), address)
    mail.write("Tôi chuyển 1.250.000đ lúc 9 giờ sáng nay, gửi kèm biên lai.", photo())
    code = CODE.search(mail.wait_for("Mã yêu cầu").inner_text())[0]

    # Intake classifies it.
    hoa = Desk(visitor(), address, "hoa")
    hoa.open(code, "unassigned")
    form = hoa.step("classify")
    form.locator("[name=category]").select_option(label="Nạp tiền chưa vào → Thanh toán")
    hoa.done(form)
    hoa.see("Đã chuyển bộ phận")

    # A specialist takes it, sees the photo and accepts it as the receipt.
    lan, minh = (Desk(visitor(), address, name) for name in ("lan", "minh"))
    lan.open(code, "department")
    lan.step("take-it")
    lan.see("Nguyễn Thị Lan")
    picture = lan.page.locator("#evidence img")
    until(lan.page, picture.count)
    picture.evaluate("one => one.scrollIntoView()")  # at once: the page may show its evidence anew at any moment
    lan.page.wait_for_function("document.querySelector('#evidence img').naturalWidth > 100")
    lan.page.select_option("#evidence [name=thing]", label="Biên lai chuyển khoản")
    lan.page.click("#evidence button[value=accepted]")
    lan.accepted_evidence.wait_for()

    # What is missing is asked for; the clocks pause once the customer has it, and run again with what came.
    form = lan.step("request-evidence")
    expect(form.locator("[name=listed]:checked")).to_have_count(1)  # the receipt is there
    lan.done(form)
    asked = mail.wait_for("Mã giao dịch")
    assert "Biên lai" not in asked.inner_text()
    until(lan.page, lan.page.locator(".desk-clocks >> text=tạm dừng").count)
    mail.reply(f"Mã giao dịch của tôi là {TRANSACTION}.")
    until(lan.page, lan.page.locator(".desk-entry", has_text=TRANSACTION).count)
    lan.see("Đang xác minh")
    assert lan.page.locator(".desk-clocks >> text=tạm dừng").count() == 0
    # Facts are verified where picture, words and records stand side by side, by what the receipt shows: first how much it is
    # about, as that says whether one person is enough.
    lan.page.keyboard.press("x")
    for name, said in (("amount", "2.000.000"), ("transaction-code", "")):
        fact = lan.page.locator(f"#fact-{name}")
        if said:
            fact.locator("summary", has_text="Xác minh").first.click()
            fact.locator("[name=value]").first.fill(said)
        fact.locator("summary", has_text="Nguồn và lời gửi khách").click()
        fact.get_by_label(re.compile("biên lai")).check()
        fact.locator("button[value=corroborated]").click()
        fact.locator(".desk-pill.is-good").wait_for()
    lan.page.keyboard.press("b")
    lan.accepted_evidence.wait_for()

    # The answer comes in the same thread; its link asks, and only the confirmed form rejects.
    lan.step("start-resolving")
    lan.see("Đang xử lý")
    lan.write("answer", "Ngân hàng chưa chuyển tiền sang; Quý khách vui lòng chờ thêm một ngày.")
    customer = follow(mail.wait_for("chờ thêm một ngày"), visitor)
    customer.click("text=Tôi chưa hài lòng")
    customer.fill("[name=reason]", "Ngân hàng xác nhận tiền đã đi rồi.")
    until(lan.page, lan.page.locator(".desk-glance >> text=Đã phản hồi").count)  # nothing has changed yet
    customer.click("main form button.button")
    customer.get_by_text("một người khác sẽ xem xét").wait_for()

    # Somebody else looks at it, and answers.
    minh.open(code, "reopened")
    minh.see("Lê Quang Minh")
    minh.see("Ngân hàng xác nhận tiền đã đi rồi.")
    expect(minh.accepted_evidence).to_have_count(1)
    minh.write("answer", "Chúng tôi đã tìm thấy và ghi có 1.250.000đ vào tài khoản.")
    customer = follow(mail.wait_for("đã tìm thấy và ghi có"), visitor)
    customer.click("text=Tôi đồng ý")
    customer.click("main form button.button")

    # Closed with the customer's yes, in one thread, and the history of it all verifies.
    until(minh.page, minh.page.locator(".desk-glance >> text=khách hàng đồng ý").count)
    mail.wait_for("Cảm ơn Quý khách đã xác nhận")
    mail.page.goto(mail.box)
    assert mail.page.locator(".rows li").count() == 1
    status, said = manage(launch, product, "verify_audit")
    assert status == 0, said
