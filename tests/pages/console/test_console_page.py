"""The console on the real server: a service by keyboard alone, and the effect of a lost
connection.
"""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

from tests.harness.accessible import assert_accessible, assert_fits
from tests.harness.dom.dom_pages import DomPage, expect
from tests.harness.servers.served import Served
from tests.harness.working import phase
from tests.pages.console.conftest import SITE, empty_queue, open_counter


def bottom(page: Page, selector: str) -> float:
    """The lower edge of the first visible element, in pixels of the window."""
    box = page.locator(selector).locator("visible=true").first.bounding_box()
    assert box is not None
    return box["y"] + box["height"]


def assert_between(page: Page, above: str, selector: str, below: str) -> None:
    """Asserts that an element covers nothing above or below it, and is inside the window."""
    box = page.locator(selector).locator("visible=true").first.bounding_box()
    next_box = page.locator(below).locator("visible=true").first.bounding_box()
    assert box is not None
    assert next_box is not None
    assert bottom(page, above) <= box["y"]
    assert box["y"] + box["height"] <= min(next_box["y"], 768)


def test_a_whole_service_is_done_by_keyboard_and_every_state_is_accessible(
    console: Page, issue: Callable[[], dict[str, Any]]
):
    assert_accessible(console)
    number = issue()["number"]
    expect(console.locator('[data-list="waiting"] li')).to_contain_text(number)
    assert_accessible(console)
    console.keyboard.press("F9")
    phase(console, "called")
    expect(console.locator("[data-person] .number")).to_have_text(number)
    assert_accessible(console)
    console.keyboard.press("l")
    expect(console.locator("[data-person] .timer sup")).to_have_text("e")
    phase(console, "called")
    console.keyboard.press("F9")
    refused = console.locator(".undo [data-refused]")
    expect(refused).to_contain_text("Dites d’abord si la personne est venue")
    assert_between(console, ".person", ".undo .refused", ".acts")
    assert bottom(console, ".day") <= 768
    phase(console, "called")
    console.keyboard.press("o")
    phase(console, "in_service")
    assert_accessible(console)
    console.keyboard.press("r")
    expect(console.locator("[data-panel]")).to_be_focused()
    assert_accessible(console)
    assert_between(console, "[data-panel] h2", "[data-panel] .where", "[data-panel] .choices")
    closed = console.locator("[data-panel] button", has_text="Guichet 4")
    expect(closed).to_contain_text("fermé")
    closed.press("Enter")
    expect(console.locator("[data-panel-body]")).to_contain_text(f"Guichet 4 est fermé\u00a0: {number}")
    assert_accessible(console)
    console.keyboard.press("1")
    phase(console, "in_service")
    console.locator("[data-act=close]").press("Enter")
    expect(console.locator("[data-panel-body]")).to_contain_text(f"{number} est au guichet")
    console.keyboard.press("1")
    console.keyboard.press("p")
    console.keyboard.press("1")
    expect(console.locator('[data-text="next-label"]').first).to_have_text("Terminer, puis pause")
    console.reload()
    expect(console.locator('[data-act="pause"][aria-pressed="true"]')).to_be_visible()
    expect(console.locator("[data-outcome]").first).to_contain_text("La pause commencera")
    console.keyboard.press("p")
    expect(console.locator('[data-text="next-label"]').first).to_contain_text("Terminer et appeler")
    console.keyboard.press("p")
    console.keyboard.press("1")
    console.keyboard.press("F9")
    phase(console, "paused")
    expect(console.locator('[data-text="pause-reason"]')).to_have_text("Pause")
    console.keyboard.press("p")
    phase(console, "free")
    console.keyboard.press("l")
    expect(refused).to_have_text("Personne n’est appelé à ce guichet.")
    console.keyboard.press("p")
    console.keyboard.press("1")
    phase(console, "paused")
    assert_accessible(console)
    console.keyboard.press("p")
    phase(console, "free")


def test_on_any_window_words_stay_whole_and_nothing_is_beside_it(
    console: Page, issue: Callable[..., dict[str, Any]]
):
    for _ in range(2):
        issue(service="laon-associations")
    for key, state in ((None, "free"), ("F9", "called")):
        if key:
            console.keyboard.press(key)
        phase(console, state)
        expect(console.locator('[data-list="waiting"]')).to_contain_text("Associations")
        for width, height in ((360, 740), (390, 844), (1366, 768)):
            assert_fits(console, width, height)
    for key, state in (("F8", "free"), ("F9", "called"), ("F8", "free")):
        console.keyboard.press(key)
        phase(console, state)


