"""The voice of a hall is kept quiet for a while by its supervisor, and is turned on again by itself."""

from datetime import timedelta

import pytest

from server.domain.instants import to_text
from server.store.engine.stores import snapshot
from server.store.journal.rebuild import differences
from tests.server.web.api_site import HALL, ApiSite, accepted, refused

QUIET = f"/halls/{HALL}/quiet"


def quiet_on_board(site: ApiSite) -> str | None:
    until: str | None = accepted(site.get(f"/halls/{HALL}/board"))["quiet_until"]
    return until


@pytest.mark.both_databases
def test_quiet_lasts_for_the_chosen_time_and_every_screen_follows(api: ApiSite):
    chief, header = api.writer("supervisor")
    assert quiet_on_board(api) is None
    told = accepted(chief.post(f"/api/v1{QUIET}", json={"minutes": 30}, headers=header))
    until = to_text(api.hands.now + timedelta(minutes=30))
    assert told == {"quiet_until": until}
    assert quiet_on_board(api) == until
    assert accepted(chief.get(f"/api/v1/halls/{HALL}/wall"))["quiet_until"] == until
    api.hands.now += timedelta(minutes=30)
    assert quiet_on_board(api) is None
    with snapshot(api.database) as rows:
        assert differences(rows, api.database.hall_id(HALL)) == []


def test_the_voice_can_be_turned_on_earlier_and_the_last_choice_applies(api: ApiSite):
    chief, header = api.writer("supervisor")
    for minutes in (60, 0):
        accepted(chief.post(f"/api/v1{QUIET}", json={"minutes": minutes}, headers=header))
        api.hands.now += timedelta(seconds=1)
    assert quiet_on_board(api) is None


def test_silencing_a_hall_needs_the_right_and_an_end(api: ApiSite):
    chief, header = api.writer("supervisor")
    for minutes in (121, -1):
        refused(chief.post(f"/api/v1{QUIET}", json={"minutes": minutes}, headers=header), 400, "bad_request")
    refused(api.post(QUIET, {"minutes": 30}), 403, "forbidden")
    assert quiet_on_board(api) is None


def test_a_screen_gets_its_largest_volume(api: ApiSite):
    screen = accepted(api.get(f"/halls/{HALL}/screen", token=api.screen))
    lunch = {"opens": "12:00", "closes": "13:30", "percent": 60}
    assert screen["sound"] == {"most_percent": 80, "levels": [lunch]}
