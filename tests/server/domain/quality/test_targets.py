"""Which target a day has: decisions and withdrawals never change that of a past day."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from server.domain.quality.targets import (
    HIGHEST_SHARE_PERCENT,
    LONGEST_NAME,
    LONGEST_WAIT_S,
    LOWEST_SHARE_PERCENT,
    SHORTEST_WAIT_S,
    Target,
    Withdrawal,
    WithdrawalReason,
    spans,
    target_decided,
    with_targets,
)
from tests.server.domain.hall.test_configuration import hall, service

DAY = timedelta(days=1)
FIRST = date(2026, 11, 24)
AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
DAYS = st.integers(0, 6)
STEPS = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(["decide", "withdraw"]), DAYS, st.integers(0, 20)),
    max_size=14,
)
"""Days that pass, a gesture, how many days ahead, and which target it is about."""


def applying(targets: list[Target], withdrawals: list[Withdrawal], on: date) -> str | None:
    found = [span.target.id for span in spans(targets, withdrawals) if span.applies(on)]
    assert len(found) <= 1
    return found[0] if found else None


@given(steps=STEPS)
def test_no_gesture_changes_the_target_of_a_day_that_is_over(
    steps: list[tuple[int, str, int, int]],
):
    targets: list[Target] = []
    withdrawals: list[Withdrawal] = []
    over: dict[date, str | None] = {}
    today = FIRST
    for count, (passed, gesture, ahead, which) in enumerate(steps):
        for _ in range(passed):
            over[today] = applying(targets, withdrawals, today)
            today += timedelta(days=1)
        day, name = today + timedelta(days=ahead), f"{count:02}"
        if gesture == "decide":
            targets.append(Target("a", 600, 80, day, today, "Comité", name, AT))
            assert applying(targets, withdrawals, day) == name
        elif targets:
            span = spans(targets, withdrawals)[which % len(targets)]
            days = span.days_to_withdraw(today)
            assert (days is not None) == any(
                span.applies(today + timedelta(days=n)) for n in range(len(steps) * 2 + 8)
            )
            if days is None or not days[0] <= day <= days[1]:
                continue
            reason = WithdrawalReason.MISTAKE
            withdrawals.append(Withdrawal(span.target.id, day, reason, today, "Comité", name, AT))
            assert applying(targets, withdrawals, day) != span.target.id
        assert over == {on: applying(targets, withdrawals, on) for on in over}


TARGET = Target("a", 600, 80, FIRST, FIRST - DAY * 3, "Comité", "t-1", AT)


def test_a_decided_target_names_its_first_day_and_the_day_of_the_decision():
    dates = (FIRST, FIRST - timedelta(days=3))
    fact = target_decided("t-1", "a", wait_s=600, share_percent=80, dates=dates, decided_by="Comité")
    assert (fact.body["applies_from_on"], fact.body["decided_on"]) == ("2026-11-24", "2026-11-21")


def test_a_target_holds_from_its_first_day_to_the_day_before_the_next():
    later = replace(TARGET, id="t-2", applies_from_on=FIRST + DAY * 5)
    first, second = spans([later, TARGET])
    assert [first.applies(FIRST + DAY * days) for days in (-1, 0, 4, 5)] == [False, True, True, False]
    assert (first.ends_on, second.ends_on) == (FIRST + DAY * 4, None)
    assert not first.is_void


def test_of_two_targets_for_one_day_the_later_applies():
    first, second = spans([TARGET, replace(TARGET, id="t-2")])
    assert (first.is_void, first.applies(FIRST), second.applies(FIRST)) == (True, False, True)


def test_a_target_withdrawn_from_its_first_day_never_applies():
    withdrawal = Withdrawal("t-1", FIRST, WithdrawalReason.MISTAKE, FIRST, "Comité", "w-1", AT)
    [span] = spans([TARGET], [withdrawal])
    assert (span.is_void, span.applies(FIRST), span.days_to_withdraw(FIRST)) == (True, False, None)
    [span] = spans([TARGET], [replace(withdrawal, from_on=FIRST + DAY)])
    assert (span.is_void, span.ends_on, span.days_to_withdraw(FIRST)) == (False, FIRST, (FIRST, FIRST))


def test_a_target_may_be_withdrawn_from_today_until_two_years_ahead():
    [span] = spans([TARGET])
    today = FIRST + DAY * 9
    assert span.days_to_withdraw(today) == (today, today + DAY * 731)
    assert span.days_to_withdraw(FIRST - DAY) == (FIRST, FIRST + DAY * 730)


def test_a_target_replaces_the_services_own_and_never_lengthens_those_of_priorities():
    made = hall(service("a", "q", target_priority_s=300), service("b", "q"))
    found = with_targets(made, {"a": replace(TARGET, wait_s=450), "gone": TARGET}).services
    assert [found["a"].target_for(each) for each in ("walk_in", "appointment", "priority")] == [450, 450, 300]
    assert (found["a"].target_from_on, found["b"]) == (FIRST, made.services["b"])
    assert found.keys() == {"a", "b"}


def test_a_target_is_a_wait_of_a_minute_to_eight_hours_for_a_share_of_all():
    assert (SHORTEST_WAIT_S, LONGEST_WAIT_S) == (60, 28_800)
    assert (LOWEST_SHARE_PERCENT, HIGHEST_SHARE_PERCENT) == (1, 100)
    assert LONGEST_NAME == 80