def test_a_counter_opened_by_a_work_profile_serves_its_queues_and_says_why(
    sign_in: Callable[..., Page], issue: Callable[[], dict[str, Any]]
):
    page = sign_in("/console")
    expect(page.locator("[data-live=yes]")).to_be_visible()
    profiles = page.locator('[data-list="profiles"]')
    expect(profiles.locator("input")).to_have_count(3)
    profiles.locator("input:checked").focus()
    page.keyboard.press("ArrowDown")
    assert_accessible(page)
    open_counter(page)
    empty_queue(page)
    number = issue()["number"]
    page.keyboard.press("F9")
    phase(page, "called")
    expect(page.locator('[data-text="number"]')).to_contain_text(number)
    expect(page.locator("[data-why]")).to_be_visible()
    page.keyboard.press("F8")
    phase(page, "free")


def test_a_declared_priority_is_checked_and_without_the_card_the_rank_by_arrival_is_back(
    console: Page, issue: Callable[..., dict[str, Any]]
):
    seen, missing = issue(priority=True)["number"], issue(priority=True)["number"]
    number, check = console.locator('[data-text="number"]'), console.locator("[data-check]")
    console.keyboard.press("F9")
    phase(console, "called")
    expect(number).to_contain_text(seen)
    expect(check).to_be_visible()
    assert_accessible(console)
    check.locator("[data-act=card_seen]").press("Enter")
    expect(check).to_be_hidden()
    phase(console, "called")
    console.keyboard.press("F8")
    phase(console, "free")
    console.keyboard.press("F9")
    phase(console, "called")
    expect(number).to_contain_text(missing)
    check.locator("[data-act=card_missing]").press("Enter")
    phase(console, "free")
    expect(console.locator('[data-text="next-line"]')).to_contain_text(missing)


def test_the_last_gesture_is_taken_back(dom_console: DomPage, issue: Callable[[], dict[str, Any]]):
    number = issue()["number"]
    expect(dom_console.locator('[data-list="waiting"] li')).to_contain_text(number)
    dom_console.keyboard.press("F9")
    phase(dom_console, "called")
    expect(dom_console.locator('.undo [data-text="gesture"]')).to_contain_text(number)
    counter = dom_console.hold("/counters/[^/]+$")  # the answer of the undo says all
    dom_console.keyboard.press("a")
    phase(dom_console, "free")
    expect(dom_console.locator('[data-list="waiting"] li')).to_contain_text(number)
    counter.release()


def test_a_visitor_of_a_service_not_served_here_is_called_by_number_after_a_question(
    dom_console: DomPage, issue: Callable[..., dict[str, Any]]
):
    number = issue(service=f"{SITE}-armes")["number"]
    panel = dom_console.locator("[data-panel]")
    for answer, after in (("1", "free"), ("2", "called")):
        dom_console.keyboard.press("c")
        expect(panel.locator("input:checked")).to_have_count(0)
        panel.get_by_role("button", name="Autre motif").press("Enter")
        expect(panel.locator("[role=status]")).to_have_text("Choisissez d’abord la personne.")
        panel.locator("#chosen-number").fill(number.lower())
        panel.locator("#chosen-number").press("Enter")
        expect(panel.locator("input:checked")).to_have_count(1)
        panel.get_by_role("button", name="Autre motif").press("Enter")
        expect(panel.locator(".question-text")).to_contain_text(f"Appeler {number} quand même")
        dom_console.keyboard.press(answer)
        expect(panel).to_be_hidden()
        phase(dom_console, after)
    dom_console.keyboard.press("F8")
    phase(dom_console, "free")


def test_a_typed_word_filters_the_choices_and_one_press_transfers_and_calls_here(
    dom_console: DomPage, issue: Callable[..., dict[str, Any]]
):
    number = issue()["number"]
    panel, body = dom_console.locator("[data-panel]"), dom_console.locator("body")
    expect(dom_console.locator('[data-list="waiting"] li')).to_contain_text(number)
    dom_console.keyboard.press("F9")
    phase(dom_console, "called")
    dom_console.keyboard.press("o")
    phase(dom_console, "in_service")
    dom_console.keyboard.press("r")
    panel.locator("#choice-filter").fill("asso")
    expect(panel.locator(".choices button")).to_have_text(
        [re.compile("^Associations.*1$"), re.compile("^Associations.*2$")]
    )
    panel.locator("#choice-filter").press("2")
    phase(dom_console, "called")
    expect(dom_console.locator("[data-person]")).to_contain_text(number)
    expect(dom_console.locator("[data-person]")).to_contain_text("Associations")
    dom_console.keyboard.press("F8")
    phase(dom_console, "free")
    dom_console.keyboard.press("q")
    expect(body).to_have_attribute("data-phase", "choose")


