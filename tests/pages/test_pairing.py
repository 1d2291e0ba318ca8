"""What a kiosk and a screen show when their token is void, and that a new address brings them back."""

from playwright.sync_api import expect

from tests.conftest import Serve
from tests.harness.chromium import Pages


def test_a_page_whose_token_is_void_says_so_and_a_new_address_brings_it_back(serve: Serve, pages: Pages):
    server = serve()
    laon = next(site for site in server.demonstration["sites"] if site["slug"] == "laon")
    kiosk, screen = pages.open(width=1080, height=1920), pages.open(width=1920, height=1080)
    kiosk.goto(laon["kiosk"]["url"])
    screen.goto(laon["screens"][0]["url"])
    expect(kiosk.locator("main")).to_have_attribute("data-view", "start")
    expect(screen.locator("#foot")).to_have_attribute("data-state", "calm")
    assert "#" not in kiosk.url + screen.url

    server.parvis("devices", "revoke", "laon-borne-1")
    renewed = server.parvis("devices", "renew", "laon-ecran-1").splitlines()[-1]
    expect(kiosk.locator("main")).to_have_attribute("data-view", "unpaired", timeout=15_000)
    expect(screen.locator("#foot")).to_have_attribute("data-state", "stale", timeout=15_000)

    kiosk.goto(server.parvis("devices", "pair", "laon", "kiosk", "laon-borne-1").splitlines()[-1])
    screen.goto(renewed)
    expect(kiosk.locator("main")).to_have_attribute("data-view", "start", timeout=15_000)
    expect(screen.locator("#foot")).to_have_attribute("data-state", "calm", timeout=15_000)
