"""Decide a target and withdraw it: what applies from which day, what is refused, what the journal keeps."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest

from server.domain.author import Author
from server.domain.quality.targets import TargetRequest, WithdrawalReason, WithdrawalRequest
from server.domain.refusals import Refusal
from server.ids import new_id
from server.store.engine.writes import WriteKey
from server.store.transactions.database import Database
from server.usecases.hall.wall import read_wall
from server.usecases.quality.indicators import read_days
from server.usecases.quality.targets import (
    ServiceTargets,
    TargetDecidedAnswer,
    TargetWithdrawnAnswer,
    decide_target,
    read_measured,
    read_targets,
    targets_answer,
    withdraw_target,
)
from server.usecases.tickets.issuing import TicketRequest, issue_ticket
from server.usecases.waits import Estimates
from tests.harness.sql import one_row
from tests.server.usecases.quality.figures_history import Hands, checked, database_with_hall, play_days

HALL, SERVICE = "laon", "laon-accueil"


CHIEF = Author("chief")


TODAY = date(2026, 11, 24)


WANTED = TargetRequest(SERVICE, 480, 80, TODAY, TODAY, "Comité local des usagers")


def decide(database: Database, **changed: Any) -> TargetDecidedAnswer:
    return decide_target(database, HALL, CHIEF, replace(WANTED, **changed))


def of_service(database: Database) -> ServiceTargets:
    return next(each for each in read_targets(database, HALL)[1] if each.service.id == SERVICE)


def waits(targets: list[Any]) -> list[int]:
    return [span.target.wait_s for span in targets]


def target_of_a_ticket(database: Database, **more: Any) -> int:
    request = TicketRequest(SERVICE, new_id(), **more)
    ticket = issue_ticket(database, HALL, Author("kiosk", device="kiosk"), request)
    row = one_row(database, "SELECT target_s FROM leg WHERE visit = :visit", visit=ticket["visit"])
    return int(row["target_s"])


@pytest.fixture
def hands() -> Hands:
    return Hands(datetime(2026, 11, 24, 9, tzinfo=UTC))


@pytest.fixture
def database(database_url: str, hands: Hands) -> Iterator[Database]:
    found = database_with_hall(database_url, hands, HALL)
    with checked(found, HALL):
        yield found


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


DAY = timedelta(days=1)


WITHDRAWN = WithdrawalRequest("", TODAY, WithdrawalReason.UNATTAINABLE, TODAY, "Comité local des usagers")


def withdraw(database: Database, target: str, from_on: date, **changed: Any) -> TargetWithdrawnAnswer:
    withdrawal = replace(WITHDRAWN, target=target, from_on=from_on, **changed)
    return withdraw_target(database, HALL, CHIEF, withdrawal)


def judged_by(database: Database, on: date) -> int | None:
    """The wait of the target that the figures of a day name."""
    target = read_days(database, HALL, on, on + DAY).targets.get(SERVICE)
    return None if target is None else target.wait_s


@pytest.mark.both_databases
def test_one_in_force_ends_on_its_day_for_tickets_wall_and_figures_of_that_day_on(
    database: Database, database_url: str, hands: Hands
):
    document = target_of_a_ticket(database)
    target = decide(database)["target"]
    withdraw(database, target, TODAY + 2 * DAY)
    other = Database(database_url, hands.clock())

    def on_the_wall(each: Database) -> int:
        queues = read_wall(each, Estimates(each), HALL)["queues"]
        return int(next(q for q in queues if SERVICE in q["services"])["target_s"])

    try:
        hands.now += DAY
        assert target_of_a_ticket(database) == 480 == on_the_wall(database) == on_the_wall(other)
        hands.now += DAY
        assert target_of_a_ticket(database) == document == on_the_wall(database) == on_the_wall(other) != 480
    finally:
        other.close()
    assert [judged_by(database, TODAY + n * DAY) for n in range(3)] == [480, 480, None]
    found = of_service(database)
    assert (found.now, found.to_come, waits(found.earlier)) == (None, [], [480])
    assert found.service.target_s == found.document_wait_s == document


def test_from_today_counts_for_the_next_ticket_here_and_in_another_process(
    database: Database, database_url: str, hands: Hands
):
    document = target_of_a_ticket(database)
    other = Database(database_url, hands.clock())
    try:
        target = decide(database)["target"]
        assert target_of_a_ticket(database) == target_of_a_ticket(other) == 480
        withdraw(database, target, TODAY)
        assert target_of_a_ticket(database) == target_of_a_ticket(other) == document
    finally:
        other.close()


def test_a_withdrawn_future_target_never_applies_and_the_former_continues(database: Database, hands: Hands):
    decide(database, wait_s=900)
    decide(database, wait_s=700, applies_from_on=TODAY + 7 * DAY)
    coming = decide(database, wait_s=600, applies_from_on=TODAY + 7 * DAY)["target"]
    last = decide(database, wait_s=300, applies_from_on=TODAY + 14 * DAY)["target"]
    withdraw(database, coming, TODAY + 7 * DAY)
    found = of_service(database)
    assert (waits(found.to_come), waits(found.earlier)) == ([300], [700, 600])
    assert found.now is not None
    assert found.now.ends_on == TODAY + 13 * DAY
    withdraw(database, last, TODAY + 21 * DAY)
    hands.now += 8 * DAY
    assert target_of_a_ticket(database) == 900
    hands.now += 7 * DAY
    assert target_of_a_ticket(database) == 300
    hands.now += 7 * DAY
    assert target_of_a_ticket(database) == found.document_wait_s


def test_a_withdrawn_target_may_be_decided_again_and_is_not_replaced(database: Database):
    first = decide(database)["target"]
    withdraw(database, first, TODAY)
    again = decide(database, wait_s=600)
    assert again["replaces"] is None
    assert target_of_a_ticket(database) == 600


def test_a_withdrawal_to_come_may_be_brought_forward(database: Database):
    target = decide(database)["target"]
    withdraw(database, target, TODAY + 7 * DAY)
    withdraw(database, target, TODAY + 3 * DAY, reason=WithdrawalReason.MISTAKE)
    [span] = of_service(database).spans
    assert span.ends_on == TODAY + 2 * DAY
    assert [each.reason for each in span.withdrawals] == ["unattainable", "mistake"]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"target": "nothing"}, "unknown_target"),
        ({"from_on": TODAY - DAY}, "bad_withdrawal_day"),
        ({"from_on": TODAY + 10 * DAY}, "bad_withdrawal_day"),
        ({"decided_on": TODAY + DAY}, "bad_decision_day"),
        ({"decided_by": " "}, "target_decider_missing"),
        ({"decided_by": "x" * 81}, "target_decider_too_long"),
    ],
)
def test_an_impossible_withdrawal_is_refused_and_nothing_is_recorded(
    database: Database, changed: dict[str, Any], code: str
):
    target = decide(database)["target"]
    decide(database, applies_from_on=TODAY + 10 * DAY)
    terms: dict[str, Any] = {"target": target, "from_on": TODAY, **changed}
    with pytest.raises(Refusal) as refusal:
        withdraw(database, **terms)
    assert refusal.value.code == code
    assert all(not span.withdrawals for span in of_service(database).spans)


def test_targets_over_replaced_or_withdrawn_whole_are_refused(database: Database, hands: Hands):
    replaced, whole = (decide(database)["target"] for _ in range(2))
    over = decide(database, applies_from_on=TODAY + DAY)["target"]
    withdraw(database, whole, TODAY)
    withdraw(database, over, TODAY + 2 * DAY)
    hands.now += 3 * DAY
    for target in (replaced, whole, over):
        with pytest.raises(Refusal) as refusal:
            withdraw(database, target, TODAY + 3 * DAY)
        assert refusal.value.code == "target_over"


@pytest.mark.both_databases
def test_a_repeated_press_counts_once_and_the_second_of_two_withdrawals_is_informed(database: Database):
    target = decide(database)["target"]
    key = WriteKey.of(CHIEF.id, "a form", b"asked")
    withdrawal = replace(WITHDRAWN, target=target, from_on=TODAY + 5 * DAY)
    alike = [withdraw_target(database, HALL, CHIEF, withdrawal, write_key=key) for _ in range(2)]
    assert alike[0] == alike[1]
    both = Barrier(2)

    def press(_: int) -> str:
        both.wait()
        try:
            return str(withdraw(database, target, TODAY)["target"])
        except Refusal as refusal:
            return refusal.code

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(press, range(2))) == sorted([target, "target_over"])
    assert len(of_service(database).spans[0].withdrawals) == 2
