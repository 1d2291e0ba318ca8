"""Whose socket is where: what let it in becomes void and it is cut; every worker gives a screen’s report."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from redis import Redis

from server.domain.author import SYSTEM
from server.domain.devices.connections import DeviceConnection
from server.domain.devices.device_state import is_present
from server.live import messages
from server.live.presence import DeviceWatch, Presence, VoidTokens
from server.store.devices.sightings import players_at
from server.store.people.accounts import Grant
from server.usecases.people.accounts import change_roles
from server.usecases.people.directory import read_people
from server.web.access.cookies import DEVICE_COOKIE, SESSION_COOKIE
from tests.harness.waiting import wait_until
from tests.harness.working import demonstration_user, signed_in
from tests.server.domain.test_devices import TOLD
from tests.server.live.hall import Listener, ServedHall, listening, refusal_of
from tests.server.live.test_served_messages import sign_in
from tests.server.usecases.quality.figures_history import Hands
from tests.server.web.api_site import HALL, OTHER, ApiSite
from tests.server.web.devices.test_api_supervision_devices import image

WITHIN_S = 5
WATCHED, SCREEN = "h-watched", "s1"

SCREEN_OF_LAON = "laon-ecran-1"


@pytest.fixture
def open_() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def supervised(browser: httpx.Client) -> dict[str, Any]:
    told = browser.get("/api/v1/halls/laon/supervision").raise_for_status().json()
    return {each["id"]: each for each in told["devices"]}


@pytest.mark.parametrize("layout", ["embedded", "workers"])
def test_revoked_devices_and_keys_and_ended_sessions_hear_nothing_more(fresh_hall, layout):
    hall = fresh_hall(layout)
    people_whose_session_or_role_ended_are_cut(hall)
    key = hall.server.parvis("api-keys", "list").split()[0]
    ticket = hall.ticket()
    with (
        hall.screen() as screen,
        hall.kiosk() as kiosk,
        hall.agent() as agent,
        hall.visitor(ticket["token"]) as phone,
    ):
        hall.server.parvis("devices", "revoke", "laon-ecran-1")
        hall.server.parvis("devices", "renew", "laon-borne-1")
        hall.server.parvis("api-keys", "revoke", key)
        cut([screen, kiosk, agent])
        assert phone.socket.connected
    screen_token, kiosk_token = hall.site["screens"][0]["token"], hall.site["kiosk"]["token"]
    assert refusal_of(hall.server, messages.SCREEN, {"token": screen_token}) == "device_revoked"
    assert refusal_of(hall.server, messages.KIOSK, {"token": kiosk_token}) == "unknown_device"


def people_whose_session_or_role_ended_are_cut(hall: ServedHall) -> None:
    """One browser of an agent is signed out, then their role is taken; a colleague still gets messages."""
    with (
        signed_in(hall.server, "administrator", "*") as chief,
        signed_in(hall.server, "agent") as first,
        signed_in(hall.server, "agent") as second,
        signed_in(hall.server, "reception") as colleague,
        console(hall, first) as first_console,
        console(hall, second) as second_console,
        console(hall, colleague) as colleagues,
    ):
        person = path_of(chief, demonstration_user(hall.server, "agent")[0])
        sessions = session_ids(chief.get(person).text)
        post(chief, f"{person}/sessions", session=sessions[-1])
        wait_until(
            lambda: not (first_console.socket.connected and second_console.socket.connected),
            "one of both is cut",
            within_s=WITHIN_S,
        )
        assert first_console.socket.connected or second_console.socket.connected
        post(chief, f"{person}/roles", role="committee", site="laon")
        cut([first_console, second_console])
        assert colleagues.socket.connected
        left = first if first.get("/compte").status_code == 200 else second
        assert refusal_of(hall.server, messages.AGENT, {"hall": "laon"}, cookie(left)) == "forbidden"
        ended = second if left is first else first
        assert refusal_of(hall.server, messages.AGENT, {"hall": "laon"}, cookie(ended)) == "not_signed_in"
        post(chief, f"{person}/roles", role="agent", site="laon")


def cut(listeners: list[Listener]) -> None:
    wait_until(
        lambda: not any(each.socket.connected for each in listeners), "sockets are cut", within_s=WITHIN_S
    )


@contextmanager
def console(hall: ServedHall, browser: httpx.Client) -> Iterator[Listener]:
    """The socket of a signed-in person's console."""
    with listening(hall.server, messages.AGENT, {"hall": hall.slug}, cookie(browser)) as listener:
        yield listener


def cookie(browser: httpx.Client) -> dict[str, str]:
    return {"Cookie": f"{SESSION_COOKIE}={browser.cookies[SESSION_COOKIE]}"}


def path_of(browser: httpx.Client, login: str) -> str:
    """The page of the only person found by a login."""
    found = browser.get("/personnes", params={"q": login}).text
    return "/personnes/" + found.partition('scope="row"><a href="/personnes/')[2].partition('"')[0]


def session_ids(page: str) -> list[str]:
    return [part.partition('"')[0] for part in page.split('name="session" value="')[1:]]


def post(browser: httpx.Client, path: str, **form: str) -> None:
    answer = browser.post(path, data=form)
    assert answer.status_code == 303, answer.text


@pytest.fixture
def site(sqlite_url: str, tmp_path: Path) -> Iterator[ApiSite]:
    found = ApiSite(sqlite_url, tmp_path)
    yield found
    found.close()


