"""What tests of the pages at work share: signing in, and waiting for the console."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any
from urllib.parse import urljoin
from uuid import uuid4

import httpx
from playwright.sync_api import APIResponse, Locator, Page, Route
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from server.clock import Clock
from server.domain.author import SYSTEM
from server.domain.bulletins.messages import read_cap
from server.store.transactions.database import Database
from server.usecases.bulletins.received_bulletins import receive_bulletin
from server.usecases.configuration.publication import publish_installation
from tests.harness.described_answers import comparing
from tests.harness.dom.dom_pages import DomPage, cookies_of, expect
from tests.harness.servers.served import Served
from tests.harness.waiting import wait_until
from tests.server.domain.written_bulletins import cap_xml, info_xml
from tests.server.usecases.quality.figures_history import HALLS


def sign_in[P: (Page, DomPage)](
    page: P, server: Served, login: str, password: str, path: str | None = None
) -> P:
    """Signs the page's browser in, without drawing the form; arrives at a path, None: where people begin."""
    if isinstance(page, DomPage):
        page.add_cookies(cookies_of(server, login, password))
        page.goto(urljoin(server.base_url, path or "/"))
        return page
    form = f"{server.base_url}/connexion"
    token = _csrf_in(page.request.get(form).text())
    wanted: dict[str, str | float | bool] = {"login": login, "password": password, "csrf_token": token}
    answer = page.request.post(form, form=wanted, max_redirects=0)
    assert answer.status == 303, answer.text()
    page.goto(urljoin(form, path or answer.headers["location"]))
    return page


def demonstration_user(server: Served, role: str, site: str = "laon") -> tuple[str, str]:
    """Login and password of a role of the demonstration."""
    user = next(u for u in server.demonstration["users"] if u["role"] == role and u["site"] == site)
    return user["login"], user["password"]


def at_work(page: Page, hall: Served, role: str, path: str, *, theme: str = "light") -> Page:
    """A live page of a role, in a theme that the person has chosen."""
    sign_in(page, hall, *demonstration_user(hall, role), path="/compte" if theme != "light" else path)
    if theme != "light":
        form = page.locator("form[action='/compte/affichage']")
        form.locator("#theme").select_option(theme)
        form.locator("button").press("Enter")
        expect(page.locator("html")).to_have_attribute("data-theme", theme)
        page.goto(f"{hall.base_url}{path}")
    expect(page.locator("[data-live=yes]").first).to_be_visible()
    return page


SIGNED_IN: dict[tuple[str, str], Any] = {}
"""The cookies of people who have signed in, by server and role."""


def arrive(page: Page, hall: Served, role: str, path: str = "/") -> None:
    """Signs in as a role of Laon and arrives where one wanted to go; by the form the first time only.

    Ten tries a minute are let in from one address.
    """
    known = SIGNED_IN.get((hall.base_url, role))
    if known is not None:
        page.context.add_cookies(known)
        page.goto(f"{hall.base_url}{path}")
        return
    user = next(u for u in hall.demonstration["users"] if u["role"] == role and u["site"] == "laon")
    page.goto(f"{hall.base_url}{path}")
    if path == "/":
        page.goto(f"{hall.base_url}/connexion")
    page.locator("#login").fill(user["login"])
    page.locator("#password").fill(user["password"])
    page.keyboard.press("Enter")
    page.wait_for_url(f"{hall.base_url}{path}")
    SIGNED_IN[hall.base_url, role] = page.context.cookies()


def sign_in_by_keyboard(page: Page, hall: Served, role: str, path: str) -> None:
    """Signs in by keyboard and arrives at a page that is live."""
    login, password = demonstration_user(hall, role)
    page.goto(f"{hall.base_url}{path}")
    expect(page.locator("#login")).to_be_focused()
    page.keyboard.type(login)
    page.keyboard.press("Tab")
    page.keyboard.type(password)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{path}")
    expect(page.locator("[data-live=yes]")).to_be_visible()


def tab_to(page: Page, wanted: Locator) -> None:
    """Presses Tab until an element has the focus, like a person without a mouse."""
    for _ in range(120):
        if wanted.evaluate("each => each === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not reach {wanted}")


def act(page: Page, wanted: Locator) -> None:
    tab_to(page, wanted)
    page.keyboard.press("Enter")


