"""The quality page in a real browser on the real server, with a week of visits behind it."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from server.clock import Clock
from server.store.transactions.database import Database
from tests.harness.accessible import assert_accessible
from tests.harness.chromium import Pages
from tests.harness.servers.served import Served
from tests.harness.working import sign_in
from tests.server.usecases.quality.figures_history import play_days

SIZES = [(1366, 768), (390, 844)]


@pytest.fixture
def served(serve: Callable[..., Served]) -> Served:
    server = serve()
    database = Database(server.database_url, Clock())
    play_days(database, date.today() - timedelta(days=9), 9, a_day=20)  # noqa: DTZ011 - the site's own date
    database.close()
    return server


def signed_in(pages: Pages, served: Served, role: str, width: int, height: int) -> Page:
    (user,) = [each for each in served.demonstration["users"] if each["login"] == role]
    page = pages.open(width=width, height=height)
    sign_in(page, served, user["login"], user["password"], "/qualite")
    expect(page.locator("h1")).to_have_text("Indicateurs qualité")
    return page


def overflow(page: Page) -> int:
    found: int = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return found


def test_the_page_is_accessible_and_fits_with_open_tables_and_when_empty(pages: Pages, served: Served):
    for width, height in SIZES:
        page = signed_in(pages, served, "quality", width, height)
        page.goto(f"{served.base_url}/qualite/explorer?duree=quarter")
        expect(page.locator("figure svg")).to_have_count(5)
        for summary in page.locator("summary").all():
            summary.click()
        assert_accessible(page)
        assert overflow(page) <= 0
        page.goto(f"{served.base_url}/qualite/explorer?duree=day&jour=2001-01-01")
        expect(page.locator(".empty")).to_be_visible()
        assert_accessible(page)


def test_keys_alone_change_the_period_and_open_a_table(pages: Pages, served: Served):
    page = signed_in(pages, served, "committee", 1366, 768)
    page.locator("#duree").focus()
    page.keyboard.press("End")
    page.locator("form.choose button").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**duree=quarter**")
    page.get_by_role("link", name="Explorer").press("Enter")
    page.wait_for_url("**/explorer?**duree=quarter**")
    page.locator("summary").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("details table").first).to_be_visible()
    expect(page.locator("a[href*='legs.csv']")).to_have_count(0)
