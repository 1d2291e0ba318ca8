"""What one table says of each gesture: its name, key and phases at a console, its route, who may do it."""

from server.domain.facts import FactKind
from server.domain.journal import SUBJECTS
from server.domain.visits.gestures import GESTURES, OTHER_KEYS, offers, usual_keys

OF_THE_DAY = {"note_needs", "return_to_queue", "give_back", "give_up", "defer", "close_day"}
"""What no console offers: kiosk, phone, reception and the end of a day do it."""
OF_A_COUNTER = {
    *("next", "pause", "resume_counter", "call", "call_elsewhere", "join", "leave", "close"),
    *("undo", "present"),
}
OFFERED = {each["action"]: each for each in offers()}


def test_the_console_gets_each_gesture_but_those_of_the_day():
    assert {kind.name for kind in GESTURES.values() if kind.action not in OFFERED} == OF_THE_DAY
    assert len(OFFERED) == len(offers()) == len(GESTURES) - len(OF_THE_DAY)


def test_a_counter_has_a_route_for_each_gesture_on_a_leg_that_its_console_offers():
    assert {kind.name for kind in GESTURES.values() if not kind.has_route} == OF_THE_DAY | OF_A_COUNTER


def test_an_offered_gesture_has_its_name_in_the_console_its_address_and_its_phases():
    assert (GESTURES["resume"].action, GESTURES["add_service"].action) == ("parked", "add_service")
    assert OFFERED["parked"] == {
        "action": "parked",
        "path": "/api/v1/legs/{chosen}/resume",
        "phases": ("free",),
        "asks": "person",
    }
    assert OFFERED["add_service"]["path"] == "/api/v1/legs/{leg}/add-service"
    assert OFFERED["add_service"]["phases"] == ("called", "in_service")
    assert all(each["phases"] for each in offers())
    assert all(not GESTURES[name].phases for name in OF_THE_DAY)


def test_each_key_is_that_of_one_action():
    keys = usual_keys()
    assert len(set(keys.values())) == len(keys)
    assert set(keys) - set(OTHER_KEYS) == {
        kind.action for kind in GESTURES.values() if kind.offer is not None and kind.offer.key is not None
    }
    assert (keys["next"], keys["parked"], keys["speak"]) == ("F9", "D", "E")


def test_the_reception_may_do_what_needs_no_counter():
    assert {kind.name for kind in GESTURES.values() if kind.at_reception} == {
        *("transfer", "correct_service", "cancel", "confirm_priority", "deny_priority", "release"),
        "declare_urgent",
    }


def test_each_fact_is_of_one_subject_of_the_journal():
    listed = [kind for kinds in SUBJECTS.values() for kind in kinds]
    assert sorted(listed) == sorted(FactKind)
