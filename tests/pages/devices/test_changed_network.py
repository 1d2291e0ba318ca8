"""The network fails, returns or changes while a page loads and reads: the page recovers by itself."""

import pytest
from playwright.sync_api import Error, Page, Route

from tests.conftest import Serve
from tests.harness.chromium import Pages
from tests.harness.dom.dom_pages import DomPages, expect
from tests.harness.waiting import wait_until
from tests.harness.working import demonstration_user, sign_in


@pytest.mark.parametrize(
    ("role", "path", "shown"),
    [
        ("agent", "/console", '[data-list="places"] li'),
        ("reception", "/accueil", '[data-list="services"] button'),
    ],
)
def test_a_read_ended_by_a_changed_network_is_repeated(
    standing: Serve, dom_pages: DomPages, role: str, path: str, shown: str
):
    server, page = standing(), dom_pages.open()
    # once when it opens, once when its socket joins
    page.abort("/queue$", times=2)
    sign_in(page, server, *demonstration_user(server, role), path)
    expect(page.locator(shown).first).to_be_visible(timeout=20_000)  # sooner than a heartbeat would heal it


@pytest.mark.parametrize(
    ("which", "part", "arrived"),
    [
        ("kiosk", "**/static/*/kiosk/words.js", "main[data-view=start]"),
        ("screen", "**/static/*/signage/calls.js", "body:not([data-view=connecting])"),
        ("console", "**/static/*/server/shared/verbs.js", "[data-live=yes]"),
        ("console", "**/static/*/server/console/console.css", "[data-live=yes]"),
    ],
)
def test_a_page_of_which_a_part_did_not_arrive_is_loaded_again(
    standing: Serve, pages: Pages, which: str, part: str, arrived: str
):
    server, page, lost = standing(), pages.open(), list[str]()

    def lose(route: Route) -> None:
        lost.append(route.request.url)
        route.abort("connectionaborted")

    page.route(part, lose, times=1)
    if which == "console":
        sign_in(page, server, *demonstration_user(server, "agent"))
    else:
        site = server.demonstration["sites"][0]
        page.goto(site["kiosk"]["url"] if which == "kiosk" else site["screens"][0]["url"])
    wait_until(lambda: is_loaded_again(page), "it is loaded again", every_s=0.1)
    expect(page.locator(arrived)).to_be_visible()
    assert len(lost) == 1


def is_loaded_again(page: Page) -> bool:
    try:
        how = page.evaluate("performance.getEntriesByType('navigation')[0]?.type")
    except Error:  # while it goes
        return False
    return bool(how == "reload")
