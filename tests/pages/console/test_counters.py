"""The first view of the console: counters of the hall, while others open and close theirs."""

import json
import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page

from tests.conftest import Serve
from tests.harness.accessible import assert_accessible
from tests.harness.chromium import Pages
from tests.harness.dom.dom_pages import DomPage, DomPages, Opens, expect
from tests.harness.servers.served import Served
from tests.harness.working import close_counters, demonstration_user, issue, phase, place, sign_in

SERVED_BY = {"laon-g1": "laon-accueil", "laon-g2": "laon-titres-retrait"}


class Counters:
    """Counters that a program opens and closes."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self._sessions: dict[str, str] = {}

    def open(self, counter: str) -> None:
        answer = self._client.post(f"/{counter}/session", json={"services": [SERVED_BY[counter]]})
        self._sessions[counter] = answer.raise_for_status().json()["session"]

    def close(self, counter: str) -> None:
        headers = {"X-Counter-Session": self._sessions.pop(counter)}
        self._client.delete(f"/{counter}/session", headers=headers).raise_for_status()

    def close_all(self) -> None:
        for counter in list(self._sessions):
            self.close(counter)


@pytest.fixture
def hall(standing: Serve) -> Served:
    return standing()


@pytest.fixture
def others(hall: Served) -> Iterator[Counters]:
    with httpx.Client(base_url=f"{hall.base_url}/api/v1/counters", trust_env=False) as client:
        client.headers["Authorization"] = f"Bearer {hall.demonstration['api_key']}"
        counters = Counters(client)
        yield counters
        counters.close_all()


def console[P: (Page, DomPage)](pages: Opens[P], hall: Served, role: str = "agent") -> P:
    page = sign_in(pages.open(), hall, *demonstration_user(hall, role), path="/console")
    expect(page.locator("[data-live=yes]")).to_be_visible()
    return page


def test_the_focused_button_stays_while_other_counters_open_and_close(
    hall: Served, dom_pages: DomPages, others: Counters
):
    """Failed without the guard: the list was drawn again under the finger, and a press had no effect."""
    page = console(dom_pages, hall)
    places = page.locator('[data-list="places"]')
    mine = places.locator("li").filter(has_text="Guichet 2").locator("button")
    mine.focus()
    others.open("laon-g1")
    expect(places.locator(".held")).to_have_count(1)
    expect(mine).to_be_focused()
    others.close("laon-g1")
    expect(places.locator(".held")).to_have_count(0)
    expect(mine).to_be_focused()
    others.open("laon-g2")
    expect(places.locator(".held")).to_have_count(1)
    expect(page.locator("main")).to_be_focused()  # the same press would take the counter over now


def test_a_counter_chosen_in_the_bar_stays_chosen_while_others_open(
    hall: Served, dom_pages: DomPages, others: Counters
):
    page = sign_in(dom_pages.open(width=1180, height=48), hall, *demonstration_user(hall, "agent"), path="/")
    page.goto(f"{hall.base_url}/console/barre?hall=laon")
    choice = page.locator("#bar-place")
    choice.select_option("laon-g2")
    others.open("laon-g1")
    expect(choice.locator('option[value="laon-g1"]')).to_contain_text("·")
    expect(choice).to_have_value("laon-g2")


def test_counters_are_there_once_they_can_be_pressed(hall: Served, dom_pages: DomPages):
    """Failed without the guard: they were in the page before it showed them, and a key was lost."""
    page = dom_pages.open()
    held = page.hold("/queue$")
    sign_in(page, hall, *demonstration_user(hall, "agent"), path="/console")
    expect(page.locator("[data-live=yes]")).to_be_visible()
    held.wait()
    places = page.locator('[data-list="places"] li')
    expect(places).to_have_count(0)
    held.release()
    places.first.locator("button").press("Enter")
    phase(page, "free")
    page.locator("[data-act=close]").press("Enter")
    phase(page, "choose")


def test_a_counter_taken_elsewhere_says_so(hall: Served, dom_pages: DomPages):
    first, other = console(dom_pages, hall), console(dom_pages, hall, "supervisor")
    first.locator('[data-list="places"] li').first.locator("button").press("Enter")
    phase(first, "free")
    other.locator("[data-list=places] .held button").press("Enter")
    phase(other, "free")
    phase(first, "choose")
    expect(first.locator("[data-taken]")).to_be_visible()
    other.locator("[data-act=close]").press("Enter")
    phase(other, "choose")


def test_a_further_counter_with_a_visitor_is_taken_over_after_one_question(hall: Served, pages: Pages):
    first, other = console(pages, hall), console(pages, hall, "supervisor")
    number = issue(hall, "laon", "laon-accueil")
    places = '[data-list="places"] li'
    first.locator(places).filter(has_text="Guichet 1").locator("button").press("Enter")
    expect(first.locator('[data-text="next-line"]')).to_contain_text(number)
    first.keyboard.press("F9")
    phase(first, "called")
    first.keyboard.press("o")
    phase(first, "in_service")
    ask_in_the_bar(other.context.new_page(), hall, number)
    other.locator(places).filter(has_text="Guichet 2").locator("button").press("Enter")
    phase(other, "free")
    panel = other.locator("[data-panel]")
    for answer, held in (("1", 0), ("2", 2)):
        other.locator('[data-act="join"]').press("Enter")
        panel.get_by_role("button", name="Guichet 1").press("Enter")
        expect(panel).to_contain_text(re.compile(rf"Ouvert par .+ depuis \d\d:\d\d, avec {number}"))
        expect(panel).to_be_focused()
        other.keyboard.press(answer)
        expect(panel).to_be_hidden()
        expect(other.locator('[data-list="held"] li')).to_have_count(held)
    phase(first, "choose")
    expect(place(other, "laon-g1")).to_contain_text(number)
    close_counters(other)


def ask_in_the_bar(bar: Page, hall: Served, number: str) -> None:
    """The same question stands in the one line of the bar, with its answers and words within sight."""
    bar.set_viewport_size({"width": 1000, "height": 48})
    bar.goto(f"{hall.base_url}/console/barre?hall=laon")
    bar.locator("#bar-place").select_option("laon-g1")
    bar.locator("[data-choose-form] button").press("Enter")
    question = bar.locator(".ask")
    expect(question).to_contain_text(number)
    for each in (*question.locator("button").all(), *question.locator("p").all()):
        expect(each).to_be_in_viewport(ratio=1)
    assert bar.evaluate("document.documentElement.scrollHeight <= 48")
    assert_accessible(bar)
    question.locator("button").first.press("Enter")
    expect(bar.locator("[data-choose-form] button")).to_be_focused()
    bar.close()


def test_a_refusal_is_shown_at_the_pressed_counter(hall: Served, pages: Pages):
    page = console(pages, hall)
    problem = json.dumps({"code": "locked", "detail": "Une alerte est en cours."})
    refuse = {"status": 409, "content_type": "application/problem+json", "body": problem}
    page.route("**/counters/laon-g2/session", lambda route: route.fulfill(**refuse))
    item = page.locator('[data-list="places"] li').filter(has_text="Guichet 2")
    item.locator("button").press("Enter")
    expect(item.get_by_role("alert")).to_have_text("Une alerte est en cours.")
    assert_accessible(page)
