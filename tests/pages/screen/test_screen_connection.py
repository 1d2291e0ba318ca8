"""The hall screen and its server: one read, recovery by the heartbeat, a lost and restored connection."""

import re
import time

from server.documents.brand import READABLE, contrast
from tests.harness.accessible import assert_accessible
from tests.harness.chromium import Pages
from tests.harness.dom.dom_pages import DomPages, expect
from tests.harness.waiting import wait_until
from tests.pages.screen.screen_page import MEASURE, opened
from tests.signage.contract_server import ContractServer
from tests.signage.programmes import item, programme

DAY_MS = 86_400_000
COLOURS = """foot => ["color", "backgroundColor"].map((name) => "#" + getComputedStyle(foot)[name]
  .match(/\\d+/g).slice(0, 3).map((part) => Number(part).toString(16).padStart(2, "0")).join(""))"""
"""The colours of the foot's letters and ground, as `#rrggbb`."""

HOLD_FRAMES = """() => {
  const held = [], own = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (work) => held.push(work);
  window.letFramesGo = () => {
    window.requestAnimationFrame = own;
    for (const work of held.splice(0)) own(work);
  };
}"""


def test_the_page_never_asks_again_by_itself_and_a_lost_message_is_found_by_the_heartbeat(
    dom_pages: DomPages, hall: ContractServer
) -> None:
    page = opened(dom_pages, hall)
    wait_until(lambda: hall.requests.count("/api/v1/halls/laon/screen") == 1, "the first fetch")
    asked = len(hall.requests)
    hall.beat()
    hall.call("R042")
    hall.version += 1  # its message is lost
    expect(page.locator(".card")).to_have_count(0)
    assert len(hall.requests) == asked
    hall.beat()
    expect(page.locator(".card-number")).to_have_text("R042")
    wait_until(
        lambda: len(hall.requests) >= asked + 2, "both are asked for; the call is shown after the first"
    )
    assert hall.requests[asked:] == ["/api/v1/halls/laon/board", "/api/v1/halls/laon/screen"]


def test_the_state_of_a_restored_hall_replaces_the_shown_one_although_its_version_is_lower(
    dom_pages: DomPages, hall: ContractServer
) -> None:
    hall.version = 900
    hall.call("R042")
    page = opened(dom_pages, hall)
    expect(page.locator(".card")).to_have_count(1)
    hall.epoch, hall.version, hall.calls = "e2", 1, []
    hall.beat()
    expect(page.locator(".card")).to_have_count(0)


def test_a_restore_announced_while_the_former_hall_is_fetched_is_not_forgotten(
    pages: Pages, hall: ContractServer
) -> None:
    hall.version = 900
    hall.call("R042")
    page, held = pages.open(width=1920, height=1080), []
    page.route("**/api/v1/halls/laon/screen", lambda route: held.append(route), times=1)  # noqa: PLW0108 (Playwright marks the function)
    page.goto(f"{hall.url}/screen#t=good")
    expect(page.locator(".card-number")).to_have_text("R042")
    wait_until(lambda: held or page.title() is None, "the screen's own part is asked for")
    page.evaluate(HOLD_FRAMES)
    hall.epoch, hall.version, hall.calls = "e2", 1, []
    hall.beat()
    hall.announce(hall.call("R043"))  # heard after the beat
    expect(page.locator(".card-number", has_text="R043")).to_have_count(1)
    held[0].continue_()
    expect(page.locator("#hall")).to_have_text("Accueil de la préfecture, Laon")  # all is fetched
    page.evaluate("window.letFramesGo()")
    expect(page.locator(".card-number")).to_have_text(["R043"])


def test_the_token_leaves_the_address_and_a_reload_works_without_it(
    dom_pages: DomPages, hall: ContractServer
) -> None:
    page = opened(dom_pages, hall)
    assert page.evaluate("location.href") == f"{hall.url}/screen"
    page.reload()
    expect(page.locator("body")).to_have_attribute("data-view", "empty")


def test_a_reload_without_server_shows_the_last_calls_and_since_when(
    pages: Pages, hall: ContractServer
) -> None:
    hall.call("R042", direction="derrière l’accueil, porte bleue")
    page = opened(pages, hall, timezone_id="America/New_York")
    expect(page.locator(".card-number")).to_have_text("R042")
    page.route("**/api/**", lambda route: route.abort())
    page.route("**/device/**", lambda route: route.abort())
    page.route_web_socket("**/socket.io/**", lambda socket: socket.close())
    before = page.locator("#clock").inner_text()
    page.reload()
    expect(page.locator(".card-number")).to_have_text("R042")
    expect(page.locator("#foot-stale")).to_have_text(re.compile(r"^Pas en direct depuis \d\d:\d\d\u00a0: "))
    stale = page.locator("#foot-stale").inner_text()
    minutes = (before, page.locator("#clock").inner_text())  # of the hall, though the browser is elsewhere
    assert any(minute in stale for minute in minutes)
    assert contrast(*page.locator("#foot").evaluate(COLOURS)) >= READABLE
    assert page.evaluate(MEASURE) == []
    assert_accessible(page)


def test_a_week_without_a_server_plays_on_and_says_since_when(pages: Pages, hall: ContractServer) -> None:
    now_ms = time.time() * 1000
    words = item("words", "text", {"title": "Horaires", "text": "Le lundi dès 8 h 30."})
    hall.screen["programme"] = programme(words) | {"covers_until": now_ms + 8 * DAY_MS}
    page = pages.open(width=1920, height=1080)
    page.clock.install(time=now_ms / 1000)
    page.goto(f"{hall.url}/screen#t=good")
    expect(page.locator("#slide .notice-title")).to_have_text("Horaires")
    page.route("**/api/**", lambda route: route.abort())
    page.route_web_socket("**/socket.io/**", lambda socket: socket.close())
    page.clock.set_system_time((now_ms + 7 * DAY_MS) / 1000)
    page.reload()
    expect(page.locator("#slide .notice-title")).to_have_text("Horaires")
    expect(page.locator("#foot-stale")).to_have_text(re.compile("^Pas en direct depuis le .+ à .+"))
    assert page.locator("body").get_attribute("data-asleep") == "no"


def test_a_restored_connection_is_live_again_and_reads_once(
    dom_pages: DomPages, hall: ContractServer
) -> None:
    page = dom_pages.open(f"{hall.url}/screen#t=good", width=1920, height=1080)
    expect(page.locator("body")).to_have_attribute("data-view", "empty")
    wait_until(lambda: hall.requests[-1].endswith("/screen"), "it has asked for all it asks for")
    asked = len(hall.requests)
    page.cut()
    expect(page.locator("#foot")).to_have_attribute("data-state", "stale")
    hall.call("R042")
    expect(page.locator(".card-number")).to_have_text("R042")
    expect(page.locator("#foot")).to_have_attribute("data-state", "calm")
    paths = ["/health/ready", "/api/v1/halls/laon/board", "/api/v1/halls/laon/screen"]
    assert hall.requests[asked:] == paths
