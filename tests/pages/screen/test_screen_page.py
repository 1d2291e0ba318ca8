"""The hall screen: how it shows calls, waits and notices in turn, and how it finds its server again."""

import re
import time
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page

from server.documents.brand import READABLE, contrast
from tests.harness.accessible import assert_accessible
from tests.harness.chromium import Pages
from tests.harness.dom.dom_pages import DomPages, expect
from tests.harness.waiting import wait_until
from tests.pages.screen.conftest import ARABIC, MEASURE, opened
from tests.signage.contract_server import ContractServer, former, queue
from tests.signage.programmes import item, programme


def test_a_call_appears_large_with_its_place_and_screen_readers_announce_it(
    dom_pages: DomPages, hall: ContractServer
) -> None:
    page = opened(dom_pages, hall)
    hall.call("R042", direction="porte bleue")
    hall.send_board()
    expect(page.locator(".card-number")).to_have_text("R042")
    expect(page.locator(".card-place")).to_have_text("guichet 3")
    expect(page.locator(".card-direction")).to_have_text("porte bleue")
    expect(page.locator("#spoken")).to_have_text("Numéro R 0 4 2, guichet 3")


def test_a_recall_says_its_rank_with_a_raised_letter(dom_pages: DomPages, hall: ContractServer) -> None:
    page = opened(dom_pages, hall)
    hall.call("R042", rank=2)
    hall.send_board()
    expect(page.locator(".card-recall")).to_have_text("2e appel")
    expect(page.locator(".card-recall sup")).to_have_text("e")


def test_who_is_at_the_counter_leaves_the_board_and_is_among_the_last_calls_in_the_foot(
    dom_pages: DomPages, hall: ContractServer
) -> None:
    hall.recent = [former("A001", "guichet 1"), former("A002", "guichet 2", ago_s=400)]
    hall.call("R041", "guichet 1", ago_s=60)
    page = opened(dom_pages, hall)
    hall.call("R042")
    hall.send_board()
    expect(page.locator(".card-number")).to_have_text(["R042", "R041"])
    expect(page.locator("#foot-last span")).to_have_count(0)
    for number in ("R041", "R042"):
        hall.end(number)
    hall.send_board()
    expect(page.locator(".card")).to_have_count(0)
    expect(page.locator("#foot-last span")).to_have_text(["R042 guichet 3", "R041 guichet 1"])


def test_reduced_motion_moves_nothing(pages: Pages, hall: ContractServer) -> None:
    page = opened(pages, hall, reduced_motion="reduce")
    hall.call("R042")
    hall.send_board()
    expect(page.locator(".card-new")).to_have_count(1)
    assert page.evaluate("document.getAnimations().length") == 0


def test_the_pointer_is_hidden(pages: Pages, hall: ContractServer) -> None:
    page = opened(pages, hall)
    assert page.evaluate("getComputedStyle(document.documentElement).cursor") == "none"


def test_the_sentences_of_all_languages_reach_the_page(dom_pages: DomPages, hall: ContractServer) -> None:
    page = opened(dom_pages, hall)
    languages = page.evaluate("JSON.parse(document.getElementById('sentences').textContent).languages")
    assert set(languages) == {"fr", "en", "es"}
    assert languages["es"]["sentences"]["recall"] == "{rank}.[a] llamada"


PLACES = """() => {
  for (const one of document.getAnimations()) one.finish();
  return [...document.querySelectorAll(".card")].map((row) => {
    const { left, top, width, height } = row.getBoundingClientRect();
    return [row.querySelector(".card-number").textContent, left, top, width, height];
  });
}"""
"""Where each row stands, once none moves any more."""
PUSHES = """() => {
  window.pushes = [];
  const animate = Element.prototype.animate;
  Element.prototype.animate = function (frames, timing) {
    const number = this.querySelector(".card-number");
    if (number) window.pushes.push([number.textContent, timing.duration, Object.keys(frames)]);
    return animate.call(this, frames, timing);
  };
}"""


@pytest.mark.parametrize("size", ["landscape", "portrait"])
def test_a_new_call_pushes_the_rows_down_once_and_none_is_resized(
    pages: Pages, hall: ContractServer, size: str
) -> None:
    page = opened(pages, hall, size)
    page.evaluate("document.fonts.ready")
    page.evaluate(PUSHES)
    way = "derrière l’accueil"
    numbers: list[str] = []
    seen: list[list[Any]] = []
    for number, label in (("R042", "guichet 3"), ("A118", "guichet 1"), ("L009", "bureau 12")):
        hall.announce(hall.call(number, label, direction=way))
        hall.send_board()
        numbers.insert(0, number)
        expect(page.locator(".card-number")).to_have_text(numbers)
        seen.append(page.evaluate(PLACES))
    assert page.evaluate("window.pushes") == [
        [number, 180, ["translate"]] for number in ("R042", "A118", "R042")
    ]
    (first,), (second, below), (third, after, last) = seen
    assert first[1:] == second[1:] == third[1:], "the newest is always as large, at the same place"
    assert below[1:] == after[1:], "and who came before stands under it"
    assert (last[1], last[3:]) == (after[1], after[3:]), "rows of one height, on one side"
    assert last[2] == after[2] + after[4]
    # the newest has arrived: the others come up as they are
    hall.end("L009")
    hall.send_board()
    expect(page.locator(".card-number")).to_have_text(["A118", "R042"])
    left = page.evaluate(PLACES)
    assert [row[3:] for row in left] == [after[3:], last[3:]]
    assert page.evaluate(MEASURE) == []


