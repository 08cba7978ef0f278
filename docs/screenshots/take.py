"""Takes pictures of every page from a running demo: docs/screenshots/take.py [--address http://localhost:8000] [--only NAME …]

Needs playwright and Chromium (requirements/test.txt), and the demo as `bin/up` makes it: it opens requests and reads the
demo's mail as a customer would. Each page is taken in both languages at the desk's and at a telephone's size, `dark` ones
once more in dark; README.md beside this file lists them. A page is added by a line in PAGES.
"""

import argparse
import io
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, sync_playwright
from playwright.sync_api import Error as PlaywrightError

HERE = Path(__file__).resolve().parent
SIZES = {"desk": {"width": 1366, "height": 768}, "phone": {"width": 390, "height": 844}}
LOCALES = {"vi": "vi-VN", "en": "en-GB"}
PASSWORD = "ben-xanh-demo"  # noqa: S105 - the demo's, printed by bin/up
PUBLIC, CUSTOMER = "public", "customer"
NEW_CUSTOMER = "khach-moi@khach.example"
TALLEST = 2400  # pixels of a long page that are kept
COLOURS = 64  # flat pages need few; text stays sharp, and a picture is half as large as with lossy compression
_STATUS = re.compile(r"{(\w+)}")
_DIGITS = re.compile(r"^(\d{3}) ?(\d{3})\s*$", re.MULTILINE)  # a line of its own in the letter

Prepare = Callable[[Page], None]


@dataclass(frozen=True)
class Shot:
    """One page: `url` may name a case by status (`{answered}`); `who` is public, customer or a login of the demo.

    `prepare` does what is needed once the page is open. A `whole` page is taken to its end, else only what the screen shows.
    """

    name: str
    url: str
    who: str = PUBLIC
    prepare: Prepare | None = None
    dark: bool = False
    whole: bool = True


def _send_empty(page: Page) -> None:
    page.locator("main form button").last.click()


def _open_request(page: Page) -> None:
    page.fill("[name=body]", "Tôi chuyển 2.000.000đ lúc 9h sáng nay mà tài khoản chưa được cộng.")
    page.fill("[name=name]", "Nguyễn Văn An")
    page.fill("[name=email]", NEW_CUSTOMER)
    page.locator("main form button").last.click()
    page.wait_for_url("**/request/done/")


def _ask_code(page: Page) -> None:
    page.locator("main form[novalidate] button").click()
    page.wait_for_url("**/track/code/")


def _open_history(page: Page) -> None:
    page.locator("#history summary").click()


def _first_case(page: Page) -> None:
    page.locator("#result_list a[href*='/cases/case/']").first.click()
    page.wait_for_load_state()


def _first_review(page: Page) -> None:
    page.locator("td a[href*='/reviews/']").first.click()
    page.wait_for_load_state()


