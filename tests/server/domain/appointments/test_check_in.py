"""How an arrival compares with the booked hour (docs/rules/appointments.md)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from server.domain.appointments import (
    Arrival,
    appointment_checked_in,
    arrival_of,
    booked_on,
    late_min,
)

NINE = datetime(2026, 11, 24, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("late_s", "arrival", "minutes"),
    [
        *((-600, Arrival.EARLY, 0), (-1, Arrival.EARLY, 0), (0, Arrival.ON_TIME, 0)),
        *((59, Arrival.ON_TIME, 0), (60, Arrival.LATE, 1), (899, Arrival.LATE, 14)),
        *((900, Arrival.LATE, 15), (901, Arrival.WALK_IN, 15), (7_200, Arrival.WALK_IN, 120)),
    ],
)
def test_an_arrival_is_early_on_time_late_or_after_the_grace(late_s, arrival, minutes):
    arrived_at = NINE + timedelta(seconds=late_s)
    assert arrival_of(NINE, arrived_at, late_grace_s=900) == arrival
    assert late_min(NINE, arrived_at) == minutes


def test_a_day_is_that_of_the_site():
    late_evening = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    assert booked_on(late_evening, "Europe/Paris") == date(2026, 11, 24)
    assert booked_on(late_evening, "UTC") == date(2026, 11, 23)


def test_a_check_in_names_the_demand_that_it_answers_if_there_was_one():
    assert appointment_checked_in("r-1", "v-1", arrival=Arrival.LATE, demand="d-1").body["demand"] == "d-1"
    assert "demand" not in appointment_checked_in("r-1", "v-1", arrival=Arrival.LATE).body
