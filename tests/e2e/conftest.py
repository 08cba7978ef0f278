"""A real browser. Without Chromium these tests are reported as not run."""

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
# Playwright keeps an event loop in this thread, and Django then takes every query for one made inside a coroutine.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()


def _new_context(browser: Browser) -> BrowserContext:
    context = browser.new_context(
        viewport={"width": 1366, "height": 768}, locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh"
    )
    context.set_default_timeout(15_000)
    return context


def _watched(context: BrowserContext, troubles: list[str]) -> Page:
    """Script errors, refused resources and whatever else the console shows are noted in `troubles`."""
    page = context.new_page()
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda said: troubles.append(said.text) if said.type in ("error", "warning") else None)
    return page


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = _new_context(browser)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page on which nothing may go wrong."""
    troubles: list[str] = []
    yield _watched(context, troubles)
    assert troubles == []


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Callable[[], Page]]:
    """visitor(): a page in a browser of its own, signed in nowhere, on which nothing may go wrong."""
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def enter() -> Page:
        contexts.append(_new_context(browser))
        return _watched(contexts[-1], troubles)

    yield enter
    for context in contexts:
        context.close()
    assert troubles == []
