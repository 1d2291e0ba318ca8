"""The console of an agent who holds several places: four computers on one screen, by keyboard."""

import pytest
from playwright.sync_api import Page, Route, expect

from tests.conftest import Serve
from tests.harness.accessible import assert_accessible, unreached_by_keyboard
from tests.harness.chromium import Pages
from tests.harness.servers.served import Served
from tests.harness.working import close_counters, demonstration_user, issue, phase, place, sign_in

COMPUTERS = [f"laon-poste-{number}" for number in range(1, 5)]


@pytest.fixture(scope="module")
def hall(standing: Serve) -> Served:
    return standing()


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
