"""Every view of the kiosk fits its screen, its mounting and every comfort, and is accessible."""

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from kiosk.mounting import low_band
from tests.harness.accessible import assert_accessible
from tests.harness.servers.served import Served
from tests.pages.kiosk.kiosk_page import (
    MISFITS,
    SITE,
    SIZES,
    WALK_IN,
    choose,
    expect_ticket,
    fits,
    press,
)

REACH = """() => {
  const style = getComputedStyle(document.documentElement);
  const share = (name) => parseFloat(style.getPropertyValue(name)) / 100;
  return [share("--band-top"), 1 - share("--band-rest")];
}"""


def test_buttons_go_lower_to_where_the_mounting_of_this_kiosk_puts_hands(at_kiosk):
    declared, usual = low_band(75, 81), low_band(95, 61, width_px=1920, height_px=1080)
    for size, band in (("portrait", declared), ("landscape", usual)):
        page = at_kiosk(size)
        page.locator("[data-toggle=low]").click()
        assert page.evaluate(REACH) == pytest.approx(list(band.as_message().values()))


@pytest.fixture
def mounted(hall: Served, tmp_path: Path) -> Iterator[Callable[..., None]]:
    """Publishes how the kiosk of Laon is mounted; it is as before at the end."""
    before = json.loads(hall.parvis("export-configuration", "--hall", SITE))

    def publish(content: dict[str, Any]) -> None:
        (tmp_path / "hall.json").write_text(json.dumps(content), encoding="utf-8")
        hall.parvis("import-configuration", str(tmp_path / "hall.json"))

    def mount(**mounting: int) -> None:
        changed = copy.deepcopy(before)
        changed["kiosks"][0]["mounting"] = mounting
        publish(changed)

    yield mount
    publish(before)


# the least that a document may declare, and a tablet that is wholly in reach
MOUNTINGS = {
    "large portrait": (55, 109, 1080, 1920),
    "large landscape": (75, 109, 1920, 1080),
    "small tablet": (98, 25, 800, 1280),
}


@pytest.mark.parametrize("mounting", MOUNTINGS)
def test_every_view_fits_the_band_that_a_mounting_leaves(at_kiosk, mounted, mounting):
    lower_edge_cm, diagonal_cm, width_px, height_px = MOUNTINGS[mounting]
    size = {"width_px": width_px, "height_px": height_px}
    band = low_band(lower_edge_cm, diagonal_cm, **size).as_message()
    mounted(lower_edge_cm=lower_edge_cm, diagonal_cm=diagonal_cm, **size)
    page = at_kiosk(next(name for name, each in SIZES.items() if each == (width_px, height_px)))
    for comfort in (["low"], ["low", "large"]):
        for toggle in comfort:
            page.locator(f"[data-toggle={toggle}]").click()
        assert page.evaluate(REACH) == pytest.approx(list(band.values()))
        fits(page)
        choose(page)
        fits(page)
        press(page, "[data-act=take]")
        expect_ticket(page)
        fits(page)
        press(page, "[data-act=home]")


@pytest.mark.parametrize("size", SIZES)
def test_every_view_fits_and_is_accessible_with_every_comfort(at_kiosk, size):
    page = at_kiosk(size)
    page.evaluate("document.fonts.ready")
    for comfort in ([], ["large"], ["contrast"], ["low"]):
        for toggle in comfort:
            page.locator(f"[data-toggle={toggle}]").click()
        fits(page)
    choose(page)
    fits(page)
    press(page, "[data-act=take]")
    expect_ticket(page)
    fits(page)
    for toggle in ("low", "contrast"):
        page.locator(f"[data-toggle={toggle}]").click()
        fits(page)


@pytest.mark.parametrize("size", SIZES)
def test_the_questions_about_needs_fit_one_view(at_kiosk: Callable[..., Page], hall: Served, size: str):
    page = at_kiosk(size)
    press(page, f'[data-service="{WALK_IN}"]')
    press(page, '[data-key="needs"]')
    page.locator('[data-need="interpreter"]').click()
    page.locator('[data-need="slow"]').click()
    expect(page.locator('[aria-pressed="true"][data-need]')).to_have_count(2)
    assert page.evaluate(MISFITS) == []
    page.locator('[data-toggle="low"]').click()
    assert page.evaluate(MISFITS) == []
    if size == "portrait":
        assert_accessible(page)
        press(page, '[data-key="needs-done"]')
        expect(page.locator('[data-key="needs"]')).to_contain_text("2")
        press(page, '[data-act="take"]')
        expect(page.locator("main")).to_have_attribute("data-view", "ticket")
        key = {"Authorization": f"Bearer {hall.demonstration['api_key']}"}
        queue = httpx.get(f"{hall.base_url}/api/v1/halls/{SITE}/queue", headers=key, trust_env=False).json()
        assert [leg["needs"] for each in queue["queues"] for leg in each["legs"] if leg["needs"]] == [
            ["slow", "interpreter"]
        ]
