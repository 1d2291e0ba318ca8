"""A hall screen through a restore from a backup: it heals by itself, in a real browser on the real server."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.conftest import Serve
from tests.harness.chromium import Pages
from tests.server.live.hall import Halls

COUNTER = "laon-g1"


@pytest.fixture
def served_hall(serve: Serve) -> Iterator[Halls]:
    halls = Halls(serve)
    yield halls
    halls.close()


@pytest.mark.parametrize("layout", ["workers"])
def test_a_screen_heals_by_itself_after_a_restore_although_its_version_was_higher(
    served_hall: Halls, pages: Pages, layout: str
):
    hall = served_hall(layout, voice="false")
    server = hall.server
    hall.open(COUNTER)
    first, second = hall.ticket(), hall.ticket()
    leg = hall.next(COUNTER)["leg"]
    copy = server.var / "copy"
    server.parvis("backup", str(copy))

    page = pages.open(width=1920, height=1080)
    loads: list[str] = []
    page.on("load", lambda page: loads.append(page.url))
    page.goto(hall.site["screens"][0]["url"])
    expect(page.locator(".card-number")).to_have_text([first["number"]])
    hall.next(COUNTER, leg, "served")
    expect(page.locator("#cards")).to_contain_text(second["number"])
    for _ in range(5):
        hall.ticket()
    before = hall.board()
    hall.http.close()
    server.stop()
    expect(page.locator("#foot")).to_have_attribute("data-state", "stale")
    server.parvis("restore", str(copy))
    server.start()

    # the calls of the backup are shown again, later ones are not
    expect(page.locator(".card-number")).to_have_text([first["number"]])
    expect(page.locator("#foot")).to_have_attribute("data-state", "calm")
    expect(page.locator("#calls")).not_to_contain_text(second["number"])
    hall.http = hall.client()
    after = hall.board()
    assert after["epoch"] != before["epoch"]
    assert after["version"] < before["version"]

    # and it lives on in the new epoch
    assert hall.next(COUNTER, leg, "served")["number"] == second["number"]
    expect(page.locator("#cards")).to_contain_text(second["number"])
    assert len(loads) == 1, "it was not loaded again"
