"""A press for what is already in force is no second alert; the list is bounded and hides none in force."""

from datetime import timedelta

from server.store.transactions.database import Database
from server.usecases.alerts.course import MOST_CUSTOM
from server.usecases.alerts.read_alerts import MOST_OVER, read_alerts
from tests.server.usecases.alerts.raised_alerts import (
    CUSTOM,
    EVACUATE,
    SECOND_GUARD,
    ended,
    facts,
    raised,
    refusal,
)
from tests.server.usecases.at_counters import HALL
from tests.server.usecases.quality.figures_history import Hands


def test_pressing_again_for_an_alert_in_force_raises_no_second_one(database: Database):
    hall = database.hall_id(HALL)
    first = raised(database)
    again = raised(database)
    assert (again.alert, again.is_new, again.already) == (first.alert, False, {hall: first.alert})
    drill, other = raised(database, is_drill=True), raised(database, by=SECOND_GUARD)
    assert len({first.alert, drill.alert, other.alert}) == 3
    leak, smoke = ({"fr": {"title": title, "text": ""}} for title in ("Fuite", "Fumée"))
    leaks = [raised(database, CUSTOM, words=leak).alert for _ in range(2)]
    assert leaks[0] == leaks[1] != raised(database, CUSTOM, words=smoke).alert
    assert len(facts(database, "AlertRaised")) == 5
    ended(database, first.alert)
    assert raised(database).alert != first.alert


def test_words_of_ones_own_are_bounded_and_graver_alerts_never_refused(database: Database):
    def words(number: int) -> dict[str, dict[str, str]]:
        return {"fr": {"title": f"Message {number}", "text": ""}}

    for number in range(MOST_CUSTOM):
        raised(database, CUSTOM, words=words(number))
    assert refusal(raised, database, CUSTOM, words=words(99)) == "too_many_alerts"
    assert raised(database, CUSTOM, words=words(0)).already
    assert raised(database, CUSTOM, by=SECOND_GUARD, words=words(99)).is_new
    assert raised(database, EVACUATE).is_new


def test_the_list_is_bounded_and_hides_no_alert_in_force(database: Database, hands: Hands):
    hall = database.hall_id(HALL)
    first = raised(database, is_drill=True).alert
    for _ in range(MOST_OVER + 2):
        hands.now += timedelta(seconds=1)
        ended(database, raised(database).alert)
    listed = read_alerts(database, [hall])["alerts"]
    assert [each["alert"] for each in listed[:1]] == [first]
    assert len(listed) == MOST_OVER + 1
