"""The visitor’s phone in a real browser on the real server: no account, live, readable without a script."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx
import pytest
from playwright.sync_api import Page

from tests.conftest import Serve
from tests.harness.accessible import assert_accessible
from tests.harness.chromium import Pages
from tests.harness.dom.dom_pages import DomPage, DomPages, expect
from tests.harness.servers.served import Served
from tests.harness.waiting import wait_until

SITE, SERVICE, COUNTER = "laon", "laon-accueil", "laon-g1"
PARIS = ZoneInfo("Europe/Paris")
PHONE = {"width": 390, "height": 844, "has_touch": True}


@pytest.fixture(scope="module")
def hall(standing: Serve) -> Served:
    return standing()


@pytest.fixture
def api(hall: Served) -> Iterator[httpx.Client]:
    """The API with the demonstration's key."""
    headers = {"Authorization": f"Bearer {hall.demonstration['api_key']}"}
    with httpx.Client(base_url=f"{hall.base_url}/api/v1", headers=headers, trust_env=False) as client:
        yield client


@pytest.fixture
def ticket(api: httpx.Client) -> dict[str, Any]:
    """A ticket just taken."""
    body = {"service": SERVICE, "press_id": str(uuid4()), "language": "fr"}
    answer = api.post(f"/halls/{SITE}/tickets", json=body)
    assert answer.status_code == 201, answer.text
    issued: dict[str, Any] = answer.json()
    return issued


@pytest.fixture
def follow(hall: Served, pages: Pages) -> Callable[..., Page]:
    """Opens a path on a phone."""

    def followed(path: str, **context: Any) -> Page:
        return pages.open(f"{hall.base_url}{path}", **PHONE, **context)

    return followed


@pytest.fixture
def read(hall: Served, dom_pages: DomPages) -> Callable[..., DomPage]:
    """Opens a path without a browser."""

    def opened(path: str, **context: Any) -> DomPage:
        return dom_pages.open(f"{hall.base_url}{path}", width=390, height=844, **context)

    return opened


def call(api: httpx.Client, number: str) -> dict[str, Any]:
    """Opens the counter and calls until this number is called; the leg, and the session's header."""
    session = api.post(f"/counters/{COUNTER}/session", json={"take_over": True}).json()["session"]
    api.headers["X-Counter-Session"] = session
    current = api.get(f"/counters/{COUNTER}").json()["leg"]
    while True:
        body = {"current": current and current["leg"], "current_end": "served" if current else None}
        called = api.post(f"/counters/{COUNTER}/next", json=body)
        assert called.status_code == 200, called.text
        current = called.json()
        if current["number"] == number:
            found: dict[str, Any] = current
            return found


def test_a_visit_is_followed_from_waiting_to_its_end(
    follow: Callable[..., Page], api: httpx.Client, ticket: dict[str, Any]
):
    page = follow(f"/t/{ticket['token']}")
    expect(page.locator("[data-live=yes]")).to_be_visible()
    expect(page.locator(".number")).to_contain_text(ticket["number"])
    assert_accessible(page)
    page.evaluate("navigator.vibrate = (pattern) => { window.vibrated = pattern; return true; }")
    page.locator("[data-signal]").click()
    expect(page.locator("[data-signal]")).to_have_attribute("aria-pressed", "true")
    leg = call(api, ticket["number"])
    expect(page.locator("[data-part=called]")).to_be_visible()
    page.wait_for_function(
        "title => document.title === title", arg=f"{ticket['number']}\u00a0: c’est votre tour"
    )
    wait_until(lambda: page.evaluate("window.vibrated?.length") == 5, "the phone signals its call")
    assert_accessible(page)
    api.post(f"/legs/{leg['leg']}/recall", json={})
    expect(page.locator("[data-part=called] sup")).to_have_text("e")
    api.post(f"/legs/{leg['leg']}/start", json={})
    expect(page.locator("[data-part=in_service]")).to_be_visible()
    api.post(f"/legs/{leg['leg']}/finish", json={})
    expect(page.locator("[data-part='ended.served']")).to_be_visible()
    expect(page.locator("[data-act=ask]")).to_be_hidden()
    assert_accessible(page)


def test_a_place_is_given_up_only_after_a_second_yes_and_taken_back(
    follow: Callable[..., Page], ticket: dict[str, Any]
):
    page = follow(f"/t/{ticket['token']}")
    expect(page.locator("[data-live=yes]")).to_be_visible()
    give_up = page.locator("[data-choice=give-up] summary")
    give_up.press("Enter")
    expect(page.locator("[data-act=give-up] button")).to_be_visible()
    assert_accessible(page)
    give_up.press("Enter")
    expect(page.locator("[data-part=waiting]")).to_be_visible()
    give_up.press("Enter")
    page.locator("[data-act=give-up] button").press("Enter")
    expect(page.locator("[data-part='ended.abandoned']")).to_be_visible()
    expect(page.locator("[data-act=take-back] button")).to_have_text(re.compile(r"jusqu’à \d\d:\d\d"))
    page.locator("[data-act=take-back] button").press("Enter")
    expect(page.locator("[data-part=waiting]")).to_be_visible()