def _open_palette(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.wait_for_timeout(300)


def _choose_cases(page: Page) -> None:
    for box in page.locator("[name=case]").all()[:3]:
        box.check()
    page.locator("[data-bulk=note]").click()
    page.locator("#bulk_body").wait_for()


def _do_in_bulk(page: Page) -> None:
    _choose_cases(page)
    page.fill("#bulk_body", "Đã báo đối tác thanh toán, chờ đối soát.")
    page.locator("[name=run]").click()
    page.locator(".desk-outcome[data-done]").nth(2).wait_for()


def _open_step(page: Page) -> None:
    _first_case(page)
    page.locator("[data-action]").first.click()
    page.locator("#desk-dialog[open] form").wait_for()


def _hold_message(page: Page) -> None:
    _first_case(page)
    if not page.locator("#held").count():  # from the picture before
        page.fill("#body-message", "Chúng tôi đang đối soát giao dịch của Quý khách.")
        page.locator("#body-message").press("Control+Enter")
    page.locator("#held").wait_for()


def _list_templates(page: Page) -> None:
    _first_case(page)
    page.fill("#body-message", "/")
    page.locator(".desk-replies:not([hidden])").first.wait_for()


def _show_keys(page: Page) -> None:
    page.keyboard.press("?")
    page.wait_for_timeout(300)


def _verify(page: Page) -> None:
    _first_case(page)
    page.goto(page.url.partition("/change/")[0] + "/verify/")


def _first_row(page: Page) -> None:
    page.locator("#result_list tbody th a, #result_list tbody td a").first.click()
    page.wait_for_load_state()


def _first_customer(page: Page) -> None:
    page.locator("#result_list tbody th a").first.click()
    page.wait_for_load_state()


def _find_to_merge(page: Page) -> None:
    _first_customer(page)
    page.locator("a[href*='/merge/']").first.click()
    page.locator("main [name=q]").fill("nguyen")
    page.locator("main [name=q]").press("Enter")
    page.wait_for_load_state()


def _write_in_chat(page: Page) -> None:
    page.fill("#text", "Tôi nạp 500.000đ từ sáng mà chưa thấy vào tài khoản.")
    page.keyboard.press("Enter")
    page.locator("#lines").get_by_text("500.000đ").first.wait_for()


def _talk(page: Page) -> None:
    """A visitor in a browser of their own begins to talk, and is given to whoever takes chats, or taken."""
    browser = page.context.browser
    if browser is None:
        raise SystemExit("this page belongs to no browser")
    visitor = browser.new_context(locale="vi-VN").new_page()
    visitor.goto(page.url.partition("/admin/")[0] + "/chat/")
    _write_in_chat(visitor)
    page.locator(".chat-column [data-text], [data-waiting] [data-take]").locator("visible=true").first.wait_for()
    if not page.locator(".chat-column").count():  # nobody was given it
        page.locator("[data-waiting] [data-take]").first.click()
    page.locator(".chat-column [data-text]").first.wait_for()
    page.locator(".chat-column [data-text]").first.fill("Chào Quý khách, xin cho biết mã giao dịch.")
    page.locator(".chat-column [data-text]").first.press("Enter")
    page.wait_for_timeout(1000)


PAGES = (
    Shot("home", "/", dark=True),
    Shot("request", "/request/"),
    Shot("request-errors", "/request/", prepare=_send_empty),
    Shot("request-done", "/request/", prepare=_open_request),
    Shot("follow", "/track/"),
    Shot("follow-code", "/track/?code={answered}", prepare=_ask_code),
    Shot("track-received", "/track/{received}/", CUSTOMER),
    Shot("track-your-turn", "/track/{awaiting_customer}/", CUSTOMER, dark=True),
    Shot("track-answered", "/track/{answered}/", CUSTOMER),
    Shot("track-reopened", "/track/{reopened}/", CUSTOMER, prepare=_open_history),
    Shot("track-closed", "/track/{closed}/", CUSTOMER),
    Shot("accept", "/track/{answered}/accept/", CUSTOMER),
    Shot("reject", "/track/{answered}/reject/", CUSTOMER),
    Shot("withdraw", "/track/{received}/withdraw/", CUSTOMER),
    Shot("help", "/help/"),
    Shot("help-search", "/help/?q=rut+tien"),
    Shot("help-article", "/help/fake-staff/"),
    Shot("policy", "/policy/"),
    Shot("notice", "/notice/"),
    Shot("nothing-here", "/nowhere/"),
    Shot("chat", "/chat/", whole=False),
    Shot("chat-talking", "/chat/", prepare=_write_in_chat, whole=False),
    Shot("desk-sign-in", "/admin/login/", whole=False),
    Shot("desk-overview", "/admin/", "son", dark=True),
    Shot("desk-queue", "/admin/cases/case/?queue=urgent", "lan", dark=True),
    Shot("desk-case", "/admin/cases/case/?queue=all", "lan", prepare=_first_case, dark=True),
    Shot(
        "desk-verify",
        "/admin/cases/case/?queue=all&status__exact=verifying",
        "lan",
        prepare=_verify,
        dark=True,
    ),
    Shot("desk-step", "/admin/cases/case/?queue=department", "lan", prepare=_open_step, whole=False),
    Shot("desk-keys", "/admin/cases/case/?queue=department", "lan", prepare=_show_keys, whole=False),
    Shot("desk-undo", "/admin/cases/case/?queue=department", "lan", prepare=_hold_message, whole=False),
    Shot("desk-bulk", "/admin/cases/case/?queue=department", "lan", prepare=_choose_cases),
    Shot("desk-bulk-result", "/admin/cases/case/?queue=department", "lan", prepare=_do_in_bulk),
    Shot("desk-templates", "/admin/cases/case/?queue=department", "lan", prepare=_list_templates, whole=False),
    Shot("desk-views", "/admin/cases/case/views/?query=queue%3Durgent", "son"),
    Shot("desk-notices", "/admin/channels_app/staffnotice/", "lan"),
    Shot("desk-palette", "/admin/", "lan", prepare=_open_palette, whole=False),
    Shot("desk-chat", "/admin/chat/", "hoa", whole=False),
    Shot("desk-chat-talking", "/admin/chat/", "hoa", prepare=_talk, whole=False),
    Shot("desk-chat-service", "/admin/chat-service/", "son", dark=True),
    Shot("desk-reports", "/admin/reporting/", "son", dark=True),
    Shot("desk-reports-rates", "/admin/reporting/cohorts/", "son"),
    Shot("desk-reports-time", "/admin/reporting/time/", "son", dark=True),
    Shot("desk-reports-backlog", "/admin/reporting/backlog/", "son"),
    Shot("desk-reports-satisfaction", "/admin/reporting/satisfaction/", "son"),
    Shot("desk-reports-remedies", "/admin/reporting/remedies/", "son"),
    Shot("desk-reports-quality", "/admin/reporting/quality/", "son"),
    Shot("desk-reports-monthly", "/admin/reporting/monthly/", "son"),
    Shot("desk-quality", "/admin/quality-reviews/", "son"),
    Shot("desk-quality-draw", "/admin/quality-reviews/draw/", "son"),
    Shot("desk-quality-sample", "/admin/quality-reviews/samples/1/", "son"),
    Shot("desk-quality-review", "/admin/quality-reviews/", "son", _first_review),
    Shot("desk-quality-mine", "/admin/quality-reviews/mine/", "mai"),
    Shot("desk-quality-forms", "/admin/quality/reviewform/", "admin"),
    Shot("desk-reports-cases", "/admin/reporting/cases/?show=open&basis=opened", "son"),
    Shot("desk-reports-export", "/admin/reporting/export/?what=outcomes.ended", "son"),
    Shot("desk-hotline", "/admin/hotline/", "hoa"),
    Shot("desk-hotline-call", "/admin/hotline/?number=Nguyễn", "hoa"),
    Shot("desk-calls", "/admin/channels_app/call/", "hoa"),
    Shot("desk-presence", "/admin/presence/", "lan"),
    Shot("desk-customers", "/admin/customers/customer/", "hoa"),
    Shot("desk-customer", "/admin/customers/customer/", "hoa", prepare=_first_customer),
    Shot("desk-merge", "/admin/customers/customer/", "hoa", prepare=_find_to_merge),
    Shot("desk-record-files", "/admin/records/recordfile/", "yen"),
    Shot("desk-record-file", "/admin/records/recordfile/", "yen", prepare=_first_row),
    Shot("desk-complaints", "/admin/complaints/complaint/", "son"),
    Shot("desk-remedies", "/admin/complaints/remedy/", "son"),
    Shot("desk-problems", "/admin/complaints/problem/", "son"),
    Shot("desk-problem", "/admin/complaints/problem/", "son", prepare=_first_row),
    Shot("desk-policy", "/admin/complaints/policyclause/", "son"),
    Shot("desk-approval-limits", "/admin/complaints/approvallimit/", "admin"),
    Shot("desk-help", "/admin/channels_app/helparticle/", "son"),
    Shot("desk-categories", "/admin/cases/category/", "admin"),
    Shot("desk-checklists", "/admin/evidence/checklist/", "admin"),
    Shot("desk-checklist", "/admin/evidence/checklist/", "admin", prepare=_first_row),
    Shot("desk-targets", "/admin/cases/slatarget/", "admin"),
    Shot("desk-calendars", "/admin/cases/calendar/", "admin"),
    Shot("desk-staff", "/admin/accounts/user/", "admin"),
    Shot("desk-roles", "/admin/accounts/membership/", "admin"),
    Shot("desk-departments", "/admin/accounts/department/", "admin"),
    Shot("desk-duties", "/admin/channels_app/chatduty/", "admin"),
    Shot("desk-replies", "/admin/channels_app/replytemplate/", "admin"),
    Shot("desk-customer-notices", "/admin/customers/notice/", "admin"),
    Shot("desk-accesses", "/admin/cases/access/", "admin"),
    Shot("desk-exports", "/admin/reports/export/", "admin"),
    Shot("desk-log", "/admin/admin/logentry/", "admin"),
    Shot("desk-inbound", "/admin/channels_app/inbounditem/", "admin"),
    Shot("desk-deliveries", "/admin/channels_app/delivery/", "admin"),
    Shot("desk-mail-boxes", "/admin/channels_app/mailboxstate/", "admin"),
    Shot("desk-programs", "/admin/accounts/apiclient/", "admin"),
    Shot("desk-webhooks", "/admin/channels_app/webhooktarget/", "admin"),
    Shot("desk-webhook-deliveries", "/admin/channels_app/webhookdelivery/", "admin"),
)


class Demo:
    """The running demo, as the script uses it: browsers signed in or following a case, and codes of cases by status."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.browser = browser
        self.address = address
        self._states: dict[str, StorageState] = {}
        self._cases: dict[str, dict[str, Any]] = {}

    def page(self, shot: Shot, language: str, size: str, scheme: str) -> Page:
        """A page of whom it is for, at its address."""
        context = self._browser(language, size, scheme, self._state(shot))
        context.add_cookies([{"name": "django_language", "value": language, "url": self.address}])
        page = context.new_page()
        if shot.who not in (PUBLIC, CUSTOMER):  # at the desk the language belongs to the person
            page.goto(f"{self.address}/admin/presence/")
            csrf = page.locator("[name=csrfmiddlewaretoken]").first.input_value()
            form = {"language": language, "next": "/admin/", "csrfmiddlewaretoken": csrf}
            context.request.post(f"{self.address}/admin/language/", form=form)
        page.goto(self.address + _STATUS.sub(lambda found: self._case(found[1])["code"], shot.url))
        return page

    def _state(self, shot: Shot) -> StorageState | None:
        """The cookies of somebody who is signed in, or follows the case of that address; made once for each."""
        if shot.who == PUBLIC:
            return None
        status = _STATUS.search(shot.url)
        who = status[1] if status and shot.who == CUSTOMER else shot.who
        if who not in self._states:
            with self._browser("vi", "desk", "light", None) as context:
                (self._follow if shot.who == CUSTOMER else self._sign_in)(context.new_page(), who)
                self._states[who] = context.storage_state()
        return self._states[who]

    def _browser(self, language: str, size: str, scheme: str, state: StorageState | None) -> BrowserContext:
        return self.browser.new_context(
            viewport=SIZES[size],
            locale=LOCALES[language],
            timezone_id="Asia/Ho_Chi_Minh",
            color_scheme=scheme,
            storage_state=state,
        )

    def _sign_in(self, page: Page, who: str) -> None:
        page.goto(f"{self.address}/admin/login/")
        page.fill("[name=username]", who)
        page.fill("[name=password]", PASSWORD)
        page.click("[type=submit]")
        page.wait_for_url("**/admin/")

    def _follow(self, page: Page, status: str) -> None:
        """As customers do: the tracking code, then the one-time code from the mail box."""
        case = self._case(status)
        mails = f"{self.address}/demo/mail/{case['mail']}/"
        before = set(_DIGITS.findall(page.request.get(mails).text()))
        page.goto(f"{self.address}/track/?code={case['code']}")
        page.locator("main form[novalidate] button").click()
        page.wait_for_url("**/track/code/")
        for _second in range(60):
            if come := [code for code in _DIGITS.findall(page.request.get(mails).text()) if code not in before]:
                break
            time.sleep(1)
        else:
            raise SystemExit(f"no one-time code came to {case['mail']}")
        page.fill("[name=digits]", "".join(come[0]))
        page.locator("main form[novalidate] button").click()
        page.wait_for_url(f"**/track/{case['code']}/")

    def _case(self, status: str) -> dict[str, Any]:
        """The newest case of that status which came by mail or form, and its customer's address; a manager sees them all."""
        if status not in self._cases:
            with self._browser("vi", "desk", "light", self._state(Shot("", "", "son"))) as context:
                rows = context.request.get(f"{self.address}/api/v1/cases/?status={status}").json()["results"]
                case = next(row for row in rows if row["channel"] in ("email", "web"))
                customer = context.request.get(f"{self.address}/api/v1/customers/{case['customer']['id']}/").json()
            mail = next(one["address"] for one in customer["contacts"] if one["kind"] == "email")
            self._cases[status] = {"code": case["code"], "mail": mail}
        return self._cases[status]


def take(demo: Demo, shot: Shot, language: str, size: str, scheme: str) -> Path:
    """One picture, small enough to be kept: few colours, without loss, the height bounded."""
    page = demo.page(shot, language, size, scheme)
    if shot.prepare:
        shot.prepare(page)
    page.wait_for_load_state("load")
    page.wait_for_timeout(600)  # fonts, sockets, what opens slowly
    picture = Image.open(io.BytesIO(page.screenshot(full_page=shot.whole)))
    page.context.close()
    name = f"{shot.name}-{size}-{language}" + ("-dark" if scheme == "dark" else "")
    path = HERE / f"{name}.webp"
    kept = picture.convert("RGB").crop((0, 0, picture.width, min(picture.height, TALLEST)))
    kept.quantize(COLOURS, dither=Image.Dither.NONE).convert("RGB").save(path, lossless=True, method=6)
    return path


def wanted(only: list[str]) -> Iterator[tuple[Shot, str, str, str]]:
    for shot in PAGES:
        if only and not any(shot.name.startswith(name) for name in only):
            continue
        for language in LOCALES:
            for size in SIZES:
                yield shot, language, size, "light"
        if shot.dark:
            yield shot, "vi", "desk", "dark"
            yield shot, "en", "phone", "dark"


def listing() -> str:
    """README.md: what there is, a row a page."""
    lines = [
        "# Pictures of every page",
        "",
        "Taken by `take.py` from a running demo (`bin/up`), in Vietnamese and English, at 1366×768 and 390×844.",
        "",
        "| page | address | who | Vietnamese | English | dark |",
        "|---|---|---|---|---|---|",
    ]
    for shot in PAGES:
        cells = [_links({size: f"{shot.name}-{size}-{language}" for size in SIZES}) for language in LOCALES]
        dark = _links({"desk": f"{shot.name}-desk-vi-dark", "phone": f"{shot.name}-phone-en-dark"})
        lines.append(f"| {shot.name} | `{shot.url}` | {shot.who} | {cells[0]} | {cells[1]} | {dark} |")
    return "\n".join(lines) + "\n"


def _links(names: dict[str, str]) -> str:
    """Those that were taken."""
    return " · ".join(f"[{size}]({name}.webp)" for size, name in names.items() if (HERE / f"{name}.webp").exists())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--address", default="http://localhost:8000")
    parser.add_argument("--only", nargs="*", default=[], help="names of pages, or how they begin")
    asked = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    failed = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        demo = Demo(browser, asked.address)
        for shot, language, size, scheme in wanted(asked.only):
            try:
                sys.stdout.write(f"{take(demo, shot, language, size, scheme).name}\n")
            except PlaywrightError as error:
                failed.append(f"{shot.name} {language} {size} {scheme}: {str(error).splitlines()[0]}")
        browser.close()
    (HERE / "README.md").write_text(listing(), encoding="utf-8")
    if failed:
        sys.exit("\n".join(["not taken:", *failed]))


if __name__ == "__main__":
    main()
