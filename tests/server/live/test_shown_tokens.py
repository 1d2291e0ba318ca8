"""The token that let a socket in is remembered for all its rooms, and only while it is connected."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from server.domain.author import SYSTEM
from server.live import messages
from server.live.presence import VoidTokens
from server.store.people.accounts import Grant
from server.usecases.people.accounts import change_roles
from server.usecases.people.directory import read_people
from tests.server.web.api_site import HALL, OTHER, ApiSite


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
