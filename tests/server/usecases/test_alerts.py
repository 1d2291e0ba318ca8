"""An alert of a hall: calls stop, ranks stay, the clock of waits runs on; it ends by two confirmations."""

import json
from datetime import date, timedelta
from typing import Any

import pytest

from server.documents.problems import DocumentRefused
from server.domain.alerts import AlertKind
from server.domain.author import SYSTEM, Author
from server.domain.instants import from_micros
from server.domain.refusals import Refusal
from server.ids import new_id
from server.live import messages
from server.live.presence import Presence, SocketPlace
from server.live.publisher import Publisher
from server.store.quality.figures import legs_of_day
from server.store.transactions.database import Database
from server.usecases.alerts.course import (
    MOST_CUSTOM,
    AlertRequest,
    RaisedAlert,
    ask_end,
    end_alert,
    expire_alerts,
    raise_alert,
    show_alert,
)
from server.usecases.alerts.read_alerts import MOST_OVER, read_alert, read_alerts, read_hall_alerts
from server.usecases.calling import AtCounter, Elsewhere, call_chosen, call_elsewhere, call_next
from server.usecases.configuration.publication import publish_installation
from server.usecases.counters.counter_sessions import close_counter
from server.usecases.hall.counter_view import read_counter
from server.usecases.hall.read_board import read_board
from server.usecases.quality.indicators import read_days, read_indicators
from server.usecases.quality.visits import legs_csv
from server.usecases.visits.gestures import Gesture, undo
from server.usecases.visits.leg_verbs import finish, no_show, recall, start
from server.usecases.visits.wait_again import park, resume
from server.usecases.waits import Estimates
from signage.board import MESSAGE_LIMIT, message_bytes
from tests.harness.sql import all_rows
from tests.server.usecases.at_counters import (
    AGENT,
    COUNTER,
    HALL,
    OTHER,
    call,
    gesture_at,
    issue,
    leg_of,
    served,
)
from tests.server.usecases.quality.figures_history import HALLS, Hands

GUARD, SECOND_GUARD = Author("guard"), Author("second-guard")
EVACUATE, MEDICAL, CUSTOM = AlertKind.EVACUATE, AlertKind.MEDICAL, AlertKind.CUSTOM


def raised(database: Database, kind: AlertKind = EVACUATE, by: Author = GUARD, **more: Any) -> RaisedAlert:
    request = AlertRequest(kind, more.pop("press", None) or new_id(), **more)
    return raise_alert(database, [database.hall_id(HALL)], by, request)


def ended(database: Database, alert: str, by: Author = GUARD) -> None:
    hall = [database.hall_id(HALL)]
    ask_end(database, alert, hall, by)
    end_alert(database, alert, hall, by)


def alert_on_board(database: Database) -> Any:
    return read_board(database, HALL)["alert"]


def refusal(verb: Any, *values: Any, **named: Any) -> str:
    with pytest.raises(Refusal) as refused:
        verb(*values, **named)
    return refused.value.code


def facts(database: Database, *kinds: str) -> list[Any]:
    found = all_rows(database, "SELECT * FROM hall_fact ORDER BY position")
    return [row for row in found if row["kind"] in kinds]


def test_there_are_no_calls_during_an_alert_and_the_visitor_at_the_counter_is_finished(database: Database):
    tickets = issue(database, 4)
    at_counter, aside = served(database), served(database, OTHER)
    park(database, aside)
    call(database, counter=OTHER)
    raised(database)
    believed = AtCounter(current=at_counter.leg, current_end="served")
    assert refusal(call_next, database, COUNTER, AGENT, believed) == "alert_in_force"
    visit = tickets[3]["visit"]
    assert (
        refusal(call_chosen, database, OTHER, AGENT, AtCounter(), visit=visit, reason="x") == "alert_in_force"
    )
    close_counter(database, OTHER, AGENT)
    elsewhere = Elsewhere(OTHER, visit, "x")
    finish(database, at_counter)
    assert refusal(call_elsewhere, database, COUNTER, AGENT, elsewhere) == "alert_in_force"
    assert refusal(resume, database, aside, counter=COUNTER) == "alert_in_force"
    assert leg_of(database, at_counter.leg)["end_reason"] == "served"
    assert alert_on_board(database)["kind"] == "evacuate"