def test_more_calls_than_have_room_take_turns_under_the_newest(pages: Pages, hall: ContractServer) -> None:
    for n in range(9):
        hall.call(f"A10{n}", f"guichet {n}", direction="derrière l’accueil", ago_s=40 - n)
    page = pages.open(width=1920, height=1080)
    page.clock.install()
    page.goto(f"{hall.url}/screen#t=good")
    expect(page.locator(".card")).to_have_count(6)
    seen: set[str] = set()
    for _ in range(10):
        shown = page.locator(".card-number").all_inner_texts()
        assert shown[0] == "A108"
        assert shown == sorted(shown, reverse=True)
        assert page.evaluate(MEASURE) == []
        seen |= set(shown)
        page.clock.run_for(2_000)
    assert len(seen) == 9


def test_without_the_server_calls_turn_grey_and_say_when_they_were(
    pages: Pages, hall: ContractServer
) -> None:
    page = opened(pages, hall)
    hall.call("R042", rank=2)
    hall.send_board()
    expect(page.locator(".card-recall")).to_have_text("2e appel")
    yellow = page.locator(".card").evaluate("card => getComputedStyle(card).backgroundColor")
    page.clock.install()
    hall.stop()
    page.context.set_offline(True)
    page.clock.run_for(26_000)
    expect(page.locator(".card-recall")).to_contain_text("appelé à")
    assert page.locator(".card").evaluate("card => getComputedStyle(card).backgroundColor") != yellow


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
    opened_at = datetime.now(ZoneInfo("Europe/Paris"))
    page = opened(pages, hall, timezone_id="America/New_York")
    expect(page.locator(".card-number")).to_have_text("R042")
    page.route("**/api/**", lambda route: route.abort())
    page.route("**/device/**", lambda route: route.abort())
    page.route_web_socket("**/socket.io/**", lambda socket: socket.close())
    page.reload()
    expect(page.locator(".card-number")).to_have_text("R042")
    expect(page.locator("#foot-stale")).to_have_text(re.compile(r"^Pas en direct depuis \d\d:\d\d\u00a0: "))
    stale = page.locator("#foot-stale").inner_text()
    # of the hall, though the browser is elsewhere
    minutes = (f"{opened_at:%H:%M}", page.locator("#clock").inner_text())
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
    wait_until(lambda: len(hall.requests) >= asked + len(paths), "it has read all")
    assert hall.requests[asked:] == paths


def test_waits_and_notices_take_turns_and_a_notice_keeps_its_direction(
    pages: Pages, hall: ContractServer
) -> None:
    hall.queues = [queue("Accueil", 3, (5, 10))]
    hall.screen["notices"] = [ARABIC]
    page = pages.open(width=1920, height=1080)
    page.clock.install()
    page.goto(f"{hall.url}/screen#t=good")
    expect(page.locator("#slide > *")).to_have_count(1)
    run_to(page, "#slide .waits")
    expect(page.locator("#slide .waits-range")).to_have_text("5 à 10\u00a0min")
    expect(page.locator("#slide .waits-people")).to_have_text("3 en attente")
    run_to(page, "#slide .notice")
    notice = page.locator("#slide .notice")
    expect(notice).to_have_attribute("lang", "ar")
    assert notice.evaluate("element => getComputedStyle(element).direction") == "rtl"
    run_to(page, "#slide .waits")


def run_to(page: Page, selector: str) -> None:
    """Let the page's clock run until something is shown, a minute at most."""
    for _ in range(60):
        if page.locator(selector).count():
            return
        page.clock.run_for(1_000)
    raise AssertionError(f"{selector} does not come")


def test_waits_take_turns_in_french_and_one_other_language_however_often_they_change(
    pages: Pages, hall: ContractServer
) -> None:
    hall.screen["languages"] = ["fr", "en", "es"]
    hall.screen["services"] = {"Accueil": {"fr": "Accueil", "en": "Reception", "es": "Recepción"}}
    hall.queues = [queue("Accueil", 3, (5, 10))]
    page = pages.open(width=1920, height=1080)
    page.clock.install()
    page.goto(f"{hall.url}/screen#t=good")
    expect(page.locator("#slide .waits")).to_have_count(1)
    page.evaluate(RECORD_TOLD)
    for _ in range(13):  # every four seconds somebody comes
        page.clock.run_for(4_000)
        hall.queues[0]["waiting"] += 1
        hall.send_queues()
        expect(page.locator("#slide .waits-people")).to_contain_text(str(hall.queues[0]["waiting"]))
    seen = page.evaluate("window.told")
    french = ["fr", "Accueil", "en attente"]
    turns = [french, ["en", "Reception", "waiting"], french, ["es", "Recepción", "en espera"]]
    begins = turns.index(seen[0]) if seen[0] != french else turns.index(seen[1]) - 1
    assert len(seen) >= 5
    assert seen == [turns[(begins + n) % 4] for n in range(len(seen))]
    assert page.evaluate(MEASURE) == []
    assert_accessible(page)


RECORD_TOLD = """() => {
  window.told = [];
  const text = (name) => document.querySelector(name).textContent;
  const record = () => {
    if (!document.querySelector("#slide .waits-people")) return;
    const people = text("#slide .waits-people").replace(/[0-9]+ /, "");
    const told = [document.querySelector("#slide .waits").lang, text("#slide .waits-name"), people];
    if (JSON.stringify(told) !== JSON.stringify(window.told.at(-1))) window.told.push(told);
  };
  new MutationObserver(record).observe(document.getElementById("slide"), {childList: true, subtree: true});
  record();
}"""
"""Keeps every turn as it begins, however seldom the test looks."""
