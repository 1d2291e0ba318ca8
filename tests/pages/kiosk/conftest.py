"""A served demonstration, and its kiosk in a browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.conftest import Serve
from tests.harness.chromium import Pages
from tests.harness.dom.dom_pages import DomPage, DomPages, expect
from tests.harness.servers.served import Served
from tests.pages.kiosk.kiosk_page import SIZES, demonstration_site


@pytest.fixture(scope="module")
def hall(standing: Serve) -> Served:
    return standing(public_url="https://accueil.example.fr")


@pytest.fixture
def at_dom_kiosk(hall: Served, dom_pages: DomPages) -> Callable[..., DomPage]:
    """The same without a browser."""

    def opened(*, before: Callable[[DomPage], None] | None = None) -> DomPage:
        page = dom_pages.open(width=1080, height=1920)
        if before:
            before(page)
        page.goto(demonstration_site(hall)["kiosk"]["url"])
        expect(page.locator("main")).to_have_attribute("data-view", "start")
        return page

    return opened


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