@contextmanager
def signed_in(server: Served, role: str, site: str = "laon") -> Iterator[httpx.Client]:
    """A client of the API with the session of a user of the demonstration, who may write."""
    login, password = demonstration_user(server, role, site)
    hooks = {"response": [comparing]}
    with httpx.Client(base_url=server.base_url, trust_env=False, timeout=30, event_hooks=hooks) as browser:
        wanted = {"login": login, "password": password, "csrf_token": _csrf(browser, "/connexion")}
        assert browser.post("/connexion", data=wanted).status_code == 303
        browser.headers["X-CSRFToken"] = _csrf(browser, "/")
        yield browser


def _csrf(browser: httpx.Client, path: str) -> str:
    return _csrf_in(browser.get(path).text)


def _csrf_in(html: str) -> str:
    return html.partition('name="csrf-token" content="')[2].partition('"')[0]


def phase(page: Page | DomPage, name: str) -> None:
    """Waits until the console is in a phase and no verb is under way."""
    expect(page.locator("body")).to_have_attribute("data-phase", name)
    expect(page.locator("body")).not_to_have_class(re.compile(r"\bsending\b"))


def close_counters(page: Page | DomPage) -> None:
    """Closes every counter of a console, which asks once if a visitor is there or awaited."""
    page.locator('[data-act="close"]').click()
    asking = '[data-panel]:not([hidden]) .question-text ~ ul [data-choice="2"]'
    yes = page.locator(asking)
    expect(page.locator(f"body[data-phase=choose], {asking}").first).to_be_visible()
    if yes.is_visible():
        yes.press("Enter")
    phase(page, "choose")


def place(page: Page | DomPage, counter: str) -> Any:
    """The card of a counter the console holds among others."""
    return page.locator(f'[data-place="{counter}"]')


def press_for_a_ticket(kiosk: Page, service: str) -> str:
    """The number of a ticket pressed for on the page of a kiosk; a press that came too early is repeated."""
    expect(kiosk.locator("main")).to_have_attribute("data-view", "start")

    def act(selector: str, view: str) -> None:
        def acted() -> bool:
            if kiosk.locator("main").get_attribute("data-view") != view:
                with suppress(PlaywrightTimeout):  # the press before was taken: its button has gone
                    kiosk.locator(selector).click(timeout=1_000)
            return kiosk.locator("main").get_attribute("data-view") == view

        wait_until(acted, f"{selector} leads to {view}", every_s=0.1)

    act(f"[data-service={service}]", "sheet")
    act("[data-act=take]", "ticket")
    return kiosk.locator(".number").inner_text()


def issue(server: Served, hall: str, service: str) -> str:
    """The number of a new ticket, taken through the API as a program would."""
    answer = httpx.post(
        f"{server.base_url}/api/v1/halls/{hall}/tickets",
        json={"service": service, "press_id": str(uuid4()), "language": "fr"},
        headers={"Authorization": f"Bearer {server.demonstration['api_key']}"},
        trust_env=False,
    )
    assert answer.status_code == 201, answer.text
    return str(answer.json()["number"])


def announce(server: Served) -> None:
    """Puts the bulletins into the database of a server that is not running."""
    database = Database(server.database_url, Clock())
    content = json.loads((HALLS / "installation.json").read_text(encoding="utf-8"))
    for site in content["sites"]:
        site["has_public_page"] = True
        site["complaints"] = {"has_register": True}
        site["bulletins"] = {"codes": [{"scheme": "INSEE", "code": "02408"}]}
    publish_installation(database, SYSTEM, json.dumps(content))
    now = database.clock.now()
    sent, expires = (
        now.isoformat(timespec="seconds"),
        (now + timedelta(hours=6)).isoformat(timespec="seconds"),
    )
    for identifier, severity, language in (
        ("grave", "Severe", "fr-FR"),
        ("calm", "Minor", "fr-FR"),
        ("foreign", "Severe", "nl-BE"),
    ):
        infos = info_xml(severity=severity, language=language, expires=expires)
        receive_bulletin(database, "laon", read_cap(cap_xml(identifier, sent=sent, infos=infos)))
    database.close()


class Late:
    """The first answer of the server at one address, read at once, which the page gets with `arrive`."""

    def __init__(self, page: Page, address: str) -> None:
        self._page, self._address = page, address
        self._read: list[tuple[Route, APIResponse]] = []
        page.route(address, self._attend)

    def _attend(self, route: Route) -> None:
        if self._read:
            route.continue_()
        else:
            self._read.append((route, route.fetch()))

    def wait(self) -> None:
        wait_until(lambda: (self._page.title(), self._read)[1], f"{self._address} is read")

    def arrive(self) -> None:
        (route, answer), *_ = self._read
        with self._page.expect_response(self._address) as arrived:
            route.fulfill(response=answer)
        arrived.value.finished()
        self._page.evaluate("new Promise(requestAnimationFrame)")
