"""Supervision of a hall's devices: their reports, and the pictures of screens."""

import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image

from hardware.player.install_player import PARTS
from server.domain.devices.device_state import KEPT, PlayerReport
from server.domain.typed_fields import read_message
from server.store.devices.sightings import delete_panel_rests
from server.web.access.cookies import DEVICE_COOKIE
from signage.media.images import SCREEN_PICTURE_BYTES, SCREEN_PICTURE_SIDE
from tests.server.domain.test_devices import TOLD
from tests.server.web.api_site import HALL, OTHER, ApiSite, accepted, refused
from tests.server.web.devices.watching import look, watch_of

SCREEN, KIOSK = "laon-ecran-1", "laon-borne-1"
PICTURE = f"/halls/{HALL}/screens/{SCREEN}/picture"


@pytest.fixture
def screens(api: ApiSite) -> Iterator[ApiSite]:
    """A site that decodes pictures in a separate process."""
    yield api
    api.app.extensions["parvis"].picture_apart.close()


def hall_of(site: ApiSite) -> str:
    return site.database.hall_id(HALL)


def report_player(site: ApiSite, **more: Any) -> None:
    revision = accepted(site.get(f"/halls/{HALL}/screen", token=site.screen))["programme"]["revision"]
    assert watch_of(site).take_report(
        hall_of(site), SCREEN, read_message(PlayerReport, TOLD | {"revision": revision} | more)
    )


def devices(site: ApiSite, browser: Any = None) -> dict[str, Any]:
    browser = browser or site.person("supervisor")
    answer = accepted(browser.get(f"/api/v1/halls/{HALL}/supervision"))
    return {each["id"]: each for each in answer["devices"]}


def image(form: str = "WEBP", size: tuple[int, int] = (1920, 1080)) -> bytes:
    written = io.BytesIO()
    Image.effect_noise(size, 2).convert("RGB").save(written, form, quality=20)
    return written.getvalue()


def send(site: ApiSite, content: bytes, *, token: str | None = None, path: str = PICTURE) -> Any:
    headers = {"Authorization": f"Bearer {token or site.screen}", "Content-Type": "image/webp"}
    return site.app.test_client().post(f"/api/v1{path}", data=content, headers=headers)


def test_every_kiosk_and_screen_of_the_document_is_listed_paired_or_not(api: ApiSite):
    found = devices(api)
    assert found[SCREEN]["state"] == "unknown"
    assert (found[SCREEN]["is_connected"], found[SCREEN]["seen_at"], found[SCREEN]["since"]) == (
        False,
        None,
        None,
    )
    assert found[SCREEN]["is_paired"]
    assert found[KIOSK]["kind"] == "kiosk"
    assert "state" not in found[KIOSK], "a kiosk plays no programme"
    watch_of(api).arrived(hall_of(api), KIOSK)
    assert devices(api)[KIOSK]["is_connected"]


def test_a_screen_that_reports_all_files_is_up_to_date_until_it_falls_silent(api: ApiSite):
    report_player(api, clock_ms=86_400_000, notice="waits")
    found = devices(api)[SCREEN]
    assert (found["state"], found["is_connected"]) == ("up to date", True)
    assert found["report"]["clock_ms"] == 86_400_000
    assert found["report"]["notice"]["id"] == "waits"
    assert found["report"]["revision"] == found["published"]
    since = found["since"]
    api.hands.now += timedelta(seconds=61)
    found = devices(api)[SCREEN]
    assert (found["state"], found["is_connected"]) == ("possibly outdated", False)
    assert found["since"] == found["seen_at"] == since
    report_player(api, revision="another")
    assert devices(api)[SCREEN]["state"] == "pending"


def test_only_supervisors_of_the_hall_read_its_devices(api: ApiSite):
    path = f"/api/v1/halls/{HALL}/supervision"
    assert api.person("administrator", "*").get(path).status_code == 200
    refused(api.person("agent").get(path), 403, "forbidden")
    refused(api.person("supervisor", OTHER).get(path), 403, "forbidden")
    refused(api.get(f"/halls/{HALL}/supervision", token=None), 401, "not_signed_in")
    refused(api.get(f"/halls/{HALL}/supervision", token=api.screen), 403, "forbidden")


