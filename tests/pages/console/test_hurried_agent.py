"""An agent is quicker than the server, whose answers are delayed: nothing unintended is done."""

import pytest
from playwright.sync_api import Page, expect

from tests.harness.servers.served import Served
from tests.harness.working import demonstration_user, issue, phase, place, sign_in
from tests.pages.late_answers import Held, Late

COUNTER, SERVICE = "laon-g1", "laon-accueil"


@pytest.fixture
def hall(serve) -> Served:
    served: Served = serve()
    return served


@pytest.fixture
def numbers(hall: Served) -> list[str]:
    """Three who wait."""
    return [issue(hall, "laon", SERVICE) for _ in range(3)]


@pytest.fixture
def console(hall: Served, numbers: list[str], page: Page) -> Page:
    """A console at a free counter that knows of them."""
    sign_in(page, hall, *demonstration_user(hall, "agent"), path="/console")
    page.locator(f"button[aria-describedby=place-{COUNTER}]").press("Enter")
    phase(page, "free")
    expect(page.locator('[data-text="waiting-count"]')).to_have_text(f"{len(numbers)} personnes")
    return page


def picked(console: Page) -> str:
    person = console.locator("[data-panel] label", has=console.locator("input:checked"))
    return person.locator("b").inner_text()


def test_a_pick_stays_when_the_whole_queue_is_read_late(console: Page, numbers: list[str]):
    held = Held(console, "**/api/v1/halls/laon/queue")
    console.keyboard.press("c")
    console.locator("[data-panel] input:checked").focus()
    console.keyboard.press("ArrowDown")
    assert picked(console) == numbers[1]
    with console.expect_response("**/api/v1/halls/laon/queue"):
        held.release()
    expect(console.locator("[data-panel] input:checked")).to_be_focused()
    assert picked(console) == numbers[1]
    console.get_by_role("button", name="Personne qui ne peut pas attendre").press("Enter")
    phase(console, "called")
    expect(console.locator("[data-person] .number")).to_have_text(numbers[1])


def test_no_other_visitor_is_called_instead_of_one_who_just_left(
    console: Page, hall: Served, numbers: list[str]
):
    held = Held(console, "**/api/v1/halls/laon/queue")
    console.keyboard.press("c")
    console.locator("[data-panel] input:checked").focus()
    console.keyboard.press("ArrowDown")
    key = {"Authorization": f"Bearer {hall.demonstration['api_key']}"}
    other = f"{hall.base_url}/api/v1/counters/laon-g4"
    session = console.request.post(f"{other}/session", data={}, headers=key).json()["session"]
    leg = None
    for number in numbers[:2]:
        called = console.request.post(
            f"{other}/next",
            data={"current": leg, "current_end": "served" if leg else None},
            headers=key | {"X-Counter-Session": session, "Idempotency-Key": number},
        ).json()
        assert called["number"] == number
        leg = called["leg"]
    held.release()
    expect(console.locator("[data-panel] label")).to_have_count(1)
    expect(console.locator("[data-panel] input:checked")).to_have_count(0)
    console.get_by_role("button", name="Personne qui ne peut pas attendre").press("Enter")
    expect(console.locator("[data-panel] input[name=visit]")).to_be_focused()
    phase(console, "free")


def test_an_undo_pressed_at_once_takes_back_the_gesture_that_was_just_made(console: Page, numbers: list[str]):
    console.keyboard.press("F9")
    phase(console, "called")
    console.keyboard.press("o")
    phase(console, "in_service")
    held = Held(console, f"**/api/v1/counters/{COUNTER}")
    console.keyboard.press("F8")
    phase(console, "free")
    console.keyboard.press("a")
    held.release()
    phase(console, "in_service")
    expect(console.locator("[data-person] .number")).to_have_text(numbers[0])
    expect(console.locator("[data-outcome]").first).to_have_text("Le geste est annulé.")


def test_an_answer_from_before_a_gesture_does_not_undo_what_the_gesture_showed(
    console: Page, numbers: list[str]
):
    before = Late(console, f"**/api/v1/counters/{COUNTER}")
    console.keyboard.press("F9")
    phase(console, "called")
    before.wait()
    with console.expect_response(f"**/api/v1/counters/{COUNTER}"):
        console.keyboard.press("o")
    phase(console, "in_service")
    console.evaluate("""() => {
      window.phases = new Set();
      new MutationObserver(() => phases.add(document.body.dataset.phase))
        .observe(document.body, { attributes: true });
    }""")
    before.arrive()
    assert console.evaluate("[...phases]") in ([], ["in_service"])


def test_a_queue_from_before_a_gesture_does_not_bring_a_served_visitor_back(hall: Served, page: Page):
    places = [f"laon-poste-{number}" for number in range(1, 4)]
    for _ in range(2):
        issue(hall, "laon", "laon-numerique")
    sign_in(page, hall, *demonstration_user(hall, "digital_helper"), path="/console")
    expect(page.locator("[data-live=yes]")).to_be_visible()
    for counter in places:
        page.locator(f'input[value="{counter}"]').press("Space")
    page.locator("[data-several]").press("Enter")
    expect(page.locator('[data-list="held"] li')).to_have_count(len(places))
    for digit, counter in enumerate(places[:2], 1):
        page.keyboard.press(str(digit))
        expect(place(page, counter)).to_have_attribute("aria-current", "true")
        page.keyboard.press("F9")
        phase(page, "called")
        page.keyboard.press("o")
        phase(page, "in_service")

    before = Late(page, "**/api/v1/halls/laon/queue")
    for digit, counter in enumerate(places[:2], 1):
        page.keyboard.press(str(digit))
        expect(place(page, counter)).to_have_attribute("aria-current", "true")
        phase(page, "in_service")
        with page.expect_response(f"**/api/v1/counters/{counter}"):
            page.keyboard.press("F8")
        phase(page, "free")
        before.wait()
    page.keyboard.press("3")
    expect(place(page, places[2])).to_have_attribute("aria-current", "true")
    before.arrive()
    page.locator('[data-act="close"]').press("Enter")
    phase(page, "choose")


def test_a_queue_from_before_a_gesture_waits_for_what_the_gesture_left(console: Page):
    before = Late(console, "**/api/v1/halls/laon/queue")
    with console.expect_response(f"**/api/v1/counters/{COUNTER}"):
        console.keyboard.press("F9")
    phase(console, "called")
    before.wait()
    later = Held(console, "**/api/v1/halls/laon/queue")
    held = Held(console, f"**/api/v1/counters/{COUNTER}")
    console.keyboard.press("o")
    phase(console, "in_service")
    before.arrive()
    phase(console, "in_service")
    with console.expect_response(f"**/api/v1/counters/{COUNTER}"):
        held.release()
    phase(console, "in_service")
    later.release()
