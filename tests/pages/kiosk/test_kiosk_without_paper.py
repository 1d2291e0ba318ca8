"""A tablet without a printer: its last view is the ticket, in both orientations, and accessible."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.harness.servers.served import Served
from tests.pages.kiosk.kiosk_page import SITE, choose, expect_ticket, fits, press


@pytest.fixture
def without_printer(hall: Served, tmp_path: Path) -> None:
    """Publishes that the kiosk of Laon has no printer, for the rest of the module."""
    content = json.loads(hall.parvis("export-configuration", "--hall", SITE))
    content["kiosks"][0]["printer"] = None
    (tmp_path / "hall.json").write_text(json.dumps(content), encoding="utf-8")
    hall.parvis("import-configuration", str(tmp_path / "hall.json"))


def test_number_codes_and_address_are_large_and_leave_for_whoever_comes_next(at_kiosk, without_printer):
    for size in ("tablet", "upright tablet"):
        page = at_kiosk(size, before=lambda opened: opened.clock.install())
        choose(page)
        press(page, "[data-act=take]")
        expect_ticket(page)
        expect(page.locator(".print")).to_contain_text("photographiez cet écran")
        code = page.locator(".scan b bdi")
        expect(code).to_have_text(re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}"))
        expect(page.locator(".scan small bdi")).to_have_text("accueil.example.fr/suivi")
        assert code.bounding_box()["height"] >= 40
        fits(page)
        page.locator(".scan img").click()
        expect(code).to_be_visible()
        page.clock.fast_forward(12_000)
        page.locator(".scan img").click()
        expect(page.locator(".print")).to_have_text("Ce numéro est-il le vôtre ?")
        expect(code).to_be_hidden()
        fits(page)
        page.locator("[data-act=show_code]").click()
        expect(code).to_be_visible()
        press(page, "[data-act=home]")
