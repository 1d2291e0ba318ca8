"""« What if » and the counters of a week in a real browser: accessible, no wider than a phone."""

from datetime import date, timedelta

from playwright.sync_api import Page, expect

from server.clock import Clock
from server.store.transactions.database import Database
from tests.conftest import Serve
from tests.harness.accessible import (
    assert_accessible,
    assert_accessible_at_this_width,
    assert_not_sideways,
    unreached_by_keyboard,
)
from tests.harness.working import demonstration_user, sign_in
from tests.server.web.quality.test_what_if import play_weeks

YESTERDAY = date.today() - timedelta(days=1)  # noqa: DTZ011 - the site's own date
WEEKDAY = YESTERDAY - timedelta(days=max(0, YESTERDAY.weekday() - 4))
"""A day from Monday to Friday, on which days are played."""


def assert_fits(page: Page) -> None:
    page.set_viewport_size({"width": 1366, "height": 768})
    assert_accessible(page)
    assert_not_sideways(page)
    assert unreached_by_keyboard(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert_accessible_at_this_width(page)
    assert_not_sideways(page)


def test_a_change_is_asked_and_answered_and_the_week_fills_by_itself(page: Page, standing: Serve):
    server = standing()
    database = Database(server.database_url, Clock())
    play_weeks(database, WEEKDAY + timedelta(weeks=1), 5)
    database.close()
    sign_in(page, server, *demonstration_user(server, "quality"), "/qualite/et-si?hall=laon")
    page.get_by_label("Jour de la semaine").select_option(str(WEEKDAY.weekday() + 1))
    assert_fits(page)
    expect(page.get_by_label("Viendraient pendant la fermeture")).to_have_count(0)  # this hall never closes
    page.get_by_label("Des rendez-vous").check()
    expect(page.get_by_label("Il reçoit comme")).to_be_hidden()
    page.get_by_label("Rendez-vous par demi-heure").fill("trop")
    page.get_by_role("button", name="Rejouer ces jours").click()
    expect(page.get_by_text("Donnez un nombre entier de 1 à 20.")).to_be_visible()
    assert_fits(page)
    page.get_by_label("Démarche").select_option("laon-permis")
    page.get_by_label("Rendez-vous par demi-heure").fill("1")
    page.get_by_role("button", name="Rejouer ces jours").click()
    expect(page.get_by_text("prend la plus proche, à une heure au plus")).to_be_visible()
    page.locator("summary", has_text="Voir les chiffres").click()
    assert_fits(page)
    page.get_by_label("Une pause déplacée").check()
    expect(page.get_by_label("Il reçoit comme")).to_be_hidden()
    page.locator("#guichet").select_option("laon-g1")
    page.get_by_label("La pause commence à").fill("11:00")
    page.get_by_role("button", name="Rejouer ces jours").click()
    expect(page.locator("#reponse .said")).to_be_visible()
    expect(page.locator("figure img")).to_have_js_property("complete", value=True)
    assert page.locator("figure img").evaluate("each => each.naturalWidth") > 0
    page.locator("summary", has_text="Voir les chiffres").click()
    assert_fits(page)
    page.get_by_role("button", name="Garder pour le rapport").click()
    expect(page.get_by_text("La réponse est gardée")).to_be_visible()
    assert_fits(page)
    page.go_back()
    page.get_by_role("link", name="Combien de guichets, et quand").click()
    expect(page.get_by_role("link", name="Imprimer le plan (PDF)")).to_be_visible(timeout=60_000)
    expect(page.locator("tbody tr").first).to_be_visible()
    assert_fits(page)
