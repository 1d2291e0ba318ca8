"""An agent is quicker than the server, whose answers are delayed: nothing unintended is done."""

import httpx
import pytest

from tests.harness.dom.dom_pages import DomPage, expect
from tests.harness.servers.served import Served
from tests.harness.working import demonstration_user, issue, phase, place, sign_in

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
def console(hall: Served, numbers: list[str], dom_page: DomPage) -> DomPage:
    """A console at a free counter that knows of them."""
    sign_in(dom_page, hall, *demonstration_user(hall, "agent"), path="/console")
    dom_page.locator(f"button[aria-describedby=place-{COUNTER}]").press("Enter")
    phase(dom_page, "free")
    expect(dom_page.locator('[data-text="waiting-count"]')).to_have_text(f"{len(numbers)} personnes")
    return dom_page


def picked(console: DomPage) -> str:
    person = console.locator("[data-panel] label", has=console.locator("input:checked"))
    return person.locator("b").inner_text()


def test_a_pick_stays_when_the_whole_queue_is_read_late(console: DomPage, numbers: list[str]):
    held = console.hold("/queue$")
    console.keyboard.press("c")
    console.locator("[data-panel] input:checked").focus()
    console.keyboard.press("ArrowDown")
    assert picked(console) == numbers[1]
    held.release()
    expect(console.locator("[data-panel] input:checked")).to_be_focused()
    assert picked(console) == numbers[1]
    console.get_by_role("button", name="Personne qui ne peut pas attendre").press("Enter")
    phase(console, "called")
    expect(console.locator("[data-person] .number")).to_have_text(numbers[1])


def test_no_other_visitor_is_called_instead_of_one_who_just_left(
    console: DomPage, hall: Served, numbers: list[str]
):
    held = console.hold("/queue$")
    console.keyboard.press("c")
    console.locator("[data-panel] input:checked").focus()
    console.keyboard.press("ArrowDown")
    key = {"Authorization": f"Bearer {hall.demonstration['api_key']}"}
    other = f"{hall.base_url}/api/v1/counters/laon-g4"
    session = httpx.post(f"{other}/session", json={}, headers=key, trust_env=False).json()["session"]
    leg = None
    for number in numbers[:2]:
        called = httpx.post(
            f"{other}/next",
            trust_env=False,
            json={"current": leg, "current_end": "served" if leg else None},
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


def test_an_undo_pressed_at_once_takes_back_the_gesture_that_was_just_made(
    console: DomPage, numbers: list[str]
):
    console.keyboard.press("F9")
    phase(console, "called")
    console.keyboard.press("o")
    phase(console, "in_service")
    held = console.hold(f"/counters/{COUNTER}$")
    console.keyboard.press("F8")
    phase(console, "free")
    console.keyboard.press("a")
    held.release()
    phase(console, "in_service")
    expect(console.locator("[data-person] .number")).to_have_text(numbers[0])
    expect(console.locator("[data-outcome]").first).to_have_text("Le geste est annulé.")


def test_an_answer_from_before_a_gesture_does_not_undo_what_the_gesture_showed(
    console: DomPage, numbers: list[str]
):
    before = console.late(f"/counters/{COUNTER}$")
    console.keyboard.press("F9")
    phase(console, "called")
    before.wait()
    with console.expect_response(f"/counters/{COUNTER}$"):
        console.keyboard.press("o")
    phase(console, "in_service")
    console.evaluate("""
      window.phases = new Set();
      new MutationObserver(() => window.phases.add(document.body.dataset.phase))
        .observe(document.body, { attributes: true });
    """)
    before.release()
    assert console.evaluate("[...window.phases]") in ([], ["in_service"])


def test_a_queue_from_before_a_gesture_does_not_bring_a_served_visitor_back(hall: Served, dom_page: DomPage):
    places = [f"laon-poste-{number}" for number in range(1, 4)]
    for _ in range(2):
        issue(hall, "laon", "laon-numerique")
    sign_in(dom_page, hall, *demonstration_user(hall, "digital_helper"), path="/console")
    expect(dom_page.locator("[data-live=yes]")).to_be_visible()
    for counter in places:
        dom_page.locator(f'input[value="{counter}"]').press("Space")
    dom_page.locator("[data-several]").press("Enter")
    expect(dom_page.locator('[data-list="held"] li')).to_have_count(len(places))
    for digit, counter in enumerate(places[:2], 1):
        dom_page.keyboard.press(str(digit))
        expect(place(dom_page, counter)).to_have_attribute("aria-current", "true")
        dom_page.keyboard.press("F9")
        phase(dom_page, "called")
        dom_page.keyboard.press("o")
        phase(dom_page, "in_service")

    before = dom_page.late("/queue$")
    for digit, counter in enumerate(places[:2], 1):
        dom_page.keyboard.press(str(digit))
        expect(place(dom_page, counter)).to_have_attribute("aria-current", "true")
        phase(dom_page, "in_service")
        with dom_page.expect_response(f"/counters/{counter}$"):
            dom_page.keyboard.press("F8")
        phase(dom_page, "free")
        before.wait()
    dom_page.keyboard.press("3")
    expect(place(dom_page, places[2])).to_have_attribute("aria-current", "true")
    before.release()
    dom_page.locator('[data-act="close"]').press("Enter")
    phase(dom_page, "choose")


def test_a_queue_from_before_a_gesture_waits_for_what_the_gesture_left(console: DomPage):
    before = console.late("/queue$")
    with console.expect_response(f"/counters/{COUNTER}$"):
        console.keyboard.press("F9")
    phase(console, "called")
    before.wait()
    later = console.hold("/queue$")
    held = console.hold(f"/counters/{COUNTER}$")
    console.keyboard.press("o")
    phase(console, "in_service")
    before.release()
    phase(console, "in_service")
    held.release()
    phase(console, "in_service")
    later.release()
