from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from threading import Barrier
from typing import Any

import pytest

from server.domain.quality.targets import WithdrawalReason, WithdrawalRequest
from server.domain.refusals import Refusal
from server.store.engine.writes import WriteKey
from server.store.transactions.database import Database
from server.usecases.hall.wall import read_wall
from server.usecases.quality.indicators import read_days
from server.usecases.quality.targets import TargetWithdrawnAnswer, withdraw_target
from server.usecases.waits import Estimates
from tests.server.usecases.quality.figures_history import Hands
from tests.server.usecases.targets.targets_hall import (
    CHIEF,
    HALL,
    SERVICE,
    TODAY,
    decide,
    of_service,
    target_of_a_ticket,
    waits,
)

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
