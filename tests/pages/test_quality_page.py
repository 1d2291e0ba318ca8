"""The quality page in a real browser on the real server, with a week of visits behind it."""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from server.clock import Clock
from server.domain.quality.indicators import figures_of
from server.domain.quality.periods import Period, PeriodKind, period_of
from server.domain.quality.rollup import waits_within
from server.store.transactions.database import Database
from server.usecases.quality.indicators import read_days
from server.web.pages.quality.wording import minutes, whole_percent
from tests.conftest import Serve
from tests.harness.accessible import assert_accessible, assert_accessible_at_this_width, assert_not_sideways
from tests.harness.chromium import Pages
from tests.harness.servers.served import Served
from tests.harness.working import sign_in
from tests.server.usecases.quality.figures_history import play_days

TODAY = date.today()  # noqa: DTZ011 - the site's own date
LAST_MONTH = period_of(PeriodKind.MONTH, TODAY).previous()
CHANCE = re.compile("^(A augmenté|A baissé|Ne se distingue pas du hasard)$")
CUT = """() => [...document.querySelectorAll(".quality *")]
  .filter((each) => each.checkVisibility() && each.scrollWidth > each.clientWidth + 1
    && getComputedStyle(each).overflowX !== "visible" && !each.matches(".visually-hidden"))
  .map((each) => each.outerHTML.slice(0, 80))"""


@pytest.fixture(scope="module")
def served(standing: Serve) -> Served:
    server = standing()
    play(server)
    return server


def play(server: Served) -> None:
    database = Database(server.database_url, Clock())
    play_days(database, TODAY - timedelta(days=9), 9, a_day=20)
    for month in (LAST_MONTH.previous(), LAST_MONTH):
        play_days(database, month.starts_on, 12, a_day=30, seed=month.starts_on.month)
    database.close()


def signed_in(pages: Pages, served: Served, role: str, width: int, height: int) -> Page:
    (user,) = [each for each in served.demonstration["users"] if each["login"] == role]
    page = pages.open(width=width, height=height)
    sign_in(page, served, user["login"], user["password"], "/qualite")
    expect(page.locator("h1")).to_have_text("Indicateurs qualité")
    return page


def test_the_page_is_accessible_and_fits_with_open_tables_and_when_empty(pages: Pages, served: Served):
    page = signed_in(pages, served, "quality", 1366, 768)
    page.goto(f"{served.base_url}/qualite/explorer?duree=quarter")
    expect(page.locator("figure img")).to_have_count(11)
    for picture in page.locator("figure img").all():
        expect(picture).to_have_js_property("complete", value=True)
        assert picture.evaluate("each => each.naturalWidth") > 0
    expect(page.locator("#annonces .said")).to_contain_text("Sur 100 personnes")
    for summary in page.locator("summary").all():
        summary.click()
    assert_accessible(page)
    assert_not_sideways(page)
    on_a_phone(page)
    page.goto(f"{served.base_url}/qualite/explorer?duree=day&jour=2001-01-01")
    expect(page.locator(".empty")).to_be_visible()
    assert_accessible_at_this_width(page)
    page.set_viewport_size({"width": 1366, "height": 768})
    assert_accessible(page)


def on_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    assert_accessible_at_this_width(page)
    assert_not_sideways(page)


def test_keys_alone_change_the_period_and_open_a_table(pages: Pages, served: Served):
    page = signed_in(pages, served, "committee", 1366, 768)
    page.locator("#duree").focus()
    page.keyboard.press("End")
    page.locator("form.choose button").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**duree=year**")
    page.get_by_role("link", name="Explorer").press("Enter")
    page.wait_for_url("**/explorer?**duree=year**")
    page.locator("figure summary").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("figure table").first).to_be_visible()
    expect(page.locator("a[href*='legs.csv']")).to_have_count(0)


def test_the_question_of_a_month_is_answered_in_three_presses(pages: Pages, served: Served):
    (user,) = [each for each in served.demonstration["users"] if each["login"] == "quality"]
    page = sign_in(pages.open(), served, user["login"], user["password"])
    page.get_by_role("main").get_by_role("link", name="Qualité").first.click()
    page.get_by_label("Jour compris dans la période").fill(LAST_MONTH.starts_on.isoformat())
    page.get_by_role("button", name="Afficher").click()
    median, before = (figure(served, month, "wait_median") for month in (LAST_MONTH, LAST_MONTH.previous()))
    shown = page.locator("[data-figure=wait_median]")
    expect(shown.locator(".big")).to_have_text(f"{median} min")
    expect(shown.locator(".change")).to_have_text(CHANCE)
    earlier = page.locator(".periods tbody tr").nth(1)
    expect(earlier.locator("td").nth(1)).to_have_text(f"{before}\u00a0min")
    expect(page.locator("[data-figure=not_issued] .big")).to_have_text(
        str(figure(served, LAST_MONTH, "not_issued"))
    )
    page.get_by_role("link", name="Explorer").click()
    row = page.locator("#chiffres .key-figures tr", has_text="Appels en 15\u00a0min au plus")
    expect(row.locator(".amount").first).to_have_text(f"{figure(served, LAST_MONTH, 'within')}\u00a0%")
    for change in page.locator("#chiffres .key-figures .change").all():
        expect(change).to_have_text(CHANCE)
        expect(change.locator("xpath=../span[2]")).to_contain_text(re.compile(r"par rapport .+, entre [+−]"))
    expect(page.locator("#heat figcaption")).to_contain_text("Les attentes les plus longues\u00a0: ")
    expect(page.locator("#reasons figcaption")).to_contain_text("Le motif le plus fréquent")


def figure(served: Served, month: Period, name: str) -> int:
    """A figure of a month as the page rounds it, counted here from the visits themselves."""
    database = Database(served.database_url, Clock())
    whole = read_days(database, "laon", month.starts_on, month.ends_on).whole()
    database.close()
    if name == "within":
        return whole_percent(waits_within(whole.total(), 900).percent or 0)
    [found] = figures_of(whole, [name])
    return minutes(found.value or 0) if name.startswith("wait") else int(found.value or 0)


def test_a_month_with_its_explorer_prints_on_at_most_ten_pages_and_nothing_is_cut(
    pages: Pages, served: Served
):
    page = signed_in(pages, served, "quality", 1366, 768)
    printed = 0
    for path in ("/qualite", f"/qualite/explorer?duree=month&jour={LAST_MONTH.starts_on}"):
        page.goto(f"{served.base_url}{path}")
        printed += len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4", prefer_css_page_size=True)))
        page.emulate_media(media="print")
        page.set_viewport_size({"width": 703, "height": 1032})  # A4 without its margins
        assert_not_sideways(page)
        assert page.evaluate(CUT) == []
        page.emulate_media(media="null")
    assert printed <= 10
