from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest

from server.domain.refusals import Refusal
from server.store.engine.writes import WriteKey
from server.store.transactions.database import Database
from server.usecases.hall.wall import read_wall
from server.usecases.quality.targets import TargetDecidedAnswer, decide_target, read_measured, targets_answer
from server.usecases.waits import Estimates
from tests.harness.sql import one_row
from tests.server.usecases.quality.figures_history import Hands, play_days
from tests.server.usecases.targets.targets_hall import (
    CHIEF,
    HALL,
    SERVICE,
    TODAY,
    WANTED,
    decide,
    of_service,
    target_of_a_ticket,
    waits,
)


def test_a_target_is_that_of_tickets_taken_from_its_day_on(database: Database, hands: Hands):
    before = target_of_a_ticket(database)
    decide(database, applies_from_on=TODAY + timedelta(days=1))
    assert target_of_a_ticket(database) == before != 480
    hands.now += timedelta(days=1)
    assert target_of_a_ticket(database) == 480
    other = next(s for s in database.configuration(HALL).services.values() if s.id != SERVICE)
    assert other.target_from_on is None


def test_a_priority_has_no_longer_target_than_other_visitors(database: Database):
    decide(database, wait_s=120)
    assert target_of_a_ticket(database, is_priority=True) == 120
    decide(database, wait_s=3600)
    assert target_of_a_ticket(database, is_priority=True) < 3600


def test_a_day_begins_at_midnight_of_the_hall(database: Database, hands: Hands):
    decide(database, applies_from_on=TODAY + timedelta(days=1))
    hands.now = datetime(2026, 11, 24, 22, 59, tzinfo=UTC)
    assert database.configuration(HALL).services[SERVICE].target_s != 480
    hands.now = datetime(2026, 11, 24, 23, 0, tzinfo=UTC)
    assert database.configuration(HALL).services[SERVICE].target_s == 480


def test_the_wall_shows_it_at_once_in_this_process_and_in_another(
    database: Database, database_url: str, hands: Hands
):
    other = Database(database_url, hands.clock())
    try:
        for each in (database, other):
            read_wall(each, Estimates(each), HALL)
        decide(database, wait_s=120)
        for each in (database, other):
            queues = read_wall(each, Estimates(each), HALL)["queues"]
            assert next(q for q in queues if SERVICE in q["services"])["target_s"] == 120
    finally:
        other.close()


def test_now_to_come_and_earlier(database: Database, hands: Hands):
    decide(database, wait_s=900)
    decide(database, wait_s=600, applies_from_on=TODAY + timedelta(days=7))
    decide(database, wait_s=300, applies_from_on=TODAY + timedelta(days=14))
    found = of_service(database)
    assert found.now is not None
    assert (waits([found.now]), waits(found.to_come), found.earlier) == ([900], [600, 300], [])
    hands.now += timedelta(days=8)
    found = of_service(database)
    assert found.now is not None
    assert (waits([found.now]), waits(found.to_come), waits(found.earlier)) == ([600], [300], [900])
    assert found.earlier[0].ends_on == TODAY + timedelta(days=6)


def test_a_later_decision_for_the_same_day_replaces_the_first_even_when_it_was_taken_before(
    database: Database,
):
    first = decide(database, decided_on=TODAY)
    second = decide(database, wait_s=720, decided_on=TODAY - timedelta(days=30))
    assert (first["replaces"], second["replaces"]) == (None, first["target"])
    assert database.configuration(HALL).services[SERVICE].target_s == 720
    found = of_service(database)
    assert [span.is_replaced for span in found.earlier] == [True]


def test_one_for_a_day_between_two_ends_the_first_there(database: Database):
    decide(database, wait_s=900)
    decide(database, wait_s=300, applies_from_on=TODAY + timedelta(days=14))
    decide(database, wait_s=600, applies_from_on=TODAY + timedelta(days=7))
    found = [(span.target.wait_s, span.ends_on) for span in of_service(database).spans]
    assert found == [(900, TODAY + timedelta(days=6)), (600, TODAY + timedelta(days=13)), (300, None)]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"service": "nothing"}, "unknown_service"),
        ({"wait_s": 0}, "bad_target_wait"),
        ({"wait_s": 8 * 3600 + 60}, "bad_target_wait"),
        ({"share_percent": 0}, "bad_target_share"),
        ({"share_percent": 101}, "bad_target_share"),
        ({"applies_from_on": TODAY - timedelta(days=1)}, "bad_target_start"),
        ({"applies_from_on": TODAY + timedelta(days=732)}, "bad_target_start"),
        ({"decided_on": TODAY + timedelta(days=1)}, "bad_decision_day"),
        ({"decided_by": "  "}, "target_decider_missing"),
        ({"decided_by": "x" * 81}, "target_decider_too_long"),
    ],
)
def test_an_impossible_target_is_refused_and_nothing_is_recorded(
    database: Database, changed: dict[str, Any], code: str
):
    with pytest.raises(Refusal) as refusal:
        decide(database, **changed)
    assert refusal.value.code == code
    assert not of_service(database).spans


def test_two_presses_alike_are_one_target(database: Database):
    key = WriteKey.of(CHIEF.id, "a form", b"asked")
    answers = [decide_target(database, HALL, CHIEF, WANTED, write_key=key) for _ in range(2)]
    assert answers[0] == answers[1]
    assert len(of_service(database).spans) == 1


@pytest.mark.both_databases
def test_the_second_of_two_simultaneous_decisions_is_informed_and_neither_is_lost(database: Database):
    both = Barrier(2)

    def press(wait_s: int) -> TargetDecidedAnswer:
        both.wait()
        return decide(database, wait_s=wait_s)

    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(press, (300, 600)))
    first, second = sorted(answers, key=lambda answer: answer["replaces"] is not None)
    assert second["replaces"] == first["target"]
    found = of_service(database)
    assert found.now is not None
    assert found.now.target.id == second["target"]
    assert [span.target.id for span in found.earlier] == [first["target"]]
    assert (
        one_row(database, "SELECT targets_decided FROM hall WHERE slug = :hall", hall=HALL)["targets_decided"]
        == 2
    )


def test_the_answer_has_the_deciding_office_and_the_instant_of_recording(database: Database, hands: Hands):
    decide(database)
    answer = next(s for s in targets_answer(database, HALL)["services"] if s["service"] == SERVICE)
    assert answer["wait_s"] == 480
    assert answer["now"] is not None
    assert answer["now"]["decided_by"] == "Comité local des usagers"
    assert answer["now"]["recorded_at"].startswith("2026-11-24T09:00:00")


def test_the_last_months_are_measured_with_the_running_one(database: Database, hands: Hands):
    play_days(database, date(2026, 10, 26), 10)
    months = read_measured(database, HALL, SERVICE, TODAY)
    assert [(month.period.name, month.is_running) for month in months] == [
        ("2026-10", False),
        ("2026-11", True),
    ]
    assert all(month.tally.waits for month in months)
