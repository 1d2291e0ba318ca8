"""The kiosk shows the organisation's look and its services, and published changes without a reload."""

import json

from playwright.sync_api import expect

from tests.harness.waiting import wait_until
from tests.pages.kiosk.kiosk_page import SITE, fits, issue_elsewhere

INK = "getComputedStyle(document.documentElement).getPropertyValue('--ink').trim()"


def test_the_head_has_the_logo_and_a_published_colour_and_menu_appear_without_a_reload(hall, at_kiosk):
    page = at_kiosk()
    expect(page.locator(".top .logo")).to_be_visible()
    assert page.locator(".top .logo").get_attribute("alt") == "Préfecture de l’Aisne"
    fits(page)
    page.evaluate("window.isSame = true")
    content = json.loads(hall.parvis("export-configuration"))
    content["brand"] |= {"colours": {"ink": "#1a2a5e"}, "logo": None}
    document = hall.var / "installation.json"
    document.write_text(json.dumps(content), encoding="utf-8")
    hall.parvis("import-configuration", str(document))
    issue_elsewhere(hall)  # the menu is read again, as it is within a minute at the latest
    wait_until(lambda: page.evaluate(INK) == "#1a2a5e", "the new look")
    expect(page.locator(".top .logo")).to_be_hidden()
    content = json.loads(hall.parvis("export-configuration", "--hall", SITE))
    content["kiosks"][0]["services"] = ["laon-permis", "laon-naturalisation"]
    document.write_text(json.dumps(content), encoding="utf-8")
    hall.parvis("import-configuration", str(document))
    offered = page.locator("[data-service]")
    expect(offered).to_have_count(2)
    assert [each.get_attribute("data-service") for each in offered.all()] == ["laon-etrangers", "laon-permis"]
    fits(page)
    assert page.evaluate("window.isSame")
