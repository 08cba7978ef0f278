"""Takes the pictures of the README from a running demo: python docs/screenshots/take.py [http://localhost:8000]

Needs playwright and Chromium, and demo data as `bin/up` makes them.
"""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).resolve().parent
SIZE = {"width": 1366, "height": 768}


def sign_in(page: Page, address: str) -> None:
    page.goto(f"{address}/admin/")
    page.fill("[name=username]", "lan")
    page.fill("[name=password]", "ben-xanh-demo")
    page.click("[type=submit]")
    page.wait_for_url("**/admin/")


def take(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    page.screenshot(path=HERE / f"{name}.png")


def main(address: str) -> None:
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport=SIZE, locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh")
        for name, path in (("home", "/"), ("track", "/track/")):
            page.goto(address + path)
            take(page, name)
        sign_in(page, address)
        page.goto(f"{address}/admin/cases/case/?queue=urgent")
        take(page, "queue")
        page.locator("tr", has_text="Đang xử lý").locator("a").first.click()
        take(page, "case")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8000")
