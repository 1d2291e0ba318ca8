"""What let a socket in becomes void: the socket is cut, and no other, whichever worker it hangs on."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from server.live import messages
from server.web.access.cookies import SESSION_COOKIE
from tests.harness.waiting import wait_until
from tests.harness.working import demonstration_user, signed_in
from tests.server.live.hall import ServedHall
from tests.server.live.sockets import Listener, listening, refusal_of

WITHIN_S = 5


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
