"""A served demonstration, and its kiosk in a browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import Serve
from tests.harness.chromium import Pages
from tests.harness.servers.served import Served
from tests.pages.kiosk.kiosk_page import SIZES, demonstration_site


@pytest.fixture(scope="module")
def hall(standing: Serve) -> Served:
    return standing(public_url="https://accueil.example.fr")


@pytest.fixture
def at_kiosk(hall: Served, pages: Pages) -> Callable[..., Page]:
    """Opens the kiosk of Laon and waits until one may choose."""

    def opened(size: str = "portrait", *, before: Callable[[Page], None] | None = None) -> Page:
        width, height = SIZES[size]
        page = pages.open(width=width, height=height)
        if before:
            before(page)
        page.goto(demonstration_site(hall)["kiosk"]["url"])
        expect(page.locator("main")).to_have_attribute("data-view", "start")
        return page

    return opened