@pytest.mark.both_databases
def test_a_called_visitor_goes_back_to_the_front_and_the_wait_continues(database: Database, hands: Hands):
    numbers = [ticket["number"] for ticket in issue(database, 3)]
    hands.now += timedelta(minutes=5)
    before = leg_of(database, call(database)["leg"])
    hands.now += timedelta(minutes=1)
    alert = raised(database).alert
    after = leg_of(database, before["id"])
    assert (after["state"], after["counter"], after["call"], after["lets_pass"]) == ("waiting", None, None, 0)
    assert (after["arrived_at"], after["reference_at"]) == (before["arrived_at"], before["reference_at"])
    assert (after["first_called_at"], after["last_called_at"]) == (None, None)
    assert read_board(database, HALL)["calls"] == []
    assert read_counter(database, COUNTER)["last_gesture"] is None
    assert [row["kind"] for row in facts(database, "AlertRaised", "LegGivenBack")] == [
        "AlertRaised",
        "LegGivenBack",
    ]
    hands.now += timedelta(minutes=10)
    ended(database, alert)
    again = call(database)
    assert again["number"] == numbers[0]
    wait = from_micros(leg_of(database, again["leg"])["first_called_at"]) - from_micros(before["arrived_at"])
    assert wait >= timedelta(minutes=16)
    finish(database, Gesture(again["leg"], AGENT))
    assert call(database)["number"] == numbers[1]


def test_an_undo_that_would_call_again_is_refused_during_an_alert(database: Database):
    issue(database, 2)
    gesture = Gesture(call(database)["leg"], AGENT)
    no_show(database, gesture)
    alert = raised(database).alert
    last = gesture_at(database, COUNTER)["fact"]
    assert refusal(undo, database, COUNTER, AGENT, last) == "alert_in_force"
    ended(database, alert)
    undo(database, COUNTER, AGENT, last)
    assert leg_of(database, gesture.leg)["state"] == "called"
    recall(database, gesture)
    start(database, gesture)


def test_one_press_is_one_alert_however_often_it_is_sent(database: Database):
    first, again = (raised(database, press="button-1") for _ in range(2))
    assert (first.is_new, again.is_new, first.alert) == (True, False, again.alert)
    other = raised(database, by=SECOND_GUARD, press="button-1")
    assert other.alert != first.alert
    assert len(facts(database, "AlertRaised")) == 2


def test_two_alerts_are_kept_the_graver_is_shown_and_its_end_shows_the_other(database: Database):
    drill = raised(database, EVACUATE, is_drill=True).alert
    medical = raised(database, MEDICAL).alert
    evacuation = raised(database).alert
    assert [alert_on_board(database)[name] for name in ("alert", "has_voice")] == [evacuation, False]
    hall = database.hall_id(HALL)
    listed = read_hall_alerts(database, hall, names_people=True)["alerts"]
    assert [each["alert"] for each in listed] == [evacuation, medical, drill]
    for expected in (medical, drill, None):
        ended(database, alert_on_board(database)["alert"])
        assert (alert_on_board(database) or {}).get("alert") == expected
    assert {each["alert"] for each in read_alerts(database, [hall])["alerts"]} == {drill, medical, evacuation}


def test_an_alert_ends_by_two_confirmations_each_named_in_the_journal(database: Database, hands: Hands):
    alert, hall = raised(database).alert, [database.hall_id(HALL)]
    assert refusal(end_alert, database, alert, hall, GUARD) == "end_not_asked"
    ask_end(database, alert, hall, GUARD)
    hands.now += timedelta(minutes=5)
    assert refusal(end_alert, database, alert, hall, SECOND_GUARD) == "end_not_asked"
    ask_end(database, alert, hall, GUARD)
    end_alert(database, alert, hall, SECOND_GUARD)
    assert refusal(ask_end, database, alert, hall, GUARD) == "alert_over"
    recorded = [(row["kind"], row["author"]) for row in facts(database, "AlertEndAsked", "AlertEnded")]
    assert recorded == [*[("AlertEndAsked", "guard")] * 2, ("AlertEnded", "second-guard")]
    (in_hall,) = read_alert(database, alert)["halls"]
    assert (in_hall["is_in_force"], in_hall["end_reason"]) == (False, "confirmed")


def test_no_timer_ends_an_evacuation_and_a_medical_alert_ends_at_its_stated_time(
    database: Database, hands: Hands
):
    assert refusal(raised, database, EVACUATE, for_s=600) == "never_expires"
    evacuation, hall = raised(database).alert, database.hall_id(HALL)
    hands.now += timedelta(days=30)
    assert expire_alerts(database, hall) == 0
    assert alert_on_board(database)["alert"] == evacuation
    ended(database, evacuation)
    raised(database, MEDICAL, for_s=600)
    until = alert_on_board(database)["until"]
    issue(database)
    hands.now += timedelta(minutes=10)
    assert alert_on_board(database) is None  # before any round of the server
    call(database)
    assert (expire_alerts(database, hall), expire_alerts(database, hall)) == (1, 0)
    (in_hall,) = read_alerts(database, [hall])["alerts"][0]["halls"]
    assert (in_hall["end_reason"], in_hall["ended_at"]) == ("expired", until)


