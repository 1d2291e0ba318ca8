"""Devices of a real server, on both layouts: every worker gives a screen's report."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from server.live import messages
from server.web.access.cookies import DEVICE_COOKIE
from tests.harness.waiting import wait_until
from tests.harness.working import signed_in
from tests.server.domain.test_devices import TOLD
from tests.server.live.sockets import listening, refusal_of
from tests.server.live.test_served_messages import sign_in
from tests.server.web.devices.test_api_supervision_devices import image

SCREEN = "laon-ecran-1"


@pytest.fixture
def open_() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def supervised(browser: httpx.Client) -> dict[str, Any]:
    told = browser.get("/api/v1/halls/laon/supervision").raise_for_status().json()
    return {each["id"]: each for each in told["devices"]}


@pytest.mark.parametrize("layout", ["embedded", "workers"])
def test_every_worker_shows_a_screens_report_and_picture(served_hall, layout, open_):
    hall = served_hall(layout)
    browser = httpx.Client(base_url=hall.server.base_url, trust_env=False, timeout=20)
    open_.enter_context(browser)
    sign_in(browser, hall)

    def sightings() -> list[tuple[str, bool]]:
        """As six connections see it: with two workers, some of each."""
        found = []
        for _ in range(6):
            browser.headers["Connection"] = "close"
            device = supervised(browser)[SCREEN]
            found.append((device["state"], device["is_connected"]))
        return found

    path = f"/api/v1/halls/laon/screens/{SCREEN}/picture"
    with hall.screen() as screen:
        assert screen.ask("player.state", {"media": "excellent"}) is False
        told = TOLD | {"revision": supervised(browser)[SCREEN]["published"]}
        assert screen.ask("player.state", told) is True
        assert set(sightings()) == {("up to date", True)}
        asked: list[Any] = []
        screen.socket.on(messages.PICTURE_ASKED, asked.append, namespace=messages.SCREEN)
        assert browser.post(f"{path}/ask", json={}).status_code == 202
        wait_until(lambda: asked, "the screen is asked for a picture")
        sent = hall.http.post(
            f"/halls/laon/screens/{SCREEN}/picture",
            content=image(),
            headers={
                "Authorization": f"Bearer {hall.site['screens'][0]['token']}",
                "Content-Type": "image/webp",
            },
        )
        assert sent.status_code == 200, sent.text
        assert {browser.get(path).headers["Content-Type"] for _ in range(4)} == {"image/webp"}
        with hall.kiosk():
            wait_until(lambda: supervised(browser)["laon-borne-1"]["is_connected"], "the kiosk is there")
    wait_until(lambda: set(sightings()) == {("possibly outdated", False)}, "the screen is missed")


@pytest.mark.parametrize("layout", ["embedded", "workers"])
def test_a_device_is_paired_and_renewed_through_any_worker(served_hall, layout, open_):
    """Each request may meet another worker than the one before, and than the socket of the device."""
    hall = served_hall(layout, voice="false")
    with signed_in(hall.server, "administrator") as admin:
        device = open_.enter_context(httpx.Client(base_url=hall.server.base_url, trust_env=False, timeout=20))
        admin.headers["Connection"] = device.headers["Connection"] = "close"
        code = device.post("/device/pairing", json={}).raise_for_status().json()["code"]
        wanted = {"code": code, "hall": "laon", "kind": "screen", "id": SCREEN, "replaces": True}
        paired = admin.post("/api/v1/devices/pairings", json=wanted).raise_for_status().json()
        assert device.post("/device/pairing", json={}).json()["state"] == "confirmed"
        token = device.cookies[DEVICE_COOKIE]
        with listening(hall.server, messages.SCREEN, {"token": token}) as screen:
            told: list[Any] = []
            screen.socket.on(messages.RENEWAL_ASKED, told.append, namespace=messages.SCREEN)
            path = f"/api/v1/devices/{paired['device']}/renewal"
            wait_until(lambda: admin.post(path, json={}).status_code == 202, "the screen is there")
            wait_until(lambda: told, "its page is told")
            assert device.post("/device/renewal", json=told[0]).status_code == 204
            assert device.cookies[DEVICE_COOKIE] != token
            wait_until(lambda: not screen.socket.connected, "the old token is cut")
        assert {device.get("/device/me").json()["id"] for _ in range(4)} == {SCREEN}
        found = admin.get("/api/v1/devices").raise_for_status().json()["halls"]
        assert [hall["hall"] for hall in found] == ["laon"]


def test_the_room_of_devices_is_for_supervisors(served_hall):
    hall = served_hall()
    auth = {"token": hall.key, "hall": "laon"}
    assert refusal_of(hall.server, messages.AGENT, auth | {"devices": True}) == "forbidden"