def test_a_picture_is_encoded_again_and_only_the_last_is_kept_for_a_day(screens: ApiSite):
    supervisor = screens.person("supervisor")
    assert devices(screens, supervisor)[SCREEN]["picture"] is None
    refused(supervisor.get(f"/api/v1{PICTURE}"), 404, "no_picture")
    accepted(send(screens, image("JPEG")))
    screens.hands.now += timedelta(minutes=5)
    taken = accepted(send(screens, image(size=(1080, 1920))))["taken_at"]
    found = devices(screens, supervisor)[SCREEN]["picture"]
    assert found["taken_at"] == taken
    answer = supervisor.get(found["url"])
    assert (answer.status_code, answer.mimetype) == (200, "image/webp")
    assert "no-store" in answer.headers["Cache-Control"]
    with Image.open(io.BytesIO(answer.data)) as picture:
        assert max(picture.size) == SCREEN_PICTURE_SIDE
    pictures = screens.app.extensions["parvis"].pictures
    assert len(list(pictures.folder.iterdir())) == 1
    screens.hands.now += timedelta(hours=24, seconds=1)
    assert devices(screens)[SCREEN]["picture"] is None
    assert pictures.purge(screens.hands.now) == 1
    assert list(pictures.folder.iterdir()) == []


@pytest.mark.parametrize(
    "content", [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"PK\x03\x04zip", b"RIFF1234WEBPnot"]
)
def test_a_body_that_is_no_picture_is_refused_and_the_last_one_stays(screens: ApiSite, content: bytes):
    taken = accepted(send(screens, image()))["taken_at"]
    refused(send(screens, content), 422, "unreadable_picture")
    assert devices(screens)[SCREEN]["picture"]["taken_at"] == taken


def test_the_page_of_a_screen_sends_pictures_by_its_cookie_and_no_form_can(screens: ApiSite):
    browser = screens.app.test_client()
    browser.set_cookie(DEVICE_COOKIE, screens.screen)
    headers = {"X-Caller": "device", "Content-Type": "image/webp"}
    accepted(browser.post(f"/api/v1{PICTURE}", data=image(), headers=headers))
    formed = headers | {"Content-Type": "text/plain"}
    refused(browser.post(f"/api/v1{PICTURE}", data=image(), headers=formed), 400, "bad_request")


def test_a_picture_of_too_many_bytes_or_pixels_is_refused(screens: ApiSite):
    refused(send(screens, image() + bytes(SCREEN_PICTURE_BYTES)), 413, "too_large")
    flat = io.BytesIO()
    Image.new("RGB", (2100, 2000)).save(flat, "WEBP")
    assert len(flat.getvalue()) < SCREEN_PICTURE_BYTES
    refused(send(screens, flat.getvalue()), 422, "unreadable_picture")


def test_a_screen_sends_only_its_own_pictures_at_a_limited_rate(screens: ApiSite):
    refused(send(screens, image(), path=PICTURE.replace(SCREEN, "laon-ecran-2")), 403, "foreign_device")
    refused(send(screens, image(), token=screens.kiosk), 403, "forbidden")
    content = image(size=(64, 36))
    statuses = [send(screens, content).status_code for _ in range(13)]
    assert statuses == [200] * 12 + [429]


def test_a_picture_is_requested_only_from_a_connected_screen(screens: ApiSite):
    supervisor, csrf = screens.writer("supervisor")
    ask = f"/api/v1{PICTURE}/ask"
    refused(supervisor.post(ask, json={}, headers=csrf), 409, "device_not_connected")
    watch_of(screens).arrived(hall_of(screens), SCREEN)
    asked_at = accepted(supervisor.post(ask, json={}, headers=csrf), 202)["asked_at"]
    assert accepted(send(screens, image()))["taken_at"] >= asked_at
    refused(supervisor.post(ask.replace(SCREEN, "none"), json={}, headers=csrf), 404, "unknown_screen")
    agent, token = screens.writer("agent")
    refused(agent.post(ask, json={}, headers=token), 403, "forbidden")


def test_hours_of_a_panel_off_on_purpose_are_counted_while_it_says_so(api: ApiSite):
    panel = {"method": "cec", "commanded": "off", "answered": "off"}
    for answered, checks in (("off", 31), ("on", 10), ("off", 31)):
        for _ in range(checks):
            report_player(api, view="asleep", panel=panel | {"answered": answered})
            look(api)
            api.hands.now += timedelta(seconds=120)
    api.hands.now += timedelta(seconds=600)
    look(api)  # it is away: nobody saw what happened
    screen = devices(api)[SCREEN]
    assert screen["report"]["panel"] == panel
    [month] = screen["panel_months"]
    assert (month["off_h"], month["saved_kwh"]) == (2.0, None)
    with api.database.store.write() as rows:
        assert delete_panel_rests(rows, api.database.clock.now() - KEPT) == 0
        assert delete_panel_rests(rows, api.database.clock.now()) == 2


def test_anybody_reads_the_recipe_of_a_screens_computer_and_no_other_file(api: ApiSite):
    stranger = api.app.test_client()
    answer = stranger.get("/player/install_player.py")
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")
    assert answer.text.startswith("#!/usr/bin/env python3")
    assert [stranger.get(f"/player/{name}").status_code for name in PARTS] == [200] * len(PARTS)
    assert stranger.get("/player/secrets.py").status_code == 404
