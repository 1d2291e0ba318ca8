"""A token that becomes void ends the sockets it has opened, and no other."""

import pytest

from server.live import messages
from server.live.void_tokens import READ_EVERY_S
from tests.harness.waiting import wait_until
from tests.server.live.sockets import refusal_of


@pytest.mark.parametrize("layout", ["embedded", "workers"])
def test_revoked_and_renewed_devices_and_keys_hear_nothing_more(fresh_hall, layout):
    hall = fresh_hall(layout)
    # the worker that made the change knows at once, another reads anew after a while
    within_s = 5 if layout == "embedded" else READ_EVERY_S + 10
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
        void = [screen.socket, kiosk.socket, agent.socket]
        wait_until(
            lambda: not any(socket.connected for socket in void), "void tokens are cut", within_s=within_s
        )
        assert phone.socket.connected
    screen_token, kiosk_token = hall.site["screens"][0]["token"], hall.site["kiosk"]["token"]
    assert refusal_of(hall.server, messages.SCREEN, {"token": screen_token}) == "device_revoked"
    assert refusal_of(hall.server, messages.KIOSK, {"token": kiosk_token}) == "unknown_device"
