"""Debian's Chromium as the tests drive it, with nothing of its own on the network.

Its headless shell: the same engine without the windows around it, for two thirds of the processor time.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any
from unittest.mock import patch

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect, sync_playwright

from tests.harness.described_answers import compare_messages
from tests.harness.programs import program
from tests.harness.waiting import PAGE_PATIENCE_MS

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--autoplay-policy=no-user-gesture-required",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]


@contextmanager
def running_chromium() -> Iterator[Browser]:
    """One browser for a whole test session."""
    expect.set_options(timeout=PAGE_PATIENCE_MS)
    press, focus = _once_shown(Locator.press), _once_shown(Locator.focus)
    with patch.multiple(Locator, press=press, focus=focus), sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program("chromium-headless-shell"), args=ARGUMENTS
        )
        try:
            yield browser
        finally:
            browser.close()


def _once_shown(act: Callable[..., None]) -> Callable[..., None]:
    """A press of a key or a focus as people do it: on what they see. Playwright's own are lost on an element
    that its script has not shown yet."""

    @wraps(act)
    def acting(locator: Locator, *arguments: Any, **options: Any) -> None:
        locator.wait_for()
        act(locator, *arguments, **options)

    return acting


class Pages:
    """Opens pages, each in a browser context of its own, and keeps what went wrong in them."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: list[Any] = []
        self.troubles: list[str] = []

    def open(self, url: str = "about:blank", *, width: int = 1366, height: int = 768, **context: Any) -> Page:
        """A new page in a fresh context; `context` goes to Playwright (locale, base_url …).

        Without a service worker, which costs as much as the page, unless `service_workers="allow"`.
        """
        context.setdefault("locale", "fr-FR")
        context.setdefault("service_workers", "block")
        fresh = self._browser.new_context(viewport={"width": width, "height": height}, **context)
        self._contexts.append(fresh)
        page = fresh.new_page()
        page.set_default_timeout(PAGE_PATIENCE_MS)
        page.on("pageerror", lambda error: self.troubles.append(f"{page.url}: {error}"))
        page.on("console", lambda message: self._keep(page, message))
        compare_messages(page, self.troubles)
        if url != "about:blank":
            page.goto(url)
        return page

    def close(self) -> None:
        for context in self._contexts:
            context.close()
        self._contexts.clear()

    def _keep(self, page: Page, message: ConsoleMessage) -> None:
        if message.type != "error":
            return
        # anything that a strict content policy blocked is an error of the page too
        if "Content Security Policy" in message.text:
            self.troubles.append(f"{page.url}: {message.text}")
        # a test may expect an answer of 409; a page without its style, script, font or icon never is
        url = message.location["url"]
        if "status of" in message.text and ("/assets/" in url or "/static/" in url):
            self.troubles.append(f"{page.url}: {url}: {message.text}")
