"""An alert reaches every screen of five sites, and stays up when the server dies just after it."""

import uuid
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from server.live import messages
from tests.harness.chromium import Pages
from tests.harness.servers.served import Served
from tests.harness.waiting import wait_until
from tests.server.live.sockets import Listener, listening


def relay_box(server: Served) -> httpx.Client:
    """A contact input: a program with a key that may raise alerts and nothing else."""
    printed = server.parvis("api-keys", "create", "relay", "--scope", "alert")
    key = printed.split()[-1]
    return httpx.Client(
        base_url=f"{server.base_url}/api/v1",
        headers={"Authorization": f"Bearer {key}"},
        trust_env=False,
        timeout=30,
    )


def raised(relay: httpx.Client, kind: str = "evacuate", **more: Any) -> dict[str, Any]:
    wanted = {"halls": "all", "kind": kind, "press_id": str(uuid.uuid4()), **more}
    answer = relay.post("/alerts", json=wanted)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize("layout", ["embedded", "workers"])
def test_an_alert_reaches_every_screen_of_five_sites_and_unreached_ones_are_named(serve, layout):
    server = serve(layout)
    sites = server.demonstration["sites"]
    with ExitStack() as opened:
        relay = opened.enter_context(relay_box(server))
        screens: list[tuple[str, Listener]] = [
            (
                screen["id"],
                opened.enter_context(listening(server, messages.SCREEN, {"token": screen["token"]})),
            )
            for site in sites
            for screen in site["screens"]
        ]
        kiosk = sites[0]["kiosk"]
        at_kiosk = opened.enter_context(listening(server, messages.KIOSK, {"token": kiosk["token"]}))
        away, listener = screens.pop()
        listener.socket.disconnect()
        alert = raised(relay)
        assert (len(alert["halls"]), alert["failed"]) == (5, [])
        for _, screen in screens:
            told = screen.wait(messages.ALERT_CHANGED, lambda each: each["alert"] is not None)
            assert (told["alert"]["alert"], told["alert"]["kind"]) == (alert["alert"], "evacuate")
            assert screen.ask("alert.shown", {"alert": alert["alert"]}) is True
            assert screen.ask("alert.shown", {"alert": "another"}) is False
            assert screen.largest() < messages.MESSAGE_LIMIT
        at_kiosk.wait(messages.ALERT_CHANGED)

        def states() -> dict[str, str]:
            found = relay.get(f"/alerts/{alert['alert']}").json()
            return {one["screen"]: one["state"] for hall in found["halls"] for one in hall["screens"]}

        wait_until(lambda: states()[away] == "not_reached", "the screen that is away is named")
        assert {name for name, state in states().items() if state == "shown"} == {name for name, _ in screens}
        assert all(message["alert"] for _, screen in screens for message in screen.of(messages.ALERT_CHANGED))


def test_screens_speak_a_medical_alert_and_are_silent_for_an_evacuation(serve):
    server = serve()
    laon = next(site for site in server.demonstration["sites"] if site["slug"] == "laon")
    auth = {"token": laon["screens"][0]["token"]}
    with relay_box(server) as relay, listening(server, messages.SCREEN, auth) as screen:
        wait_until(lambda: len(voices(server)) == 4, "the voices of alerts are rendered")
        assert set(voices(server)) == {"shelter", "shelter drill", "medical", "medical drill"}
        evacuation = raised(relay, "evacuate", halls=["laon"])["alert"]
        screen.wait(messages.ALERT_CHANGED, lambda each: each["alert"]["alert"] == evacuation)
        medical = raised(relay, "medical", halls=["vervins"])["alert"]
        vervins = next(site for site in server.demonstration["sites"] if site["slug"] == "vervins")
        with listening(server, messages.SCREEN, {"token": vervins["screens"][0]["token"]}) as other:
            again = raised(relay, "shelter", halls=["vervins"], drill=True)["alert"]
            shown = other.wait(messages.ALERT_CHANGED, lambda each: "audio" in each)
            assert (shown["alert"]["alert"], medical != again) == (medical, True), (
                "a drill is not shown before it"
            )
            assert shown["audio"]["fr"] == voices(server)["medical"]
            sound = httpx.get(server.base_url + shown["audio"]["fr"], headers=bearer(server), trust_env=False)
            assert sound.headers["Content-Type"] == "audio/mpeg"
        assert not any("audio" in each for each in screen.of(messages.ALERT_CHANGED))


def voices(server: Served) -> dict[str, str]:
    path = f"{server.base_url}/api/v1/halls/laon/screen"
    found: dict[str, str] = httpx.get(path, headers=bearer(server), trust_env=False).json()["alert_voices"]
    return found


def bearer(server: Served) -> dict[str, str]:
    return {"Authorization": f"Bearer {server.demonstration['api_key']}"}


def test_an_alert_stays_up_and_through_a_reload_when_the_server_is_killed_one_second_after(
    serve, pages: Pages
):
    server: Served = serve(voice="false")
    laon = next(site for site in server.demonstration["sites"] if site["slug"] == "laon")
    page = pages.open(laon["screens"][0]["url"], width=1920, height=1080)
    expect(page.locator("body")).not_to_have_attribute("data-view", "connecting")
    files = what_the_page_is_made_of(page, server)
    with relay_box(server) as relay:
        alert = raised(relay)["alert"]
        expect(page.locator("body")).to_have_attribute("data-alert", "evacuate")
        page.wait_for_function(
            "since => performance.now() - since > 1000", arg=page.evaluate("performance.now()")
        )
        server.kill()
    expect(page.locator(".alert-title")).to_be_visible()
    page.route("**/*", lambda route: answer_from(files, route))
    for _ in range(2):
        page.reload()
        expect(page.locator(".alert-title")).to_be_visible()
        expect(page.locator("body")).to_have_attribute("data-alert", "evacuate")
    page.unroute("**/*")
    server.start()
    with httpx.Client(base_url=server.base_url, trust_env=False) as client:
        board = client.get("/api/v1/halls/laon/board", headers=bearer(server)).json()
    assert board["alert"]["alert"] == alert
    expect(page.locator(".alert-title")).to_be_visible()


def what_the_page_is_made_of(page: Page, server: Served) -> dict[str, httpx.Response]:
    """Page, scripts, styles and fonts, as a service worker keeps them."""
    names = page.evaluate("performance.getEntriesByType('resource').map((each) => each.name)")
    paths = {name for name in names if "/static/" in name or "/assets/" in name}
    with httpx.Client(trust_env=False) as client:
        return {name: client.get(name) for name in (*paths, f"{server.base_url}/screen")}


def answer_from(files: dict[str, httpx.Response], route: Any) -> None:
    kept = files.get(route.request.url.partition("#")[0])
    if kept is None:
        route.abort()
    else:
        route.fulfill(status=200, headers={"Content-Type": kept.headers["Content-Type"]}, body=kept.content)