def connected(site: ApiSite, browser: Any, **auth: Any) -> Any:
    """A socket of `/agent` in Laon, joined or refused."""
    told = {"hall": HALL} | auth
    socketio = site.app.extensions["parvis"].socketio
    return socketio.test_client(site.app, namespace=messages.AGENT, auth=told, flask_test_client=browser)


@pytest.mark.parametrize("left", [HALL, OTHER])
def test_a_socket_that_follows_the_devices_of_every_hall_is_cut_when_one_hall_is_taken(
    site: ApiSite, left: str
):
    browser, cut = site.person("supervisor", "*"), list[str]()
    account = read_people(site.database, None)[0].account
    socket = connected(site, browser, devices="every")
    assert socket.is_connected(messages.AGENT)
    presence = site.app.extensions["parvis"].presence
    void = VoidTokens(site.database, presence, lambda sid, _: cut.append(sid))
    void.cut_void()
    assert cut == []
    change_roles(site.database, SYSTEM, account, [Grant("supervisor", left)], sites=None)
    void.cut_void()
    assert cut == [sid for sid, _, _ in presence.tokens()] != []
    socket.disconnect(messages.AGENT)
    assert presence.tokens() == []


def test_a_socket_that_is_let_in_while_its_right_is_taken_is_cut_by_the_next_look(
    site: ApiSite, monkeypatch: pytest.MonkeyPatch
):
    presence, cut = site.app.extensions["parvis"].presence, list[str]()
    void = VoidTokens(site.database, presence, lambda sid, _: cut.append(sid))
    connected(site, site.person("agent"))
    browser = site.person("supervisor")
    account = next(
        each.account for each in read_people(site.database, None) if each.display_name == "supervisor"
    )
    colleague = {sid for sid, *_ in presence.tokens()}
    show = presence.showed_token

    def late(*values: Any) -> None:
        monkeypatch.undo()
        change_roles(site.database, SYSTEM, account, [Grant("quality", OTHER)], sites=None)
        void.cut_void()
        show(*values)

    monkeypatch.setattr(presence, "showed_token", late)
    connected(site, browser)
    assert cut == []
    void.cut_void()
    assert cut == [sid for sid, *_ in presence.tokens() if sid not in colleague] != []


def test_nothing_is_remembered_of_a_socket_that_was_refused(site: ApiSite):
    refused = connected(site, site.person("agent"), devices=True)
    assert not refused.is_connected(messages.AGENT)
    presence = site.app.extensions["parvis"].presence
    assert (presence.tokens(), presence.digests(), presence.count()) == ([], set(), 0)


def test_two_workers_notice_a_token_on_two_machines_but_not_a_page_that_left(redis_url: str):
    Redis.from_url(redis_url).delete(f"parvis:players:{WATCHED}")
    hands, copied, changed = Hands(), list[str](), list[str]()
    workers = [
        DeviceWatch(
            hands.clock(),
            players_at(redis_url),
            Presence(),
            changed.append,
            lambda _, device: copied.append(device),
        )
        for _ in range(2)
    ]
    for number, worker in enumerate(workers):
        connection = DeviceConnection(f"c{number}", f"192.0.2.{number}", "Chrome", hands.now, hands.now)
        worker.arrived(WATCHED, SCREEN, connection)
    for seconds in (20, 25):
        assert copied == []
        hands.now += timedelta(seconds=seconds)
        for worker in workers:
            worker.keep()
    assert set(copied) == {SCREEN}
    told = len(changed)
    workers[0].left(WATCHED, SCREEN, "c0")
    kept = workers[1].players.get(WATCHED, SCREEN)
    assert is_present(kept, hands.now), "the other worker still has it"
    assert len(changed) == told + 1
    copied.clear()
    workers[1].keep()
    assert copied == []


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
            device = supervised(browser)[SCREEN_OF_LAON]
            found.append((device["state"], device["is_connected"]))
        return found

    path = f"/api/v1/halls/laon/screens/{SCREEN_OF_LAON}/picture"
    with hall.screen() as screen:
        assert screen.ask("player.state", {"media": "excellent"}) is False
        told = TOLD | {"revision": supervised(browser)[SCREEN_OF_LAON]["published"]}
        assert screen.ask("player.state", told) is True
        assert set(sightings()) == {("up to date", True)}
        asked: list[Any] = []
        screen.socket.on(messages.PICTURE_ASKED, asked.append, namespace=messages.SCREEN)
        assert browser.post(f"{path}/ask", json={}).status_code == 202
        wait_until(lambda: asked, "the screen is asked for a picture")
        sent = hall.http.post(
            f"/halls/laon/screens/{SCREEN_OF_LAON}/picture",
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
        wanted = {"code": code, "hall": "laon", "kind": "screen", "id": SCREEN_OF_LAON, "replaces": True}
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
        assert {device.get("/device/me").json()["id"] for _ in range(4)} == {SCREEN_OF_LAON}
        found = admin.get("/api/v1/devices").raise_for_status().json()["halls"]
        assert [hall["hall"] for hall in found] == ["laon"]


def test_the_room_of_devices_is_for_supervisors(served_hall):
    hall = served_hall()
    auth = {"token": hall.key, "hall": "laon"}
    assert refusal_of(hall.server, messages.AGENT, auth | {"devices": True}) == "forbidden"