def test_a_returned_no_show_keeps_the_number(dom_console: DomPage, issue: Callable[[], dict[str, Any]]):
    number = issue()["number"]
    expect(dom_console.locator('[data-list="waiting"] li')).to_contain_text(number)
    dom_console.keyboard.press("F9")
    phase(dom_console, "called")
    dom_console.keyboard.press("n")
    phase(dom_console, "free")
    dom_console.keyboard.press("v")
    expect(dom_console.locator("[data-panel] button").filter(has_text=number)).to_be_visible()
    dom_console.locator("[data-panel] button").filter(has_text=number).press("Enter")
    expect(dom_console.locator('[data-list="waiting"] li')).to_contain_text(number)


def test_enter_takes_the_counter_opened_last_here_and_a_digit_another_one(dom_console: DomPage):
    body, last = (
        dom_console.locator("body"),
        dom_console.locator(f".primary[aria-describedby=place-{SITE}-g1]"),
    )
    dom_console.locator("[data-act=close]").first.press("Enter")
    phase(dom_console, "choose")
    dom_console.reload()
    expect(last).to_be_focused()
    dom_console.keyboard.press("Enter")
    phase(dom_console, "free")
    expect(body).to_have_attribute("data-counter", f"{SITE}-g1")
    dom_console.locator("[data-act=close]").first.press("Enter")
    phase(dom_console, "choose")
    dom_console.keyboard.press("2")
    phase(dom_console, "free")
    expect(body).to_have_attribute("data-counter", f"{SITE}-g2")
    dom_console.locator("[data-act=close]").first.press("Enter")
    phase(dom_console, "choose")


def test_an_empty_hall_says_that_nobody_waits(dom_console: DomPage):
    dom_console.keyboard.press("F9")
    expect(dom_console.locator("[data-outcome]")).not_to_be_empty()
    phase(dom_console, "free")


def test_someone_without_a_ticket_is_counted(dom_console: DomPage):
    count = dom_console.locator('[data-figure="greetings"]')
    before = int(count.inner_text())
    dom_console.keyboard.press("s")
    dom_console.keyboard.press("1")
    expect(count).to_have_text(str(before + 1))


def test_a_key_reads_the_state_aloud_and_timers_are_never_read(dom_console: DomPage):
    dom_console.keyboard.press("e")
    expect(dom_console.locator("[data-say]")).not_to_be_empty()
    assert dom_console.locator("[data-timer]").count() > 0
    assert dom_console.locator("[role=status] [data-timer], [aria-live] [data-timer]").count() == 0


def test_single_letter_keys_can_be_turned_off(console: Page, issue: Callable[[], dict[str, Any]]):
    console.locator('[data-open="keys"]').press("Enter")
    assert_accessible(console)
    console.get_by_role("checkbox", name="Utiliser les touches").uncheck()
    console.keyboard.press("Escape")
    console.keyboard.press("p")
    expect(console.locator("[data-panel]")).to_be_hidden()
    assert console.locator('[data-act="pause"] kbd').first.inner_text() == ""
    issue()
    expect(console.locator('[data-list="waiting"] li')).to_have_count(1)
    console.keyboard.press("F9")
    phase(console, "called")


def test_the_page_keeps_its_counter_when_it_is_loaded_again(dom_console: DomPage):
    dom_console.reload()
    phase(dom_console, "free")


def test_the_bar_follows_the_same_counter_in_one_line(console: Page, issue: Callable[[], dict[str, Any]]):
    bar = console.context.new_page()
    bar.set_viewport_size({"width": 1000, "height": 48})
    bar.goto(console.url.replace("/console", "/console/barre"))
    phase(bar, "free")
    number = issue()["number"]
    expect(bar.locator("[data-waiting]")).to_contain_text("1")
    bar.keyboard.press("F9")
    phase(bar, "called")
    expect(bar.locator("[data-person] .number")).to_have_text(number)
    assert bar.evaluate(
        "document.documentElement.scrollHeight <= 48 && document.documentElement.scrollWidth <= 1000"
    )
    assert_accessible(bar)
    phase(console, "called")


