"""A service in sign language: the film is played without sound by buttons within reach."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.harness.waiting import wait_until
from tests.pages.kiosk.conftest import WALK_IN, choose, fits, press
from tests.signage.media.uploads import video

FILM = {"url": "/media/signed.webm", "poster": None, "width": 320, "height": 200, "ms": 2_000}


def with_film(page: Page) -> None:
    """The reception has a film, which the library serves."""

    def menu(route: Route) -> None:
        told = route.fetch().json()
        for each in told["services"]:
            each["film"] = FILM if each["id"] == WALK_IN else None
        route.fulfill(json=told)

    page.route("**/api/v1/halls/*/menu?*", menu)
    page.route(f"**{FILM['url']}", lambda route: route.fulfill(body=video(), content_type="video/webm"))


@pytest.mark.parametrize("size", ["portrait", "landscape"])
def test_a_film_is_started_stopped_and_begun_again_by_buttons_within_reach(
    at_kiosk: Callable[..., Page], size: str
):
    page = at_kiosk(size, before=with_film)
    choose(page)
    fits(page)
    press(page, "[data-act=show_film]")
    film = page.locator("video")
    expect(film).to_be_visible()
    assert film.evaluate("each => [each.paused, each.muted, each.autoplay]") == [True, True, False]
    for toggle in ("large", "large"):
        fits(page)
        page.locator(f"[data-toggle={toggle}]").click()
    page.locator("[data-act=play_film]").press("Enter")
    wait_until(lambda: film.evaluate("each => each.currentTime > 0"), "the film plays")
    expect(page.locator("[data-act=play_film]")).to_be_focused()
    page.locator("[data-act=stop_film]").click()
    wait_until(lambda: film.evaluate("each => each.paused"), "the film stops")
    page.locator("[data-act=restart_film]").click()
    wait_until(lambda: film.evaluate("each => !each.paused || each.ended"), "the film begins again")
    main = page.locator("main")

    def is_back() -> bool:
        if main.get_attribute("data-view") == "film":
            page.keyboard.press("Escape")
        return main.get_attribute("data-view") == "sheet"

    wait_until(is_back, "Escape goes back once the guard against double presses lets it", every_s=0.2)