def test_without_network_a_second_yes_says_that_no_answer_came(
    follow: Callable[..., Page], ticket: dict[str, Any]
):
    page = follow("/suivi")
    page.route("**/shared/verbs.js", lambda route: route.abort())
    page.goto(page.url.replace("/suivi", f"/t/{ticket['token']}"))
    page.locator("[data-choice=give-up] summary").press("Enter")
    page.locator("[data-act=give-up] button").press("Enter")
    expect(page.locator("[data-refused]")).to_contain_text("ne répond pas")


@pytest.mark.parametrize("language", ["fr", "en", "ar"])
def test_the_page_speaks_the_chosen_language(
    read: Callable[..., DomPage], ticket: dict[str, Any], language: str
):
    page = read(f"/t/{ticket['token']}")
    page.locator(".tongues summary").press("Enter")
    page.locator(f'nav a[href$="lang={language}"]').press("Enter")
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.locator("[data-live=yes]")).to_be_visible()
    expect(page.locator(f'nav a[href$="lang={language}"]')).to_have_attribute("aria-current", "true")


def test_a_phone_in_another_language_hears_its_call_without_asking_again(
    read: Callable[..., DomPage], api: httpx.Client, ticket: dict[str, Any]
):
    page = read("/suivi")
    with page.expect_response("/api/v1/tickets/.*lang=en"):
        page.goto(page.url.replace("/suivi", f"/t/{ticket['token']}?lang=en"))
    expect(page.locator("[data-live=yes]")).to_be_visible()
    page.wait_until_idle()  # it may have read once more as it became live
    asked = len(page.requests())
    call(api, ticket["number"])
    expect(page.locator("[data-part=called] [data-text=place]")).to_have_text("counter 1")
    assert not [each for each in page.requests()[asked:] if "/api/" in each["path"]]


def test_the_first_page_says_everything_without_a_script(
    read: Callable[..., DomPage], ticket: dict[str, Any]
):
    page = read(f"/t/{ticket['token']}", java_script_enabled=False)
    expect(page.locator(".number")).to_contain_text(ticket["number"])
    expect(page.locator("[data-part=waiting]")).to_be_visible()
    expect(page.locator("[data-static] a")).to_have_attribute("href", f"/t/{ticket['token']}")
    expect(page.locator("[data-act=ask]")).to_be_hidden()


def test_a_short_code_shows_the_place_and_cannot_give_it_up(
    follow: Callable[..., Page], ticket: dict[str, Any]
):
    page = follow("/suivi")
    assert_accessible(page)
    page.locator("#code").fill(ticket["short_code"].lower())
    page.keyboard.press("Enter")
    expect(page.locator(".number")).to_contain_text(ticket["number"])
    assert page.locator("[data-act]").count() == 0
    assert ticket["token"] not in page.content()
    assert_accessible(page)


def test_an_unknown_code_and_an_unknown_token_get_a_sentence(follow: Callable[..., Page]):
    page = follow("/suivi?code=AAAABBBB")
    expect(page.get_by_role("alert")).to_be_visible()
    assert_accessible(page)
    unknown = follow("/t/nothing")
    expect(unknown.locator("h1")).not_to_be_empty()
    assert_accessible(unknown)


def test_a_lost_connection_is_shown_and_restored(
    hall: Served, follow: Callable[..., Page], ticket: dict[str, Any]
):
    page = follow("/suivi")
    page.clock.install(time=datetime.now(PARIS) + timedelta(hours=3))  # a phone that is not set right
    lost_after = datetime.now(PARIS)
    page.goto(page.url.replace("/suivi", f"/t/{ticket['token']}"))
    expect(page.locator("[data-live=yes]")).to_be_visible()
    hall.kill()
    expect(page.locator("[data-live=no]")).to_be_visible()
    minutes = "|".join(f"{at:%H:%M}" for at in (lost_after, datetime.now(PARIS)))
    expect(page.locator("[data-text=live]")).to_have_text(re.compile(minutes))
    assert_accessible(page)
    hall.start()
    expect(page.locator("[data-live=yes]")).to_be_visible()


def test_a_push_reaches_the_worker_of_a_page_that_is_closed_and_says_where_to_go(
    hall: Served, pages: Pages, api: httpx.Client, ticket: dict[str, Any]
):
    """Chromium’s own worker takes the message. Its push service is out of reach, and its headless shell
    grants nobody notifications: the debugger hands the message over, and what would be shown is kept."""
    call(api, ticket["number"])
    page = pages.open(f"{hall.base_url}/suivi", service_workers="allow")
    scope = f"/t/{ticket['token']}"
    with page.context.expect_event("serviceworker") as started:
        page.evaluate("(scope) => navigator.serviceWorker.register('/t/worker.js?lang=en', { scope })", scope)
    worker = started.value
    keep = "async (title, { body }) => { self.kept = JSON.stringify([title, body]); }"
    worker.evaluate(f"() => {{ self.registration.showNotification = {keep}; }}")
    wire = page.context.new_cdp_session(page)
    known: list[dict[str, Any]] = []
    wire.on("ServiceWorker.workerVersionUpdated", lambda event: known.extend(event["versions"]))
    wire.send("ServiceWorker.enable")
    wait_until(
        lambda: page.evaluate("1") and any(each["status"] == "activated" for each in known), "it is active"
    )
    wire.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": hall.base_url, "registrationId": known[-1]["registrationId"], "data": "called"},
    )
    title, body = json.loads(wait_until(lambda: worker.evaluate("self.kept ?? ''"), "the worker shows it"))
    assert title == "It is your turn"
    assert body.endswith(f". Number {ticket['number']}")
