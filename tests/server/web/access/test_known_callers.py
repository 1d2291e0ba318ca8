"""Devices that call are remembered for a moment; those that come back together are read together."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from server.clock import Clock
from server.domain.author import SYSTEM
from server.domain.refusals import Refusal
from server.ids import new_token, token_digest
from server.live import messages
from server.live.presence import VoidTokens
from server.store.devices.paired_devices import bearer_of_token, insert_device
from server.store.transactions.database import Database
from server.usecases.devices.devices import revoke_device
from server.web.access.callers import MANY_DEVICES, CallerCache
from tests.server.web.api_site import HALL, ApiSite

SCREENS = 5 * MANY_DEVICES


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[ApiSite]:
    found = ApiSite(database_url, tmp_path)
    yield found
    found.close()


def test_devices_that_come_back_together_are_read_together(site: ApiSite, monkeypatch: pytest.MonkeyPatch):
    tokens = [new_token() for _ in range(SCREENS)]
    hall, now = site.database.hall_id(HALL), site.hands.now
    with site.database.installation_transaction(SYSTEM) as rows:
        for place, token in enumerate(tokens):
            new = {"kind": "screen", "hall": hall, "configured": "laon-ecran-1"}
            insert_device(rows, f"screen-{place}", digest=token_digest(token), now=now, **new)
    read = list[str]()

    def noted(rows: Any, token: str, now: Any) -> Any:
        read.append(token)
        return bearer_of_token(rows, token, now)

    monkeypatch.setattr("server.web.access.callers.bearer_of_token", noted)
    known = CallerCache(site.database)
    found = [known.of_token(token, is_loopback=True) for token in tokens]
    assert [each.author.id for each in found] == [f"screen-{place}" for place in range(SCREENS)]
    assert [each.digest for each in found] == [token_digest(token) for token in tokens]
    assert read == tokens[:MANY_DEVICES]


def test_a_device_that_another_process_revoked_is_unknown_after_the_next_look(site: ApiSite):
    known = CallerCache(site.database)
    parvis = site.app.extensions["parvis"]
    screen = parvis.socketio.test_client(site.app, namespace=messages.SCREEN, auth={"token": site.screen})
    assert screen.is_connected(messages.SCREEN)
    cut_void = VoidTokens(site.database, parvis.presence, lambda *_: None).cut_void
    cut_void()
    assert known.of_token(site.screen, is_loopback=True).configured == "laon-ecran-1"
    other = Database(site.database.url, Clock())
    revoke_device(other, SYSTEM, "laon-ecran-1")
    other.close()
    cut_void()
    with pytest.raises(Refusal, match="device_revoked"):
        known.of_token(site.screen, is_loopback=True)
