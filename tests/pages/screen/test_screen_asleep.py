"""Outside the hall's hours a screen shows nothing at all; a call and an alert wake it."""

import io
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.harness.chromium import Pages
from tests.harness.waiting import wait_until
from tests.signage.contract_server import ContractServer
from tests.signage.programmes import item, programme

DAY_S = 86_400


@pytest.fixture
def hall(assets_dir: Path, tmp_path: Path) -> Iterator[ContractServer]:
    server = ContractServer(assets_dir, tmp_path)
    yield server
    server.stop()


def is_black(page: Page) -> bool:
    with Image.open(io.BytesIO(page.screenshot())) as picture:
        return picture.convert("L").getextrema() == (0, 0)


def at_night(hall: ContractServer, *, opens_in_s: float = DAY_S) -> None:
    opens_ms = (time.time() + opens_in_s) * 1000
    words = item("words", "text", {"title": "Horaires", "text": "Le lundi dès 8 h 30."})
    hours: dict[str, Any] = {"hours": [[int(opens_ms), int(opens_ms + DAY_S * 1000)]]}
    hall.screen |= {"is_open": False, "programme": programme(words) | hours}


@pytest.mark.parametrize("days", [0, 1])
def test_nothing_is_lit_outside_the_hours_by_the_servers_clock(pages: Pages, hall: ContractServer, days: int):
    at_night(hall)
    page = pages.open(width=1280, height=720)
    page.clock.install(time=time.time() + days * DAY_S)
    page.goto(f"{hall.url}/screen#t=good")
    asleep = page.locator("body[data-asleep=yes]")
    expect(asleep).to_have_count(1)
    assert is_black(page)
    wait_until(
        lambda: any(each["view"] == "asleep" for each in hall.states), "the player tells that it sleeps"
    )
    assert abs(hall.states[-1]["clock_ms"] - days * DAY_S * 1000) < 60_000
    hall.raise_alert("medical")
    expect(page.locator(".alert-title")).to_be_visible()
    assert not is_black(page)
    hall.end_alert()
    expect(asleep).to_have_count(1)
    hall.call("R041")
    hall.send_board()
    expect(page.locator(".card-number")).to_be_visible()
    expect(asleep).to_have_count(0)
    assert not [each for each in hall.displays.values() if each["outcome"] != "failed"]
    hall.calls.clear()
    at_night(hall, opens_in_s=-60)
    hall.send_board()
    hall.sockets.emit("programme.changed", {}, namespace="/screen")
    expect(page.locator("#slide .notice-title")).to_be_visible()
    expect(asleep).to_have_count(0)