def test_a_custom_alert_has_words_in_french_and_never_in_exactly_one_other_language(database: Database):
    def words(*languages: str) -> dict[str, dict[str, str]]:
        return {each: {"title": "ق" * 40, "text": "ق" * 140} for each in languages}

    for wrong, code in ((words(), "words_missing"), (words("en", "es"), "words_missing"),
                        (words("fr", "ar"), "one_translation")):  # fmt: skip
        assert refusal(raised, database, CUSTOM, words=wrong) == code
    assert refusal(raised, database, MEDICAL, words=words("fr")) == "words_without_alert"
    issue(database, 12)
    alert = raised(database, CUSTOM, words=words("ar", "en", "fr")).alert
    board = read_board(database, HALL)
    assert board["alert"] is not None
    assert list(board["alert"]["texts"]) == ["fr", "ar"]
    assert message_bytes(board) <= MESSAGE_LIMIT
    assert list(read_alert(database, alert)["texts"]) == ["fr", "ar", "en"]
    body = facts(database, "AlertRaised")[0]["body"]
    assert "title" not in body, "what people typed stays out of the journal"


def test_a_screen_is_noted_once_and_without_a_new_version_of_the_hall(database: Database, hands: Hands):
    alert, hall = raised(database).alert, database.hall_id(HALL)
    screen, *others = database.configuration(HALL).screens
    version = read_board(database, HALL)["version"]
    assert show_alert(database, hall, screen, alert, device="device-1")
    assert not show_alert(database, hall, screen, alert, device="device-1")
    assert not show_alert(database, hall, screen, "no-such-alert", device="device-1")
    (fact,) = facts(database, "AlertShown")
    assert (fact["author"], fact["device"]) == ("device-1", "device-1")
    assert read_board(database, HALL)["version"] == version
    hands.now += timedelta(seconds=5)
    (in_hall,) = read_alert(database, alert)["halls"]
    states = {each["screen"]: each["state"] for each in in_hall["screens"]}
    assert states == {screen: "shown"} | dict.fromkeys(others, "not_reached")


def test_figures_are_given_with_and_without_the_visits_that_were_present_during_an_alert(
    database: Database, hands: Hands
):
    on = date(2026, 11, 24)
    issue(database, 3)
    finish(database, served(database))  # gone before it
    alert = raised(database).alert
    issue(database)
    hands.now += timedelta(minutes=10)
    ended(database, alert)
    issue(database)  # come after it
    days = on, on + timedelta(days=1)
    counted = read_days(database, HALL, *days)
    left_out = read_days(database, HALL, *days, with_alerts=False)
    assert (counted.during_alert, left_out.during_alert) == (3, 3)
    assert [each.whole().total().visits for each in (counted, left_out)] == [5, 2]
    with database.read() as rows:
        legs = legs_of_day(rows, database.hall_id(HALL), on)
    assert sum(leg.during_alert for leg in legs) == 3
    (header, *lines) = list(legs_csv(database, [HALL], days))
    at = header.strip().split(",").index("during_alert")
    assert sorted(line.strip().split(",")[at] for line in lines) == ["false"] * 2 + ["true"] * 3
    answer = read_indicators(database, HALL, days=days, with_alerts=False, sentence=str)
    assert answer["alerts"] == {"counted": False, "visits": 3}


def test_a_site_that_wants_a_second_person_is_ended_by_one(database: Database):
    content = json.loads((HALLS / "installation.json").read_text(encoding="utf-8"))
    for site in content["sites"]:
        site["alerts"] = {"needs_second_person": True}
    publish_installation(database, SYSTEM, json.dumps(content))
    alert, hall = raised(database).alert, [database.hall_id(HALL)]
    ask_end(database, alert, hall, GUARD)
    assert refusal(end_alert, database, alert, hall, GUARD) == "second_person_needed"
    (in_hall,) = read_alert(database, alert)["halls"]
    assert in_hall["needs_second_person"]
    end_alert(database, alert, hall, SECOND_GUARD)
    publish_installation(database, SYSTEM, (HALLS / "installation.json").read_bytes())


def test_a_sound_for_evacuations_needs_the_recorded_agreement_of_the_fire_safety_officer(database: Database):
    content = json.loads((HALLS / "installation.json").read_text(encoding="utf-8"))
    content["sites"][0]["alerts"] = {"has_sound_for_evacuation": True}
    with pytest.raises(DocumentRefused) as refused:
        publish_installation(database, SYSTEM, json.dumps(content))
    assert [problem.code for problem in refused.value.problems] == ["sound_without_agreement"]
    for site in content["sites"]:
        agreement = {"by": "Chargé de sécurité incendie", "on": "2026-11-02"}
        site["alerts"] = {"has_sound_for_evacuation": True, "agreement": agreement}
    publish_installation(database, SYSTEM, json.dumps(content))
    alert = raised(database).alert
    assert alert_on_board(database)["has_voice"]
    ended(database, alert)
    publish_installation(database, SYSTEM, (HALLS / "installation.json").read_bytes())


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
