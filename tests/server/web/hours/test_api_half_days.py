"""Tickets before opening, the choice at the break and the day end, with their permissions."""

import uuid

import pytest

from tests.server.web.api_site import HALL, SERVICE, ApiSite, accepted, refused


def test_only_a_supervisor_decides_about_the_break(api: ApiSite):
    refused(api.post(f"/halls/{HALL}/break", {"choice": "carry_over"}), 403, "forbidden")
    chief, header = api.writer("supervisor")
    path = f"/api/v1/halls/{HALL}/break"
    answer = chief.post(path, json={"choice": "carry_over"}, headers=header)
    assert accepted(answer, 200)["choice"] == "carry_over"
    refused(chief.post(path, json={"choice": "lunch"}, headers=header), 400, "bad_request")
    assert accepted(chief.get(f"/api/v1/halls/{HALL}/day-end"), 200) == {"business_day": None}


@pytest.mark.both_databases
def test_a_guard_gives_a_numbered_series_once(api: ApiSite):
    guard, header = api.writer("security")
    wanted = {"service": SERVICE, "press_id": str(uuid.uuid4()), "count": 2}
    path = f"/api/v1/halls/{HALL}/distribution"
    first = accepted(guard.post(path, json=wanted, headers=header), 201)["tickets"]
    assert accepted(guard.post(path, json=wanted, headers=header), 201)["tickets"] == first
    assert [each["number"] for each in first] == ["A001", "A002"]
    refused(api.post(path.removeprefix("/api/v1"), wanted), 403, "forbidden")
