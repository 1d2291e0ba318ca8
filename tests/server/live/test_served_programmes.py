"""A publication reaches the screens of every site, whichever worker they hang on."""

from contextlib import ExitStack
from typing import Any

import httpx

from server.live import messages
from tests.harness.working import demonstration_user
from tests.server.live.hall import Halls, ServedHall

SCREENS_A_SITE = 3


def sign_in(browser: httpx.Client, hall: ServedHall) -> None:
    """An administrator of every site, with the header of their writes."""
    login, password = demonstration_user(hall.server, "administrator", "*")
    form = {"login": login, "password": password, "csrf_token": token_of(browser.get("/connexion"))}
    assert browser.post("/connexion", data=form).status_code == 303
    browser.headers["X-CSRFToken"] = token_of(browser.get("/"))


def token_of(page: httpx.Response) -> str:
    return page.text.partition('name="csrf-token" content="')[2].partition('"')[0]


def published(browser: httpx.Client) -> None:
    """Approves and publishes what the demonstration has submitted."""
    [notice] = browser.get("/api/v1/notices?state=submitted").json()["notices"]
    body: dict[str, Any] = {"version": notice["version"]}
    for verb in ("approve", "publish"):
        browser.post(f"/api/v1/notices/{notice['notice']}/{verb}", json=body).raise_for_status()


def test_a_publication_reaches_every_screen_of_every_site(served_hall: Halls):
    laon = served_hall("workers")
    sites = [laon, *(ServedHall(laon.server, slug) for slug in ("soissons", "vervins"))]
    browser = httpx.Client(base_url=laon.server.base_url, trust_env=False, timeout=20)
    with ExitStack() as open_, browser:
        sign_in(browser, laon)
        screens = [open_.enter_context(site.screen()) for site in sites for _ in range(SCREENS_A_SITE)]
        published(browser)
        for screen in screens:
            screen.wait(messages.PROGRAMME_CHANGED, lambda _: True)
    for site in sites[1:]:
        site.http.close()
