"""The console of a forgotten counter, and of one that wraps up: the question, the answer by keyboard, the
words.

What the server tells of time is moved in its answers, so that nothing waits.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, Route

from tests.conftest import Serve
from tests.harness.accessible import assert_accessible, unreached_by_keyboard
from tests.harness.chromium import Pages
from tests.harness.dom.dom_pages import DomPage, expect
from tests.harness.servers.served import Served
from tests.harness.working import close_counters, demonstration_user, issue, phase, sign_in

SERVICE = "laon-numerique"
PRESENCE, WRAP_UP = "[data-presence]", '[data-text="wrap-up"]'


class CounterAnswer:
    """What `GET /counters/{counter}` tells, with some of it moved as long as a test wants it so."""

    def __init__(self) -> None:
        self.changes: dict[str, Any] = {}

    def answer(self, route: Route) -> None:
        answer = route.fetch()
        body = answer.json()
        now = datetime.fromisoformat(body.get("as_of") or "2026-11-24T09:00:00+00:00")
        for name, seconds in self.changes.items():
            if name == "asks_after_s" and body["presence"]:
                body["presence"]["asks_at"] = (now + timedelta(seconds=seconds)).isoformat()
            elif name == "wrap_up_s" and not body["leg"]:
                body["wrap_up_until"] = (now + timedelta(seconds=seconds)).isoformat()
            elif name == "pause_reason" and body["state"] == "paused":
                body["pause_reason"] = seconds
        route.fulfill(response=answer, json=body)


@pytest.fixture(scope="module")
def hall(standing: Serve) -> Served:
    return standing()


@pytest.fixture(scope="module")
def cookies() -> list[Any]:
    return []


@pytest.fixture
def counter_answer() -> CounterAnswer:
    return CounterAnswer()


@pytest.fixture
def console(hall: Served, pages: Pages, cookies: list[Any], counter_answer: CounterAnswer) -> Iterator[Page]:
    """The console of a digital helper at one computer, with one person waiting."""
    page = pages.open()
    page.route("**/api/v1/counters/*", counter_answer.answer)
    if cookies:
        page.context.add_cookies(cookies)
        page.goto(f"{hall.base_url}/console")
    else:
        sign_in(page, hall, *demonstration_user(hall, "digital_helper"), path="/console")
        cookies.extend(page.context.cookies())
    expect(page.locator("[data-live=yes]")).to_be_visible()
    issue(hall, "laon", SERVICE)
    page.locator('[data-list="places"] li').filter(has_text="Poste numérique 1").locator("button").click()
    phase(page, "free")
    yield page
    counter_answer.changes.clear()
    if page.locator("body").get_attribute("data-phase") == "called":
        page.keyboard.press("F8")
    close_counters(page)


@pytest.fixture
def dom_console(hall: Served, dom_page: DomPage) -> Iterator[DomPage]:
    """The same without a browser."""
    page = sign_in(dom_page, hall, *demonstration_user(hall, "digital_helper"), path="/console")
    expect(page.locator("[data-live=yes]")).to_be_visible()
    issue(hall, "laon", SERVICE)
    page.locator('[data-list="places"] li').filter(has_text="Poste numérique 1").locator("button").click()
    phase(page, "free")
    yield page
    page.keyboard.press("F8")
    close_counters(page)


def ask_after(page: DomPage, seconds: float) -> None:
    """What the counter is told of its presence: the page is to ask after so many seconds."""
    script = """(body) => {
      if (body.presence)
        body.presence.asks_at = new Date(Date.parse(body.as_of) + AFTER_MS).toISOString();
      return body;
    }"""
    page.change("/api/v1/counters/[^/]+$", script.replace("AFTER_MS", str(seconds * 1_000)))


def ask_as_always(page: DomPage) -> None:
    page.change("/api/v1/counters/[^/]+$", "(body) => body")


def call(page: Page | DomPage) -> None:
    page.keyboard.press("F9")
    phase(page, "called")


def test_the_question_appears_without_taking_the_focus_and_its_key_answers(
    console: Page, counter_answer: CounterAnswer
):
    counter_answer.changes["asks_after_s"] = 0
    call(console)
    expect(console.locator(PRESENCE)).to_be_visible()
    expect(console.locator(PRESENCE)).to_contain_text("Êtes-vous toujours là")
    assert not console.evaluate("document.querySelector('[data-presence]').contains(document.activeElement)")
    assert console.locator('[role="status"]').filter(has=console.locator(PRESENCE)).count() == 1
    assert_accessible(console)
    assert unreached_by_keyboard(console) == []
    counter_answer.changes.clear()
    console.keyboard.press("t")
    expect(console.locator(PRESENCE)).to_be_hidden()
    expect(console.locator("[data-outcome]")).to_have_text("Vous êtes là\u00a0: l’appel continue.")
    phase(console, "called")


def test_the_button_answers_and_the_focus_moves_to_the_main_part(dom_console: DomPage):
    ask_after(dom_console, 0)
    call(dom_console)
    button = dom_console.locator('[data-act="present"]')
    expect(button).to_be_enabled()
    button.focus()
    ask_as_always(dom_console)
    dom_console.keyboard.press("Enter")
    expect(dom_console.locator(PRESENCE)).to_be_hidden()
    expect(dom_console.locator("#main")).to_be_focused()


def test_the_page_asks_at_its_hour_by_itself_and_any_verb_answers(dom_console: DomPage):
    ask_after(dom_console, 2)
    call(dom_console)
    expect(dom_console.locator(PRESENCE)).to_be_visible()
    ask_as_always(dom_console)
    dom_console.keyboard.press("l")
    expect(dom_console.locator(PRESENCE)).to_be_hidden()
    phase(dom_console, "called")


def test_a_counter_that_was_forgotten_says_so_in_its_pause(console: Page, counter_answer: CounterAnswer):
    counter_answer.changes["pause_reason"] = "forgotten"
    console.keyboard.press("p")
    console.keyboard.press("1")
    phase(console, "paused")
    reason = console.locator('[data-phases="paused"] [data-text="pause-reason"]')
    expect(reason).to_have_text("Guichet oublié\u00a0: la personne appelée est revenue en tête de file")
    assert_accessible(console)
    console.keyboard.press("p")
    phase(console, "free")


def test_a_wrap_up_is_counted_down_in_words_outside_live_regions_and_next_ends_it(
    console: Page, counter_answer: CounterAnswer
):
    call(console)
    console.keyboard.press("o")
    phase(console, "in_service")
    counter_answer.changes["wrap_up_s"] = 30
    console.keyboard.press("F8")
    phase(console, "free")
    left = console.locator(f".who {WRAP_UP}")
    expect(left).to_have_text(re.compile(r"^Temps de fin de dossier, encore (30|2\d)\u00a0s$"))
    assert (
        console.evaluate("document.querySelector('[data-text=\"wrap-up\"]').closest('[role=status]')") is None
    )
    assert_accessible(console)
    counter_answer.changes["wrap_up_s"] = 1
    console.keyboard.press("s")
    expect(left).to_be_hidden()


def test_the_compact_bar_asks_whether_the_agent_is_there_too(
    console: Page, pages: Pages, hall: Served, cookies: list[Any], counter_answer: CounterAnswer
):
    counter_answer.changes["asks_after_s"] = 0
    call(console)
    bar = console.context.new_page()
    bar.set_viewport_size({"width": 1180, "height": 48})
    bar.route("**/api/v1/counters/*", counter_answer.answer)
    bar.goto(f"{hall.base_url}/console/barre")
    expect(bar.locator(PRESENCE)).to_be_visible()
    assert_accessible(bar)
    counter_answer.changes.clear()
    bar.locator('[data-act="present"]').focus()
    bar.keyboard.press("Enter")
    expect(bar.locator(PRESENCE)).to_be_hidden()
    bar.close()


@pytest.mark.parametrize("shows_counters", [True, False])
def test_the_wall_says_which_counter_is_forgotten_or_how_many(
    hall: Served, pages: Pages, *, shows_counters: bool
):
    def answer(route: Route) -> None:
        counter_answer = route.fetch()
        body = counter_answer.json() | {
            "shows_counters": shows_counters,
            "agents": 3 if shows_counters else 1,
        }
        body["counted"] = {"forgotten": 1, "open": 1}
        since = {"since": body["as_of"], "number": None}
        until = datetime.fromisoformat(body["as_of"]) + timedelta(minutes=5)
        if shows_counters:
            body["counters"][0] |= since | {"state": "forgotten"}
            body["counters"][1] |= since | {"state": "free", "wrap_up_until": until.isoformat()}
        route.fulfill(response=counter_answer, json=body)

    wall = pages.open()
    wall.route("**/api/v1/halls/laon/wall", answer)
    sign_in(wall, hall, *demonstration_user(hall, "supervisor"), path="/mur")
    expect(wall.locator("[data-live=yes]")).to_be_visible()
    if shows_counters:
        states = wall.locator("[data-counter] .state")
        expect(states.nth(0)).to_have_text(re.compile("^oublié"))
        expect(states.nth(1)).to_have_text(re.compile("^en fin de dossier"))
    else:
        expect(wall.locator('[data-text="counted"]')).to_have_text("1 ouvert · 1 oublié")
    expect(wall.locator('[data-text="counters"]')).to_have_text("1")
    expect(wall.locator('[data-text="counters-label"]')).to_have_text("guichets ouverts, 1 en pause")
    assert_accessible(wall)
