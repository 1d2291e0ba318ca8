"""The kiosk says that the hall has an induction loop, where it is in order."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.harness.accessible import assert_accessible
from tests.harness.servers.served import Served
from tests.pages.kiosk.kiosk_page import SITE, SIZES, choose, fits


@pytest.mark.parametrize("size", SIZES)
def test_only_a_working_loop_is_announced(
    at_kiosk: Callable[..., Page], hall: Served, tmp_path: Path, size: str
):
    before = hall.parvis("export-configuration", "--hall", SITE)
    file, today = tmp_path / "hall.json", datetime.now(UTC).date()

    def tested(days_ago: int) -> None:
        content = json.loads(before)
        content["sound"]["loop"] = {"tested_on": (today - timedelta(days=days_ago)).isoformat()}
        file.write_text(json.dumps(content), encoding="utf-8")
        hall.parvis("import-configuration", str(file))

    try:
        tested(30)
        page = at_kiosk(size)
        loop = page.locator("#hearing-loop")
        expect(loop).to_have_text("boucle magnétique\u00a0: position T")
        fits(page)
        page.locator("[data-toggle=large]").click()
        fits(page)
        assert_accessible(page)
        choose(page)
        fits(page)
        tested(400)
        page.reload()
        expect(page.locator("main")).to_have_attribute("data-view", "start")
        expect(loop).to_be_hidden()
    finally:
        file.write_text(before, encoding="utf-8")
        hall.parvis("import-configuration", str(file))
