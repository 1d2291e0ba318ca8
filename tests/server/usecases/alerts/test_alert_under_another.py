"""Two alerts of a hall: screens of the one below are covered, and are asked once the graver one is over."""

from datetime import timedelta
from typing import Any

import pytest

from server.live import messages
from server.live.presence import Presence, SocketPlace
from server.live.publication.publisher import Publisher
from server.store.transactions.database import Database
from server.usecases.alerts.course import show_alert
from server.usecases.alerts.read_alerts import read_alert
from server.usecases.waits import Estimates
from tests.server.usecases.alerts.raised_alerts import EVACUATE, MEDICAL, ended, raised
from tests.server.usecases.at_counters import HALL
from tests.server.usecases.quality.figures_history import Hands


def states(database: Database, alert: str) -> dict[str, str]:
    (in_hall,) = read_alert(database, alert)["halls"]
    return {each["screen"]: each["state"] for each in in_hall["screens"]}


def test_screens_under_a_graver_alert_are_covered_and_asked_when_it_is_over(database: Database, hands: Hands):
    hall, (screen, *others) = database.hall_id(HALL), database.configuration(HALL).screens
    graver = raised(database, EVACUATE).alert
    show_alert(database, hall, screen, graver, device="d")
    hands.now += timedelta(minutes=1)
    lesser = raised(database, MEDICAL).alert
    hands.now += timedelta(minutes=1)
    assert states(database, graver) == {screen: "shown"} | dict.fromkeys(others, "not_reached")
    assert set(states(database, lesser).values()) == {"covered"}
    ended(database, graver)
    assert set(states(database, lesser).values()) == {"waiting"}
    show_alert(database, hall, screen, lesser, device="d")
    hands.now += timedelta(seconds=5)
    assert states(database, lesser) == {screen: "shown"} | dict.fromkeys(others, "not_reached")


def test_a_screen_not_reached_is_not_asked_again_when_a_lesser_alert_ends(database: Database, hands: Hands):
    lesser, graver = raised(database, MEDICAL, for_s=60).alert, raised(database, EVACUATE).alert
    hands.now += timedelta(seconds=61)
    assert set(states(database, graver).values()) == {"not_reached"}
    hands.now += timedelta(seconds=1)
    raised(database, MEDICAL, is_drill=True)
    assert set(states(database, graver).values()) == {"not_reached"}
    assert set(states(database, lesser).values()) == {"not_reached"}


@pytest.fixture
def sent_alerts(database: Database) -> Any:
    """A publisher that screens of the hall hang on, and what it emits of alerts to them."""
    sent: list[dict[str, Any]] = []

    def emit(name: str, message: Any, namespace: str, room: str, *, is_local: bool = False) -> None:
        if name == messages.ALERT_CHANGED and namespace == messages.SCREEN:
            sent.append(message)

    presence, hall = Presence(), database.hall_id(HALL)
    presence.arrived("sid", messages.SCREEN, SocketPlace(hall, [messages.hall_room(hall)]))
    publisher = Publisher(
        database, Estimates(database), presence, emit, lambda *_: None, lambda key, *_, **__: key
    )
    return publisher, sent


def test_the_alert_below_appears_in_the_second_in_which_the_shown_one_expires(
    database: Database, hands: Hands, sent_alerts: Any
):
    publisher, sent = sent_alerts
    lesser = raised(database, MEDICAL, is_drill=True).alert
    raised(database, MEDICAL, for_s=60)
    publisher.tick()
    hands.now += timedelta(seconds=59)
    publisher.tick()
    assert sent == []
    hands.now += timedelta(seconds=1)
    publisher.tick()
    assert [message["alert"]["alert"] for message in sent] == [lesser]
    hands.now += timedelta(seconds=1)
    publisher.tick()
    assert len(sent) == 1
