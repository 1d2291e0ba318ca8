"""A service of another hall: the spans of today that are not over, its opening and its wait."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from kiosk.elsewhere import OtherHall, elsewhere_message
from kiosk.menu import ExpectedWait, MenuOpening, MenuService
from kiosk.menu_messages import ElsewhereOfMenu
from tests.kiosk.samples import translate

HALL = OtherHall("Sous-préfecture", "2 rue du Cours", ZoneInfo("Europe/Paris"))
TUESDAY = datetime(2026, 11, 24, tzinfo=ZoneInfo("Europe/Paris"))


def hour(number: float) -> datetime:
    """An hour of that day, by its number; more than 24 is tomorrow."""
    return (TUESDAY + timedelta(hours=number)).astimezone(UTC)


def told(now: float, *spans: tuple[float, float], **more: Any) -> ElsewhereOfMenu:
    openings = [MenuOpening(hour(opens), hour(closes), hour(closes)) for opens, closes in spans]
    service = MenuService(service="sejour", name={"fr": "Titre"}, openings=openings, counters=1, **more)
    return elsewhere_message(HALL, service, language="fr", translate=translate, now=hour(now))


@pytest.mark.parametrize(
    ("now", "spans", "today"),
    [
        (8, ((9, 12), (13.5, 16)), "Aujourd’hui de 9 h à 12 h, de 13 h 30 à 16 h"),
        (14, ((9, 12), (13.5, 16)), "Aujourd’hui de 13 h 30 à 16 h"),
        (12, ((9, 12), (13.5, 16)), "Aujourd’hui de 13 h 30 à 16 h"),
        (11.9, ((9, 12), (33, 36)), "Aujourd’hui de 9 h à 12 h"),
        (23.9, ((0, 23.9), (24, 36)), None),
        (1, ((-4, 2),), None),
        (8, ((0, 23.5),), "Aujourd’hui de 0 h à 23 h 30"),
        (8, ((0, 24),), None),
        (8, ((0, 25),), None),
    ],
)
def test_today_has_the_spans_of_its_local_day_that_are_not_over(now, spans, today):
    said = told(now, *spans)["today"]
    assert (said and said.replace("\u00a0", " ").replace("\u202f", " ")) == today


def test_the_other_hall_says_where_it_is_and_what_its_own_menu_says_of_the_service():
    said = told(10, (9, 12), wait=ExpectedWait(300, 600))
    assert (said["service"], said["hall"], said["address"]) == ("Titre", HALL.name, HALL.address)
    assert (said["state"], said["why_no_wait"]) == ("open", None)
    assert said["wait"] == {"low_s": 300, "high_s": 600, "said": "between"}
    assert told(8, (9, 12))["next_opening"]