def test_an_alert_is_raised_from_the_bar_in_two_presses_within_its_line(
    console: Page, issue: Callable[[], dict[str, Any]]
):
    bar = console.context.new_page()
    bar.set_viewport_size({"width": 900, "height": 48})
    bar.goto(console.url.replace("/console", "/console/barre"))
    phase(bar, "free")
    issue()
    bar.keyboard.press("F9")
    phase(bar, "called")  # the state with the most buttons
    assert bar.evaluate("document.querySelector('main').scrollWidth <= 900")
    bar.get_by_role("button", name="Alerte").press("Enter")
    evacuate, panel = bar.locator("[data-raises=evacuate]"), bar.locator("#raise-alert")
    expect(evacuate).to_be_focused()
    evacuate.press("Enter")
    expect(bar.locator("[data-alert-outcome]")).to_contain_text("Pressez encore une fois")
    assert panel.evaluate("(line) => line.scrollWidth <= 900 && line.getBoundingClientRect().height <= 48")
    assert_accessible(bar)
    panel.get_by_role("button", name="Fermer").press("Enter")
    expect(panel).to_be_hidden()
    expect(bar.get_by_role("button", name="Alerte")).to_be_focused()


def test_a_lost_connection_is_shown_and_a_gesture_during_it_is_done_once(
    console: Page, hall: Served, issue: Callable[[], dict[str, Any]]
):
    number = issue()["number"]
    expect(console.locator('[data-list="waiting"] li')).to_contain_text(number)
    console.keyboard.press("F9")
    phase(console, "called")
    hall.kill()
    expect(console.locator("[data-lost]")).to_be_visible()
    assert_accessible(console)
    console.keyboard.press("o")
    expect(console.locator("body")).to_have_class(re.compile(r"\bsending\b"))
    hall.start()
    expect(console.locator("body")).to_have_attribute("data-phase", "in_service")
    expect(console.locator("[data-live=yes]")).to_be_visible()
    expect(console.locator("[data-lost]")).to_be_hidden()
    expect(console.locator("[data-person] .number")).to_have_text(number)


def test_two_presses_of_a_key_ask_for_somebody_and_a_lost_network_is_told(
    console: Page, sign_in: Callable[..., Page]
):
    panel, told = console.locator("[data-incident-panel]"), console.locator("[data-incident-told]")
    console.keyboard.press("F2")
    expect(panel).to_contain_text("Personne ne recevra cet appel\u00a0: téléphonez au 17.")
    assert_accessible(console)
    console.keyboard.press("Escape")
    console.keyboard.press("F2")  # it stays for a quarter of a minute
    expect(panel).to_be_visible()
    console.set_viewport_size({"width": 390, "height": 844})
    console.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    box = panel.bounding_box()
    assert box is not None
    assert bottom(console, "[data-waiting]") <= box["y"], "the foot comes out from under it"
    console.set_viewport_size({"width": 1366, "height": 768})
    console.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    console.context.set_offline(True)
    console.keyboard.press("F2")
    console.keyboard.press("F2")
    expect(told).to_contain_text("Non envoyé. Téléphonez au 17.")
    console.context.set_offline(False)
    expect(console.locator("[data-live]").first).to_have_attribute("data-live", "yes")
    guard = sign_in("/securite", "security")
    expect(guard.locator("[data-live]").first).to_have_attribute("data-live", "yes")
    expect(guard.locator("[data-incidents] p")).to_have_count(0)
    console.keyboard.press("F2")
    expect(panel).to_contain_text("Reçoivent maintenant\u00a0: la sécurité.")
    console.keyboard.press("F2")
    own = console.locator("[data-incident-own]")
    expect(own).to_contain_text("Demande envoyée à")
    expect(told).to_be_empty()
    expect(guard.locator("[data-incidents]")).to_contain_text("Guichet 1\u00a0: on demande quelqu’un")
    assert_accessible(guard)
    guard.context.set_offline(True)
    guard.get_by_role("button", name="J’y vais").press("Enter")
    expect(guard.locator("[data-incidents]")).to_contain_text("Non envoyé pour l’instant")
    assert_accessible(guard)
    guard.context.set_offline(False)
    expect(own).to_contain_text("L’agent de sécurité\u00a0: quelqu’un arrive.")
    expect(guard.locator("[data-incidents]")).not_to_contain_text("Non envoyé")
    console.get_by_role("button", name="Terminé").press("Enter")
    expect(own).to_be_empty()
    expect(guard.locator("[data-incidents]")).to_be_empty()
