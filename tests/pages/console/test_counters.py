"""Counters: one is chosen while others open and close, four computers are held by one agent."""

import json
import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page, Route

from tests.harness.accessible import assert_accessible, unreached_by_keyboard
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


# --- the console of an agent who holds several places -----------------------------------------


COMPUTERS = [f"laon-poste-{number}" for number in range(1, 5)]


@pytest.fixture(scope="module")
def cookies() -> list[dict[str, str]]:
    return []


@pytest.fixture
def helper(hall: Served, pages: Pages, cookies: list[dict[str, str]]) -> Page:
    """The console of the digital helper, with no counter yet."""
    page = pages.open()
    if cookies:
        page.context.add_cookies(cookies)  # type: ignore[arg-type]
        page.goto(f"{hall.base_url}/console")
    else:
        sign_in(page, hall, *demonstration_user(hall, "digital_helper"), path="/console")
        cookies.extend(page.context.cookies())  # type: ignore[arg-type]
    expect(page.locator("[data-live=yes]")).to_be_visible()
    return page


def open_computers(page: Page) -> None:
    """Ticks the four computers by keyboard and opens them at once."""
    for computer in COMPUTERS:
        page.locator(f'input[value="{computer}"]').focus()
        page.keyboard.press("Space")
    page.locator("[data-several]").focus()
    page.keyboard.press("Enter")
    expect(page.locator('[data-list="held"] li')).to_have_count(4)
    phase(page, "free")


def test_four_computers_are_opened_called_and_changed_by_keyboard(helper: Page, hall: Served):
    open_computers(helper)
    numbers = [issue(hall, "laon", "laon-numerique") for _ in range(4)]
    expect(helper.locator('[data-text="waiting-count"]')).to_have_text("4 personnes")
    for at, (computer, number) in enumerate(zip(COMPUTERS, numbers, strict=True), 1):
        helper.keyboard.press(str(at))
        expect(place(helper, computer)).to_have_attribute("aria-current", "true")
        if at > 1:
            expect(helper.locator("[data-say]")).to_contain_text(f"Poste numérique {at}. Guichet libre")
        helper.keyboard.press("F9")
        phase(helper, "called")
        expect(place(helper, computer)).to_contain_text(number)
        if at != 3:
            helper.keyboard.press("o")
            phase(helper, "in_service")
    assert_accessible(helper)
    assert unreached_by_keyboard(helper) == []
    for seen in (*(place(helper, each) for each in COMPUTERS), helper.locator('[data-act="undo"]')):
        box = seen.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 768, "nothing to scroll for"

    place(helper, COMPUTERS[3]).focus()
    helper.keyboard.press("ArrowLeft")
    expect(place(helper, COMPUTERS[2])).to_be_focused()
    phase(helper, "called")
    expect(helper.locator("[data-say]")).to_contain_text(f"Poste numérique 3. {numbers[2]}, appel")
    helper.keyboard.press("n")
    phase(helper, "free")
    helper.keyboard.press("1")
    helper.keyboard.press("F8")
    expect(place(helper, COMPUTERS[0])).to_contain_text("Libre")
    expect(place(helper, COMPUTERS[1])).to_contain_text(numbers[1])
    helper.keyboard.press("a")
    phase(helper, "in_service")
    expect(helper.locator("[data-person] .number")).to_have_text(numbers[0])
    close_counters(helper)


def test_a_pause_is_refused_during_a_call_not_a_service_and_a_place_is_left_and_held_again(
    helper: Page, hall: Served
):
    open_computers(helper)
    number = issue(hall, "laon", "laon-numerique")
    helper.keyboard.press("2")
    expect(helper.locator('[data-text="next-line"]')).to_contain_text(number)
    helper.keyboard.press("F9")
    phase(helper, "called")
    helper.keyboard.press("1")
    helper.keyboard.press("p")
    helper.keyboard.press("1")
    expect(helper.locator("[data-refused]")).to_contain_text("à l’un de vos guichets")
    helper.keyboard.press("2")
    helper.keyboard.press("o")
    phase(helper, "in_service")
    helper.keyboard.press("p")
    helper.keyboard.press("1")
    resume = helper.locator('[data-act="resume"]').filter(visible=True)
    expect(resume).to_be_visible()
    phase(helper, "in_service")
    for computer in (COMPUTERS[0], *COMPUTERS[2:]):
        expect(place(helper, computer)).to_contain_text("En pause")
    expect(place(helper, COMPUTERS[1])).to_contain_text(number)
    assert_accessible(helper)
    helper.keyboard.press("F9")
    expect(helper.locator("[data-refused]")).to_contain_text("Vos guichets sont en pause")
    helper.keyboard.press("F8")
    phase(helper, "paused")
    helper.keyboard.press("p")
    phase(helper, "free")
    helper.locator('[data-act="leave"]').click()
    expect(helper.locator('[data-list="held"] li')).to_have_count(3)
    expect(place(helper, COMPUTERS[0])).to_have_attribute("aria-current", "true")
    helper.locator('[data-act="join"]').click()
    expect(helper.locator("[data-panel]")).to_be_focused()
    assert_accessible(helper)
    helper.locator("[data-panel]").get_by_role("button", name="Poste numérique 2").press("Enter")
    expect(helper.locator('[data-list="held"] li')).to_have_count(4)
    expect(place(helper, COMPUTERS[1])).to_have_attribute("aria-current", "true")
    helper.keyboard.press("p")
    helper.keyboard.press("1")
    phase(helper, "paused")
    for computer in COMPUTERS:
        expect(place(helper, computer)).to_contain_text("En pause")
    assert_accessible(helper)
    close_counters(helper)


def test_the_reception_keeps_the_session_and_a_second_browser_takes_every_place_over(
    helper: Page, hall: Served, pages: Pages, cookies: list[dict[str, str]]
):
    open_computers(helper)
    helper.keyboard.press("b")
    helper.wait_for_url("**/accueil?hall=laon")
    expect(helper.locator('[data-list="held"] li')).to_have_count(4)
    assert_accessible(helper)
    place(helper, COMPUTERS[2]).press("Enter")
    helper.wait_for_url("**/console?hall=laon")
    expect(place(helper, COMPUTERS[2])).to_have_attribute("aria-current", "true")

    def press_while_it_loads(route: Route) -> None:
        helper.keyboard.press("4")
        route.continue_()

    helper.route("**/api/v1/halls/laon/queue", press_while_it_loads, times=1)
    helper.reload()
    expect(place(helper, COMPUTERS[3])).to_have_attribute("aria-current", "true")

    second = pages.open()
    second.context.add_cookies(cookies)  # type: ignore[arg-type]
    second.goto(f"{hall.base_url}/console")
    held = second.locator('[data-list="places"] li.held')
    expect(held).to_have_count(4)
    held.nth(1).get_by_role("button").press("Enter")
    expect(second.locator('[data-list="held"] li')).to_have_count(4)
    phase(helper, "choose")
    expect(helper.locator("[data-taken]")).to_be_visible()
    close_counters(second)
