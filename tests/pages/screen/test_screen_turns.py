"""The side of a hall screen: waits and notices in turn, each in its language."""

from playwright.sync_api import Page, expect

from tests.harness.accessible import assert_accessible
from tests.harness.chromium import Pages
from tests.pages.screen.screen_page import ARABIC, MEASURE
from tests.signage.contract_server import ContractServer, queue


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
