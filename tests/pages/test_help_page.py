"""Every page of the help in a real browser on the real server: read, on a phone too, and by keyboard."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from server.web.pages.help_documents import HelpLibrary
from tests.conftest import Serve
from tests.docs.documents import DOCS
from tests.harness.accessible import IS_SIDEWAYS, OF_A_WIDTH, unreached_by_keyboard, violations
from tests.harness.chromium import Pages
from tests.harness.servers.served import Served
from tests.harness.working import demonstration_user, sign_in

CONSOLE, PHONE = ViewportSize(width=1366, height=768), ViewportSize(width=390, height=844)
OWN = "main button, main input, main select, main summary"
"""The parts of a page of text, apart from its links."""
WALKED = {"/aide", "/aide?q=ticket", "/aide/manuels/usager", "/aide/rules/access", "/aide/settings"}
"""One of each make: the keyboard walks these, and every page with something of its own."""
TAKE_IN = """async (address) => {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  const other = new DOMParser().parseFromString(await answer.text(), "text/html");
  document.title = other.title;
  document.querySelector("main").replaceWith(document.adoptNode(other.querySelector("main")));
}"""
"""Puts what another page of the help says into this one: they have the same frame."""
ADDRESSES = [
    "/aide",
    "/aide?q=ticket",
    *sorted(each.address for each in HelpLibrary(DOCS).documents().values()),
]


@pytest.fixture(scope="module")
def hall(standing: Serve) -> Served:
    return standing()


@pytest.fixture
def reader(hall: Served, pages: Pages) -> Callable[..., Page]:
    """A page in the help, opened by an agent of Laon."""

    def opened() -> Page:
        return sign_in(pages.open(), hall, *demonstration_user(hall, "agent"), "/aide")

    return opened


@pytest.mark.long
def test_every_page_is_accessible_fits_and_is_reached_by_keyboard(hall: Served, reader: Callable[..., Page]):
    page, found = reader(), []
    for address in ADDRESSES:
        page.set_viewport_size(CONSOLE)
        if address not in WALKED:
            page.evaluate(TAKE_IN, address)
        is_walked = address in WALKED or page.locator(OWN).count() > 0
        if is_walked:
            page.goto(f"{hall.base_url}{address}")
        broken = violations(page)
        if is_walked:
            broken += unreached_by_keyboard(page)
        for size in (CONSOLE, PHONE):
            page.set_viewport_size(size)
            if page.evaluate(IS_SIDEWAYS):
                broken.append(f"wider than {size['width']} pixels")
        broken += violations(page, *OF_A_WIDTH)
        found += [f"{address}: {line}" for line in broken]
    assert not found, "\n".join(found)


def test_keys_alone_lead_from_the_index_to_a_heading_of_a_manual(hall: Served, reader: Callable[..., Page]):
    page = reader()
    page.locator("#help-words").fill("touches états")
    page.keyboard.press("Enter")
    page.locator(".help-found a").first.press("Enter")
    page.wait_for_url("**/aide/manuels/agent#**")
    page.goto(page.url.partition("#")[0])  # keys begin at the top, not at the heading
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    link = page.locator(".contents a").first
    expect(link).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(f"article {link.get_attribute('href')}")).to_be_in_viewport()


def test_public_help_pages_are_accessible_without_signing_in(hall: Served, pages: Pages):
    page = pages.open()
    for address in ("/aide", "/aide/manuels/usager", "/aide/accessibilite"):
        page.goto(f"{hall.base_url}{address}")
        assert violations(page) == []
        assert unreached_by_keyboard(page) == []
