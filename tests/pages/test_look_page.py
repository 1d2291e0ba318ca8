"""A communication officer chooses the look of a site alone, in a real browser on the real server."""

import re
from pathlib import Path

from playwright.sync_api import FrameLocator, Page, expect

from tests.conftest import Serve
from tests.harness.accessible import assert_accessible, assert_not_sideways
from tests.harness.chromium import Pages
from tests.harness.working import demonstration_user, sign_in
from tests.pages.kiosk.conftest import demonstration_site
from tests.signage.media.uploads import image, put

PATH = "/affichage/apparence"
GREY, RED = "#8a94a6", "#d2322d"


def inside(page: Page, name: str) -> FrameLocator:
    return page.frame_locator(f'[data-preview="{name}"] iframe')


def test_two_refused_colours_are_replaced_in_one_press_and_reach_the_kiosk(
    standing: Serve, pages: Pages, tmp_path: Path
) -> None:
    hall = standing()
    page = pages.open()
    # one of the three screens is enough, and costs a third
    page.route(re.compile(r"/affichage/apercu\?(hall|room)="), lambda route: route.fulfill(body=""))
    sign_in(page, hall, *demonstration_user(hall, "communication"), PATH)
    page.locator("#ink").fill(GREY)
    page.locator("#action").fill(RED)
    expect(page.locator('[data-said="ink"] .problem')).to_contain_text("il en faut 7")
    expect(page.locator('[data-said="action"] .problem')).to_contain_text("alerte")
    expect(page.locator("#ink")).to_have_attribute("aria-invalid", "true")
    assert_accessible(page)
    assert page.locator("#ink").input_value() == GREY  # nothing is applied by itself
    page.locator("[data-nearest]").click()
    expect(page.locator(".problem")).to_have_count(0)
    ink, action = page.locator("#ink").input_value(), page.locator("#action").input_value()
    assert (ink, action) != (GREY, RED)
    for name in ("screen", "kiosk", "phone"):
        tokens = inside(page, name).locator(":root")
        expect(tokens).to_have_css("--ink", ink)
        expect(tokens).to_have_css("--action", action)
    page.locator("#logo-file").set_input_files(put(tmp_path, image("PNG", (200, 120)), "Logo.png"))
    page.locator("#logo-file-words").fill("Le logo de la ville")
    page.locator("#logo-file-words").blur()
    expect(page.locator('[name="logo"]:checked + img')).to_be_visible()
    expect(inside(page, "kiosk").locator("img.logo")).to_have_js_property("naturalWidth", 200)
    page.locator(".saving button").click()
    expect(page.locator('[role="status"].good')).to_contain_text("dans la minute")
    kiosk = pages.open(demonstration_site(hall)["kiosk"]["url"], width=1080, height=1920)
    expect(kiosk.locator(":root")).to_have_css("--ink", ink)
    expect(kiosk.locator("img.logo")).to_have_js_property("naturalWidth", 200)
    page.locator(".gestures button").first.click()
    expect(page.locator("#ink")).not_to_have_value(ink)
    page.set_viewport_size({"width": 390, "height": 844})
    assert_not_sideways(page)
