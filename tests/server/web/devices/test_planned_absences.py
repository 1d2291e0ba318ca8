"""The absences that a supervisor types on the wall."""

from typing import Any

import pytest

from server.store.engine.stores import snapshot
from server.store.journal.rebuild import differences
from tests.harness.sql import all_rows
from tests.server.usecases.at_counters import OTHER
from tests.server.web.api_site import COUNTER, HALL, ApiSite, accepted, refused

PATH = f"/api/v1/halls/{HALL}/absences"
NOON, ONE = 720, 780


def absence(counter: str = COUNTER, starts_min: int = NOON, ends_min: int = ONE, **more: Any) -> Any:
    return {"counter": counter, "starts_min": starts_min, "ends_min": ends_min, **more}


@pytest.mark.both_databases
def test_an_absence_is_on_the_wall_until_it_is_removed_and_both_are_facts(api: ApiSite):
    chief, headers = api.writer("supervisor")
    once = accepted(chief.post(PATH, json=absence(ends_min=1440), headers=headers), 201)
    weekly = accepted(chief.post(PATH, json=absence(OTHER, weekdays=[6, 0, 6]), headers=headers), 201)
    assert weekly["weekdays"] == [0, 6], "the Tuesday of today is none of them"
    assert accepted(chief.get(f"/api/v1/halls/{HALL}/wall"))["absences"] == [once, weekly]
    removed = f"{PATH}/{weekly['absence']}/remove"
    assert accepted(chief.post(removed, json={}, headers=headers)) == weekly
    assert accepted(chief.get(f"/api/v1/halls/{HALL}/wall"))["absences"] == [once]
    refused(chief.post(removed, json={}, headers=headers), 404, "unknown_absence")
    kinds = all_rows(api.database, "SELECT kind FROM hall_fact WHERE kind LIKE 'Absence%' ORDER BY position")
    assert [each["kind"] for each in kinds] == ["AbsencePlanned", "AbsencePlanned", "AbsenceRemoved"]
    with snapshot(api.database) as rows:
        assert differences(rows, api.database.hall_id(HALL)) == []


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (absence(starts_min=ONE - 1, ends_min=ONE + 1), 409, "absence_overlaps"),
        (absence(weekdays=[1]), 409, "absence_overlaps"),
        (absence(starts_min=900, ends_min=900), 422, "absence_ends_before"),
        (absence(starts_min=600, ends_min=1321), 422, "absence_too_long"),
        (absence(starts_min=0, ends_min=1), 422, "absence_is_past"),
        (absence("no-counter"), 404, "unknown_counter"),
        (absence(ends_min=1441), 400, "bad_request"),
        (absence(weekdays=[7]), 400, "bad_request"),
    ],
)
def test_what_cannot_be_is_refused(api: ApiSite, body: Any, status: int, code: str):
    chief, headers = api.writer("supervisor")
    accepted(chief.post(PATH, json=absence(), headers=headers), 201)
    refused(chief.post(PATH, json=body, headers=headers), status, code)


def test_an_hour_that_has_passed_today_is_good_for_next_week(api: ApiSite):
    chief, headers = api.writer("supervisor")
    past = absence(starts_min=0, ends_min=1, weekdays=[1])
    accepted(chief.post(PATH, json=past, headers=headers), 201)
