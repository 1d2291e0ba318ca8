"""Proof of display in a real browser: a screen reports what it showed, through an outage."""

from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from tests.conftest import Serve
from tests.harness.chromium import Pages
from tests.harness.waiting import wait_until
from tests.signage.contract_server import ContractServer
from tests.signage.programmes import film, item, picture, programme

RECORDER = """
  window.seen = JSON.parse(localStorage.getItem("seen") ?? "[]");
  const slot = {};
  const look = () => {
    requestAnimationFrame(look);
    const slide = document.querySelector("#slide > *"), { view } = document.body?.dataset ?? {};
    const isSeen = slide?.checkVisibility() && view !== "connecting";
    const media = isSeen && slide.querySelector("img, video");
    const text = isSeen && slide.textContent.includes("Le lundi") ? "words" : null;
    const name = media ? new URL(media.src).pathname.split("/").pop().split(".")[0] : text;
    if (name !== slot.name) {
      slot.name = name;
      if (name) window.seen.push({ name, from: Date.now(), to: Date.now() });
    }
    if (name) window.seen.at(-1).to = Date.now();
  };
  requestAnimationFrame(look);
  addEventListener("pagehide", () => localStorage.setItem("seen", JSON.stringify(window.seen)));
"""
TOLERANCE_MS = 400


@pytest.fixture
def hall(media_hall: ContractServer) -> ContractServer:
    return media_hall


def ms(text: str) -> float:
    return datetime.fromisoformat(text).timestamp() * 1000


def test_the_proof_equals_a_recorder_in_the_page_through_an_outage_and_a_reload(
    pages: Pages, hall: ContractServer, assets_dir: Path, media: Path
) -> None:
    hall.screen["programme"] = programme(
        picture("upright", "upright.webp"),
        film("film") | {"ms": 1_000},
        item("words", "text", {"title": "Horaires", "text": "Le lundi dès 8 h 30."}),
        picture("gone", "gone.webp"),
    )
    page = pages.open(width=1920, height=1080, service_workers="allow")
    page.add_init_script(RECORDER)
    page.goto(f"{hall.url}/screen#t=good")
    wait_until(lambda: page.evaluate("window.seen.length > 3"), "some turns")
    for n in range(3):
        hall.call(f"R04{n}", f"guichet {n}")
    hall.send_board()
    expect(page.locator("#aside")).to_be_hidden()
    hall.calls.clear()
    hall.send_board()
    expect(page.locator("#aside")).to_be_visible()
    wait_until(lambda: page.evaluate("navigator.serviceWorker.controller !== null"), "the service worker")
    hall.stop()
    page.reload()
    before = page.evaluate("window.seen.length")
    wait_until(lambda: page.evaluate(f"window.seen.length > {before + 2}"), "turns without a server")
    again = ContractServer(assets_dir, media, port=hall.port)
    try:
        again.screen["programme"] = hall.screen["programme"]
        wait_until(lambda: again.displays, "the report")
        told = sorted([*hall.displays.items(), *again.displays.items()])
        seen = page.evaluate("window.seen")
    finally:
        again.stop()
    assert len({record for (record, _), _ in told}) == 1
    assert [number for (_, number), _ in told] == list(range(1, len(told) + 1))
    displays = [each for _, each in told if each["outcome"] != "failed"]
    assert {"completed", "cut"} <= {each["outcome"] for each in displays}
    assert any(each["item"] == "gone" for _, each in told)
    assert [each["item"] for each in displays] == [each["name"] for each in seen[: len(displays)]]
    assert len(displays) >= len(seen) - 2, "but for what is being seen"
    for display, recorded in zip(displays, seen, strict=False):
        assert display["notice"] == f"notice-{recorded['name']}"
        assert abs(ms(display["began_at"]) - recorded["from"]) < TOLERANCE_MS, (display, recorded)
        assert abs(ms(display["ended_at"]) - recorded["to"]) < TOLERANCE_MS, (display, recorded)


def test_a_real_server_counts_the_displays_of_its_screen_which_plays_on_after_a_reload_without_it(
    serve: Serve, pages: Pages
) -> None:
    server = serve()
    laon = next(site for site in server.demonstration["sites"] if site["slug"] == "laon")
    page = pages.open(width=1920, height=1080, service_workers="allow")
    page.clock.install()
    page.goto(laon["screens"][0]["url"])
    expect(page.locator("#foot")).to_have_attribute("data-state", "calm")
    wait_until(lambda: page.evaluate("navigator.serviceWorker.controller !== null"), "the service worker")
    items = "JSON.parse(localStorage['parvis.screen'] ?? null)?.screen?.programme.items"
    while not page.evaluate(f"{items}?.length"):  # the page's clock stands still between two steps
        page.clock.run_for(1_000)
    for _ in range(15):  # a quarter of a minute of its programme
        page.clock.run_for(1_000)
    page.reload()
    headers = {"Authorization": f"Bearer {server.demonstration['api_key']}"}
    known = set(page.evaluate(f"{items}.map((item) => item.notice)"))

    def counted(notice: str) -> Any:
        url = f"{server.base_url}/api/v1/notices/{notice}/displays"
        return httpx.get(url, headers=headers, trust_env=False).raise_for_status().json()

    wait_until(lambda: any(counted(notice)["shown_s"] > 0 for notice in known), "the report")
    screens = {each["screen"] for notice in known for each in counted(notice)["screens"]}
    assert screens == {laon["screens"][0]["id"]}
    server.stop()
    page.reload()
    expect(page.locator("#slide > *")).to_have_count(1)
    expect(page.locator("#foot")).to_have_attribute("data-state", "stale")
